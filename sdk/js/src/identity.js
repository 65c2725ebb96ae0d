// Id tokens of people, as far as a data source needs them: whose they are, and for which application.

import { Refused } from "./errors.js";
import { hasTime, isText, takeApart, trimmed } from "./parsing.js";
import { verifies } from "./signatures.js";

/** Verifies id tokens of configured issuers; `sources` are their keys by issuer. */
export class IdTokens {
  constructor(sources, environment, skew) {
    Object.assign(this, { sources, environment, skew });
  }

  /** The claims of the token, and until when the keys that say so are fresh. */
  async verify(text, now) {
    const token = partsOf(trimmed(text));
    const { alg, kid } = token.header;
    const { iss, sub, aud } = token.claims;
    const source = this.sources.get(iss);
    if (source === undefined || alg !== "RS256" || !isText(kid, 255)) {
      throw new Refused("id_token", "not of a login issuer, or not signed with RS256");
    }
    const key = await source.key(kid).catch((error) => {
      throw error.code === "kid_unknown" ? new Refused("id_token", "unknown key") : error;
    });
    if (!(await verifies(key, token))) {
      throw new Refused("id_token", "signature");
    }
    const audience = Array.isArray(aud) ? aud : [aud];
    if (!isText(sub, 255) || audience.length === 0 || !audience.every((one) => isText(one, 2083))) {
      throw new Refused("id_token", "claims");
    }
    const { iat, exp } = token.claims;
    const timed = hasTime(token, "iat") && hasTime(token, "exp");
    if (!timed || iat > now + this.skew || now - this.skew > exp) {
      throw new Refused("id_token", "not of this moment");
    }
    return { person: token.claims, freshUntil: source.freshUntil() };
  }
}

/** Whether an id token was issued to an application. */
export function isFor({ aud, azp }, app) {
  return Array.isArray(aud) ? aud.includes(app) && (azp === undefined || azp === null || azp === app) : aud === app;
}

function partsOf(text) {
  try {
    return takeApart(text);
  } catch (error) {
    throw new Refused("id_token", error.message, { cause: error });
  }
}
