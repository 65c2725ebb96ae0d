// What every third party does in its life, whatever library it was written with: asks and is declined, asks and is approved, refreshes,
// introspects, revokes, signs out. A library is an adapter with these functions, each of which is the library's own call:
//
//   begin(scope, more) → the address that the person is sent to; keeps state, nonce and verifier for what comes back
//   finish(address)   → { access, refresh, id, scope, subject, person }: tokens, the claims' `sub`, UserInfo's `sub`
//   refresh(token)    → the same without `id` and subjects; throws the library's error
//   introspect(token) → what the provider says of it
//   revoke(token)
//   signOut(id)       → the address that ends the person's session
//
// Errors are compared by what the libraries say of the provider's answer: `error(cause)`.
// What may not live here: a request to the provider that no library makes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startDemo } from "../harness.mjs";
import { Person } from "./person.mjs";
import { register } from "./register.mjs";

const SCOPE = ["openid", "offline_access", "accounts:balance"];

/** OpenID Connect Core 11: who asks for `offline_access` lets the person be asked. */
const ASKED = { prompt: "consent" };

/**
 * @param {string} name of the library, and what is special about the client
 * @param {(facts: { issuer: string, client_id: string, client_secret: string, redirect_uri: string, out: string }) => Promise<any>} open
 *   makes the adapter
 * @param {object} [registration] what the client is registered with beside what the demo's has; none for that one itself
 */
export function walk(name, open, registration) {
  let demo;
  let library;
  let client;
  let ada;
  before(async () => {
    demo = await startDemo();
    const { issuer, users, authorization } = demo.facts;
    const known = authorization.third_party;
    const { extra_redirect_uri: redirect_uri, post_logout_redirect_uri: out } = known;
    client = registration
      ? await register(demo.facts, {
          name,
          is_third_party: true,
          redirect_uris: [redirect_uri],
          post_logout_redirect_uris: [out],
          allowed_scopes: SCOPE,
          ...registration,
        })
      : known;
    const { client_id, client_secret } = client;
    ada = new Person({ username: users[0].username, password: users[0].password });
    library = await open({ issuer, client_id, client_secret, redirect_uri, out });
  });
  after(async () => {
    await library?.close?.();
    await demo?.stop();
  });

  const asked = async (decision) => {
    const back = demo.facts.authorization.third_party.extra_redirect_uri;
    const { url } = await ada.goes(await library.begin(SCOPE, ASKED), { decision, until: back });
    assert.ok(url.href.startsWith(back), `${name} was left at ${url}`);
    return url;
  };
  const fails = async (call, error) => {
    await assert.rejects(call, (cause) => {
      assert.equal(library.error(cause), error, cause.stack);
      return true;
    });
  };

  test(`${name}: declined, it hears access_denied`, async () => {
    const back = await asked("decline");
    await fails(() => library.finish(back), "access_denied");
  });

  test(`${name}: approved, refreshed, introspected, revoked, signed out`, async () => {
    const first = await library.finish(await asked("approve"));
    assert.deepEqual(first.scope.toSorted(), SCOPE.toSorted());
    assert.ok(first.subject);
    assert.equal(first.person, first.subject, "UserInfo is about somebody else");

    const second = await library.refresh(first.refresh);
    assert.notEqual(second.access, first.access);
    assert.notEqual(second.refresh, first.refresh);
    const told = await library.introspect(second.access);
    assert.equal(told.active, true);
    assert.equal(told.client_id, client.client_id);

    await library.revoke(second.refresh);
    assert.deepEqual(await library.introspect(second.refresh), { active: false });
    await fails(() => library.refresh(second.refresh), "invalid_grant");

    const { out, state } = await library.signOut(first.id);
    const arrived = await ada.goes(out, { until: demo.facts.authorization.third_party.post_logout_redirect_uri });
    assert.equal(arrived.url.searchParams.get("state"), state);
    const again = await ada.goes(await library.begin(SCOPE, { prompt: "none" }), {
      until: demo.facts.authorization.third_party.extra_redirect_uri,
    });
    await fails(() => library.finish(again.url), "login_required");
  });

  test(`${name}: a code is good once, and its second use ends what the first one brought`, async () => {
    const back = await asked("approve");
    const tokens = await library.finish(back);
    await fails(() => library.finish(back), "invalid_grant");
    assert.deepEqual(await library.introspect(tokens.access), { active: false });
  });
}
