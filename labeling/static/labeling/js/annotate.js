/** The annotate page: a key or a button, the next sentence at once, everything else in the background. */

import { Dialogs } from "./dialogs.js";
import { canonical, isShortcut, Keymap } from "./keys.js";
import { reachableStorage, uuid } from "./outbox.js";
import { afterPaint, measureSince } from "./paint.js";
import { Shortcuts } from "./shortcuts.js";
import { Stopwatch } from "./stopwatch.js";
import { Supply } from "./supply.js";
import { Trail } from "./trail.js";
import { View } from "./view.js";

/** Away for longer than this, and the sentences may have been answered on another device, or be held by others. */
const STALE = 60_000;
/** A double click on a label must not answer two sentences; nobody reads one in this time. */
const DOUBLE_CLICK = 250;

export function start(root) {
  const page = new Page(root);
  page.open();
  return page;
}

class Page {
  constructor(root) {
    const { syncUrl, storageKey, annotator } = root.dataset;
    this.root = root;
    this.view = new View(root);
    this.supply = new Supply({
      url: syncUrl,
      name: storageKey,
      annotator: Number(annotator),
      changed: (current) => this.changed(current),
      suggested: (key, suggestion) => this.suggested(key, suggestion),
      state: (name, detail) => this.connected(name, detail),
    });
    this.trail = new Trail(storageKey, reachableStorage("sessionStorage"));
    this.dialogs = new Dialogs(this.view.part, this.view.text("notLoaded"));
    this.watch = new Stopwatch((pause) => pause > STALE && this.supply.refresh());
    const kept = { storage: reachableStorage(), name: `${storageKey}:shortcuts` };
    const digits = this.view.choices.map((one) => one.dataset.digit);
    this.keymap = new Keymap(Shortcuts.chosen(kept.storage, kept.name, root), digits);
    this.shortcuts = new Shortcuts({ root, part: this.view.part, text: this.view.text, keymap: this.keymap, ...kept });
    this.none = this.view.choices.find((one) => one.dataset.none === "yes")?.dataset.label ?? null;
    this.panel = null;
    this.formerComment = "";
    this.picking = false;
    this.paintedAt = 0;
    this.worried = false;
  }

  get current() {
    return this.supply.shelf.current;
  }

  open() {
    document.addEventListener("keydown", (event) => this.pressed(event));
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.view.part["comment-panel"].addEventListener("submit", (event) => this.keepComment(event));
    this.view.part.comment.addEventListener("keydown", (event) => this.inComment(event));
    this.view.part.comment.addEventListener("input", () => this.comment(this.view.part.comment.value.trim()));
    addEventListener("pagehide", () => {
      this.trail.keep();
      this.supply.sender.farewell();
    });
    addEventListener("beforeunload", (event) => this.supply.outbox.onlyInMemory && event.preventDefault());
    this.view.tool.flag.hidden = this.none === null;
    this.show();
    this.count();
    this.supply.open();
  }

