// What leaves the process: one request, within limits, to addresses that somebody configured.

import { Refused } from "./errors.js";
import { Malformed, readObject } from "./json.js";

export const MAX_DOCUMENT_BYTES = 64 * 1024;

const JSON_TYPE = /^(?:application\/json|[a-z0-9.-]+\/[a-z0-9.-]+\+json)$/;
const MAX_AGE = /(?:^|[\s,])max-age="?(\d{1,9})/i;

/** No answer came, or it was larger than allowed. */
export class FetchError extends Error {}

/**
 * A sender over the `fetch` of the platform: no redirects, no cookies, no cache, at most `totalMilliseconds` from the
 * first byte to the last.
 */
export function platformFetch({ totalMilliseconds = 10_000, fetch = globalThis.fetch } = {}) {
  return async ({ url, method = "GET", headers = {}, body, maxBytes = MAX_DOCUMENT_BYTES }) => {
    const signal = AbortSignal.timeout(totalMilliseconds);
    const asked = { accept: "application/json", ...headers };
    try {
      const answer = await fetch(url, {
        method,
        headers: asked,
        body,
        signal,
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
      });
      const bytes = await readAtMost(answer, maxBytes);
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: bytes };
    } catch (error) {
      throw new FetchError(`${method} ${url} failed`, { cause: error });
    }
  };
}

async function readAtMost(answer, maxBytes) {
  if (answer.body === null) {
    return new Uint8Array();
  }
  const chunks = [];
  let length = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of chunksOf(answer.body)) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new FetchError("the answer is too large");
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function* chunksOf(stream) {
  const reader = stream.getReader();
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        whole = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!whole) {
      await reader.cancel().catch(() => {});
    }
  }
}

/** What a verifier takes from outside, with what the platform has where nothing is given. */
export function environment({ fetch, clock, random, background } = {}) {
  const send = fetch ?? platformFetch();
  return {
    clock: clock ?? (() => Date.now() / 1000),
    random: random ?? Math.random,
    background: background ?? ((work) => void work()),
    /** Sends a request and holds the sender to the limits. */
    async ask(request) {
      let response;
      try {
        response = await send(request);
      } catch (error) {
        throw error instanceof FetchError ? error : new FetchError("no answer", { cause: error });
      }
      if (response.body.length > (request.maxBytes ?? MAX_DOCUMENT_BYTES)) {
        throw new FetchError("the answer is too large");
      }
      return response;
    },
  };
}

/** The media type of an answer without parameters, in lower case. */
export function mediaType(response) {
  return (response.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
}

/** The JSON object in an answer; throws `Malformed`. */
export function jsonOf(response) {
  if (!JSON_TYPE.test(mediaType(response))) {
    throw new Malformed("not JSON by its type");
  }
  return readObject(response.body).object;
}

/** For how many seconds an answer may be kept, within bounds. */
export function maxAgeOf(response, { standard, least, most }) {
  const control = response.headers["cache-control"] ?? "";
  if (/no-store|no-cache/i.test(control)) {
    return least;
  }
  const found = MAX_AGE.exec(control);
  return found === null ? standard : Math.min(Math.max(Number(found[1]), least), most);
}

/** An address that may be asked: https, or http on this very machine. */
export function requireSecure(url) {
  if (typeof url === "string" && url.length >= 1 && url.length <= 2083 && URL.canParse(url)) {
    const { protocol, hostname, username, password, hash } = new URL(url);
    const local = ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
    const plain = username === "" && password === "" && hash === "";
    if (plain && (protocol === "https:" || (protocol === "http:" && local))) {
      return url;
    }
  }
  throw new Refused("configuration", "an address is not https");
}
