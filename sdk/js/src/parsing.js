// Taking tokens apart. Nothing here trusts what it reads, and nothing is repaired.

import { Malformed, readObject } from "./json.js";

/** Longest token that is looked at, in bytes. */
export const MAX_TOKEN_BYTES = 8192;

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** What may stand last, by how many characters are left over: the bits that no byte takes are zero. */
const LAST = { 2: "AQgw", 3: "AEIMQUYcgkosw048" };

// Its own decoder takes a tenth of the time.
const node = globalThis.process?.getBuiltinModule?.("node:buffer");

/** How many headers are remembered. */
const MOST_HEADERS = 256;

/**
 * Headers of tokens whose signature was good, by their text: many tokens have the same, and what was read strictly once need not be read
 * again. Strangers put none here.
 */
export class KnownHeaders {
  #known = new Map();

  get(encoded) {
    return this.#known.get(encoded);
  }

  keep({ text, header }) {
    const encoded = text.slice(0, text.indexOf("."));
    if (this.#known.get(encoded) === header) {
      return;
    }
    if (this.#known.size >= MOST_HEADERS) {
      this.#known.clear();
    }
    this.#known.set(encoded, Object.freeze(header));
  }
}

/** Takes a compact JWS apart, without verifying it; throws `Malformed`. `headers` are those that were read before. */
export function takeApart(text, { maxBytes = MAX_TOKEN_BYTES, headers } = {}) {
  if (text.length > maxBytes) {
    throw new Malformed("too long");
  }
  const first = text.indexOf(".");
  const second = text.indexOf(".", first + 1);
  if (first === -1 || second === -1 || text.includes(".", second + 1)) {
    throw new Malformed("not three parts");
  }
  const encoded = text.slice(0, first);
  const header = headers?.get(encoded) ?? readHeader(encoded);
  const { object: claims, fractions } = readObject(fromBase64url(text.slice(first + 1, second)));
  const signature = fromBase64url(text.slice(second + 1));
  return { text, header, claims, fractions, signature };
}

function readHeader(encoded) {
  const { object: header } = readObject(fromBase64url(encoded));
  if ("crit" in header || "zip" in header || "b64" in header) {
    throw new Malformed("a header member that is not understood");
  }
  return header;
}

/** Without the spaces and tabs around it. */
export function trimmed(text) {
  let [begin, end] = [0, text.length];
  while (isBlank(text.charCodeAt(begin))) {
    begin += 1;
  }
  while (end > begin && isBlank(text.charCodeAt(end - 1))) {
    end -= 1;
  }
  return text.slice(begin, end);
}

const isBlank = (code) => code === 0x20 || code === 0x09;

/** Decodes canonical base64url without padding; throws `Malformed`. */
export function fromBase64url(text) {
  const rest = text.length % 4;
  if (!BASE64URL.test(text) || rest === 1) {
    throw new Malformed("not base64url");
  }
  if (rest !== 0 && !LAST[rest].includes(text[text.length - 1])) {
    throw new Malformed("not canonical base64url");
  }
  return node ? node.Buffer.from(text, "base64url") : decode(text);
}

function decode(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = binary.charCodeAt(at);
  }
  return bytes;
}

/** Whether a member is a string of 1 to `longest` characters. */
export function isText(value, longest) {
  return typeof value === "string" && value !== "" && (value.length <= longest || [...value].length <= longest);
}

/** Whether a member is a whole number of seconds after 1970, below 2^53. */
export function isTime(value) {
  return Number.isSafeInteger(value) && value > 0;
}

/** Whether a claim of a token is one, written as one. */
export function hasTime(token, name) {
  return isTime(token.claims[name]) && !token.fractions.has(name);
}
