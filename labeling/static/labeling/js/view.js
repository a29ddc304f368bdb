/** Paints what the page's state is. Decides nothing, and measures nothing of the layout, so that a paint stays cheap. */

import { ago, beginning, partsOf, textsOf } from "./texts.js";

export class View {
  constructor(root) {
    this.root = root;
    this.part = partsOf(root);
    this.text = textsOf(root);
    this.choices = [...root.querySelectorAll("[data-label]")];
    this.names = new Map(this.choices.map((one) => [one.dataset.label, one.querySelector("[data-slot=name]").textContent]));
    this.needSentence = [...root.querySelectorAll("[data-label], [data-do=unsure], [data-do=flag], [data-do=second], [data-do=comment]")];
    this.tool = Object.fromEntries([...root.querySelectorAll(".tools [data-do]")].map((one) => [one.dataset.do, one]));
    const wrong = [...this.part["flag-panel"].querySelectorAll("button:not([data-do=cancel])")];
    this.question = `${this.part["flag-panel"].getAttribute("aria-label")} ${wrong.map((one) => one.textContent.trim()).join(", ")}`;
    const language = document.documentElement.lang;
    this.dates = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
    this.percent = new Intl.NumberFormat(language, { style: "percent" });
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  }

  /** The sentence `served`, or the empty page with `why` there is none (null: not known yet). */
  sentence(served, why) {
    const { part } = this;
    this.#stage(served ? "stage" : why === null ? "waiting" : "empty");
    for (const button of this.needSentence) button.disabled = !served;
    if (!served) {
      delete part.stage.dataset.sentence;
      tell(part["empty-text"], why ?? "");
      return;
    }
    const another = part.stage.dataset.sentence !== String(served.id);
    part.text.textContent = served.text;
    part.stage.dataset.sentence = served.id;
    for (const name of ["text", "before", "after", "title"]) part[name].lang = served.lang;
    this.#context(part.before, served.before);
    this.#context(part.after, served.after);
    part.publisher.textContent = served.publisher;
    part.title.textContent = served.title;
    part.date.textContent = served.published_at ? this.dates.format(Date.parse(served.published_at)) : "";
    part.date.dateTime = served.published_at ?? "";
    part.why.textContent = this.text(`why${served.selection[0].toUpperCase()}${served.selection.slice(1)}`);
    // To the very top: the one place that a browser can scroll to without laying the page out first.
    if (another) scrollTo(0, 0);
    // A reader of screens reads what the focus comes to. Where it is there already, as after a key, the text is read out.
    if (document.activeElement !== part.text) part.text.focus({ preventScroll: true });
    else if (another) this.#readOut(served);
  }

