// The middleware behind a server of Node, which is what Express hands on.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { it } from "node:test";

import { AccessVerifier, consentAnswer } from "consentry-verify";
import { requireAccess, requireConsent } from "consentry-verify/express";

import { cases, outside, Provider } from "./provider.js";

/** Status, challenge and body of the answer to a request with these headers. */
async function answered(middleware, headers) {
  const server = createServer((request, response) =>
    middleware(request, response, (error) => {
      response.statusCode = error === undefined ? 200 : 599;
      response.end(error === undefined ? (request.consent ?? request.access).sub : String(error));
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const asked = ask({ port: server.address().port, host: "127.0.0.1", headers, agent: false }).end();
    const [response] = await once(asked, "response");
    const chunks = await response.toArray();
    const body = Buffer.concat(chunks).toString();
    return { status: response.statusCode, challenge: response.headers["www-authenticate"], body };
  } finally {
    server.close();
  }
}

const good = cases.valid.token;

it("10: refusals are what gateways let through", async () => {
  const middleware = requireConsent(new Provider().verifier());
  const accepted = await answered(middleware, { "x-consent-token": good });
  assert.deepEqual([accepted.status, accepted.body], [200, "9f1c77"]);
  for (const [headers, status, type] of [
    [{}, 403, "consent_required"],
    [{ "x-consent-token": "" }, 403, "consent_required"],
    [{ "x-consent-token": cases.expired.token }, 403, "consent_token_expired"],
    [{ "x-consent-token": cases["dsi no such thing"].token }, 403, "consent_token_mismatch"],
    [{ "x-consent-token": [good, good] }, 403, "consent_token_invalid"],
    [{ "x-consent-token": good, authorization: "Bearer x" }, 401, "id_token_missing_or_invalid"],
  ]) {
    const refused = await answered(middleware, headers);
    const body = JSON.parse(refused.body);
    assert.deepEqual([refused.status, body.type], [status, type]);
    assert.deepEqual(Object.keys(body), ["type", "message"]);
  }
  assert.equal(consentAnswer("revoked").body.type, "consent_revoked");
  assert.equal(consentAnswer("keys_unavailable").status, 500);
});

it("an id token is read from the authorization header", async () => {
  const middleware = requireConsent(new Provider().verifier({ require_id_token: true }));
  const { token, id_token: idToken } = cases["valid with the id token"];
  const headers = { "x-consent-token": token, authorization: `bearer ${idToken}` };
  assert.equal((await answered(middleware, headers)).status, 200);
});

it("8.6: the routing chooses the data source", async () => {
  const { token, dsi, settings } = cases["one of two, and it is asked for"];
  const middleware = requireConsent(new Provider().verifier(settings), { dsi: () => dsi });
  assert.equal((await answered(middleware, { "x-consent-token": token })).status, 200);
  assert.equal((await answered(middleware, { "x-consent-token": good })).status, 403);
});

it("a fault of ours is handed on and lets nobody in", async () => {
  const middleware = requireConsent({ verify: () => Promise.reject(new TypeError("broken")) });
  assert.equal((await answered(middleware, { "x-consent-token": good })).status, 599);
});

it("access tokens are answered as RFC 6750 says", async () => {
  const file = JSON.parse(readFileSync(new URL("../../vectors/access-token.json", import.meta.url), "utf8"));
  const token = (name) => file.cases.find((of) => of.name === name).token;
  const { issuer, audience } = file.settings;
  const verifier = new AccessVerifier({ issuer, audience }, outside(file));
  const middleware = requireAccess(verifier, { scopes: ["accounts:balance"] });
  for (const [name, status, challenge] of [
    ["valid", 200, undefined],
    ["expired", 401, 'Bearer error="invalid_token"'],
    ["no scope at all", 403, 'Bearer error="insufficient_scope"'],
  ]) {
    const answer = await answered(middleware, { authorization: `Bearer ${token(name)}` });
    assert.deepEqual([answer.status, answer.challenge], [status, challenge]);
  }
  assert.equal((await answered(middleware, {})).challenge, "Bearer");
});
