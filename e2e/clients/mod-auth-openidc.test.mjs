// Apache's `mod_auth_openidc`, as Debian packs it: a web site behind a login, and an interface that introspects tokens. Its client is
// registered while the server runs, as its operator would do it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startDemo } from "../harness.mjs";
import { freePort, startApache } from "./apache.mjs";
import { startTls } from "./authority.mjs";
import { Person } from "./person.mjs";
import { register } from "./register.mjs";

const SCOPE = ["openid", "offline_access", "accounts:balance"];

let demo;
let tls;
let apache;
let site;
let ada;
before(async () => {
  demo = await startDemo();
  tls = await startTls(demo.facts.base_url);
  const port = await freePort();
  site = `http://127.0.0.1:${port}`;
  const { username, password } = demo.facts.users[0];
  ada = new Person({ username, password });
  apache = await startApache(port, configuration(await register(demo.facts, client())), {
    private: "only for who is logged in",
    api: "only for a good token",
    out: "you are out",
  });
});
after(async () => {
  await apache?.stop();
  await tls?.stop();
  await demo?.stop();
});

function configuration({ client_id, client_secret }) {
  const { issuer, authorization } = demo.facts;
  const introspection = new URL(`${issuer}/token/introspection`).pathname;
  return [
    `OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration`,
    `OIDCClientID ${client_id}`,
    `OIDCClientSecret "${client_secret}"`,
    `OIDCRedirectURI ${site}/private/callback`,
    `OIDCCryptoPassphrase "only of this test"`,
    `OIDCScope "${SCOPE.join(" ")}"`,
    // OpenID Connect Core 11: who asks for `offline_access` lets the person be asked.
    `OIDCAuthRequestParams prompt=consent`,
    `OIDCPKCEMethod S256`,
    `OIDCRefreshAccessTokenBeforeExpiry 1 logout_on_error`,
    `OIDCInfoHook access_token refresh_token id_token userinfo`,
    // The resource server is the bank's, which may introspect what third parties hold. The module insists on https for it.
    `OIDCOAuthIntrospectionEndpoint ${tls.origin}${introspection}`,
    `OIDCCABundlePath ${tls.certificate}`,
    `OIDCOAuthClientID ${authorization.first_party.client_id}`,
    `OIDCOAuthClientSecret "${authorization.first_party.client_secret}"`,
    `OIDCOAuthTokenIntrospectionInterval -1`,
    `OIDCOAuthRemoteUserClaim sub`,
    `<Location /private>`,
    `  AuthType openid-connect`,
    `  Require valid-user`,
    `</Location>`,
    `<Location /api>`,
    `  AuthType oauth20`,
    `  Require claim scope~accounts:balance`,
    `</Location>`,
  ];
}

/** A client of its own, as the operator of the site would have it registered. */
function client() {
  return {
    name: "A site behind Apache",
    is_third_party: true,
    redirect_uris: [`${site}/private/callback`],
    post_logout_redirect_uris: [`${site}/out/`],
    allowed_scopes: SCOPE,
  };
}

/** What the module keeps of the person's session, as its information hook tells it. */
async function session() {
  const { text } = await ada.goes(`${site}/private/callback?info=json`);
  return JSON.parse(text);
}

const api = (token) =>
  fetch(`${site}/api/`, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);

/** Who goes to the site is sent to the provider. */
async function assertClosed() {
  const { url } = await ada.goes(`${site}/private/`, { until: demo.facts.issuer });
  assert.equal(url.pathname, `${new URL(demo.facts.issuer).pathname}/auth`);
}

test("mod_auth_openidc: declined, the site stays closed", async () => {
  // Debian's version of the module takes an answer that has `iss` and no `code` for something else and fails with two pages in one
  // answer, so what it makes of it is not read.
  const { url } = await ada.goes(`${site}/private/`, { decision: "decline", until: `${site}/private/callback` });
  assert.equal(url.searchParams.get("error"), "access_denied");
  await assertClosed();
});

test("mod_auth_openidc: approved, refreshed, introspected, revoked and signed out", async () => {
  const page = await ada.goes(`${site}/private/`);
  assert.match(page.text, /only for who is logged in/);
  const first = await session();
  assert.ok(first.userinfo.sub);
  assert.equal(first.id_token.sub, first.userinfo.sub);
  assert.equal(await api(first.access_token), 200);

  const query = new URLSearchParams({ refresh: `${site}/private/`, access_token: first.access_token });
  const refreshed = await ada.goes(`${site}/private/callback?${query}`);
  assert.match(refreshed.text, /only for who is logged in/);
  const second = await session();
  assert.notEqual(second.access_token, first.access_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.equal(await api(second.access_token), 200);
  assert.equal(await api(`${second.access_token}x`), 401);

  // Signing out, the module revokes its tokens by itself and then ends the session at the provider.
  const out = await ada.goes(`${site}/private/callback?${new URLSearchParams({ logout: `${site}/out/` })}`);
  assert.match(out.text, /you are out/);
  assert.equal(await api(second.access_token), 401);
  await assertClosed();
});
