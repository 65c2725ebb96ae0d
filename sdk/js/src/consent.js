// Consent tokens of the dataspace protocol 0.2, as a data source verifies them.

import { isDsi } from "./dsi.js";
import { Refused } from "./errors.js";
import { environment, jsonOf, maxAgeOf, requireSecure } from "./fetching.js";
import { IdTokens, isFor } from "./identity.js";
import { KeySource } from "./keys.js";
import { KnownHeaders, hasTime, isText, takeApart, trimmed } from "./parsing.js";
import { Remembered } from "./remembering.js";
import { RevocationFeed } from "./revocation.js";
import { verifies } from "./signatures.js";

const MAX_URI = 2083;
const EXACT = [
  { member: "alg", value: "RS256", code: "alg" },
  { member: "v", value: "0.2", code: "version" },
  { member: "typ", value: "JWT", code: "typ" },
];
const NAMES = [
  { member: "tid", longest: 255 },
  { member: "kid", longest: 255 },
  { member: "jku", longest: MAX_URI },
];
const TEXTS = [
  { name: "sub", longest: 255 },
  { name: "subiss", longest: MAX_URI },
  { name: "acr", longest: MAX_URI },
  { name: "app", longest: MAX_URI },
  { name: "appiss", longest: MAX_URI },
  { name: "dsi", longest: 65_536 },
];
const TIMES = ["iat", "exp"];
const MODES = ["none", "feed", "verify", "introspect"];

const STANDARD = {
  loginIssuers: [],
  requireIdToken: true,
  sameLoginIssuer: true,
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
  const wrong = (what) => new TypeError(what);
  requireSecure(settings.issuer);
  if (settings.issuer.endsWith("/")) {
    throw wrong("the issuer has no slash at its end");
  }
  const { expectedDsis } = settings;
  if (!Array.isArray(expectedDsis) || expectedDsis.length === 0 || !expectedDsis.every(isDsi)) {
    throw wrong("expectedDsis is a list of data source identifiers");
  }
  if (!(settings.skew >= 0 && settings.skew <= 300)) {
    throw wrong("skew is 0 to 300 seconds");
  }
  if (!MODES.includes(settings.revocation)) {
    throw wrong("revocation is none, feed, verify or introspect");
  }
  if (settings.revocation === "introspect" && typeof settings.verifierHeaders !== "function") {
    throw wrong("introspection needs verifierHeaders");
  }
  // The provider's own check cannot be asked without an id token.
  settings.requireIdToken ||= settings.revocation === "verify";
  if (settings.requireIdToken && settings.loginIssuers.length === 0) {
    throw wrong("id tokens are required, so loginIssuers must name whose");
  }
  return settings;
}

/** Verifies consent tokens. Make one and keep it. */
export class ConsentVerifier {
  #settings;
  #environment;
  #keys;
  #headers = new KnownHeaders();
  #idTokens;
  #feed;
  #verdicts;
  #standing;

  /** How many tokens were accepted although nobody could tell whether their consent stands (`failOpen`). */
  unjudged = 0;

