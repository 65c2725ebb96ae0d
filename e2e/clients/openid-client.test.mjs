// `openid-client`, the certified client of Node, as it is published.

import * as client from "openid-client";

import { walk } from "./walk.mjs";

walk("openid-client", async ({ issuer, client_id, client_secret, redirect_uri, out }) => {
  // The demo has no certificate: it serves the loopback only.
  const options = { execute: [client.allowInsecureRequests] };
  const secret = client.ClientSecretBasic(client_secret);
  const config = await client.discovery(new URL(issuer), client_id, undefined, secret, options);
  let begun;
  return {
    async begin(scope, more) {
      const verifier = client.randomPKCECodeVerifier();
      begun = { verifier, state: client.randomState(), nonce: client.randomNonce() };
      return client.buildAuthorizationUrl(config, {
        redirect_uri,
        scope: scope.join(" "),
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...more,
      });
    },
    async finish(address) {
      const tokens = await client.authorizationCodeGrant(config, address, {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
      });
      const { sub } = tokens.claims();
      const person = await client.fetchUserInfo(config, tokens.access_token, sub);
      return { ...told(tokens), id: tokens.id_token, subject: sub, person: person.sub };
    },
    refresh: async (token) => told(await client.refreshTokenGrant(config, token)),
    introspect: (token) => client.tokenIntrospection(config, token),
    revoke: (token) => client.tokenRevocation(config, token),
    async signOut(id) {
      const state = client.randomState();
      const asked = { post_logout_redirect_uri: out, id_token_hint: id, state };
      return { out: client.buildEndSessionUrl(config, asked), state };
    },
    error: (cause) => cause.error,
  };
});

function told({ access_token, refresh_token, scope }) {
  return { access: access_token, refresh: refresh_token, scope: scope.split(" ") };
}
