// The vectors of consent tokens: each a token, what surrounds it, and the verdict.

import { document, hashed, published, signTexts, without } from "./signing.mjs";

export const NOW = 1_800_000_000;

const ISSUER = "https://consent.northbay.example";
const LOGIN = "https://login.northbay.example";
const CONFIGURATION = `${ISSUER}/.well-known/dataspace/consent-configuration.json`;
const JWKS = `${ISSUER}/.well-known/jwks.json`;
const FEED = `${ISSUER}/.well-known/dataspace/consent-revocations.jwt`;
const VERIFY = `${ISSUER}/Consent/Verify`;
const INTROSPECT = `${ISSUER}/Consent/Introspect`;
const LOGIN_CONFIGURATION = `${LOGIN}/.well-known/openid-configuration`;
const LOGIN_JWKS = `${LOGIN}/jwks`;
const DSI = "dpp://tide_office:v2@northbay.example/Person/Profile_v1.0";
const OTHER_DSI = "dpp://tide_office@northbay.example/Person/Address_v1.0";
const TID = "0b6f5f0c-6f5e-4b0e-8a55-3f0f3c1f9e21";

const header = { alg: "RS256", jku: JWKS, kid: "provider-1", tid: TID, typ: "JWT", v: "0.2" };
const claims = {
  iss: ISSUER,
  sub: "9f1c77",
  subiss: LOGIN,
  acr: "eid-substantial",
  app: "vesper-web-01",
  appiss: LOGIN,
  dsi: DSI,
  iat: NOW - 100,
  exp: NOW + 3500,
};
const idHeader = { alg: "RS256", kid: "login-1", typ: "JWT" };
const idClaims = {
  iss: LOGIN,
  sub: "9f1c77",
  aud: "vesper-web-01",
  acr: "eid-substantial",
  iat: NOW - 500,
  exp: NOW + 80_000,
};

/** A consent token; what is named differs from a good one, and `undefined` leaves it out. */
const token = ({ h = {}, c = {}, key = "provider-1", how = "RS256" } = {}) =>
  signTexts(JSON.stringify(without({ ...header, ...h })), JSON.stringify(without({ ...claims, ...c })), key, how);

const idToken = ({ h = {}, c = {}, key = "login-1" } = {}) =>
  signTexts(JSON.stringify(without({ ...idHeader, ...h })), JSON.stringify(without({ ...idClaims, ...c })), key);

/** A feed that lists ids; what is named differs from a good one. */
const feed = (ids, { h = {}, c = {}, key = "provider-1" } = {}) =>
  signTexts(
    JSON.stringify(without({ alg: "RS256", kid: key, typ: "consent-revocations+jwt", ...h })),
    JSON.stringify(
      without({
        iss: ISSUER,
        iat: NOW - 20,
        exp: NOW + 280,
        since: NOW - 87_000,
        revoked: ids.map((id) => ({ h: hashed(id), at: NOW - 60 })),
        ...c,
      }),
    ),
    key,
  );

const jwt = (body) => document(body, { "content-type": "application/jwt", "cache-control": "public, max-age=30" });
const json = (text) => JSON.stringify(text);

/** A good token with one part written in another way. */
function rewritten(part, change) {
  const parts = token().split(".");
  parts[part] = change(parts[part]);
  return parts.join(".");
}

/** The last character with a bit set that stands for nothing. */
function trailingBit(text) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(text.at(-1));
  return text.slice(0, -1) + alphabet[last ^ 1];
}

/** A payload that is as deep as named, the object itself being the first level. */
const deep = (levels) => {
  const inner = "[".repeat(levels - 1) + "]".repeat(levels - 1);
  return signTexts(json(header), `${json(claims).slice(0, -1)},"more":${inner}}`, "provider-1");
};

const withPayload = (payload) => signTexts(json(header), payload, "provider-1");
const withHeader = (text) => signTexts(text, json(claims), "provider-1");
const claimsText = (text) => `${json(claims).slice(0, -1)},${text}}`;
const padded = (length) => {
  const room = length - token({ c: { more: "" } }).length;
  let best = token();
  for (let size = Math.floor((room * 3) / 4) - 4; size <= Math.ceil((room * 3) / 4) + 4; size += 1) {
    const tried = token({ c: { more: "x".repeat(size) } });
    best = tried.length <= length ? tried : best;
  }
  return best;
};

