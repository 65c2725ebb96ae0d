// Keys, feeds and verdicts are kept as long as they may be, and nobody is asked more often than needed.

import assert from "node:assert/strict";
import { it } from "node:test";

import { hashed, signTexts } from "../../vectors/signing.mjs";
import { cases, code, CONFIGURATION, FEED, file, JWKS, Provider, settings } from "./provider.js";

const SECOND = "signed with the key that rotation brought";

/** Many ask at once while answers wait; what each was told. */
async function atOnce(provider, verifier, name, many) {
  const gate = Promise.withResolvers?.() ?? resolvers();
  provider.gate = gate.promise;
  const asking = Array.from({ length: many }, () => code(verifier, name));
  await new Promise((resolve) => setImmediate(resolve));
  gate.resolve();
  return new Set(await Promise.all(asking));
}

/** Node 20 has no `Promise.withResolvers`. */
function resolvers() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

it("8.5: a thousand requests for one unknown kid cause one fetch", async () => {
  const provider = new Provider();
  const verifier = provider.verifier();
  assert.equal(await code(verifier, "valid"), "ok");
  provider.now += 31;
  assert.deepEqual(await atOnce(provider, verifier, "kid unknown", 1000), new Set(["kid_unknown"]));
  assert.equal(provider.count(JWKS), 2);
  assert.equal(provider.count(CONFIGURATION), 2, "the document is read again with the keys");
  provider.now += 31;
  assert.equal(await code(verifier, "kid unknown"), "kid_unknown");
  assert.equal(provider.count(JWKS), 2, "it is remembered as unknown for a minute");
  assert.equal(await code(verifier, "kid a path"), "kid_unknown");
  assert.equal(provider.count(JWKS), 3, "another one is looked for");
});

it("8.5: many first requests cause one fetch, and so they do where it fails", async () => {
  for (const [reachable, expected] of [
    [true, "ok"],
    [false, "keys_unavailable"],
  ]) {
    const provider = new Provider();
    if (!reachable) {
      provider.documents[CONFIGURATION] = null;
    }
    assert.deepEqual(await atOnce(provider, provider.verifier(), "valid", 100), new Set([expected]));
    assert.equal(provider.count(CONFIGURATION), 1);
  }
});

it("8.5: a new key is found once the cooldown is over", async () => {
  const provider = new Provider();
  const verifier = provider.verifier();
  provider.publish(["provider-1"]);
  assert.equal(await code(verifier, "valid"), "ok");
  provider.publish(["provider-1", "provider-2"]);
  assert.equal(await code(verifier, SECOND), "kid_unknown");
  provider.now += 31;
  assert.equal(await code(verifier, SECOND), "ok");
  assert.equal(provider.count(JWKS), 2);
});

it("8.5: a key that is no longer listed is gone at once", async () => {
  const provider = new Provider();
  const verifier = provider.verifier({ remember: 0 });
  assert.equal(await code(verifier, "valid"), "ok");
  provider.publish(["provider-2"]);
  provider.now += 301;
  assert.equal(await code(verifier, "valid"), "kid_unknown");
  assert.equal(await code(verifier, SECOND), "ok");
});

it("8.5: keys are refreshed beside a request, once", async () => {
  const provider = new Provider();
  const verifier = provider.verifier({ remember: 0 });
  assert.equal(await code(verifier, "valid"), "ok");
  provider.now += 241;
  for (let time = 0; time < 5; time += 1) {
    assert.equal(await code(verifier, "valid"), "ok");
  }
  assert.deepEqual([provider.count(JWKS), provider.beside.length], [1, 1]);
  await provider.runBeside();
  assert.equal(provider.count(JWKS), 2);
  provider.now += 200;
  assert.equal(await code(verifier, "valid"), "ok");
  assert.deepEqual([provider.count(JWKS), provider.count(CONFIGURATION)], [2, 1]);
});

