// Key sets: fetched from the place that a configured issuer names, cached, rotated, and never asked for more often than
// they may be.

import { Refused } from "./errors.js";
import { FetchError, jsonOf, maxAgeOf, requireSecure } from "./fetching.js";
import { Malformed } from "./json.js";
import { fromBase64url } from "./parsing.js";
import { publicKey } from "./signatures.js";

const MAX_KEYS = 100;
const MAX_UNKNOWN = 1024;
const UNKNOWN_SECONDS = 60;
const KEYS_FRESH = { standard: 3600, least: 60, most: 3600 };
const DOCUMENT_FRESH = { standard: 86_400, least: 60, most: 86_400 };
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 300;

/** How keys of an algorithm are read; `undefined` where one is none that counts. */
const READERS = { RS256: rsa, ES256: p256 };
const COORDINATE_BYTES = 32;

/** The keys for signatures with these algorithms in a key set, by `kid`; a name that two of them have is nobody's. */
export async function usableKeys(document, algorithms) {
  if (!Array.isArray(document.keys)) {
    throw new Malformed("no list of keys");
  }
  const keys = new Map();
  const twice = new Set();
  for (const jwk of document.keys.slice(0, MAX_KEYS)) {
    const key = await usable(jwk, algorithms);
    if (key !== undefined) {
      if (keys.has(jwk.kid)) {
        twice.add(jwk.kid);
      }
      keys.set(jwk.kid, key);
    }
  }
  for (const kid of twice) {
    keys.delete(kid);
  }
  if (keys.size === 0) {
    throw new Malformed("no usable key");
  }
  return keys;
}

async function usable(jwk, algorithms) {
  if (typeof jwk !== "object" || jwk === null || typeof jwk.kid !== "string" || jwk.kid === "") {
    return undefined;
  }
  if (jwk.use !== "sig" || !algorithms.includes(jwk.alg)) {
    return undefined;
  }
  try {
    const numbers = READERS[jwk.alg](jwk);
    return numbers && (await publicKey(jwk.alg, numbers));
  } catch {
    return undefined;
  }
}

function rsa({ kty, n, e }) {
  if (kty !== "RSA") {
    return undefined;
  }
  const modulus = numberOf(n);
  const exponent = numberOf(e);
  const bits = modulus.toString(2).length;
  const sound = bits >= 2048 && bits <= 8192 && modulus % 2n === 1n;
  if (!sound || exponent % 2n === 0n || exponent < 3n || exponent > 2n ** 33n) {
    return undefined;
  }
  return { kty, n, e };
}

function p256({ kty, crv, x, y }) {
  const isWhole = (text) => fromBase64url(text).length === COORDINATE_BYTES;
  return kty === "EC" && crv === "P-256" && isWhole(x) && isWhole(y) ? { kty, crv, x, y } : undefined;
}

