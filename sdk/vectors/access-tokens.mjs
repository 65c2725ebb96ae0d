// The vectors of access tokens (RFC 9068).

import { document, hashed, published, signTexts, without } from "./signing.mjs";
import { NOW } from "./consent-tokens.mjs";

const ISSUER = "https://id.northbay.example/oidc";
const CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`;
const JWKS = `${ISSUER}/jwks`;
const INTROSPECTION = `${ISSUER}/token/introspection`;
const FEED = "https://id.northbay.example/events/v1/revocations.jwt";
const AUDIENCE = "https://api.northbay.example";
const CONSENT = "0190b6f5-0c6f-7b0e-8a55-3f0f3c1f9e21";

const header = { alg: "RS256", kid: "provider-1", typ: "at+jwt" };
const claims = {
  iss: ISSUER,
  sub: "pw_9f1c77",
  aud: AUDIENCE,
  client_id: "moneytrack",
  scope: "accounts:balance accounts:transactions",
  iat: NOW - 100,
  exp: NOW + 500,
  jti: "at-1",
  consent_id: CONSENT,
};

const token = ({ h = {}, c = {}, key = "provider-1", how = "RS256" } = {}) =>
  signTexts(JSON.stringify(without({ ...header, ...h })), JSON.stringify(without({ ...claims, ...c })), key, how);

const feed = (at, c = {}) =>
  document(
    signTexts(
      JSON.stringify({ alg: "RS256", kid: "provider-1", typ: "consent-revocations+jwt" }),
      JSON.stringify({
        iss: ISSUER,
        iat: NOW - 10,
        exp: NOW + 290,
        since: NOW - 4200,
        seq: 7,
        revoked: [{ h: hashed(CONSENT), at }],
        ...c,
      }),
      "provider-1",
    ),
    { "content-type": "application/jwt" },
  );

const claim = (c, expect) => ({ token: token({ c }), expect });
const head = (h, expect) => ({ token: token({ h }), expect });
const following = (documents, expect, c = {}) => ({
  token: token({ c }),
  settings: { revocation: "feed" },
  documents: { [FEED]: documents },
  expect,
});
const asking = (answer, expect) => ({
  token: token(),
  settings: { revocation: "introspect" },
  documents: { [`POST ${INTROSPECTION}`]: answer },
  expect,
});

const CASES = {
  "valid": { token: token(), expect: "ok" },
  "the type in full": { ...head({ typ: "application/at+jwt" }, "ok") },
  "the type in upper case": { ...head({ typ: "AT+JWT" }, "ok") },
  "audience among several": claim({ aud: ["https://other.example", AUDIENCE] }, "ok"),
  "all scopes asked for": { token: token(), scopes: ["accounts:balance", "accounts:transactions"], expect: "ok" },
  "a scope it does not have": { token: token(), scopes: ["accounts:balance", "payments"], expect: "scope" },
  "the beginning of a scope": { token: token(), scopes: ["accounts"], expect: "scope" },
  "no scope at all": { token: token({ c: { scope: undefined } }), scopes: ["accounts:balance"], expect: "scope" },

  "absent": { token: null, expect: "missing" },
  "empty": { token: " ", expect: "missing" },
  "garbage": { token: "a.b", expect: "malformed" },
  "twice the same claim": {
    token: signTexts(JSON.stringify(header), `${JSON.stringify(claims).slice(0, -1)},"scope":"payments"}`, "provider-1"),
    expect: "malformed",
  },
  "crit": head({ crit: ["exp"] }, "malformed"),
  "longer than allowed": claim({ more: "x".repeat(8192) }, "malformed"),
  "alg none": head({ alg: "none" }, "alg"),
  "alg HS256 with the public key": { token: token({ h: { alg: "HS256" }, how: "HS256 with the public key" }), expect: "alg" },
  "an id token": head({ typ: "JWT" }, "typ"),
  "without a type": head({ typ: undefined }, "typ"),
  "without kid": head({ kid: undefined }, "kid"),
  "unknown kid": head({ kid: "nobody" }, "kid_unknown"),
  "of another issuer": claim({ iss: "https://evil.example" }, "issuer"),
  "issuer with a slash": claim({ iss: `${ISSUER}/` }, "issuer"),
  "description of another issuer": { token: token(), documents: { [CONFIGURATION]: document({ issuer: "https://evil.example", jwks_uri: JWKS }) }, expect: "configuration" },
  "keys unreachable": { token: token(), documents: { [JWKS]: null }, expect: "keys_unavailable" },
  "signed by a stranger": { token: token({ key: "stranger-1" }), expect: "signature" },
  "for another audience": claim({ aud: "https://other.example" }, "audience"),
  "audience with a slash": claim({ aud: `${AUDIENCE}/` }, "audience"),
  "without an audience": claim({ aud: undefined }, "claims"),
  "without a subject": claim({ sub: undefined }, "claims"),
  "without a client": claim({ client_id: undefined }, "claims"),
  "without an end": claim({ exp: undefined }, "claims"),
  "end as a text": claim({ exp: String(NOW + 500) }, "claims"),
  "scope a list": claim({ scope: ["accounts:balance"] }, "claims"),
  "consent a number": claim({ consent_id: 7 }, "claims"),
  "from the future": claim({ iat: NOW + 61 }, "not_yet"),
  "not before later": claim({ nbf: NOW + 61 }, "not_yet"),
  "expired": claim({ iat: NOW - 900, exp: NOW - 61 }, "expired"),
  "expired within what clocks differ": claim({ iat: NOW - 900, exp: NOW - 60 }, "ok"),

  "feed lists it": following(feed(NOW - 50), "revoked"),
  "feed lists it as of the second it was issued": following(feed(NOW - 100), "revoked"),
  "issued after what the feed lists": following(feed(NOW - 101), "ok"),
  "feed lists another": following(feed(NOW, { revoked: [{ h: hashed("another"), at: NOW }] }), "ok"),
  "nothing to do with a consent": following(feed(NOW), "ok", { consent_id: undefined }),
  "issued before the feed begins": following(feed(NOW - 5000, { since: NOW - 99 }), "revocation_unavailable"),
  "feed without moments": following(feed(NOW, { revoked: [{ h: hashed(CONSENT) }] }), "revocation_unavailable"),
  "feed unreachable": following(null, "revocation_unavailable"),
  "introspected as active": asking(document({ active: true }), "ok"),
  "introspected as inactive": asking(document({ active: false }), "revoked"),
  "introspection says nothing": asking(document({}), "revocation_unavailable"),
  "introspection refuses us": asking({ ...document({ error: "invalid_client" }), status: 401 }, "revocation_unavailable"),
};

export const accessTokens = {
  about: "Access tokens of the authorization door (RFC 9068). Written by make.mjs.",
  now: NOW,
  settings: { issuer: ISSUER, audience: AUDIENCE, revocation: "none", revocations_url: FEED },
  documents: {
    [CONFIGURATION]: document({ issuer: ISSUER, jwks_uri: JWKS, introspection_endpoint: INTROSPECTION }),
    [JWKS]: document({ keys: [published("provider-1"), published("provider-2")] }),
  },
  cases: Object.entries(CASES).map(([name, of]) => ({ name, ...of })),
};
