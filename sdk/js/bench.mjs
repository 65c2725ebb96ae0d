// How many consent tokens are verified in a second, beside bare verifications of the same signature by `node:crypto`. Prints one line of JSON.
// For how many seconds each is measured is the first argument.

import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

import { ConsentVerifier } from "./src/index.js";

const file = JSON.parse(readFileSync(new URL("../vectors/consent-token.json", import.meta.url), "utf8"));
const { token } = file.cases.find(({ name }) => name === "valid");
const [input, signature] = [token.slice(0, token.lastIndexOf(".")), token.slice(token.lastIndexOf(".") + 1)];
const { kid } = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));

function document(place) {
  const { status, headers, body } = file.documents[place];
  return { status, headers, body: new TextEncoder().encode(body) };
}

function verifier(remember) {
  const { issuer, expected_dsis: expectedDsis } = file.settings;
  return new ConsentVerifier(
    { issuer, expectedDsis, requireIdToken: false, remember },
    { clock: () => file.now, fetch: async ({ url }) => document(url) },
  );
}

function bare() {
  const sets = Object.values(file.documents).map(({ body }) => JSON.parse(body).keys ?? []);
  const jwk = sets.flat().find((one) => one.kid === kid);
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const [data, bytes] = [Buffer.from(input), Buffer.from(signature, "base64url")];
  return () => {
    if (!verify("sha256", data, key, bytes)) {
      throw new Error("not verified");
    }
  };
}

/** How often each takes its turn: whatever else the machine does meanwhile meets all alike, and the best turn counts. */
const TURNS = 20;

async function rate(once, milliseconds) {
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < milliseconds) {
    for (let times = 0; times < 20; times += 1) {
      await once();
    }
    count += 20;
  }
  return (count * 1000) / (performance.now() - begun);
}

const [first, again] = [verifier(0), verifier(10)];
const measured = { limit: bare(), value: () => first.verify(token), again: () => again.verify(token) };
const best = { limit: 0, value: 0, again: 0 };
const turn = (Number(process.argv[2] ?? 1) * 1000) / TURNS;
for (let turns = 0; turns < TURNS; turns += 1) {
  for (const [name, once] of Object.entries(measured)) {
    best[name] = Math.max(best[name], await rate(once, turn));
  }
}
console.log(JSON.stringify(best));
