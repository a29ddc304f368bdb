/** The adjudicators' desk: every key presses a button of the page, which works without this script too. */

import { Dialogs } from "./dialogs.js";
import { canonical, isShortcut, Keymap } from "./keys.js";
import { csrfToken } from "./sender.js";
import { partsOf, textsOf } from "./texts.js";

/** The sentence is in hand for a quarter of an hour; whoever does nothing for so long has gone away. */
const RENEW = 240_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart"];

export function start(root) {
  const desk = new Desk(root);
  desk.open();
  return desk;
}

class Desk {
  constructor(root) {
    this.root = root;
    this.part = partsOf(root);
    this.text = textsOf(root);
    this.dialogs = new Dialogs(this.part, this.text("notLoaded"));
    const digits = [...root.querySelectorAll("[data-digit]")].map((one) => one.dataset.digit);
    this.keymap = new Keymap(JSON.parse(root.querySelector("#chosen-shortcuts").textContent), digits);
    this.keys = root.dataset.shortcutsOn === "yes";
    this.sent = false;
    this.active = false;
  }

  open() {
    document.addEventListener("keydown", (event) => this.pressed(event));
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.root.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("pageshow", () => (this.sent = false));
    for (const sign of SIGNS) addEventListener(sign, () => (this.active = true), { passive: true, capture: true });
    setInterval(() => this.renew(), RENEW);
    this.paint();
    this.begin();
  }

  /** Where one reads on: the sentence, or once it is decided, what was decided. What was refused is read first. */
  begin() {
    if (this.root.querySelector(".desk-notices [role=alert]:not([hidden])")) return;
    if (location.hash) return;
    this.part.text.focus({ preventScroll: true });
  }

  paint() {
    this.root.classList.toggle("keyless", !this.keys);
    for (const hint of this.root.querySelectorAll("[data-key]")) {
      const key = this.keymap.keyOf(hint.dataset.key);
      hint.textContent = key === "Space" ? this.text("space") : key;
      hint.closest("a, button")?.setAttribute("aria-keyshortcuts", key);
    }
    for (const button of this.root.querySelectorAll("[data-do][hidden]")) button.hidden = false;
  }

  pressed(event) {
    if (event.key === "Escape" && event.target.closest?.("textarea")) return this.part.text.focus();
    if (this.dialogs.open || !this.keys || !means(event)) return;
    const read = this.keymap.read(event);
    if (read ? this.act(read) : this.press(canonical(event))) event.preventDefault();
  }

  /** An action that the labelling page knows too, by the key that this person chose for it. */
  act({ action, digit }) {
    if (digit) return this.choose(digit);
    if (action === "undo") return this.submit(this.part.undo);
    if (action === "article" || action === "guideline" || action === "help") return this.look(action);
    return this.press(this.keymap.keyOf(action));
  }

  /** A key of this page alone. True if it has that key now. */
  press(key) {
    const kind = this.root.querySelector(`[data-kind="${CSS.escape(key)}"]`);
    if (kind) return this.tick(kind);
    if (key === "l") return this.submit(this.part.leave);
    if (key === "k") return this.submit(this.part.decision, "next");
    if (key === "e") return this.submit(this.part.decision, "example");
    if (key === "w") return this.write(this.root.querySelector("#reason"));
    if (key === "q") return this.ask();
    return false;
  }

  choose(digit) {
    const choice = this.root.querySelector(`[data-digit="${digit}"]`);
    if (!choice) return false;
    if (choice.type === "radio") return this.tick(choice);
    return this.submit(this.part.decision, choice.value);
  }

  /** A reason that is chosen already is given up by its key. */
  tick(radio) {
    const none = radio.checked && radio.form.querySelector(`[name="${radio.name}"][value=""]`);
    (none || radio).checked = true;
    return true;
  }

  /** Press the form's button, that with the value if one is named. */
  submit(form, value) {
    const button = form?.querySelector(value ? `button[value="${CSS.escape(value)}"]` : "button");
    button?.click();
    return Boolean(button);
  }

  write(field) {
    field?.focus();
    return Boolean(field);
  }

  ask() {
    if (!this.part.ask) return false;
    this.part.ask.open = true;
    return this.write(this.part.ask.querySelector("textarea"));
  }

  clicked(event) {
    const control = event.target.closest("[data-do]");
    if (!control || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.look(control.dataset.do);
  }

  look(name) {
    if (name === "help") this.dialogs.help();
    else this.dialogs[name](this.root.dataset[`${name}Url`]);
    return true;
  }

  /** A second press while the first is under way decides nothing more. */
  submitted(event) {
    if (event.target.method === "dialog") return;
    if (this.sent) event.preventDefault();
    this.sent = true;
  }

  async renew() {
    const { renewUrl } = this.root.dataset;
    if (!renewUrl || !this.active || document.hidden) return;
    this.active = false;
    try {
      const response = await fetch(renewUrl, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": csrfToken() } });
      this.part.lost.hidden = response.status !== 409;
    } catch {
      // No network: asked again in a while, and deciding says whether it is still theirs.
    }
  }
}

/** A press that means a shortcut, on a radio button too: letters and digits do nothing there. */
function means(event) {
  if (event.target.type !== "radio") return isShortcut(event);
  return event.key.length === 1 && event.key !== " " && !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey;
}
