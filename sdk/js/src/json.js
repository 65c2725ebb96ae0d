// Reading JSON strictly: `JSON.parse` takes members that are there twice, any depth, half surrogate pairs, and does not
// tell 1 from 1.0.

/** Deepest JSON that is read; the object itself is the first level. */
export const MAX_DEPTH = 8;

/** The bytes are not what they have to be. */
export class Malformed extends Error {}

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** An object of texts with nothing spelled out and of whole numbers that are surely finite, without space around them. */
const TEXT = String.raw`"[^"\\\u0000-\u001f]*"`;
const MEMBER = `${TEXT}:(?:${TEXT}|0|[1-9][0-9]{0,14})`;
const FLAT = new RegExp(`^\\{${MEMBER}(?:,${MEMBER})*\\}$`);
const NO_FRACTIONS = new Set();
const WORDS = { t: "true", f: "false", n: "null" };
const node = globalThis.process?.getBuiltinModule?.("node:buffer");
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object of UTF-8 text.
 *
 * @param {Uint8Array} bytes
 * @returns {{ object: Record<string, unknown>, fractions: Set<string> }} `fractions` are the names of its members that
 *   are numbers written with a fraction or an exponent
 */
export function readObject(bytes) {
  const text = textOf(bytes);
  return readFlat(text) ?? new Reader(text).whole();
}

function textOf(bytes) {
  // What is ASCII is its own text, which the platform tells in a fraction of the time.
  if (node?.Buffer.isBuffer(bytes) && node.isAscii(bytes)) {
    return bytes.latin1Slice();
  }
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

/** The usual object, read by the platform alone; none where that could hide something. */
function readFlat(text) {
  if (!FLAT.test(text)) {
    return undefined;
  }
  const object = JSON.parse(text);
  // A member that is there twice leaves more quotation marks than its names and texts have.
  let marks = 0;
  for (const name in object) {
    marks += typeof object[name] === "string" ? 4 : 2;
  }
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    marks -= 1;
  }
  return marks === 0 ? { object, fractions: NO_FRACTIONS } : undefined;
}

/** Passes over a text that has to be one JSON object. What is read is read by the platform: this only says no. */
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.fractions = new Set();
  }

  whole() {
    this.space();
    if (this.text[this.at] !== "{") {
      throw new Malformed("not an object");
    }
    this.value(1);
    this.space();
    if (this.at !== this.text.length) {
      throw new Malformed("text behind the object");
    }
    return { object: JSON.parse(this.text), fractions: this.fractions };
  }

  value(depth, name) {
    const first = this.text[this.at];
    if (first === '"') {
      this.string();
      return;
    }
    if (first === "{" || first === "[") {
      if (depth > MAX_DEPTH) {
        throw new Malformed("too deep");
      }
      this.at += 1;
      if (first === "{") {
        this.object(depth);
      } else {
        this.list(depth);
      }
      return;
    }
    const word = WORDS[first];
    if (word === undefined) {
      this.number(depth, name);
      return;
    }
    if (!this.text.startsWith(word, this.at)) {
      throw new Malformed("not a value");
    }
    this.at += word.length;
  }

  object(depth) {
    if (this.ends("}")) {
      return;
    }
    const names = new Set();
    do {
      this.space();
      const name = this.string();
      if (names.has(name)) {
        throw new Malformed("a member twice");
      }
      names.add(name);
      this.space();
      this.require(":");
      this.space();
      this.value(depth + 1, name);
    } while (this.goesOn("}"));
  }

  list(depth) {
    if (this.ends("]")) {
      return;
    }
    do {
      this.space();
      this.value(depth + 1);
    } while (this.goesOn("]"));
  }

  string() {
    const begin = this.at;
    if (!this.passes(STRING)) {
      throw new Malformed("not a string");
    }
    const text = this.text.slice(begin + 1, this.at - 1);
    // Halves of pairs can only be spelled out: the text around them was UTF-8.
    if (!text.includes("\\")) {
      return text;
    }
    const meant = JSON.parse(`"${text}"`);
    if (!meant.isWellFormed()) {
      throw new Malformed("not a string");
    }
    return meant;
  }

  number(depth, name) {
    const begin = this.at;
    if (!this.passes(NUMBER) || !Number.isFinite(Number(this.text.slice(begin, this.at)))) {
      throw new Malformed("not a value");
    }
    if (depth === 2 && name !== undefined && /[.eE]/.test(this.text.slice(begin, this.at))) {
      this.fractions.add(name);
    }
  }

  ends(close) {
    this.space();
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

  /** Passes over spaces, tabs and ends of lines. */
  space() {
    while (isSpace(this.text.charCodeAt(this.at))) {
      this.at += 1;
    }
  }

  passes(pattern) {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) {
      return false;
    }
    this.at = pattern.lastIndex;
    return true;
  }
}

const isSpace = (code) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
