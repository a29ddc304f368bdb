/** Seconds a sentence was looked at: visible and active. A pause counts for thirty seconds at most, a hidden tab for none. */

const IDLE = 30_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart"];

export class Stopwatch {
  #spent = 0;
  #since = performance.now();
  /** On the clock of the wall: on some systems the other one stands still while the machine sleeps. */
  #seenAt = Date.now();
  #idleSince = () => {};

  /** `returned(milliseconds)` is called with the length of a pause when it ends. */
  constructor(returned = () => {}) {
    this.#idleSince = returned;
    for (const sign of SIGNS) addEventListener(sign, () => this.#tick(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => this.#tick(document.hidden));
  }

  /** The seconds since the last call, to a hundredth. */
  take() {
    this.#tick();
    const seconds = Math.round(this.#spent / 10) / 100;
    this.#spent = 0;
    return seconds;
  }

  #tick(visibleTillNow = !document.hidden) {
    const now = performance.now();
    const pause = now - this.#since;
    if (visibleTillNow) this.#spent += Math.min(pause, IDLE);
    this.#since = now;
    const away = Date.now() - this.#seenAt;
    this.#seenAt = Date.now();
    if (away > IDLE) this.#idleSince(away);
  }
}