  /** What goes with the next answer, and what the person had said before. */
  told(served, picking) {
    const former = served?.answer;
    for (const button of this.choices) {
      button.setAttribute("aria-pressed", String(former?.label === button.dataset.label));
      button.classList.toggle("second", served?.draft?.second === button.dataset.label);
    }
    this.tool.second.setAttribute("aria-pressed", String(picking));
    this.part.choices.classList.toggle("picking", picking);
    const parts = [];
    if (former) parts.push(this.text("was", { answer: this.#inWords(former) }));
    if (served?.draft?.second) parts.push(this.text("second", { label: this.names.get(served.draft.second) }));
    if (served?.draft?.comment) parts.push(this.text("comment", { comment: served.draft.comment }));
    if (picking) parts.push(this.text("pickSecond"));
    tell(this.part.told, parts.join(" · "));
  }

  /** What the model would have answered in place of `act`; said aloud where that is something else. */
  suggestion({ act, served }, { label, percent }) {
    const line = this.part.suggestion;
    const slot = (name) => line.querySelector(`[data-slot=${name}]`);
    const same = act.label === label;
    const words = { answer: this.#inWords(act), label: this.names.get(label) ?? label, share: this.percent.format(percent / 100) };
    slot("words").lang = served.lang;
    slot("words").textContent = beginning(served.text);
    slot("said").textContent = this.text(same ? "suggestedSame" : "suggestedOther", words);
    slot("undo").hidden = same;
    line.classList.toggle("other", !same);
    line.dataset.act = act.key;
    line.hidden = false;
    if (!same) this.speak(`${slot("words").textContent} ${slot("said").textContent}`);
  }

  /** The suggestion goes, unless it is about the act `key`. */
  forgetSuggestion(key) {
    const line = this.part.suggestion;
    if (!line.dataset.act || line.dataset.act === key) return;
    for (const slot of line.querySelectorAll("[data-slot=words], [data-slot=said]")) slot.textContent = "";
    line.querySelector("[data-slot=undo]").hidden = true;
    delete line.dataset.act;
  }

  panel(name) {
    this.part["flag-panel"].hidden = name !== "flag";
    this.part["comment-panel"].hidden = name !== "comment";
    this.part.choices.hidden = name !== null;
    if (name === "flag") this.speak(this.question);
  }

  unsaved({ count, onlyInMemory, late }) {
    this.part.unsaved.textContent = count;
    this.part["unsaved-box"].classList.toggle("late", late && count > 0);
    this.part.memory.hidden = !onlyInMemory;
    this.root.dataset.unsaved = count;
  }

  refused(records, dismiss) {
    // Built anew only when another one comes or goes: a button must not lose the focus.
    const keys = records.map((record) => record.act.key).join();
    if (this.part.refused.dataset.keys === keys) return;
    this.part.refused.dataset.keys = keys;
    const rows = records.map((record) => {
      const row = this.part["refused-row"].content.cloneNode(true);
      row.querySelector("[data-slot=text]").textContent = record.text;
      row.querySelector("[data-slot=reason]").textContent = record.reason;
      row.querySelector("button").addEventListener("click", () => dismiss(record.act.key));
      return row;
    });
    this.part["refused-list"].replaceChildren(...rows);
    this.part.refused.hidden = rows.length === 0;
  }

  progress(figures, mineMore) {
    const { part } = this;
    part.mine.textContent = Math.max(0, figures.mine_today + mineMore);
    part.total.textContent = this.text("total", figures);
    part.bar.max = Math.max(1, figures.total);
    part.bar.value = figures.answered;
    const age = figures.version === null ? null : ago(figures.ranking_age, this.relative);
    part.age.textContent = age === null ? this.text("unranked") : this.text("ranked", { version: figures.version, age });
  }

  /** `name` as Sender tells it. */
  connection(name, detail) {
    const { part } = this;
    part["signed-out"].hidden = name !== "signed-out";
    part.failing.hidden = name !== "failing";
    part.refusing.hidden = name !== "refused";
    part["refusing-reason"].textContent = name === "refused" ? detail : "";
    if (name === "signed-out") part["sign-in"].href = `${detail}?next=${encodeURIComponent(location.pathname)}`;
    this.root.dataset.connection = name;
  }

  speak(text) {
    this.part.spoken.textContent = text;
  }

  /** Which of the three is seen. The focus would fall to the body with what is hidden, so it goes along. */
  #stage(shown) {
    const { part } = this;
    const isNew = part[shown].hidden;
    for (const name of ["stage", "empty", "waiting"]) part[name].hidden = name !== shown;
    if (isNew && shown !== "stage") part[`${shown}-start`].focus({ preventScroll: true });
  }

  #readOut(served) {
    this.part["read-out"].lang = served.lang;
    this.part["read-out"].textContent = served.text;
  }

  #context(element, texts) {
    element.replaceChildren(
      ...texts.map((text) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = text;
        return paragraph;
      }),
    );
  }

  #inWords(answer) {
    const words = [this.names.get(answer.label), this.names.get(answer.second_label)].filter(Boolean);
    if (answer.unsure) words.push(this.text("wasUnsure"));
    if (answer.boilerplate) words.push(this.text("wasBoilerplate"));
    if (answer.bad_segment) words.push(this.text("wasBadSegment"));
    return words.join(" + ");
  }
}

/** Into a live region, which says again whatever is written again: only what differs. */
function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
