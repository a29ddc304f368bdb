/** Which key does what. Keys are named as canonical() names them; labels are the actions `label_1` to `label_9`. */

const DEFAULTS = {
  unsure: "Space",
  flag: "b",
  comment: "c",
  undo: "u",
  article: "a",
  guideline: "g",
  help: "?",
};
const ALSO = { Backspace: "undo" };
/** Left to the browser: moving about, and leaving a dialog. */
const NOT_FREE = new Set(["Tab", "Escape", "Enter", "Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process", "Unidentified"]);

/** The key's name: a digit of the row or the number pad, whatever Shift, NumLock or the layout make of it, `Space`, a lower-case letter, or `event.key`. */
export function canonical(event) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code ?? "");
  if (digit) return digit[1];
  if (event.key === " ") return "Space";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** Shift, or Shift on a number pad, which some systems report as the arrow under the digit with NumLock on. */
function isShifted(event) {
  const pad = event.code?.startsWith("Numpad") && event.key.length > 1 && event.getModifierState("NumLock");
  return event.shiftKey || Boolean(pad);
}

/** True for a press that means a shortcut: no auto-repeat, which would label ten sentences; no text being written or
 * composed; no browser or system command. Two quick presses by hand both count: `repeat` is the only guard. */
export function isShortcut(event) {
  if (event.repeat || event.isComposing || event.keyCode === 229) return false;
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return false;
  const target = event.target;
  if (target.isContentEditable || target.closest?.("textarea, select, dialog, input")) return false;
  // Enter and Space belong to the button or link that has the focus.
  return !(event.key === " " && target.closest?.("button, a, summary"));
}

export function mayBeChosen(key) {
  return !NOT_FREE.has(key);
}

/** Shift with a label's key chooses the second label, and Shift makes another key of a symbol: of `=` a `+`. */
export function mayBeLabels(key) {
  return /^(?:[0-9]|\p{L})$/u.test(key);
}

export class Keymap {
  #custom;
  #usual;

  /** `custom` as below; `digits` of the project's labels. */
  constructor(custom, digits) {
    this.#custom = { ...custom };
    this.#usual = { ...DEFAULTS, ...Object.fromEntries(digits.map((digit) => [`label_${digit}`, String(digit)])) };
  }

  /** Action -> key, only where it differs from the default. */
  get custom() {
    return { ...this.#custom };
  }

  keyOf(action) {
    return this.#custom[action] ?? this.#usual[action];
  }

  /** {action, digit, second} for a key press, or null. A digit of a label is 1 to 9, else 0. */
  read(event) {
    const key = canonical(event);
    const action = this.#actionOf(key);
    if (!action) return null;
    const digit = action.startsWith("label_") ? Number(action.slice(6)) : 0;
    return { action, digit, second: digit > 0 && isShifted(event) };
  }

  /** Give `action` the key; the action that has it already is returned and nothing is changed. */
  choose(action, key) {
    const other = this.#actionOf(key);
    if (other && other !== action) return other;
    if (this.#usual[action] === key) delete this.#custom[action];
    else this.#custom[action] = key;
    return null;
  }

  reset() {
    this.#custom = {};
  }

  #actionOf(key) {
    const chosen = Object.keys(this.#custom).find((action) => this.#custom[action] === key);
    if (chosen) return chosen;
    const usual = Object.keys(this.#usual).find((action) => this.#usual[action] === key) ?? ALSO[key];
    return usual && !(usual in this.#custom) ? usual : null;
  }
}
