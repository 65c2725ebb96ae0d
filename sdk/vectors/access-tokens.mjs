// The vectors of access tokens (RFC 9068).

import { base64url, coordinate, document, hashed, published, signTexts, without } from "./signing.mjs";
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

const feed = (at, c = {}, { h = {}, key = "provider-1", how = "RS256" } = {}) =>
  document(
    signTexts(
      JSON.stringify({ alg: "RS256", kid: "provider-1", typ: "consent-revocations+jwt", ...h }),
      JSON.stringify({
        iss: ISSUER,
        iat: NOW - 10,
        exp: NOW + 290,
        since: NOW - 4200,
        seq: 7,
        revoked: [{ h: hashed(CONSENT), at }],
        ...c,
      }),
      key,
      how,
    ),
    { "content-type": "application/jwt" },
  );

/** A token signed with ES256; what is named differs from a good one. */
const onCurve = (expect, { h = {}, key = "curve-1", how = "ES256", keySet, ...more } = {}) => ({
  token: token({ h: { alg: "ES256", kid: "curve-1", ...h }, key, how }),
  ...(keySet && { documents: { [JWKS]: document({ keys: [published("provider-1"), ...keySet] }) } }),
  ...more,
  expect,
});

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
  "alg ES384": onCurve("alg", { h: { alg: "ES384" } }),
  "alg ES256 in lower case": onCurve("alg", { h: { alg: "es256" } }),

  "signed with ES256": onCurve("ok"),
  "signed with ES256 where there is no other key": onCurve("ok", { documents: { [JWKS]: document({ keys: [published("curve-1")] }) } }),
  "alg HS256 with the public key on a curve": onCurve("alg", { h: { alg: "HS256" }, how: "HS256 with the public key" }),
  "alg RS256 of a key on a curve": onCurve("alg", { h: { alg: "RS256" } }),
  "alg RS256 of a key on a curve, signed with the RSA key": onCurve("alg", { h: { alg: "RS256" }, key: "provider-1", how: "RS256" }),
  "alg ES256 of an RSA key": onCurve("alg", { h: { kid: "provider-1" } }),
  "alg ES256 of an RSA key, signed with it": onCurve("alg", { h: { kid: "provider-1" }, key: "provider-1", how: "RS256" }),
  "ES256 by another key": onCurve("signature", { key: "curve-2" }),
  "ES256 in DER": onCurve("signature", { how: "ES256 in DER" }),
  "ES256 with a byte too many": onCurve("signature", { how: "ES256 with a byte too many" }),
  "ES256 of zeros": onCurve("signature", { how: "ES256 of zeros" }),
  "ES256 with an RSA signature": onCurve("signature", { key: "provider-1", how: "RS256" }),
  "key on another curve": onCurve("kid_unknown", { keySet: [published("curve-384", { kid: "curve-1" })] }),
  "key on another curve by name alone": onCurve("kid_unknown", { keySet: [published("curve-1", { crv: "P-384" })] }),
  "key on a curve for another algorithm": onCurve("kid_unknown", { keySet: [published("curve-1", { alg: "ES384" })] }),
  "key on a curve without its algorithm": onCurve("kid_unknown", { keySet: [published("curve-1", { alg: undefined })] }),
  "key on a curve for encryption": onCurve("kid_unknown", { keySet: [published("curve-1", { use: "enc" })] }),
  "key on a curve that says it is RSA": onCurve("kid_unknown", { keySet: [published("curve-1", { kty: "RSA" })] }),
  "key beside the curve": onCurve("kid_unknown", { keySet: [published("curve-1", { y: base64url(coordinate("curve-2", "y")) })] }),
  "coordinate longer than it has to be": onCurve("kid_unknown", {
    keySet: [published("curve-1", { x: base64url(Buffer.concat([Buffer.alloc(1), coordinate("curve-1", "x")])) })],
  }),
  "key without a coordinate": onCurve("kid_unknown", { keySet: [published("curve-1", { y: undefined })] }),
  "a name of two keys of different kinds": onCurve("kid_unknown", { keySet: [published("curve-1"), published("provider-2", { kid: "curve-1" })] }),

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
  "feed signed with ES256": following(feed(NOW, {}, { h: { alg: "ES256", kid: "curve-1" }, key: "curve-1", how: "ES256" }), "revocation_unavailable"),
  "feed of a key on a curve": following(feed(NOW, {}, { h: { kid: "curve-1" }, key: "curve-1", how: "ES256 in DER" }), "revocation_unavailable"),
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
    [JWKS]: document({ keys: [published("provider-1"), published("provider-2"), published("curve-1")] }),
  },
  cases: Object.entries(CASES).map(([name, of]) => ({ name, ...of })),
};
