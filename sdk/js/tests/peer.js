// Answers questions about a running server, one line of JSON each: what the verifier says about an access token and about a
// question to the check API. The server believes to be at another address and time, which the question names.

import { createInterface } from "node:readline";

import { AccessVerifier, basic, CheckClient, platformFetch } from "consentry-verify";

const fetch = platformFetch();
let verifier;
let now;

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  now = asked.now;
  const outside = {
    clock: () => now,
    fetch: (request) => fetch({ ...request, url: request.url.replace(asked.believed, asked.actual) }),
  };
  verifier ??= new AccessVerifier(
    { issuer: asked.issuer, audience: asked.audience, revocation: "feed", revocationsUrl: asked.feed },
    outside,
  );
  const code = await verifier.verify(asked.token, { scopes: asked.scopes }).then(
    () => "ok",
    (error) => error.code ?? error.stack,
  );
  const check = new CheckClient(asked.believed, basic(asked.client_id, asked.client_secret), outside);
  const decision = await check.evaluation(asked.question);
  const both = await check.evaluations([{}, { subject: { type: "user", id: "nobody" } }], { defaults: asked.question });
  const allowed = both.map((one) => one.allowed);
  process.stdout.write(`${JSON.stringify({ code, reason: decision.reason, allowed })}\n`);
}