  pressed(event) {
    if (this.dialogs.open || !this.shortcuts.on || !isShortcut(event)) return;
    if (this.panel === "flag" && this.inFlag(event)) return event.preventDefault();
    const read = this.keymap.read(event);
    if (!read) return;
    event.preventDefault();
    if (read.digit) this.choose(this.view.choices.find((one) => Number(one.dataset.digit) === read.digit), read.second, event.timeStamp);
    else this.act(read.action, event.timeStamp);
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button || button.disabled) return;
    const again = event.detail > 1 && event.timeStamp - this.paintedAt < DOUBLE_CLICK;
    if (button.dataset.label && !again) this.choose(button, this.picking, event.timeStamp);
    else if (button.dataset.do && !(again && button.dataset.do === "unsure")) this.act(button.dataset.do, event.timeStamp);
  }

  choose(button, second, begun) {
    if (!button || !this.current) return;
    if (second) this.pickSecond(button.dataset.label);
    else this.answer({ label: button.dataset.label }, begun);
  }

  act(name, begun) {
    const served = this.current;
    if (name === "undo") this.undo();
    else if (name === "guideline") this.openGuideline();
    else if (name === "help") this.dialogs.help();
    else if (name === "cancel") this.cancel();
    else if (!served) return;
    else if (name === "unsure") this.answer({ unsure: true }, begun);
    else if (name === "boilerplate") this.answer({ label: this.none, boilerplate: true }, begun);
    else if (name === "bad-segment") this.answer({ label: this.none, bad_segment: true }, begun);
    else if (name === "flag" && this.none) this.openPanel(this.panel === "flag" ? null : "flag");
    else if (name === "comment") this.openPanel("comment");
    else if (name === "second") this.openPicking();
    else if (name === "article") this.dialogs.article(served.article_url);
  }

  answer(said, begun) {
    const served = this.current;
    const { second = null, comment = "" } = served.draft ?? {};
    const act = {
      key: uuid(),
      kind: "answer",
      sentence: served.id,
      label: null,
      second_label: said.label && second !== said.label ? second : null,
      unsure: false,
      boilerplate: false,
      bad_segment: false,
      comment,
      seconds: this.watch.take(),
      ...said,
    };
    // Kept before anything is painted: whoever sees the next sentence has answered this one for good.
    this.supply.keep(act, served);
    this.countUnsaved();
    this.show();
    this.trail.push({ act, served });
    afterPaint(() => {
      measureSince(begun);
      this.settle();
    });
  }

  undo() {
    const step = this.trail.pop();
    if (!step) return;
    this.supply.keep({ key: uuid(), kind: "withdraw", sentence: step.act.sentence }, step.served);
    this.supply.shelf.putBack({ ...step.served, answer: step.act, undone: true });
    this.watch.take();
    this.countUnsaved();
    this.show();
    afterPaint(() => this.settle());
  }

  /** In the chooser of what is wrong: true if the key was meant for it. */
  inFlag(event) {
    const key = canonical(event);
    if (key === "Escape") this.show();
    else if (key === "1" || key === this.keymap.keyOf("flag")) this.act("boilerplate", event.timeStamp);
    else if (key === "2") this.act("bad-segment", event.timeStamp);
    else return /^[0-9]$/.test(key);
    return true;
  }

  /** Its address names its version, so that a page that stays open gets a new one. Whoever reads it needs no notice. */
  async openGuideline() {
    const news = this.root.querySelector("[data-guideline-url]");
    if (await this.dialogs.guideline(news.dataset.guidelineUrl)) news.replaceChildren();
  }

  openPicking() {
    this.openPanel(null);
    this.pick(!this.picking);
  }

  pick(on) {
    this.picking = on;
    this.view.told(this.current, on);
  }

  pickSecond(label) {
    const served = this.current;
    const same = served.draft?.second === label;
    served.draft = { ...served.draft, second: same ? null : label };
    this.pick(false);
  }

  openPanel(name) {
    this.panel = name;
    this.view.panel(name);
    if (name !== "comment") return;
    this.formerComment = this.current.draft?.comment ?? "";
    this.view.part.comment.value = this.formerComment;
    this.view.part.comment.focus();
  }

  inComment(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.cancel();
    else if (event.key === "Enter" && !event.shiftKey) this.keepComment(event);
  }

  /** Kept as it is written: only Escape gives it up, not a label, a button or an undo in the middle of it. */
  comment(text) {
    if (this.current) this.current.draft = { ...this.current.draft, comment: text };
  }

  keepComment(event) {
    event.preventDefault();
    this.show();
  }

  cancel() {
    if (this.panel === "comment") this.comment(this.formerComment);
    this.show();
  }

  // What the page shows.

  /** The sentence that is first now, with every panel closed. */
  show() {
    this.picking = false;
    this.openPanel(null);
    const cut = ["failing", "signed-out", "refused"].includes(this.root.dataset.connection);
    this.view.sentence(this.current, cut ? this.view.text("usedUp") : this.supply.why);
    this.view.told(this.current, false);
    this.paintedAt = performance.now();
  }

  settle() {
    this.trail.keep();
    this.view.forgetSuggestion(this.trail.last?.act.key);
    this.count();
    this.supply.sender.wake();
  }

  countUnsaved() {
    const unsaved = this.supply.unsaved();
    this.view.unsaved(unsaved);
    return unsaved;
  }

  count() {
    const { count, late } = this.countUnsaved();
    const { figures, mineMore, outbox } = this.supply;
    this.view.tool.undo.disabled = this.trail.length === 0;
    this.view.refused(outbox.refused(), (key) => {
      outbox.dismiss(key);
      this.count();
    });
    if (figures) this.view.progress(figures, mineMore);
    this.worry(count, late);
  }

  /** Said aloud once when answers stay unsaved, and once when all are saved again. */
  worry(unsaved, late) {
    if (late && !this.worried) this.view.speak(this.view.text("kept", { n: unsaved }));
    if (!unsaved && this.worried) this.view.speak(this.view.text("allSaved"));
    this.worried = unsaved > 0 && (late || this.worried);
  }

  changed(current) {
    if (current) this.show();
    this.count();
  }

  /** Told only of the answer that an undo would take back: who has gone on has another sentence in mind. */
  suggested(key, suggestion) {
    const step = this.trail.last;
    if (step?.act.key === key) this.view.suggestion(step, suggestion);
  }

  connected(name, detail) {
    const was = this.root.dataset.connection;
    this.view.connection(name, detail);
    if (!this.current && was !== name) this.show();
    this.count();
  }
}
