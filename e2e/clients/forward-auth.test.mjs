// `consentry forward-auth` behind Debian's nginx: a data source whose operator wrote no line of code. The tokens, keys and feeds are the
// shared vectors, at their moment; the site is the one of docs/sdk.md, word for word.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

import { binary } from "../harness.mjs";
import { freePort } from "./apache.mjs";
import { startNginx } from "./nginx.mjs";

const DOCUMENTED_UPSTREAM = "http://127.0.0.1:8081";
const DOCUMENTED_ENDPOINT = "http://127.0.0.1:9180";

const text = (file) => readFile(new URL(`../../${file}`, import.meta.url), "utf8");
const vectors = JSON.parse(await text("sdk/vectors/consent-token.json"));
const byName = new Map(vectors.cases.map((one) => [one.name, one]));
const listed = byName.get("feed lists it");

let folder;
let source;
let endpoint;
let nginx;
let site;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "consentry-forward-auth-"));
  source = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ told: request.headers, asked: `${request.method} ${request.url}` }));
  }).listen(0, "127.0.0.1");
  await once(source, "listening");
  endpoint = await startEndpoint(vectors.documents, ["--revocation", "none"]);
  const port = await freePort();
  site = `http://127.0.0.1:${port}`;
  nginx = await startNginx(port, await documented(endpoint.address));
});
after(async () => {
  await nginx?.stop();
  await endpoint?.stop();
  source?.close();
  await rm(folder, { recursive: true, force: true });
});

test("dsp_15 the proxy lets a good token through and tells the data source whose it is", async () => {
  const { token, id_token, tid } = byName.get("valid with the id token");
  const answer = await ask(site, { token, idToken: id_token, more: { "x-consent-subject": "somebody else" } });
  assert.equal(answer.status, 200);
  const { told, asked } = await answer.json();
  assert.equal(asked, "POST /profile");
  assert.equal(told["x-consent-id"], tid);
  assert.equal(told["x-consent-subject"], "9f1c77");
});

test("dsp_10 the proxy refuses with exactly the body that gateways let through", async () => {
  const good = byName.get("valid with the id token");
  for (const [shown, status, type] of [
    [{ idToken: good.id_token }, 403, "consent_required"],
    [{ token: "", idToken: good.id_token }, 403, "consent_required"],
    [{ token: byName.get("expired").token, idToken: good.id_token }, 403, "consent_token_expired"],
    [{ token: byName.get("payload exchanged").token, idToken: good.id_token }, 403, "consent_token_invalid"],
    [{ token: byName.get("dsi of another source").token, idToken: good.id_token }, 403, "consent_token_mismatch"],
    [{ token: good.token }, 401, "id_token_missing_or_invalid"],
  ]) {
    const answer = await ask(site, shown);
    assert.equal(answer.status, status, type);
    assert.match(answer.headers.get("content-type"), /^application\/json/);
    const body = await answer.json();
    assert.deepEqual(Object.keys(body).sort(), ["message", "type"]);
    assert.equal(body.type, type);
  }
});

test("dsp_11_2 the proxy refuses what was taken back, and where nobody can tell", async () => {
  const { id_token: idToken } = byName.get("valid with the id token");
  for (const [documents, status, type] of [
    [{ ...vectors.documents, ...listed.documents }, 403, "consent_revoked"],
    [vectors.documents, 500, "consent_verification_unavailable"],
  ]) {
    const other = await startEndpoint(documents, []);
    const port = await freePort();
    const proxy = await startNginx(port, await documented(other.address));
    try {
      const answer = await ask(`http://127.0.0.1:${port}`, { token: listed.token, idToken });
      assert.equal(answer.status, status);
      assert.equal((await answer.json()).type, type);
    } finally {
      await proxy.stop();
      await other.stop();
    }
  }
});

/** Starts the endpoint with documents from a file, at the moment of the vectors. */
async function startEndpoint(documents, more) {
  const file = path.join(await mkdtemp(path.join(folder, "documents-")), "documents.json");
  await writeFile(file, JSON.stringify(documents));
  const { issuer, expected_dsis: sources, login_issuers: logins } = vectors.settings;
  const child = spawn(
    binary,
    [
      ...["forward-auth", "--listen", "127.0.0.1:0", "--issuer", issuer],
      ...sources.flatMap((one) => ["--data-source", one]),
      ...logins.flatMap((one) => ["--login-issuer", one]),
      ...["--offline", file, "--at", String(vectors.now), ...more],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "close");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const [address] = line.match(/http:\/\/[0-9.:]+/);
  return {
    address,
    async stop() {
      child.kill("SIGTERM");
      const [code] = await ended;
      assert.equal(code, 0);
    },
  };
}

/** The site of the documentation, with this test's addresses. */
async function documented(address) {
  const [, block] = (await text("docs/sdk.md")).match(/```nginx\n([^]*?)```/);
  for (const expected of [DOCUMENTED_ENDPOINT, DOCUMENTED_UPSTREAM]) {
    assert.ok(block.includes(expected), `the documented site names ${expected}`);
  }
  return block
    .replaceAll(DOCUMENTED_ENDPOINT, address)
    .replaceAll(DOCUMENTED_UPSTREAM, `http://127.0.0.1:${source.address().port}`);
}

function ask(origin, { token, idToken, more = {} }) {
  return fetch(`${origin}/profile`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { "x-consent-token": token }),
      ...(idToken === undefined ? {} : { authorization: `Bearer ${idToken}` }),
      ...more,
    },
    body: "{}",
  });
}
