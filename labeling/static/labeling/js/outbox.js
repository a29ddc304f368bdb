/** Acts that the server has not acknowledged yet.
 *
 * One localStorage entry an act, so that tabs which write at the same time never overwrite each other. The entry's name
 * carries the order. An act leaves only when the server says that it is saved; one that the server refuses moves to the
 * refused list and stays there until the person dismisses it. Where the storage is full or blocked, acts stay in memory
 * and `onlyInMemory` says so.
 */
export class Outbox {
  #name;
  #storage;
  #memory = new Map();
  #latest = 0;

  constructor(name, storage = reachableStorage()) {
    this.#name = name;
    this.#storage = storage;
  }

  /** Keep `act`; `text` is the sentence, shown should the server refuse. True if it would survive a reload. */
  add(act, text) {
    this.#latest = Math.max(Date.now(), this.#latest + 1, ...this.pending().map((one) => one.order + 1));
    return this.#put(`act:${String(this.#latest).padStart(16, "0")}:${act.key}`, { order: this.#latest, act, text });
  }

  /** [{order, act, text}], oldest first. */
  pending() {
    return this.#all("act:").sort((one, other) => one.order - other.order);
  }

  /** [{act, text, reason}] */
  refused() {
    return this.#all("refused:");
  }

  saved(key) {
    this.#forget((name) => name.startsWith("act:") && name.endsWith(key));
  }

  refuse(key, reason) {
    const record = this.pending().find((one) => one.act.key === key);
    if (!record) return;
    this.#put(`refused:${key}`, { ...record, reason });
    this.saved(key);
  }

  dismiss(key) {
    this.#forget((name) => name === `refused:${key}`);
  }

  get onlyInMemory() {
    return [...this.#memory.keys()].some((name) => name.startsWith("act:"));
  }

  /** Call `heard(act)` when another tab keeps an act, and `changed()` whenever another tab changes the outbox. */
  watch(heard, changed) {
    addEventListener("storage", (event) => {
      if (event.key === null) return changed();
      if (!event.key.startsWith(`${this.#name}:`)) return;
      const record = event.newValue && parsed(event.newValue);
      if (record && event.key.startsWith(`${this.#name}:act:`)) heard(record.act);
      changed();
    });
  }

  #put(name, record) {
    try {
      this.#storage.setItem(`${this.#name}:${name}`, JSON.stringify(record));
      return true;
    } catch {
      this.#memory.set(name, record);
      return false;
    }
  }

  #forget(named) {
    for (const name of this.#names().filter(named)) this.#storage.removeItem(`${this.#name}:${name}`);
    for (const name of [...this.#memory.keys()].filter(named)) this.#memory.delete(name);
  }

  #names() {
    const prefix = `${this.#name}:`;
    const names = [];
    for (let i = 0; i < (this.#storage?.length ?? 0); i += 1) {
      const name = this.#storage.key(i);
      if (name.startsWith(prefix)) names.push(name.slice(prefix.length));
    }
    return names;
  }

  #all(prefix) {
    const stored = this.#names()
      .filter((name) => name.startsWith(prefix))
      .map((name) => parsed(this.#storage.getItem(`${this.#name}:${name}`)));
    const held = [...this.#memory].filter(([name]) => name.startsWith(prefix)).map(([, record]) => record);
    return [...stored, ...held].filter(Boolean);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Even to look at localStorage throws where a browser blocks it. */
export function reachableStorage(kind = "localStorage") {
  try {
    return globalThis[kind];
  } catch {
    return null;
  }
}

/** A random UUID; `crypto.randomUUID` is missing on plain http outside this machine. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
