// The client of the check API.

import assert from "node:assert/strict";
import { it } from "node:test";

import { basic, CheckClient } from "consentry-verify";

const BALANCE = {
  subject: { type: "user", id: "ada" },
  action: { name: "read" },
  resource: { type: "scope", id: "accounts:balance" },
};
const PERMIT = { decision: true, context: { reason_code: "consented", max_age: 30 } };

function client(status, body, asked = []) {
  const fetch = async (request) => {
    asked.push(request);
    if (body === undefined) {
      throw new Error("unreachable");
    }
    const headers = { "content-type": "application/json" };
    return { status, headers, body: new TextEncoder().encode(JSON.stringify(body)) };
  };
  return new CheckClient("https://id.northbay.example/", basic("bank", "a:b"), { fetch });
}

it("a question and its answer", async () => {
  const asked = [];
  const decision = await client(200, PERMIT, asked).evaluation({ ...BALANCE, context: { audience: "moneytrack" } });
  assert.deepEqual([decision.allowed, decision.reason, decision.maxAge], [true, "consented", 30]);
  assert.equal(asked[0].url, "https://id.northbay.example/access/v1/evaluation");
  assert.equal(asked[0].headers.authorization, "Basic YmFuazphJTNBYg==");
  assert.deepEqual(JSON.parse(asked[0].body), { ...BALANCE, context: { audience: "moneytrack" } });
});

it("several questions have as many answers", async () => {
  const asked = [];
  const denied = { decision: false, context: { reason_code: "revoked" } };
  const asking = client(200, { evaluations: [PERMIT, denied] }, asked);
  const decisions = await asking.evaluations([{}, {}], { defaults: BALANCE });
  assert.deepEqual(
    decisions.map(({ allowed, reason }) => [allowed, reason]),
    [
      [true, "consented"],
      [false, "revoked"],
    ],
  );
  await assert.rejects(asking.evaluations([{}, {}, {}], { defaults: BALANCE }));
  const early = await asking.evaluations([{}, {}, {}], { defaults: BALANCE, semantic: "deny_on_first_deny" });
  assert.equal(early.length, 2);
  assert.deepEqual(JSON.parse(asked.at(-1).body).options, { evaluations_semantic: "deny_on_first_deny" });
});

it("whatever is no answer is no permit", async () => {
  for (const [status, body, code] of [
    [200, { decision: "true" }, "check_unavailable"],
    [200, {}, "check_unavailable"],
    [200, [], "check_unavailable"],
    [200, { decision: true, context: 7 }, "check_unavailable"],
    [200, undefined, "check_unavailable"],
    [500, {}, "check_unavailable"],
    [429, {}, "check_unavailable"],
    [302, PERMIT, "check_unavailable"],
    [401, PERMIT, "check_refused"],
    [400, {}, "check_refused"],
  ]) {
    await assert.rejects(client(status, body).evaluation(BALANCE), { code }, `${status} ${JSON.stringify(body)}`);
  }
});