const without_id = { require_id_token: false };
const wrongDsi = (dsi) => ({ token: token({ c: { dsi } }), expect: "dsi" });
const wrongAlg = (alg) => ({ token: token({ h: { alg } }), expect: "alg" });
const wrongClaim = (c) => ({ token: token({ c }), expect: "claims" });
const id = (changes, expect) => ({ token: token(), id_token: idToken(changes), expect });
const keySet = (...list) => ({ [JWKS]: document({ keys: list }) });
const revoking = (revocation, more = {}) => ({ ...without_id, revocation, ...more });

const CASES = {
  "valid": { token: token(), expect: "ok" },
  "valid with the id token": { token: token(), id_token: idToken(), settings: { require_id_token: true }, expect: "ok" },
  "spaces around the token": { token: `  ${token()}\t`, expect: "ok" },
  "unknown members": { token: token({ h: { more: [1, { a: null }], jwk: {}, x5u: "https://evil.example" }, c: { more: {} } }), expect: "ok" },
  "signed with the key that rotation brought": { token: token({ h: { kid: "provider-2" }, key: "provider-2" }), expect: "ok" },

  "header absent": { token: null, expect: "missing" },
  "header empty": { token: "", expect: "missing" },
  "header of spaces": { token: " \t ", expect: "missing" },

  "bearer prefix": { token: `Bearer ${token()}`, expect: "malformed" },
  "not a token": { token: "none", expect: "malformed" },
  "two parts": { token: token().split(".").slice(0, 2).join("."), expect: "malformed" },
  "four parts": { token: `${token()}.AAAA`, expect: "malformed" },
  "empty header part": { token: rewritten(0, () => ""), expect: "malformed" },
  "empty payload part": { token: rewritten(1, () => ""), expect: "malformed" },
  "empty signature part": { token: rewritten(2, () => ""), expect: "malformed" },
  "padding": { token: rewritten(2, (text) => `${text}==`), expect: "malformed" },
  "line break inside": { token: rewritten(1, (text) => `${text.slice(0, 20)}\n${text.slice(20)}`), expect: "malformed" },
  "plain base64 alphabet": { token: rewritten(2, (text) => `+/${text.slice(2)}`), expect: "malformed" },
  "bits that stand for nothing": { token: rewritten(2, trailingBit), expect: "malformed" },
  "one character too many for bytes": { token: rewritten(2, (text) => `${text}AAA`), expect: "malformed" },
  "not ASCII": { token: rewritten(2, (text) => `é${text.slice(1)}`), expect: "malformed" },
  "payload no JSON": { token: withPayload("{"), expect: "malformed" },
  "payload an array": { token: withPayload("[]"), expect: "malformed" },
  "payload not UTF-8": { token: withPayload(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), expect: "malformed" },
  "payload begins with a byte order mark": { token: withPayload(`\ufeff${json(claims)}`), expect: "malformed" },
  "half of a surrogate pair": { token: withPayload(claimsText('"more":"\\ud800"')), expect: "malformed" },
  "not a number": { token: withPayload(claimsText('"more":NaN')), expect: "malformed" },
  "number beyond all": { token: withPayload(claimsText('"more":1e999')), expect: "malformed" },
  "trailing comma": { token: withPayload(`${json(claims).slice(0, -1)},}`), expect: "malformed" },
  "text behind the payload": { token: withPayload(`${json(claims)}{}`), expect: "malformed" },
  "header twice the same member": { token: withHeader(`${json(header).slice(0, -1)},"alg":"RS256"}`), expect: "malformed" },
  "payload twice the same member": { token: withPayload(claimsText('"sub":"9f1c77"')), expect: "malformed" },
  "twice the same member by an escape": { token: withPayload(claimsText('"s\\u0075b":"9f1c77"')), expect: "malformed" },
  "twice the same member further in": { token: withPayload(claimsText('"more":{"a":1,"a":2}')), expect: "malformed" },
  "eight levels deep": { token: deep(8), expect: "ok" },
  "nine levels deep": { token: deep(9), expect: "malformed" },
  "a thousand levels deep": { token: deep(1000), expect: "malformed" },
  "as long as allowed": { token: padded(8192), expect: "ok" },
  "longer than allowed": { token: token({ c: { more: "x".repeat(6000) } }), expect: "malformed" },
  "crit": { token: token({ h: { crit: ["v"] } }), expect: "malformed" },
  "b64": { token: token({ h: { b64: false } }), expect: "malformed" },
  "zip": { token: token({ h: { zip: "DEF" } }), expect: "malformed" },

  "alg none": { token: rewritten(0, () => Buffer.from(json({ ...header, alg: "none" })).toString("base64url")), expect: "alg" },
  "alg None": wrongAlg("None"),
  "alg in lower case": wrongAlg("rs256"),
  "alg HS256 with the public key": { token: token({ h: { alg: "HS256" }, how: "HS256 with the public key" }), expect: "alg" },
  "alg RS256 but an HMAC with the public key": { token: token({ how: "HS256 with the public key" }), expect: "signature" },
  "alg PS256": wrongAlg("PS256"),
  "alg RS512": wrongAlg("RS512"),
  "alg a list": wrongAlg(["RS256"]),
  "alg missing": wrongAlg(undefined),
  "version missing": { token: token({ h: { v: undefined } }), expect: "version" },
  "version old": { token: token({ h: { v: "0.1" } }), expect: "version" },
  "version a number": { token: token({ h: { v: 0.2 } }), expect: "version" },
  "typ missing": { token: token({ h: { typ: undefined } }), expect: "typ" },
  "typ in lower case": { token: token({ h: { typ: "jwt" } }), expect: "typ" },
  "typ of a feed": { token: token({ h: { typ: "consent-revocations+jwt" } }), expect: "typ" },
  "tid missing": { token: token({ h: { tid: undefined } }), expect: "tid" },
  "tid empty": { token: token({ h: { tid: "" } }), expect: "tid" },
  "tid too long": { token: token({ h: { tid: "t".repeat(256) } }), expect: "tid" },
  "tid among the claims instead": { token: token({ h: { tid: undefined }, c: { tid: TID } }), expect: "tid" },
  "kid missing": { token: token({ h: { kid: undefined } }), expect: "kid" },
  "kid a number": { token: token({ h: { kid: 1 } }), expect: "kid" },
  "kid too long": { token: token({ h: { kid: "k".repeat(256) } }), expect: "kid" },
  "jku missing": { token: token({ h: { jku: undefined } }), expect: "jku" },
  "jku elsewhere": { token: token({ h: { jku: "https://evil.example/jwks.json" } }), expect: "jku" },
  "jku in another case": { token: token({ h: { jku: JWKS.toUpperCase() } }), expect: "jku" },
  "jku with a port": { token: token({ h: { jku: JWKS.replace(".example/", ".example:443/") } }), expect: "jku" },
  "jku too long": { token: token({ h: { jku: `${JWKS}?${"x".repeat(2100)}` } }), expect: "jku" },

  "issuer of somebody else": { token: token({ c: { iss: "https://evil.example" } }), expect: "issuer" },
  "issuer with a slash": { token: token({ c: { iss: `${ISSUER}/` } }), expect: "issuer" },
  "issuer in another case": { token: token({ c: { iss: "https://Consent.northbay.example" } }), expect: "issuer" },
  "issuer missing": { token: token({ c: { iss: undefined } }), expect: "issuer" },
  "issuer a list": { token: token({ c: { iss: [ISSUER] } }), expect: "issuer" },

  "configuration of another issuer": { token: token(), documents: { [CONFIGURATION]: document({ issuer: "https://evil.example", jwks_uri: JWKS }) }, expect: "configuration" },
  "configuration without keys": { token: token(), documents: { [CONFIGURATION]: document({ issuer: ISSUER }) }, expect: "configuration" },
  "keys over plain http": { token: token({ h: { jku: "http://consent.northbay.example/jwks" } }), documents: { [CONFIGURATION]: document({ issuer: ISSUER, jwks_uri: "http://consent.northbay.example/jwks" }) }, expect: "configuration" },
  "configuration unreachable": { token: token(), documents: { [CONFIGURATION]: null }, expect: "keys_unavailable" },
  "configuration no JSON": { token: token(), documents: { [CONFIGURATION]: document("<html>") }, expect: "keys_unavailable" },
  "configuration answers 500": { token: token(), documents: { [CONFIGURATION]: { ...document("{}"), status: 500 } }, expect: "keys_unavailable" },
  "configuration redirects": { token: token(), documents: { [CONFIGURATION]: { status: 302, headers: { location: "https://evil.example" }, body: "" } }, expect: "keys_unavailable" },
  "keys unreachable": { token: token(), documents: { [JWKS]: null }, expect: "keys_unavailable" },
  "keys as text": { token: token(), documents: { [JWKS]: document({ keys: [published("provider-1")] }, { "content-type": "text/plain" }) }, expect: "keys_unavailable" },
  "keys as a key set": { token: token(), documents: { [JWKS]: document({ keys: [published("provider-1")] }, { "content-type": "application/jwk-set+json; charset=utf-8" }) }, expect: "ok" },
  "keys too large": { token: token(), documents: { [JWKS]: document({ keys: [published("provider-1")], more: "x".repeat(66_000) }) }, expect: "keys_unavailable" },
  "no usable key at all": { token: token(), documents: keySet(published("curve-1")), expect: "keys_unavailable" },

  "kid unknown": { token: token({ h: { kid: "nobody" } }), expect: "kid_unknown" },
  "kid a path": { token: token({ h: { kid: "../../provider-1" } }), expect: "kid_unknown" },
  "kid of a member every object has": { token: token({ h: { kid: "__proto__" } }), expect: "kid_unknown" },
  "key on a curve": { token: token({ h: { kid: "curve-1" } }), expect: "kid_unknown" },
  "key without use": { token: token(), documents: keySet(published("provider-1", { use: undefined }), published("provider-2")), expect: "kid_unknown" },
  "key for encryption": { token: token(), documents: keySet(published("provider-1", { use: "enc" }), published("provider-2")), expect: "kid_unknown" },
  "key without alg": { token: token(), documents: keySet(published("provider-1", { alg: undefined }), published("provider-2")), expect: "kid_unknown" },
  "key for another alg": { token: token(), documents: keySet(published("provider-1", { alg: "PS256" }), published("provider-2")), expect: "kid_unknown" },
  "key with padding": { token: token(), documents: keySet(published("provider-1", { e: "AQAB=" }), published("provider-2")), expect: "kid_unknown" },
  "key with an even exponent": { token: token(), documents: keySet(published("provider-1", { e: "AQAC" }), published("provider-2")), expect: "kid_unknown" },
  "key of 1024 bits": { token: token({ h: { kid: "small-1" }, key: "small-1" }), documents: keySet(published("small-1"), published("provider-2")), expect: "kid_unknown" },
  "two keys of one name": { token: token(), documents: keySet(published("provider-1"), published("stranger-1", { kid: "provider-1" }), published("provider-2")), expect: "kid_unknown" },
  "the name also of a key that does not count": { token: token(), documents: keySet(published("curve-1", { kid: "provider-1" }), published("provider-1")), expect: "ok" },
  "key behind the hundredth": { token: token({ h: { kid: "provider-2" }, key: "provider-2" }), documents: keySet(published("provider-1"), ...Array.from({ length: 99 }, (_, at) => ({ kid: `other-${at}` })), published("provider-2")), expect: "kid_unknown" },

  "signed by a stranger": { token: token({ key: "stranger-1" }), expect: "signature" },
  "signed with another of our keys": { token: token({ key: "provider-2" }), expect: "signature" },
  "payload exchanged": { token: rewritten(1, () => Buffer.from(json({ ...claims, sub: "another" })).toString("base64url")), expect: "signature" },
  "signature cut short": { token: rewritten(2, (text) => text.slice(0, 340)), expect: "signature" },
  "signature comes before what is claimed": { token: token({ c: { exp: NOW - 9999, dsi: "no" }, key: "stranger-1" }), expect: "signature" },

  "sub missing": wrongClaim({ sub: undefined }),
  "sub a number": wrongClaim({ sub: 77 }),
  "sub empty": wrongClaim({ sub: "" }),
  "sub too long": wrongClaim({ sub: "s".repeat(256) }),
  "subiss missing": wrongClaim({ subiss: undefined }),
  "acr missing": wrongClaim({ acr: undefined }),
  "app a list": wrongClaim({ app: ["vesper-web-01"] }),
  "appiss missing": wrongClaim({ appiss: undefined }),
  "dsi missing": wrongClaim({ dsi: undefined }),
  "exp missing": wrongClaim({ exp: undefined }),
  "exp a text": wrongClaim({ exp: String(NOW + 3500) }),
  "exp with a fraction": { token: withPayload(json(claims).replace(String(NOW + 3500), `${NOW + 3500}.5`)), expect: "claims" },
  "exp with a fraction of nothing": { token: withPayload(json(claims).replace(String(NOW + 3500), `${NOW + 3500}.0`)), expect: "claims" },
  "exp with an exponent": { token: withPayload(json(claims).replace(String(NOW + 3500), "18e8")), expect: "claims" },
  "exp beyond 53 bits": wrongClaim({ exp: 2 ** 53 }),
  "exp true": wrongClaim({ exp: true }),
  "iat zero": wrongClaim({ iat: 0 }),
  "iat negative": wrongClaim({ iat: -5 }),
  "iat behind exp": wrongClaim({ iat: NOW + 30, exp: NOW + 29 }),

  "from the future": { token: token({ c: { iat: NOW + 61 } }), expect: "not_yet" },
  "from the future within what clocks differ": { token: token({ c: { iat: NOW + 60 } }), expect: "ok" },
  "expired": { token: token({ c: { iat: NOW - 3700, exp: NOW - 61 } }), expect: "expired" },
  "expired within what clocks differ": { token: token({ c: { iat: NOW - 3700, exp: NOW - 60 } }), expect: "ok" },
  "expired where clocks may not differ": { token: token({ c: { iat: NOW - 3700, exp: NOW - 1 } }), settings: { ...without_id, skew: 0 }, expect: "expired" },
  "valid by another clock": { token: token(), now: NOW + 3560, expect: "ok" },
  "expired by another clock": { token: token(), now: NOW + 3561, expect: "expired" },
  "lives longer than allowed here": { token: token(), settings: { ...without_id, max_lifetime: 3599 }, expect: "lifetime" },
  "lives as long as allowed here": { token: token(), settings: { ...without_id, max_lifetime: 3600 }, expect: "ok" },

  "dsi of another source": wrongDsi("dpp://tide@northbay.example/Person/Profile_v1.0"),
  "dsi without the variant": wrongDsi("dpp://tide_office@northbay.example/Person/Profile_v1.0"),
  "dsi of another version": wrongDsi("dpp://tide_office:v2@northbay.example/Person/Profile_v1.1"),
  "dsi in another case": wrongDsi("dpp://tide_office:v2@northbay.example/Person/profile_v1.0"),
  "dsi scheme in another case": wrongDsi("DPP://tide_office:v2@northbay.example/Person/Profile_v1.0"),
  "dsi domain in another case": wrongDsi("dpp://tide_office:v2@NorthBay.example/Person/Profile_v1.0"),
  "dsi with a slash at the end": wrongDsi(`${DSI}/`),
  "dsi with two slashes": wrongDsi(DSI.replace("Person/", "Person//")),
  "dsi percent-encoded": wrongDsi(DSI.replace(":v2", "%3Av2")),
  "dsi percent-encoded slash": wrongDsi(DSI.replace("Person/", "Person%2F")),
  "dsi with dot segments": wrongDsi(DSI.replace("Person/", "Person/./")),
  "dsi with a query": wrongDsi(`${DSI}?source=tide_office`),
  "dsi with a space": wrongDsi(`${DSI} `),
  "dsi with a line break": wrongDsi(`${DSI}\n`),
  "dsi no such thing": wrongDsi("no"),
  "one of two, and it is asked for": { token: token({ c: { dsi: OTHER_DSI } }), dsi: OTHER_DSI, settings: { ...without_id, expected_dsis: [DSI, OTHER_DSI] }, expect: "ok" },
  "one of two, and the other is asked for": { token: token({ c: { dsi: OTHER_DSI } }), dsi: DSI, settings: { ...without_id, expected_dsis: [DSI, OTHER_DSI] }, expect: "dsi" },
  "one of two, and none is asked for": { token: token(), settings: { ...without_id, expected_dsis: [DSI, OTHER_DSI] }, expect: "dsi" },
  "asked for is what nobody configured": { token: token({ c: { dsi: OTHER_DSI } }), dsi: OTHER_DSI, expect: "dsi" },

  "id token needed and missing": { token: token(), settings: { require_id_token: true }, expect: "id_token" },
  "id token empty": { token: token(), id_token: "", settings: { require_id_token: true }, expect: "id_token" },
  "id token garbage though not needed": { token: token(), id_token: "garbage", expect: "id_token" },
  "id token expired": id({ c: { iat: NOW - 90_000, exp: NOW - 61 } }, "id_token"),
  "id token from the future": id({ c: { iat: NOW + 61 } }, "id_token"),
  "id token without iat": id({ c: { iat: undefined } }, "id_token"),
  "id token of another issuer": id({ c: { iss: "https://evil.example" } }, "id_token"),
  "id token signed by a stranger": id({ key: "stranger-1" }, "id_token"),
  "id token of an unknown key": id({ h: { kid: "nobody" } }, "id_token"),
  "id token alg none": id({ h: { alg: "none" } }, "id_token"),
  "id token without audience": id({ c: { aud: undefined } }, "id_token"),
  "id token with an empty audience": id({ c: { aud: [] } }, "id_token"),
  "id token signed by the consent provider": id({ h: { kid: "provider-1" }, key: "provider-1" }, "id_token"),
  "keys of the login unreachable": { ...id({}, "keys_unavailable"), documents: { [LOGIN_JWKS]: null } },
  "login describes another issuer": { ...id({}, "configuration"), documents: { [LOGIN_CONFIGURATION]: document({ issuer: "https://evil.example", jwks_uri: LOGIN_JWKS }) } },
  "id token of another person": id({ c: { sub: "another" } }, "subject"),
  "sub of another issuer": { token: token({ c: { subiss: "https://other.example" } }), id_token: idToken(), expect: "subject_issuer" },
  "another level of authentication": id({ c: { acr: "eid-low" } }, "acr"),
  "id token without acr": id({ c: { acr: undefined } }, "acr"),
  "id token for another app": id({ c: { aud: "another-app" } }, "app"),
  "id token for several apps": id({ c: { aud: ["another-app", "vesper-web-01"] } }, "ok"),
  "id token for several apps, none of them ours": id({ c: { aud: ["another-app", "third-app"] } }, "app"),
  "id token for several apps, authorized to ours": id({ c: { aud: ["another-app", "vesper-web-01"], azp: "vesper-web-01" } }, "ok"),
  "id token for several apps, authorized to another": id({ c: { aud: ["another-app", "vesper-web-01"], azp: "another-app" } }, "app"),
  "app registered at another issuer": { token: token({ c: { appiss: "https://apps.example" } }), id_token: idToken(), expect: "app_issuer" },
  "app registered at another issuer, and that may be": { token: token({ c: { appiss: "https://apps.example" } }), id_token: idToken(), settings: { ...without_id, same_login_issuer: false }, expect: "ok" },

  "acr is not on the list": { token: token(), settings: { ...without_id, allowed_acrs: ["eid-high"] }, expect: "acr" },
  "app is not on the list": { token: token(), settings: { ...without_id, allowed_apps: ["another-app"] }, expect: "app" },
  "subiss is not on the list": { token: token(), settings: { ...without_id, allowed_subject_issuers: ["https://other.example"] }, expect: "subject_issuer" },
  "all are on the lists": { token: token(), settings: { ...without_id, allowed_acrs: ["eid-high", "eid-substantial"], allowed_apps: ["vesper-web-01"], allowed_subject_issuers: [LOGIN] }, expect: "ok" },

  "feed lists others": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed(["another"])) }, expect: "ok" },
  "feed lists it": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed(["another", TID])) }, expect: "revoked" },
  "feed lists it in the clear": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed([], { c: { revoked: [{ h: TID, at: NOW }] } })) }, expect: "ok" },
  "feed lists it, and only signatures count": { token: token(), settings: revoking("none"), documents: { [FEED]: jwt(feed([TID])) }, expect: "ok" },
  "feed unreachable": { token: token(), settings: revoking("feed"), documents: { [FEED]: null }, expect: "revocation_unavailable" },
  "feed unreachable, and that may be": { token: token(), settings: revoking("feed", { fail_open: true }), documents: { [FEED]: null }, expect: "ok" },
  "feed lists it, whatever may be": { token: token(), settings: revoking("feed", { fail_open: true }), documents: { [FEED]: jwt(feed([TID])) }, expect: "revoked" },
  "feed expired": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed([], { c: { iat: NOW - 400, exp: NOW - 100 } })) }, expect: "revocation_unavailable" },
  "feed from the future": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed([], { c: { iat: NOW + 100, exp: NOW + 400 } })) }, expect: "revocation_unavailable" },
  "feed of another issuer": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed([], { c: { iss: "https://evil.example" } })) }, expect: "revocation_unavailable" },
  "feed signed by a stranger": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed([], { h: { kid: "provider-1" }, key: "stranger-1" })) }, expect: "revocation_unavailable" },
  "feed typed like a token": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed([], { h: { typ: "JWT" } })) }, expect: "revocation_unavailable" },
  "feed without a list": { token: token(), settings: revoking("feed"), documents: { [FEED]: jwt(feed([], { c: { revoked: undefined } })) }, expect: "revocation_unavailable" },
  "feed served as JSON": { token: token(), settings: revoking("feed"), documents: { [FEED]: document(feed([])) }, expect: "revocation_unavailable" },
  "issued before the feed begins": { token: token({ c: { iat: NOW - 87_001 } }), settings: revoking("feed"), documents: { [FEED]: jwt(feed([])) }, expect: "revocation_unavailable" },

  "provider says yes": { token: token(), id_token: idToken(), settings: { revocation: "verify" }, documents: { [`POST ${VERIFY}`]: document({ verified: true }) }, expect: "ok" },
  "provider says no": { token: token(), id_token: idToken(), settings: { revocation: "verify" }, documents: { [`POST ${VERIFY}`]: document({ verified: false }) }, expect: "revoked" },
  "provider says nothing": { token: token(), id_token: idToken(), settings: { revocation: "verify" }, documents: { [`POST ${VERIFY}`]: document({ verified: "true" }) }, expect: "revocation_unavailable" },
  "provider fails": { token: token(), id_token: idToken(), settings: { revocation: "verify" }, documents: { [`POST ${VERIFY}`]: { ...document({}), status: 503 } }, expect: "revocation_unavailable" },
  "provider cannot be asked without an id token": { token: token(), settings: { revocation: "verify" }, expect: "id_token" },
  "introspected as active": { token: token(), settings: revoking("introspect"), documents: { [`POST ${INTROSPECT}`]: document({ active: true, tid: TID }) }, expect: "ok" },
  "introspected as another consent": { token: token(), settings: revoking("introspect"), documents: { [`POST ${INTROSPECT}`]: document({ active: true, tid: "another" }) }, expect: "revoked" },
  "introspected as inactive": { token: token(), settings: revoking("introspect"), documents: { [`POST ${INTROSPECT}`]: document({ active: false }) }, expect: "revoked" },
  "introspection refuses us": { token: token(), settings: revoking("introspect"), documents: { [`POST ${INTROSPECT}`]: { ...document({}), status: 401 } }, expect: "revocation_unavailable" },
};

export const consentTokens = {
  about: "Consent tokens of the dataspace protocol 0.2. Written by make.mjs.",
  now: NOW,
  settings: {
    issuer: ISSUER,
    expected_dsis: [DSI],
    login_issuers: [LOGIN],
    require_id_token: false,
    revocation: "none",
  },
  documents: {
    [CONFIGURATION]: document({
      issuer: ISSUER,
      jwks_uri: JWKS,
      consent_request_uri: `${ISSUER}/Consent/RequestConsents`,
      consent_revocations_uri: FEED,
    }),
    [JWKS]: document({ keys: [published("provider-1"), published("provider-2"), published("curve-1")] }),
    [LOGIN_CONFIGURATION]: document({ issuer: LOGIN, jwks_uri: LOGIN_JWKS }),
    [LOGIN_JWKS]: document({ keys: [published("login-1")] }),
  },
  cases: Object.entries(CASES).map(([name, of]) => ({ name, ...of, ...(of.expect === "ok" && { tid: TID }) })),
};
