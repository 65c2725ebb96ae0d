// Verdicts that were reached already, a bounded number of them, each for a bounded time.

/** The latest verdicts by the exact texts that they are about. */
export class Remembered {
  #entries = new Map();

  constructor(most) {
    this.most = most;
  }

  get size() {
    return this.#entries.size;
  }

  /** What a verdict about a token, shown alone or together with more, is found by; texts never run into each other. */
  static name(token, ...more) {
    return more.every((text) => text === null) ? `=${token}` : JSON.stringify([token, ...more]);
  }

  /** A verdict that still counts. */
  get(name, now) {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (entry === undefined || now >= entry.until) {
      return undefined;
    }
    this.#entries.set(name, entry);
    return entry.verdict;
  }

  /** Keeps a verdict until a moment, and forgets the one that was needed longest ago where there are too many. */
  put(name, until, verdict) {
    if (this.most < 1) {
      return;
    }
    this.#entries.delete(name);
    this.#entries.set(name, { until, verdict });
    if (this.#entries.size > this.most) {
      this.#entries.delete(this.#entries.keys().next().value);
    }
  }
}
