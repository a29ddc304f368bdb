/** Sends what is in the outbox and fetches sentences, in the background, one request at a time across tabs. */

const BATCH = 20;
const LONGEST_WAIT = 30_000;
const GIVE_UP = 30_000;

/** The token is read at each send: signing in again in another tab changes it. */
export function csrfToken() {
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";
}

export class Sender {
  #url;
  #lock;
  #annotator;
  #outbox;
  #ask;
  #reply;
  #state;
  #batch = BATCH;
  #failures = 0;
  #running = false;
  #again = false;
  #timer = 0;

  /** `ask()` gives {want, have} and what `reply` needs to know again; `reply(reply, asked)` hears what came; `state(name, detail)` hears how it goes:
   * "ok", "failing", "signed-out" (detail: where to sign in) or "refused" (detail: reason, may be empty). */
  constructor({ url, lock, annotator, outbox, ask, reply, state }) {
    this.#url = url;
    this.#lock = lock;
    this.#annotator = annotator;
    this.#outbox = outbox;
    this.#ask = ask;
    this.#reply = reply;
    this.#state = state;
  }

  /** There may be something to send or to fetch. `now` does not wait for the next retry. */
  wake(now = false) {
    this.#again = true;
    if (this.#running || (this.#timer && !now)) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#run();
  }

  async #run() {
    this.#running = true;
    let wait = 0;
    while (this.#again && !wait) {
      this.#again = false;
      wait = (await this.#alone(() => this.#once()).catch((error) => this.#stumbled(error))) ? 0 : this.#backOff();
    }
    this.#running = false;
    if (wait) this.#timer = setTimeout(() => this.wake(true), wait);
  }

  /** A fault of ours, or an answer that makes no sense: said aloud, and tried again, never the end of sending. */
  #stumbled(error) {
    reportError(error);
    return this.#failed("failing", "");
  }

  /** The page is left: what waits is sent without waiting for an answer. What was sent before does no harm. */
  farewell() {
    const acts = this.#acts();
    if (acts.length) this.#post({ annotator: this.#annotator, acts, want: 0, have: [] }, { keepalive: true }).catch(() => {});
  }

  /** The oldest acts, each with the seconds since it was made, on whatever clock the browser has. */
  #acts() {
    const oldest = this.#outbox.pending().slice(0, this.#batch);
    return oldest.map(({ order, act }) => ({ ...act, age: Math.max(0, (Date.now() - order) / 1000) }));
  }

  #alone(work) {
    return navigator.locks ? navigator.locks.request(this.#lock, work) : work();
  }

  #backOff() {
    this.#failures += 1;
    return Math.min(1000 * 2 ** (this.#failures - 1), LONGEST_WAIT);
  }

  /** One request. True if all went well, or there was nothing to do. */
  async #once() {
    const acts = this.#acts();
    const asked = this.#ask();
    if (!acts.length && !asked.want) return true;
    let response;
    let answer;
    try {
      response = await this.#post({ annotator: this.#annotator, acts, want: asked.want, have: asked.have });
      answer = await response.json();
    } catch {
      // No network, no answer in time, or an answer from something that is not the application.
      return this.#failed(response?.status === 403 || response?.status === 404 ? "refused" : "failing", "");
    }
    if (response.ok) return this.#take(answer, acts, asked);
    if (response.status === 401) return this.#failed("signed-out", answer.sign_in);
    if (response.status === 400 || response.status === 413) return this.#narrow(acts, answer.reason ?? "");
    return this.#failed(response.status < 500 ? "refused" : "failing", answer.reason ?? "");
  }

  #post(body, how = { signal: AbortSignal.timeout(GIVE_UP) }) {
    return fetch(this.#url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
      ...how,
    });
  }

  #failed(name, detail) {
    this.#state(name, detail);
    return false;
  }

  #take(answer, acts, asked) {
    const open = new Map(acts.map((act) => [act.key, act]));
    for (const receipt of answer.receipts) {
      const act = open.get(receipt.key);
      open.delete(receipt.key);
      if (receipt.saved) this.#outbox.saved(receipt.key);
      else this.#refuse(act, receipt.reason);
    }
    this.#reply(answer, asked);
    // An act without a receipt stays; asking again at once would turn in a circle.
    if (open.size) return this.#failed("failing", "");
    this.#failures = 0;
    this.#batch = BATCH;
    this.#again ||= this.#outbox.pending().length > 0;
    this.#state("ok", "");
    return true;
  }

  /** There was nothing to undo: then all is as the person wished it. */
  #refuse(act, reason) {
    if (act.kind === "withdraw") this.#outbox.saved(act.key);
    else this.#outbox.refuse(act.key, reason);
  }

  /** The request as a whole was refused: find the one act that it was refused for, and let the others go. */
  #narrow(acts, reason) {
    if (!acts.length) return this.#failed("refused", reason);
    if (acts.length === 1) {
      this.#refuse(acts[0], reason);
      this.#reply({ receipts: [{ key: acts[0].key, saved: false }] }, { want: 0 });
    }
    this.#batch = acts.length === 1 ? BATCH : Math.ceil(acts.length / 2);
    this.#again = true;
    this.#state("narrowed", reason);
    return true;
  }
}
