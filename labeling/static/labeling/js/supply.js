/** What this tab has to work on: sentences in, acts out. Knows the outbox, the shelf and the sender, but no page. */

import { Outbox } from "./outbox.js";
import { Sender } from "./sender.js";
import { Shelf } from "./shelf.js";

const AHEAD = 10;
const TOP_UP_AT = 5;
const POLL = 15_000;
const CHECK = 2_000;
/** Who works slowly asks at least this often, which renews the leases of half an hour. */
const RENEW = 600_000;
/** Unsaved for longer than this is worth a word, and another try: the tab that was sending may be gone. */
const LATE = 4_000;

export class Supply {
  #exhausted = false;
  #stale = false;
  #lentAt = Date.now();
  #changed;
  #suggested;

  /** `changed(current)` is called when something came or went; `current` says that the first sentence is another one.
   * `suggested(key, suggestion)` hears what the model would have answered in place of a saved act. */
  constructor({ url, name, annotator, changed, suggested, state }) {
    this.shelf = new Shelf();
    this.outbox = new Outbox(name);
    /** Why there is no sentence, as the server put it; null while it is not known. */
    this.why = null;
    this.figures = null;
    /** Answers of my day beyond those in `figures`. */
    this.mineMore = 0;
    this.#changed = changed;
    this.#suggested = suggested;
    this.sender = new Sender({
      url,
      lock: name,
      annotator,
      outbox: this.outbox,
      ask: () => this.#ask(),
      reply: (answer, asked) => this.#heard(answer, asked),
      state,
    });
  }

  open() {
    this.#followPending();
    this.outbox.watch((act) => this.#elsewhere(act), () => this.#changed(false));
    for (const sign of ["online", "focus"]) addEventListener(sign, () => this.sender.wake(true));
    document.addEventListener("visibilitychange", () => document.hidden || this.sender.wake(true));
    setInterval(() => this.#look(), POLL);
    setInterval(() => this.#check(), CHECK);
    this.sender.wake();
  }

  /** Keep the act, and draw its consequence for the shelf. */
  keep(act, served) {
    this.outbox.add(act, served.text);
    this.mineMore += act.kind === "answer" ? 1 : -1;
    this.#follow(act);
  }

  /** {count, late, onlyInMemory} of the acts that are not saved. */
  unsaved() {
    const pending = this.outbox.pending();
    const late = pending.length > 0 && Date.now() - pending[0].order > LATE;
    return { count: pending.length, late, onlyInMemory: this.outbox.onlyInMemory };
  }

  /** After an absence others may hold the sentences: ask which are still ours. */
  refresh() {
    this.#stale = true;
    this.#exhausted = false;
    this.sender.wake();
  }

  #ask() {
    if (this.#stale) return { want: AHEAD, have: [], instead: true };
    const lacking = this.shelf.size === 0 || (this.shelf.size <= TOP_UP_AT && !this.#exhausted);
    const due = Date.now() - this.#lentAt > RENEW;
    return { want: lacking || due ? AHEAD : 0, have: this.shelf.ids(), instead: false };
  }

  #heard(answer, asked) {
    const before = this.shelf.current;
    for (const { key, saved, suggestion } of answer.receipts) {
      if (!saved) this.#reopen(key);
      if (suggestion) this.#suggested(key, suggestion);
    }
    if (asked.want) {
      this.#followPending();
      this.shelf.giveUp(answer.gone);
      this.shelf.stock(answer.sentences, asked);
      this.#lentAt = Date.now();
      this.why = answer.empty;
      this.#exhausted = asked.have.length + answer.sentences.length < AHEAD;
      this.#stale &&= !asked.instead;
    }
    if (answer.progress) {
      this.figures = answer.progress;
      this.mineMore = this.outbox.pending().reduce((sum, { act }) => sum + (act.kind === "answer" ? 1 : -1), 0);
    }
    this.#changed(!before || this.shelf.current !== before);
  }

  #reopen(key) {
    const record = this.outbox.refused().find((one) => one.act.key === key);
    if (record) this.shelf.reopened(record.act.sentence);
  }

  /** Only the last act about a sentence says whether it is still to be answered: it may have been undone since. */
  #followPending() {
    const last = new Map(this.outbox.pending().map(({ act }) => [act.sentence, act]));
    for (const act of last.values()) this.#follow(act);
  }

  #follow(act) {
    if (act.kind === "answer") this.shelf.answered(act.sentence);
    else this.shelf.reopened(act.sentence);
  }

  #elsewhere(act) {
    const before = this.shelf.current;
    this.#follow(act);
    this.#changed(this.shelf.current !== before);
    this.sender.wake();
  }

  /** Who waits is asked for by the page; who has sentences asks with the next answer, so that a page that was left
   * open does not borrow for ever what others could label. */
  #look() {
    this.#exhausted = false;
    if (!document.hidden && this.shelf.size === 0) this.sender.wake();
  }

  #check() {
    this.#changed(false);
    if (this.unsaved().late) this.sender.wake();
  }
}
