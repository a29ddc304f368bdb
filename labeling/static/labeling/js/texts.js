/** Texts for people come from the page, translated by the server. */

/** A function that gives the text named `name` with its {words} filled in. */
export function textsOf(root) {
  const texts = root.querySelector("[data-texts]").dataset;
  return (name, words = {}) => (texts[name] ?? "").replace(/\{(\w+)\}/g, (whole, word) => words[word] ?? whole);
}

/** The elements of `root` by the name in their data-part. */
export function partsOf(root) {
  return Object.fromEntries([...root.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
}

/** The first words of a text: enough to know it by. */
export function beginning(text, longest = 32) {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest);
  return `${cut.slice(0, cut.lastIndexOf(" ") > 0 ? cut.lastIndexOf(" ") : longest)} …`;
}

/** Seconds as "3 minutes ago", in the page's language. */
export function ago(seconds, relative) {
  if (seconds < 90) return relative.format(-Math.round(seconds), "second");
  if (seconds < 5400) return relative.format(-Math.round(seconds / 60), "minute");
  if (seconds < 129_600) return relative.format(-Math.round(seconds / 3600), "hour");
  return relative.format(-Math.round(seconds / 86_400), "day");
}