function numberOf(text) {
  const hex = Array.from(fromBase64url(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return BigInt(`0x${hex}`);
}

/** The keys of one issuer. */
export class KeySource {
  #snapshot;
  #flight;
  #refreshing = false;
  #failures = 0;
  #notBefore = Number.NEGATIVE_INFINITY;
  #failure = "keys_unavailable";
  #unknown = new Map();

  /**
   * @param {{ documentUrl: string, issuer: string, algorithms: string[], environment: object, cooldown: number,
   *   staleIfError: number }} of only keys for these `algorithms` count; `cooldown` is the least number of seconds between two fetches because of unknown keys, `staleIfError` for how many
   *   seconds the last good keys are used beyond their freshness while the issuer cannot be reached
   */
  constructor({ documentUrl, issuer, algorithms, environment, cooldown, staleIfError }) {
    this.documentUrl = requireSecure(documentUrl);
    this.issuer = issuer;
    this.algorithms = algorithms;
    this.environment = environment;
    this.cooldown = cooldown;
    this.staleIfError = staleIfError;
  }

  /** The document of the issuer, whose `issuer` is the configured one. */
  async document() {
    return (await this.#current()).document;
  }

  /** The document and the keys by name, while they are fresh: what is at hand is not waited for. */
  atHand() {
    const now = this.environment.clock();
    const snapshot = this.#snapshot;
    if (snapshot === undefined || now >= snapshot.freshUntil) {
      return undefined;
    }
    if (now >= snapshot.refreshAt && now >= this.#notBefore) {
      this.#refreshBeside(snapshot);
    }
    return snapshot;
  }

  /** Until when the keys are fresh; what follows from them is not kept longer. */
  freshUntil() {
    return this.#snapshot?.freshUntil ?? Number.NEGATIVE_INFINITY;
  }

  /** The key of a name. */
  async key(kid) {
    let snapshot = await this.#current();
    const now = this.environment.clock();
    if (!snapshot.keys.has(kid) && now - snapshot.fetchedAt > this.cooldown && !this.#isKnownAsUnknown(kid, now)) {
      snapshot = await this.#refresh(snapshot, true);
      if (!snapshot.keys.has(kid)) {
        this.#rememberUnknown(kid, now + UNKNOWN_SECONDS);
      }
    }
    const key = snapshot.keys.get(kid);
    if (key === undefined) {
      throw new Refused("kid_unknown");
    }
    return key;
  }

  #isKnownAsUnknown(kid, now) {
    const until = this.#unknown.get(kid);
    if (until === undefined || until <= now) {
      return false;
    }
    this.#rememberUnknown(kid, until);
    return true;
  }

  #rememberUnknown(kid, until) {
    this.#unknown.delete(kid);
    this.#unknown.set(kid, until);
    if (this.#unknown.size > MAX_UNKNOWN) {
      this.#unknown.delete(this.#unknown.keys().next().value);
    }
  }

  async #current() {
    const fresh = this.atHand();
    if (fresh !== undefined) {
      return fresh;
    }
    const now = this.environment.clock();
    const snapshot = this.#snapshot;
    try {
      return await this.#refresh(snapshot, false);
    } catch (error) {
      if (snapshot !== undefined && now < snapshot.freshUntil + this.staleIfError) {
        return snapshot;
      }
      throw error;
    }
  }

  #refreshBeside(seen) {
    if (this.#refreshing) {
      return;
    }
    this.#refreshing = true;
    this.environment.background(async () => {
      try {
        await this.#refresh(seen, false);
      } catch {
        // The next request past their freshness meets the failure itself.
      } finally {
        this.#refreshing = false;
      }
    });
  }

  /** Fetches, unless somebody did so since `seen` was looked at, or too soon after a failure. */
  async #refresh(seen, reread) {
    while (this.#flight !== undefined) {
      await this.#flight.catch(() => {});
    }
    if (this.#snapshot !== seen) {
      return this.#snapshot;
    }
    const now = this.environment.clock();
    if (now < this.#notBefore) {
      throw new Refused(this.#failure, "failed a moment ago");
    }
    this.#flight = this.#load(seen, now, reread);
    try {
      this.#snapshot = await this.#flight;
      this.#failures = 0;
      this.#notBefore = Number.NEGATIVE_INFINITY;
      return this.#snapshot;
    } catch (error) {
      this.#failures += 1;
      this.#notBefore = now + Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), LONGEST_PAUSE);
      this.#failure = error.code;
      throw error;
    } finally {
      this.#flight = undefined;
    }
  }

  async #load(seen, now, reread) {
    let document = seen?.document;
    let documentUntil = seen?.documentUntil ?? now;
    if (reread || now >= documentUntil) {
      const got = await this.#get(this.documentUrl, DOCUMENT_FRESH);
      document = got.object;
      documentUntil = now + got.kept;
      if (document.issuer !== this.issuer) {
        throw new Refused("configuration", "the document is of another issuer");
      }
    }
    const { object, kept } = await this.#get(requireSecure(document.jwks_uri), KEYS_FRESH);
    const keys = await usableKeys(object, this.algorithms).catch((error) => {
      throw new Refused("keys_unavailable", error.message, { cause: error });
    });
    const refreshAt = now + kept * (0.8 - 0.05 * this.environment.random());
    return { document, documentUntil, keys, fetchedAt: now, refreshAt, freshUntil: now + kept };
  }

  async #get(url, bounds) {
    try {
      const response = await this.environment.ask({ url });
      if (response.status !== 200) {
        throw new FetchError(`answered ${response.status}`);
      }
      return { object: jsonOf(response), kept: maxAgeOf(response, bounds) };
    } catch (error) {
      throw new Refused("keys_unavailable", `${url}: ${error.message}`, { cause: error });
    }
  }
}
