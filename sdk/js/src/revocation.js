// Following what was revoked: a signed list of hashes, polled while there are tokens to judge.

import { Refused } from "./errors.js";
import { FetchError, mediaType } from "./fetching.js";
import { Malformed } from "./json.js";
import { hasTime, isText, isTime, takeApart } from "./parsing.js";
import { verifies } from "./signatures.js";

/** A hundred thousand entries take ten million bytes. */
const MAX_FEED_BYTES = 16 * 1024 * 1024;
const TYP = "consent-revocations+jwt";
const PAUSE = 5;

/** How a feed lists an id. */
export async function hashed(identifier) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(identifier)));
  return btoa(String.fromCharCode(...digest)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The feed of one issuer. It is looked at again after `poll` seconds beside a request, and a second later before the request is
 * judged, so a revocation counts after that time at the latest. Where looking fails nobody waits for it again before twice as many.
 */
export class RevocationFeed {
  #feed;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #flight;
  #refreshing = false;

  constructor({ url, issuer, keys, environment, poll, skew }) {
    Object.assign(this, { url, issuer, keys, environment, poll, skew });
  }

  /**
   * Throws where an id is listed, or where nobody can tell. `onceListed`: an id that is listed is over for good.
   * Otherwise tokens issued after it was listed stand.
   */
  async requireStanding(identifier, iat, { onceListed }) {
    const feed = await this.#current();
    const at = feed.revoked.get(await hashed(identifier));
    if (at !== undefined && (onceListed || iat <= at)) {
      throw new Refused("revoked");
    }
    if (iat < feed.since) {
      throw new Refused("revocation_unavailable", "issued before the feed begins");
    }
  }

  async #current() {
    const now = this.environment.clock();
    const age = now - this.#lookedAt;
    // What is on its way is waited for.
    const isAnswering = this.#triedAt <= this.#lookedAt || this.#flight !== undefined;
    if (this.#feed === undefined || age >= 2 * this.poll || (age >= this.poll + 1 && isAnswering)) {
      await this.#refresh(now);
    } else if (age >= this.poll && now - this.#triedAt >= this.poll / 2) {
      this.#refreshBeside(now);
    }
    if (this.#feed === undefined || now > this.#feed.exp + this.skew) {
      throw new Refused("revocation_unavailable", "no feed that is young enough");
    }
    return this.#feed;
  }

  #refreshBeside(now) {
    if (this.#refreshing) {
      return;
    }
    this.#refreshing = true;
    this.environment.background(async () => {
      await this.#refresh(now);
      this.#refreshing = false;
    });
  }

  async #refresh(askedAt) {
    while (this.#flight !== undefined) {
      await this.#flight;
    }
    // Somebody looked while this waited, or looking failed a moment ago.
    if (this.#lookedAt >= askedAt || askedAt - this.#triedAt < PAUSE) {
      return;
    }
    this.#triedAt = askedAt;
    this.#flight = this.#load(askedAt).then(
      (feed) => {
        this.#feed = feed;
        this.#lookedAt = askedAt;
      },
      () => {
        // The last good feed counts until it expires.
      },
    );
    await this.#flight;
    this.#flight = undefined;
  }

  async #load(now) {
    const known = this.#feed !== undefined && now <= this.#feed.exp ? this.#feed : undefined;
    const headers = { accept: "application/jwt", ...(known?.etag && { "if-none-match": known.etag }) };
    const response = await this.environment.ask({ url: await this.url(), headers, maxBytes: MAX_FEED_BYTES });
    if (response.status === 304 && known !== undefined) {
      return known;
    }
    if (response.status !== 200 || mediaType(response) !== "application/jwt") {
      throw new FetchError("no feed");
    }
    const feed = await this.#read(new TextDecoder().decode(response.body).trim(), now);
    // One that is older than what is known would bring revoked consents back.
    return this.#feed !== undefined && feed.iat < this.#feed.iat ? this.#feed : { ...feed, etag: response.headers.etag };
  }

  async #read(text, now) {
    const token = takeApart(text, { maxBytes: MAX_FEED_BYTES });
    const { alg, typ, kid } = token.header;
    if (alg !== "RS256" || typ !== TYP || !isText(kid, 255)) {
      throw new Malformed("not a feed");
    }
    if (!(await verifies(await this.keys.key(kid), token))) {
      throw new Malformed("not signed by the issuer");
    }
    const { iss, iat, exp, since, revoked } = token.claims;
    if (iss !== this.issuer || !Array.isArray(revoked)) {
      throw new Malformed("not the feed of the issuer");
    }
    if (!["iat", "exp", "since"].every((name) => hasTime(token, name))) {
      throw new Malformed("moments are missing");
    }
    if (iat > now + this.skew || exp < now - this.skew) {
      throw new Malformed("not of this moment");
    }
    const listed = new Map();
    for (const entry of revoked) {
      if (!isText(entry?.h, 255) || !isTime(entry.at)) {
        throw new Malformed("an entry is not readable");
      }
      listed.set(entry.h, Math.max(entry.at, listed.get(entry.h) ?? 0));
    }
    return { iat, exp, since, revoked: listed };
  }
}
