// `oauth4webapi`, which checks every answer by the letter, as it is published.

import * as oauth from "oauth4webapi";

import { walk } from "./walk.mjs";

// The demo has no certificate: it serves the loopback only.
const PLAIN = { [oauth.allowInsecureRequests]: true };

walk("oauth4webapi", async ({ issuer, client_id, client_secret, redirect_uri, out }) => {
  const at = new URL(issuer);
  const provider = await oauth.processDiscoveryResponse(at, await oauth.discoveryRequest(at, PLAIN));
  const client = { client_id };
  const secret = oauth.ClientSecretPost(client_secret);
  let begun;
  return {
    async begin(scope, more = {}) {
      const verifier = oauth.generateRandomCodeVerifier();
      begun = { verifier, state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
      const address = new URL(provider.authorization_endpoint);
      const parameters = {
        client_id,
        redirect_uri,
        response_type: "code",
        scope: scope.join(" "),
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...more,
      };
      for (const [name, value] of Object.entries(parameters)) {
        address.searchParams.set(name, value);
      }
      return address;
    },
    async finish(address) {
      const { state, nonce, verifier } = begun;
      const answer = oauth.validateAuthResponse(provider, client, address, state);
      const asked = oauth.authorizationCodeGrantRequest;
      const response = await asked(provider, client, secret, answer, redirect_uri, verifier, PLAIN);
      const expected = { expectedNonce: nonce, requireIdToken: true };
      const tokens = await oauth.processAuthorizationCodeResponse(provider, client, response, expected);
      await oauth.validateApplicationLevelSignature(provider, response, PLAIN);
      const { sub } = oauth.getValidatedIdTokenClaims(tokens);
      const userInfo = await oauth.userInfoRequest(provider, client, tokens.access_token, PLAIN);
      const person = await oauth.processUserInfoResponse(provider, client, sub, userInfo);
      return { ...told(tokens), id: tokens.id_token, subject: sub, person: person.sub };
    },
    async refresh(token) {
      const response = await oauth.refreshTokenGrantRequest(provider, client, secret, token, PLAIN);
      return told(await oauth.processRefreshTokenResponse(provider, client, response));
    },
    async introspect(token) {
      const response = await oauth.introspectionRequest(provider, client, secret, token, PLAIN);
      return oauth.processIntrospectionResponse(provider, client, response);
    },
    async revoke(token) {
      await oauth.processRevocationResponse(await oauth.revocationRequest(provider, client, secret, token, PLAIN));
    },
    async signOut(id) {
      const state = oauth.generateRandomState();
      const address = new URL(provider.end_session_endpoint);
      const asked = { client_id, post_logout_redirect_uri: out, id_token_hint: id, state };
      address.search = new URLSearchParams(asked).toString();
      return { out: address, state };
    },
    error: (cause) => cause.error,
  };
});

function told({ access_token, refresh_token, scope }) {
  return { access: access_token, refresh: refresh_token, scope: scope.split(" ") };
}