  constructor(settings, outside = {}) {
    this.#settings = judged(settings);
    this.#environment = environment(outside);
    const { issuer, loginIssuers, skew, feedPoll, keyCooldown, staleIfError, remember } = this.#settings;
    const source = (documentUrl, of) =>
      new KeySource({
        documentUrl,
        issuer: of,
        algorithms: ["RS256"],
        environment: this.#environment,
        cooldown: keyCooldown,
        staleIfError,
      });
    this.#keys = source(`${issuer}/.well-known/dataspace/consent-configuration.json`, issuer);
    const logins = loginIssuers.map((login) => [login, source(`${login}/.well-known/openid-configuration`, login)]);
    this.#idTokens = new IdTokens(new Map(logins), this.#environment, skew);
    this.#feed = new RevocationFeed({
      url: () => this.#place("consent_revocations_uri", "/.well-known/dataspace/consent-revocations.jwt"),
      issuer,
      keys: this.#keys,
      environment: this.#environment,
      poll: feedPoll,
      skew,
    });
    this.#verdicts = new Remembered(remember);
    this.#standing = new Remembered(remember);
  }

  /** How many verdicts are kept at the moment. */
  get remembered() {
    return this.#verdicts.size;
  }

  /** Judges the content of the `X-Consent-Token` header; rejects with `Refused`. */
  async verify(token, { idToken, dsi } = {}) {
    const text = trimmed(token ?? "");
    if (text === "") {
      throw new Refused("missing");
    }
    const now = this.#environment.clock();
    const texts = [text, idToken, dsi];
    let consent = this.#verdicts.get(texts, now);
    if (consent === undefined) {
      const verdict = await this.#judge(text, idToken, dsi, now);
      consent = verdict.consent;
      this.#verdicts.put(texts, verdict.until, consent);
    }
    if (this.#settings.revocation !== "none") {
      await this.#requireStanding(consent, text, idToken, texts, now);
    }
    return consent;
  }

  /** Everything but whether the consent still stands; with until when that verdict holds. */
  async #judge(text, idToken, dsi, now) {
    const { issuer, skew, requireIdToken } = this.#settings;
    const token = partsOf(text, this.#headers);
    requireHeader(token.header);
    if (token.claims.iss !== issuer) {
      throw new Refused("issuer");
    }
    const { jku, kid } = token.header;
    const atHand = this.#keys.atHand();
    if (jku !== (atHand?.document ?? (await this.#keys.document())).jwks_uri) {
      throw new Refused("jku");
    }
    const good = verifies(atHand?.keys.get(kid) ?? (await this.#keys.key(kid)), token);
    if (good !== true && !(await good)) {
      throw new Refused("signature");
    }
    this.#headers.keep(token);
    const consent = claimsOf(token);
    this.#requireTime(consent, now);
    this.#requireDsi(consent.dsi, dsi);
    let until = Math.min(consent.exp + skew, this.#keys.freshUntil());
    if (idToken || requireIdToken) {
      if (!idToken) {
        throw new Refused("id_token", "missing");
      }
      const { person, freshUntil } = await this.#idTokens.verify(idToken, now);
      this.#requireSame(consent, person);
      until = Math.min(until, person.exp + skew, freshUntil);
    }
    this.#requireListed(consent);
    return { consent, until };
  }

  #requireTime({ iat, exp }, now) {
    const { skew, maxLifetime } = this.#settings;
    if (iat > now + skew) {
      throw new Refused("not_yet");
    }
    if (now - skew > exp) {
      throw new Refused("expired");
    }
    if (iat > exp) {
      throw new Refused("claims", "it ends before it begins");
    }
    if (maxLifetime !== undefined && exp - iat > maxLifetime) {
      throw new Refused("lifetime");
    }
  }

  #requireDsi(found, asked) {
    const { expectedDsis } = this.#settings;
    const wanted = asked ?? (expectedDsis.length === 1 ? expectedDsis[0] : undefined);
    // What is expected is an identifier by its form, and so is what equals it.
    if (found !== wanted || !expectedDsis.includes(found)) {
      throw new Refused("dsi");
    }
  }

  #requireSame(consent, person) {
    if (consent.sub !== person.sub) {
      throw new Refused("subject");
    }
    if (consent.subiss !== person.iss) {
      throw new Refused("subject_issuer");
    }
    if (consent.acr !== person.acr) {
      throw new Refused("acr");
    }
    if (!isFor(person, consent.app)) {
      throw new Refused("app");
    }
    if (this.#settings.sameLoginIssuer && consent.appiss !== person.iss) {
      throw new Refused("app_issuer");
    }
  }

  #requireListed({ acr, app, subiss }) {
    const { allowedAcrs, allowedApps, allowedSubjectIssuers } = this.#settings;
    requireOn(allowedAcrs, acr, "acr");
    requireOn(allowedApps, app, "app");
    requireOn(allowedSubjectIssuers, subiss, "subject_issuer");
  }

  async #requireStanding(consent, text, idToken, texts, now) {
    try {
      switch (this.#settings.revocation) {
        case "feed":
          await this.#feed.requireStanding(consent.tid, consent.iat, { onceListed: true });
          break;
        case "verify":
          await this.#askProvider(consent, text, idToken);
          break;
        case "introspect":
          if (this.#standing.get(texts, now) === undefined) {
            this.#standing.put(texts, now + (await this.#introspect(consent, text)), true);
          }
          break;
      }
    } catch (error) {
      if (!(error instanceof Refused) || error.code === "revoked" || !this.#settings.failOpen) {
        throw error;
      }
      this.unjudged += 1;
    }
  }

  async #askProvider(consent, text, idToken) {
    const url = await this.#place("consent_verify_uri", "/Consent/Verify");
    const headers = { authorization: `Bearer ${idToken}`, "x-consent-token": text };
    const { answer } = await this.#post(url, { dataSource: consent.dsi }, headers);
    if (answer.verified === false) {
      throw new Refused("revoked");
    }
    if (answer.verified !== true) {
      throw new Refused("revocation_unavailable", "the provider did not answer the question");
    }
  }

  /** For how many seconds the answer may be kept. */
  async #introspect(consent, text) {
    const url = await this.#place("consent_introspection_uri", "/Consent/Introspect");
    const headers = await this.#settings.verifierHeaders();
    const { answer, response } = await this.#post(url, { consentToken: text, dataSource: consent.dsi }, headers);
    if (typeof answer.active !== "boolean") {
      throw new Refused("revocation_unavailable", "the provider did not answer the question");
    }
    if (!answer.active || answer.tid !== consent.tid) {
      throw new Refused("revoked");
    }
    return maxAgeOf(response, { standard: 0, least: 0, most: 60 });
  }

  async #place(member, path) {
    return requireSecure((await this.#keys.document())[member] ?? this.#settings.issuer + path);
  }

  async #post(url, body, headers) {
    try {
      const response = await this.#environment.ask({
        url,
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
      if (response.status !== 200) {
        throw new Error(`the provider answered ${response.status}`);
      }
      return { answer: jsonOf(response), response };
    } catch (error) {
      throw new Refused("revocation_unavailable", error.message, { cause: error });
    }
  }
}

function requireOn(listed, value, code) {
  if (listed !== undefined && !listed.includes(value)) {
    throw new Refused(code, "not on the list");
  }
}

function partsOf(text, headers) {
  try {
    return takeApart(text, { headers });
  } catch (error) {
    throw new Refused("malformed", error.message, { cause: error });
  }
}

function requireHeader(header) {
  for (const { member, value, code } of EXACT) {
    if (header[member] !== value) {
      throw new Refused(code);
    }
  }
  for (const { member, longest } of NAMES) {
    if (!isText(header[member], longest)) {
      throw new Refused(member);
    }
  }
}

function claimsOf(token) {
  const { claims, header } = token;
  for (const { name, longest } of TEXTS) {
    if (!isText(claims[name], longest)) {
      throw new Refused("claims", name);
    }
  }
  for (const name of TIMES) {
    if (!hasTime(token, name)) {
      throw new Refused("claims", name);
    }
  }
  const { sub, subiss, acr, app, appiss, dsi, iat, exp } = claims;
  return Object.freeze({ sub, subiss, acr, app, appiss, dsi, iat, exp, tid: header.tid });
}
