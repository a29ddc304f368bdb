/** The dialog of keys: shown, switched off, changed one by one; kept here at once and on the server in the background. */

import { canonical, mayBeChosen, mayBeLabels } from "./keys.js";
import { csrfToken } from "./sender.js";

const GIVE_UP = 30_000;

export class Shortcuts {
  #root;
  #part;
  #text;
  #keymap;
  #storage;
  #name;
  #asking = null;
  #sending = Promise.resolve();

  constructor({ root, part, text, keymap, storage, name }) {
    this.#root = root;
    this.#part = part;
    this.#text = text;
    this.#keymap = keymap;
    this.#storage = storage;
    this.#name = name;
    part["shortcuts-on"].addEventListener("change", () => this.#changed());
    part["help-dialog"].addEventListener("click", (event) => this.#clicked(event));
    part["help-dialog"].addEventListener("keydown", (event) => this.#pressed(event));
    part["help-dialog"].addEventListener("close", () => (this.#asking = null));
    part["shortcuts-on"].checked = this.on;
    this.#paint();
    if (this.#local()) this.#send();
  }

  get on() {
    const local = this.#local();
    return local ? local.on : this.#root.dataset.shortcutsOn === "yes";
  }

  /** What the person chose: here while the server has not taken it, else as the page brought it. */
  static chosen(storage, name, root) {
    return localChoice(storage, name)?.keys ?? JSON.parse(root.querySelector("#chosen-shortcuts").textContent);
  }

  #local() {
    return localChoice(this.#storage, this.#name);
  }

  #clicked(event) {
    const row = event.target.closest("[data-change]")?.closest("[data-action]");
    if (row) this.#ask(row);
    if (event.target.closest("[data-do=reset-keys]")) {
      this.#keymap.reset();
      this.#tell("keysReset");
      this.#changed();
    }
  }

  #ask(row) {
    this.#asking = row;
    this.#tell("pressKey", { action: this.#nameOf(row) });
  }

  #pressed(event) {
    if (!this.#asking || event.isComposing || ["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const row = this.#asking;
    const key = canonical(event);
    if (key === "Escape") {
      this.#asking = null;
      this.#tell("keySet", { action: this.#nameOf(row), key: this.#shown(row.dataset.action) });
      return;
    }
    if (!mayBeChosen(key)) return this.#tell("keyNotFree");
    if (row.dataset.action.startsWith("label_") && !mayBeLabels(key)) return this.#tell("keyNotLabels");
    const other = this.#keymap.choose(row.dataset.action, key);
    if (other) return this.#tell("keyTaken", { key: this.#named(key), action: this.#nameOf(this.#rowOf(other)) });
    this.#asking = null;
    this.#tell("keySet", { action: this.#nameOf(row), key: this.#shown(row.dataset.action) });
    this.#changed();
  }

  #changed() {
    const choice = { on: this.#part["shortcuts-on"].checked, keys: this.#keymap.custom };
    this.#root.dataset.shortcutsOn = choice.on ? "yes" : "no";
    try {
      this.#storage?.setItem(this.#name, JSON.stringify(choice));
    } catch {
      // Blocked or full: the choice holds in this page and is sent below.
    }
    this.#paint();
    this.#send(choice);
  }

  /** One after the other: of two quick changes the later one must not arrive first. */
  #send(choice = this.#local()) {
    this.#sending = this.#sending.then(() => this.#post(choice));
  }

  async #post(choice) {
    const { annotator, preferencesUrl } = this.#root.dataset;
    const fields = { annotator, shortcuts: JSON.stringify(choice.keys), shortcuts_on: choice.on ? "1" : "" };
    try {
      const response = await fetch(preferencesUrl, {
        method: "POST",
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
        body: new URLSearchParams(fields),
        signal: AbortSignal.timeout(GIVE_UP),
      });
      // Kept here until the server has it; sent again when the page is opened the next time. By now it may be a later choice.
      if (response.status === 204 && this.#storage?.getItem(this.#name) === JSON.stringify(choice)) this.#storage.removeItem(this.#name);
    } catch {
      // No network: the same.
    }
  }

  #paint() {
    this.#root.classList.toggle("keyless", !this.on);
    for (const row of this.#part["help-dialog"].querySelectorAll("[data-action]"))
      row.querySelector("[data-slot=key]").textContent = this.#shown(row.dataset.action);
    for (const hint of this.#root.querySelectorAll("[data-key]")) {
      hint.textContent = this.#shown(hint.dataset.key);
      hint.closest("button")?.setAttribute("aria-keyshortcuts", this.#keymap.keyOf(hint.dataset.key));
    }
  }

  #tell(name, words) {
    this.#part["key-told"].textContent = this.#text(name, words);
  }

  #rowOf(action) {
    return this.#part["help-dialog"].querySelector(`[data-action="${action}"]`);
  }

  #nameOf(row) {
    return row?.querySelector("th").textContent ?? "";
  }

  #shown(action) {
    return this.#named(this.#keymap.keyOf(action));
  }

  #named(key) {
    return key === "Space" ? this.#text("space") : key;
  }
}

function localChoice(storage, name) {
  try {
    return JSON.parse(storage?.getItem(name) ?? "null");
  } catch {
    return null;
  }
}
