// Reading JSON strictly: `JSON.parse` takes members that are there twice, any depth, half surrogate pairs, and does not
// tell 1 from 1.0.

/** Deepest JSON that is read; the object itself is the first level. */
export const MAX_DEPTH = 8;

/** The bytes are not what they have to be. */
export class Malformed extends Error {}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WORDS = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * Reads a JSON object of UTF-8 text.
 *
 * @param {Uint8Array} bytes
 * @returns {{ object: Record<string, unknown>, fractions: Set<string> }} `fractions` are the names of its members that
 *   are numbers written with a fraction or an exponent
 */
export function readObject(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
  return new Reader(text).whole();
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.fractions = new Set();
  }

  whole() {
    this.match(SPACE);
    if (this.text[this.at] !== "{") {
      throw new Malformed("not an object");
    }
    const object = this.value(1);
    this.match(SPACE);
    if (this.at !== this.text.length) {
      throw new Malformed("text behind the object");
    }
    return { object, fractions: this.fractions };
  }

  value(depth, name) {
    const first = this.text[this.at];
    if (first === "{" || first === "[") {
      if (depth > MAX_DEPTH) {
        throw new Malformed("too deep");
      }
      this.at += 1;
      return first === "{" ? this.object(depth) : this.list(depth);
    }
    if (first === '"') {
      return this.string();
    }
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number(depth, name);
  }

  object(depth) {
    const members = Object.create(null);
    if (this.ends("}")) {
      return members;
    }
    do {
      this.match(SPACE);
      const name = this.string();
      if (name in members) {
        throw new Malformed("a member twice");
      }
      this.match(SPACE);
      this.require(":");
      this.match(SPACE);
      members[name] = this.value(depth + 1, name);
    } while (this.goesOn("}"));
    return members;
  }

  list(depth) {
    const items = [];
    if (this.ends("]")) {
      return items;
    }
    do {
      this.match(SPACE);
      items.push(this.value(depth + 1));
    } while (this.goesOn("]"));
    return items;
  }

  string() {
    const [literal] = this.match(STRING) ?? [];
    const text = literal === undefined ? undefined : JSON.parse(literal);
    if (text === undefined || !text.isWellFormed()) {
      throw new Malformed("not a string");
    }
    return text;
  }

  number(depth, name) {
    const found = this.match(NUMBER);
    const number = found === null ? Number.NaN : Number(found[0]);
    if (!Number.isFinite(number)) {
      throw new Malformed("not a value");
    }
    if (depth === 2 && name !== undefined && (found[1] !== undefined || found[2] !== undefined)) {
      this.fractions.add(name);
    }
    return number;
  }

  ends(close) {
    this.match(SPACE);
    if (this.text[this.at] !== close) {
      return false;
    }
    this.at += 1;
    return true;
  }

  goesOn(close) {
    if (this.ends(close)) {
      return false;
    }
    this.require(",");
    return true;
  }

  require(character) {
    if (this.text[this.at] !== character) {
      throw new Malformed(`no ${character}`);
    }
    this.at += 1;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    this.at += found === null ? 0 : found[0].length;
    return found;
  }
}
