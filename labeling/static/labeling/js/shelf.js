/** The sentences this tab holds, in order; the first is the one on the page. */

/** A late reply brings back what was answered a moment ago. What lies further back than this may be served again. */
const LATELY = 40;

export class Shelf {
  #held = [];
  /** Answered lately in any tab, oldest first, so that a late reply does not bring them back. */
  #done = new Set();

  get current() {
    return this.#held[0] ?? null;
  }

  get size() {
    return this.#held.length;
  }

  ids() {
    return this.#held.map((one) => one.id);
  }

  answered(id) {
    this.#done.delete(id);
    this.#done.add(id);
    if (this.#done.size > LATELY) this.#done.delete(this.#done.values().next().value);
    this.#held = this.#held.filter((one) => one.id !== id);
  }

  reopened(id) {
    this.#done.delete(id);
  }

  /** An undone sentence comes back first. */
  putBack(served) {
    this.reopened(served.id);
    this.#held = [drafted(served), ...this.#held.filter((one) => one.id !== served.id)];
  }

  /** What is no longer lent, but for the sentence on the page, which must not change under its reader, and for undone
   * ones, of which the server may not know yet. */
  giveUp(gone) {
    this.#held = this.#held.filter((one, place) => place === 0 || one.undone || !gone.includes(one.id));
  }

  /** Take in what the server sent. With `instead`, what it did not send again is given up, but for the sentence on the
   * page and for undone ones, of which the server may not know yet. */
  stock(sentences, { instead = false } = {}) {
    if (instead) this.#held = this.#held.filter((one, place) => place === 0 || one.undone);
    const known = new Set(this.ids());
    this.#held.push(...sentences.filter((one) => !known.has(one.id) && !this.#done.has(one.id)).map(drafted));
  }
}

/** An answer that was undone leaves its second label and its comment to the next one. */
function drafted(served) {
  return { ...served, draft: { second: served.answer?.second_label ?? null, comment: served.answer?.comment ?? "" } };
}
