/** Dialogs whose text the server makes: the guideline and the whole article. */

export class Dialogs {
  #part;
  #notLoaded;
  #fetched = new Map();

  constructor(part, notLoaded) {
    this.#part = part;
    this.#notLoaded = notLoaded;
  }

  get open() {
    return Boolean(document.querySelector("dialog[open]"));
  }

  async guideline(url) {
    await this.#show("guideline", url);
  }

  /** Opens at the sentence. */
  async article(url) {
    await this.#show("article", url);
    this.#part["article-body"].querySelector("#here")?.scrollIntoView({ block: "center" });
  }

  help() {
    this.#part["help-dialog"].showModal();
  }

  async #show(name, url) {
    const body = this.#part[`${name}-body`];
    this.#part[`${name}-dialog`].showModal();
    if (body.dataset.url !== url) body.replaceChildren();
    try {
      if (!this.#fetched.has(url)) this.#fetched.set(url, await fragment(url));
    } catch {
      body.textContent = this.#notLoaded;
      delete body.dataset.url;
      return;
    }
    if (body.dataset.url === url) return;
    body.innerHTML = this.#fetched.get(url);
    body.dataset.url = url;
    body.scrollTop = 0;
  }
}

async function fragment(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  // A redirect leads to the sign-in page: not what was asked for.
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  return response.text();
}
