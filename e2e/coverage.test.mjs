// Every page has a browser test: what the other tests judged is exactly what the reviewed list names, and every address that
// answers HTML is on the list. Runs after them, since it reads what they noted.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { startDemo } from "./harness.mjs";
import { PAGES, judgedFolder, routeOf, routeTable, withoutCis } from "./routes.mjs";

test("every page on the list was judged in every state on the list, and no other was", () => {
  assert.ok(existsSync(judgedFolder), `${judgedFolder} is missing: run the tests of the folder tests first`);
  const judged = {};
  for (const file of readdirSync(judgedFolder)) {
    for (const { route, state } of JSON.parse(readFileSync(path.join(judgedFolder, file), "utf8"))) {
      judged[route] = [...new Set([...(judged[route] ?? []), state])].sort();
    }
  }
  const listed = Object.fromEntries(Object.entries(PAGES).map(([route, states]) => [route, states.toSorted()]));
  // The list is e2e/pages.json: a page or state that went missing, or is new, is looked at and then changed there.
  assert.deepEqual(sorted(judged), sorted(listed));
});

test("every address on the list is one of the server's", () => {
  const { routes, prefixes } = routeTable();
  const known = new Set([
    ...routes.map(({ method, path }) => `${method} ${withoutCis(path)}`),
    ...prefixes.map((prefix) => `fallback ${prefix}`),
  ]);
  assert.deepEqual(
    Object.keys(PAGES).filter((route) => !known.has(route)),
    [],
  );
});

test("every address that answers a browser with HTML is on the list", async () => {
  const { routes, prefixes } = routeTable();
  const demo = await startDemo();
  try {
    const probes = [
      ...routes.map(({ method, path }) => ({ method, path: path.replaceAll(/\{[^}]+\}/g, "x") })),
      ...prefixes.map((prefix) => ({ method: "GET", path: `${prefix === "/" ? "" : prefix}/nowhere-at-all` })),
    ];
    const missing = [];
    for (const probe of probes) {
      const answer = await fetch(`${demo.facts.base_url}${probe.path}`, {
        method: probe.method,
        redirect: "manual",
        headers: { accept: "text/html", ...(probe.method === "GET" ? {} : FORM) },
      });
      await answer.arrayBuffer();
      const type = answer.headers.get("content-type") ?? "";
      if (type.startsWith("text/html") && PAGES[routeOf(probe)] === undefined) {
        missing.push(routeOf(probe));
      }
    }
    assert.deepEqual([...new Set(missing)], []);
  } finally {
    await demo.stop();
  }
});

const FORM = { "content-type": "application/x-www-form-urlencoded" };

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => one.localeCompare(other)));
}
