// `openid-client`, the certified client of Node, as it is published: with a secret, and with all that it has for clients that are more
// careful: requests handed in beforehand, and a key of its own in place of a secret.

import { generateKeyPairSync } from "node:crypto";

import * as client from "openid-client";

import { walk } from "./walk.mjs";

walk("openid-client", (registered) =>
  adapter(registered, client.ClientSecretBasic(registered.client_secret), client.buildAuthorizationUrl),
);

const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = { ...own.publicKey.export({ format: "jwk" }), kid: "own", alg: "ES256", use: "sig" };
const key = await crypto.subtle.importKey(
  "pkcs8",
  own.privateKey.export({ type: "pkcs8", format: "der" }),
  { name: "ECDSA", namedCurve: "P-256" },
  false,
  ["sign"],
);

walk(
  "openid-client with PAR and private_key_jwt",
  (registered) =>
    adapter(registered, client.PrivateKeyJwt({ key, kid: jwk.kid }), client.buildAuthorizationUrlWithPAR),
  {
    enforce_par: true,
    authentication_configuration: { method: "private_key_jwt", jwks: { keys: [jwk] } },
  },
);

async function adapter({ issuer, client_id, redirect_uri, out }, authentication, buildUrl) {
  // The demo has no certificate: it serves the loopback only.
  const options = { execute: [client.allowInsecureRequests] };
  const config = await client.discovery(new URL(issuer), client_id, undefined, authentication, options);
  let begun;
  return {
    async begin(scope, more) {
      const verifier = client.randomPKCECodeVerifier();
      begun = { verifier, state: client.randomState(), nonce: client.randomNonce() };
      return buildUrl(config, {
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
}

function told({ access_token, refresh_token, scope }) {
  return { access: access_token, refresh: refresh_token, scope: scope.split(" ") };
}
