/** The way back: the last acts with their sentences, kept for this tab in sessionStorage so that a reload can be undone too. */

const STEPS = 50;

export class Trail {
  #name;
  #storage;
  #steps;

  constructor(name, storage) {
    this.#name = `${name}:trail`;
    this.#storage = storage;
    this.#steps = this.#read();
  }

  get length() {
    return this.#steps.length;
  }

  /** What an undo would take back. */
  get last() {
    return this.#steps.at(-1);
  }

  /** `step` is {act, served}. */
  push(step) {
    this.#steps = [...this.#steps, step].slice(-STEPS);
  }

  pop() {
    return this.#steps.pop();
  }

  /** Apart from push and pop: writing fifty sentences is not for the way from key to paint. */
  keep() {
    try {
      this.#storage?.setItem(this.#name, JSON.stringify(this.#steps));
    } catch {
      // A full storage costs the undoing after a reload, nothing else.
    }
  }

  #read() {
    try {
      const steps = JSON.parse(this.#storage?.getItem(this.#name) ?? "[]");
      return Array.isArray(steps) ? steps : [];
    } catch {
      return [];
    }
  }
}