it("8.5: the last good keys count for a while, and attempts become rarer", async () => {
  const provider = new Provider();
  const verifier = provider.verifier({ remember: 0, stale_if_error: 600 });
  assert.equal(await code(verifier, "valid"), "ok");
  const good = provider.documents[JWKS];
  provider.documents[JWKS] = { ...good, body: '{"keys":[]}' };
  for (const [seconds, fetched] of [
    [301, 2],
    [0, 2],
    [5, 3],
    [9, 3],
  ]) {
    provider.now += seconds;
    assert.equal(await code(verifier, "valid"), "ok", "an empty set is a failure");
    assert.equal(provider.count(JWKS), fetched, "pauses of 5 and 10 seconds");
  }
  assert.equal(await code(verifier, "kid unknown"), "keys_unavailable", "nobody can tell");
  provider.now += 600;
  assert.equal(await code(verifier, "valid"), "keys_unavailable");
  provider.documents[JWKS] = good;
  provider.now += 300;
  assert.equal(await code(verifier, "valid"), "ok");
});

it("8.5: what a document says about its age is clamped", async () => {
  for (const [said, fresh] of [
    ["max-age=1", 60],
    ["max-age=999999", 3600],
    ["", 3600],
    ["no-store", 60],
  ]) {
    const provider = new Provider();
    provider.publish(["provider-1"], said);
    const verifier = provider.verifier({ remember: 0, skew: 300 });
    assert.equal(await code(verifier, "valid"), "ok");
    for (const [seconds, fetched] of [
      [fresh - 1, 1],
      [1, 2],
    ]) {
      provider.now += seconds;
      assert.equal(await code(verifier, "valid"), "ok", said);
      assert.equal(provider.count(JWKS), fetched, said);
    }
  }
});

it("8.2: steps 1 to 4 ask nobody", async () => {
  const provider = new Provider();
  const verifier = provider.verifier();
  for (const name of [
    "header absent",
    "nine levels deep",
    "alg none",
    "version old",
    "kid missing",
    "issuer of somebody else",
  ]) {
    assert.equal(await code(verifier, name), cases[name].expect);
  }
  assert.deepEqual(provider.asked, []);
});

it("a verdict is about the exact texts and ends with the keys", async () => {
  const provider = new Provider();
  const verifier = provider.verifier({ remember: 2 });
  assert.equal(await code(verifier, "valid"), "ok");
  assert.equal(await code(verifier, "valid", { dsi: "dpp://other@northbay.example/A" }), "dsi");
  assert.equal(await code(verifier, "valid", { idToken: "garbage" }), "id_token");
  assert.equal(await code(verifier, "unknown members"), "ok");
  assert.equal(await code(verifier, SECOND), "ok");
  assert.equal(verifier.remembered, 2, "bounded");
  provider.publish(["provider-2"]);
  provider.now += 301;
  assert.equal(await code(verifier, SECOND), "ok");
  assert.equal(await code(verifier, "unknown members"), "kid_unknown", "not longer than its key is fresh");
});

it("11.2: a revocation counts after the poll interval, also for remembered verdicts", async () => {
  const provider = new Provider();
  provider.feed("feed lists others");
  const verifier = provider.verifier({ revocation: "feed" });
  assert.equal(await code(verifier, "valid"), "ok");
  provider.feed("feed lists it");
  provider.now += 29;
  assert.equal(await code(verifier, "valid"), "ok");
  assert.deepEqual([provider.count(FEED), provider.beside.length], [1, 0]);
  provider.now += 1;
  assert.equal(await code(verifier, "valid"), "ok", "judged by what is known, and looked at beside");
  await provider.runBeside();
  assert.equal(await code(verifier, "valid"), "revoked");
  assert.equal(provider.count(FEED), 2);
});

