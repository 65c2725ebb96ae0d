// Access tokens of Consentry's authorization door (RFC 9068), as an API verifies them.

import { Refused } from "./errors.js";
import { environment, jsonOf, requireSecure } from "./fetching.js";
import { KeySource } from "./keys.js";
import { KnownHeaders, hasTime, isText, takeApart, trimmed } from "./parsing.js";
import { Remembered } from "./remembering.js";
import { RevocationFeed } from "./revocation.js";
import { verifies } from "./signatures.js";

const STANDARD = {
  skew: 60,
  revocation: "none",
  failOpen: false,
  feedPoll: 30,
  keyCooldown: 30,
  staleIfError: 21_600,
  remember: 1000,
};

function judged(given) {
  const settings = { ...STANDARD, ...given };
  requireSecure(settings.issuer);
  if (!isText(settings.audience, 2083)) {
    throw new TypeError("audience is needed");
  }
  if (!(settings.skew >= 0 && settings.skew <= 300)) {
    throw new TypeError("skew is 0 to 300 seconds");
  }
  if (!["none", "feed", "introspect"].includes(settings.revocation)) {
    throw new TypeError("revocation is none, feed or introspect");
  }
  if (settings.revocation === "feed") {
    requireSecure(settings.revocationsUrl);
  }
  if (settings.revocation === "introspect" && typeof settings.clientHeaders !== "function") {
    throw new TypeError("introspection needs clientHeaders");
  }
  return settings;
}

const ALGORITHMS = ["RS256", "ES256"];

/** Verifies access tokens. Make one and keep it. */
export class AccessVerifier {
  #settings;
  #environment;
  #keys;
  #headers = new KnownHeaders();
  #feed;
  #verdicts;

  /** How many tokens were accepted although nobody could tell whether their consent stands (`failOpen`). */
  unjudged = 0;

  constructor(settings, outside = {}) {
    this.#settings = judged(settings);
    this.#environment = environment(outside);
    const { issuer, revocationsUrl, skew, feedPoll, keyCooldown, staleIfError, remember } = this.#settings;
    this.#keys = new KeySource({
      documentUrl: `${issuer}/.well-known/openid-configuration`,
      issuer,
      algorithms: ALGORITHMS,
      environment: this.#environment,
      cooldown: keyCooldown,
      staleIfError,
    });
    this.#feed = new RevocationFeed({
      url: () => revocationsUrl,
      issuer,
      keys: this.#keys,
      environment: this.#environment,
      poll: feedPoll,
      skew,
    });
    this.#verdicts = new Remembered(remember);
  }

  /** Judges a bearer token (without the word `Bearer`) that has to allow all of `scopes`; rejects with `Refused`. */
  async verify(token, { scopes = [] } = {}) {
    const text = trimmed(token ?? "");
    if (text === "") {
      throw new Refused("missing");
    }
    const now = this.#environment.clock();
    let access = this.#verdicts.get([text], now);
    if (access === undefined) {
      access = await this.#judge(text, now);
      const until = Math.min(access.exp + this.#settings.skew, this.#keys.freshUntil());
      this.#verdicts.put([text], until, access);
    }
    if (!scopes.every((scope) => access.scopes.includes(scope))) {
      throw new Refused("scope");
    }
    await this.#requireStanding(access, text);
    return access;
  }

  async #judge(text, now) {
    const { issuer, audience, skew } = this.#settings;
    const token = partsOf(text, this.#headers);
    const { alg, typ, kid } = token.header;
    if (!ALGORITHMS.includes(alg)) {
      throw new Refused("alg");
    }
    if (typeof typ !== "string" || typ.toLowerCase().replace(/^application\//, "") !== "at+jwt") {
      throw new Refused("typ");
    }
    if (!isText(kid, 255)) {
      throw new Refused("kid");
    }
    if (token.claims.iss !== issuer) {
      throw new Refused("issuer");
    }
    const key = await this.#keys.key(kid);
    if (key.alg !== alg) {
      throw new Refused("alg", "the key is for another algorithm");
    }
    if (!(await verifies(key, token))) {
      throw new Refused("signature");
    }
    this.#headers.keep(token);
    const { access, audiences } = claimsOf(token);
    if (access.iat > now + skew || (token.claims.nbf ?? access.iat) > now + skew) {
      throw new Refused("not_yet");
    }
    if (now - skew > access.exp) {
      throw new Refused("expired");
    }
    if (!audiences.includes(audience)) {
      throw new Refused("audience");
    }
    return access;
  }

  async #requireStanding(access, text) {
    try {
      switch (this.#settings.revocation) {
        case "feed":
          if (access.consentId !== undefined) {
            await this.#feed.requireStanding(access.consentId, access.iat, { onceListed: false });
          }
          break;
        case "introspect":
          await this.#introspect(text);
          break;
      }
    } catch (error) {
      if (!(error instanceof Refused) || error.code === "revoked" || !this.#settings.failOpen) {
        throw error;
      }
      this.unjudged += 1;
    }
  }

  async #introspect(text) {
    const url = requireSecure((await this.#keys.document()).introspection_endpoint);
    const own = await this.#settings.clientHeaders();
    let active;
    try {
      const response = await this.#environment.ask({
        url,
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...own },
        body: new URLSearchParams({ token: text, token_type_hint: "access_token" }).toString(),
      });
      active = response.status === 200 ? jsonOf(response).active : undefined;
    } catch (error) {
      throw new Refused("revocation_unavailable", error.message, { cause: error });
    }
    if (active === false) {
      throw new Refused("revoked");
    }
    if (active !== true) {
      throw new Refused("revocation_unavailable", "the issuer did not answer the question");
    }
  }
}

function claimsOf(token) {
  const { sub, client_id: clientId, aud, scope = "", consent_id: consentId = null, iat, exp, nbf } = token.claims;
  const audiences = Array.isArray(aud) ? aud : [aud];
  const sound =
    isText(sub, 255) &&
    isText(clientId, 255) &&
    hasTime(token, "iat") &&
    hasTime(token, "exp") &&
    (nbf === undefined || hasTime(token, "nbf")) &&
    typeof scope === "string" &&
    (consentId === null || isText(consentId, 255)) &&
    audiences.every((one) => isText(one, 2083));
  if (!sound) {
    throw new Refused("claims");
  }
  const scopes = Object.freeze(scope.split(" ").filter((one) => one !== ""));
  const access = { sub, clientId, scopes, consentId: consentId ?? undefined, iat, exp, claims: token.claims };
  return { access: Object.freeze(access), audiences };
}

function partsOf(text, headers) {
  try {
    return takeApart(text, { headers });
  } catch (error) {
    throw new Refused("malformed", error.message, { cause: error });
  }
}
