// Another OpenID provider that people sign in with: oidc-provider as it is published, on a free port of the loopback. Its first line says where
// it is; each line of its stdin says who sits in front of it from then on, in place of a person at its login page, and with `acr` how they log in there.
// It ends with its stdin.

import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import Provider from "oidc-provider";

const REDIRECTS = process.argv.slice(2);

const accounts = new Map();
let sitting;
let context;

const server = createServer(async (request, response) => {
  if (request.url.startsWith("/interaction/")) {
    await provider.interactionFinished(request, response, { login: { accountId: sitting, acr: context } });
  } else {
    provider.callback()(request, response);
  }
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;

const client = (client_id, client_secret, id_token_signed_response_alg) => ({
  client_id,
  client_secret,
  id_token_signed_response_alg,
  redirect_uris: REDIRECTS,
  token_endpoint_auth_method: "client_secret_post",
});

const provider = new Provider(issuer, {
  clients: [
    client("bank", "b4nk&secret", "RS256"),
    // As LINE does: its ID tokens are signed with the secret.
    client("bank-hs256", "b4nk&secret-of-at-least-32-bytes", "HS256"),
    // An application of a dataspace, which is registered here.
    client("web", "w3b&secret", "RS256"),
  ],
  acrValues: ["eid-substantial", "eid-high"],
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "HS256"] },
  claims: { acr: null, openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) }),
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid email");
    await grant.save();
    return grant;
  },
});

console.log(issuer);
for await (const line of createInterface({ input: process.stdin })) {
  const { sub, acr, ...claims } = JSON.parse(line);
  accounts.set(sub, claims);
  sitting = sub;
  context = acr;
  console.log("sits");
}
process.exit(0);