it("11.2: a second after the poll interval nobody is judged before it was looked at", async () => {
  const provider = new Provider();
  provider.feed("feed lists others");
  const verifier = provider.verifier({ revocation: "feed" });
  assert.equal(await code(verifier, "valid"), "ok");
  provider.feed("feed lists it");
  provider.now += 31;
  assert.equal(await code(verifier, "valid"), "revoked");
});

it("11.2: nobody waits again and again for a feed that cannot be had", async () => {
  const provider = new Provider();
  provider.feed("feed lists others");
  const verifier = provider.verifier({ revocation: "feed" });
  assert.equal(await code(verifier, "valid"), "ok");
  provider.documents[FEED] = null;
  provider.now += 31;
  assert.equal(await code(verifier, "valid"), "ok");
  provider.now += 14;
  assert.equal(await code(verifier, "valid"), "ok");
  assert.deepEqual([provider.count(FEED), provider.beside.length], [2, 0]);
  provider.now += 1;
  assert.equal(await code(verifier, "valid"), "ok");
  assert.deepEqual([provider.count(FEED), provider.beside.length], [2, 1]);
});

it("11.2: a feed with an etag is asked for by it", async () => {
  const provider = new Provider();
  provider.feed("feed lists it", { etag: '"one"' });
  const verifier = provider.verifier({ revocation: "feed" });
  assert.equal(await code(verifier, "valid"), "revoked");
  provider.now += 60;
  assert.equal(await code(verifier, "valid"), "revoked");
  const known = provider.asked.filter(({ url }) => url === FEED).map(({ headers }) => headers["if-none-match"]);
  assert.deepEqual(known, [undefined, '"one"']);
});

it("11.2: a feed of a hundred thousand entries is read, and one of them refuses its token", async () => {
  const header = { alg: "RS256", kid: "provider-1", typ: "consent-revocations+jwt" };
  const revoked = Array.from({ length: 99_999 }, (_, index) => ({ h: hashed(`another ${index}`), at: file.now }));
  for (const [listed, expected] of [
    [revoked, "ok"],
    [[...revoked, { h: hashed(cases.valid.tid), at: file.now }], "revoked"],
  ]) {
    const provider = new Provider();
    provider.feed("feed lists others");
    const { now } = provider;
    const claims = { iss: settings.issuer, iat: now, exp: now + 300, since: now - 4200, revoked: listed };
    provider.documents[FEED].body = signTexts(JSON.stringify(header), JSON.stringify(claims), "provider-1");
    assert.equal(await code(provider.verifier({ revocation: "feed" }), "valid"), expected);
  }
});

it("11.2: the last feed counts until it expires, and an older one never", async () => {
  const provider = new Provider();
  provider.feed("feed lists it");
  const verifier = provider.verifier({ revocation: "feed" });
  assert.equal(await code(verifier, "valid"), "revoked");
  provider.feed("feed expired");
  provider.now += 60;
  assert.equal(await code(verifier, "valid"), "revoked");
  provider.documents[FEED] = null;
  provider.now += 280;
  assert.equal(await code(verifier, "valid"), "revoked");
  provider.now += 1;
  assert.equal(await code(verifier, "valid"), "revocation_unavailable");
});

it("failing open counts what nobody judged", async () => {
  const verifier = new Provider().verifier({ revocation: "feed", fail_open: true });
  assert.equal(await code(verifier, "valid"), "ok");
  assert.equal(verifier.unjudged, 1);
});

it("settings that would judge nothing are refused", () => {
  for (const wrong of [
    { expected_dsis: [] },
    { expected_dsis: "dpp://tide_office@northbay.example/A" },
    { expected_dsis: ["https://northbay.example"] },
    { skew: 301 },
    { issuer: "https://consent.northbay.example/" },
    { revocation: "sometimes" },
    { revocation: "introspect" },
    { require_id_token: true, login_issuers: [] },
    { revocation: "verify", login_issuers: [] },
  ]) {
    assert.throws(() => new Provider().verifier(wrong), TypeError, JSON.stringify(wrong));
  }
});
