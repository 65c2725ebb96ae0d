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

  /** A verdict about these very texts that still counts. */
  get(texts, now) {
    const name = nameOf(texts);
    const entry = this.#entries.get(name);
    if (entry === undefined || !areSame(entry.texts, texts)) {
      return undefined;
    }
    // What was needed last stands last.
    this.#entries.delete(name);
    if (now >= entry.until) {
      return undefined;
    }
    this.#entries.set(name, entry);
    return entry.verdict;
  }

  /** Keeps a verdict until a moment, and forgets the one that was needed longest ago where there are too many. */
  put(texts, until, verdict) {
    if (this.most < 1) {
      return;
    }
    const name = nameOf(texts);
    this.#entries.delete(name);
    this.#entries.set(name, { texts, until, verdict });
    if (this.#entries.size > this.most) {
      this.#entries.delete(this.#entries.keys().next().value);
    }
  }
}

/** How much of the end of a text is looked up: of a token that was accepted, so much of its signature is its own. */
const LOOKED_UP = 43;

/** Where a verdict stands. That it is about the same texts is compared: hashing whole tokens takes longer. */
function nameOf(texts) {
  let name = "";
  for (let at = 0; at < texts.length; at += 1) {
    name += texts[at]?.slice(-LOOKED_UP) ?? "";
  }
  return name;
}

const areSame = (these, those) => these.every((text, at) => text === those[at]);
