// Another issuer: oidc-provider as it is published, on a free port of the loopback. Its first line says where it is; then it does
// what each line of its stdin asks for and answers with a line, in place of a person at its login page. It ends with its stdin.

import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import Provider from "oidc-provider";

const SCOPE = "urn:pingdirectory:consent urn:pingdirectory:consent_admin";

const server = createServer((request, response) => provider.callback()(request, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;

const client = (client_id, client_secret) => ({
  client_id,
  client_secret,
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
});

const provider = new Provider(issuer, {
  // The second is the resource server, which introspects.
  clients: [client("shop", "shop-secret"), client("consents", "c0nsents:&+/ %")],
  scopes: ["openid", ...SCOPE.split(" ")],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_context, asking) => asking.clientId === "consents" },
  },
});

const TASKS = {
  // Whoever encrypts knows the public part only.
  async key({ type, options }) {
    return generateKeyPairSync(type, options).privateKey.export({ type: "pkcs8", format: "pem" }).replaceAll("\n", "|");
  },

  async make({ sub, scope, format, audience, seconds, encrypt }) {
    const shop = await provider.Client.find("shop");
    const gty = "client_credentials";
    const token = new provider.AccessToken({ accountId: sub, client: shop, scope, expiresIn: seconds, gty });
    const jwt = encrypt && {
      sign: { alg: "RS256" },
      encrypt: { ...encrypt, key: createPublicKey(encrypt.key.replaceAll("|", "\n")) },
    };
    const server = { audience, scope: SCOPE, accessTokenFormat: format, ...(jwt && { jwt }) };
    token.resourceServer = new provider.ResourceServer(audience, server);
    return token.save();
  },

  async revoke({ token }) {
    const found = await provider.AccessToken.find(token);
    await found.destroy();
    return token;
  },
};

console.log(issuer);
for await (const line of createInterface({ input: process.stdin })) {
  const { task, ...details } = JSON.parse(line);
  console.log(await TASKS[task](details));
}
process.exit(0);
