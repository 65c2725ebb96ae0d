// The sender of the package against servers that misbehave.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, it } from "node:test";

import { ConsentVerifier, FetchError, platformFetch } from "consentry-verify";

import { cases } from "./provider.js";

const seen = [];
let server;
let base;

before(async () => {
  server = createServer((request, response) => {
    seen.push(request.url);
    if (request.url === "/silent") {
      return;
    }
    if (request.url === "/redirect") {
      response.writeHead(302, { location: "/json" }).end();
      return;
    }
    const type = request.url === "/plain" ? "text/plain" : "application/json";
    response.writeHead(200, { "content-type": type });
    if (request.url === "/endless") {
      const fill = () => {
        while (!response.destroyed && response.write(" ".repeat(65_536))) {
          // Until the other side is full.
        }
      };
      response.on("drain", fill);
      fill();
    } else if (request.url === "/slow") {
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    } else {
      response.end("{}");
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

it("8.7: redirects are not followed", async () => {
  seen.length = 0;
  const { status } = await platformFetch()({ url: `${base}/redirect` });
  assert.equal(status, 302);
  assert.deepEqual(seen, ["/redirect"]);
});

it("8.7: nothing endless, slow or silent is waited for", async () => {
  const fetch = platformFetch({ totalMilliseconds: 300 });
  for (const path of ["/endless", "/slow", "/silent"]) {
    await assert.rejects(fetch({ url: base + path }), FetchError, path);
  }
  await assert.rejects(fetch({ url: "http://127.0.0.1:1/" }), FetchError);
});

it("a provider that misbehaves leaves no verdict", async () => {
  for (const [path, expected] of [
    ["/plain", "keys_unavailable"],
    ["/redirect", "keys_unavailable"],
    ["/endless", "keys_unavailable"],
    ["/json", "configuration"],
  ]) {
    const fetch = platformFetch();
    const issuer = "https://consent.northbay.example";
    const verifier = new ConsentVerifier(
      { issuer, expectedDsis: ["dpp://tide@northbay.example/A"], requireIdToken: false },
      { fetch: (request) => fetch({ ...request, url: base + path }) },
    );
    await assert.rejects(verifier.verify(cases.valid.token), (error) => error.code === expected && error.undecided, path);
  }
});
