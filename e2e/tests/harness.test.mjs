// The harness itself: that it refuses what it should. A check that cannot fail proves nothing about any page.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";

import { axe, fitsEveryWidth, openPage, startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { routeOf } from "../routes.mjs";

const page = (body, style = "") =>
  `<!doctype html><html lang="en"><head><title>Proof</title><meta name="viewport" content="width=device-width">
   <style>:root { color-scheme: light dark } ${style}</style></head><body><main><h1>Proof</h1>${body}</main></body></html>`;

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

test("axe passes a sound page and refuses a picture without words", async () => {
  const { page: tab, context } = await openPage(browser);
  await tab.goto(`data:text/html,${encodeURIComponent(page("<p>Fine</p>"))}`);
  await axe(tab);
  await tab.goto(`data:text/html,${encodeURIComponent(page('<img src="data:,">'))}`);
  await assert.rejects(axe(tab), /image-alt/);
  await context.close();
});

test("axe looks at dark colours too", async () => {
  const faint = "@media (prefers-color-scheme: dark) { body { background: #111; color: #222 } }";
  const { page: tab, context } = await openPage(browser);
  await tab.goto(`data:text/html,${encodeURIComponent(page("<p>Hard to read at night</p>", faint))}`);
  await assert.rejects(axe(tab), /color-contrast/);
  await context.close();
});

test("axe looks into frames", async () => {
  const { page: tab, context } = await openPage(browser);
  const inner = page('<img src="data:,">').replaceAll('"', "&quot;");
  await tab.goto(`data:text/html,${encodeURIComponent(page(`<iframe title="Inner" srcdoc="${inner}"></iframe>`))}`);
  await assert.rejects(axe(tab), /image-alt/);
  await context.close();
});

test("a page that must be scrolled sideways on a phone is refused", async () => {
  const { page: tab, context } = await openPage(browser);
  await tab.goto(`data:text/html,${encodeURIComponent(page('<div style="width: 900px">wide</div>'))}`);
  await assert.rejects(fitsEveryWidth(tab, "harness-wide"), /sideways/);
  await context.close();
});

test("an error of a page's script is noticed", async () => {
  const { page: tab, context, assertQuiet } = await openPage(browser);
  await tab.goto(`data:text/html,${encodeURIComponent(page("<script>undefined.nothing</script>"))}`);
  assert.throws(assertQuiet, /uncaught/);
  await context.close();
});

test("judging refuses what axe does not see", async () => {
  const large = "button, input { min-height: 44px; font: inherit } :focus-visible { outline: 3px solid }";
  const button = "<button>Press</button>";
  const cases = [
    [button, large, undefined],
    [`${button}<h1>Again</h1>`, large, /headings of the first order/],
    ["<button>Small</button>", "", /targets lower than 44/],
    [button, `${large} button:focus { outline: none !important }`, /is not seen/],
    [`${button}<p class="cut">Two lines that are cut where the text is twice as large</p>`, `${large} .cut { height: 3em; max-height: 40px; overflow: hidden }`, /cuts off P cut/],
    [`${button}<p class="wide">Unbreakable</p>`, `${large} .wide { min-width: 21rem }`, /twice as large|wide spacing|sideways/],
  ];
  for (const [body, style, refusal] of cases) {
    const { page: tab, context } = await openPage(browser);
    const html = page(body, style).replace('lang="en"', 'lang="en" dir="ltr"');
    await tab.goto(`data:text/html,${encodeURIComponent(html)}`);
    const judgement = judge(tab, "harness-judged");
    await (refusal === undefined ? judgement : assert.rejects(judgement, refusal));
    await context.close();
  }
});

test("an address is told apart from the others by the server's own route table", () => {
  assert.equal(routeOf({ method: "GET", path: "/cis/oidc/auth/ix_1" }), "GET /oidc/auth/{resume}");
  assert.equal(routeOf({ method: "GET", path: "/oidc/auth" }), "GET /oidc/auth");
  assert.equal(routeOf({ method: "GET", path: "/consent" }), "fallback /consent");
  assert.equal(routeOf({ method: "GET", path: "/demo/bank/nowhere" }), "fallback /demo");
  assert.equal(routeOf({ method: "GET", path: "/nowhere" }), "fallback /");
});

test("a program that ends without a word, or says something else, is an error that shows its log", async () => {
  const silent = ["-e", "console.error('no database'); process.exit(1)"];
  await assert.rejects(startDemo({ program: process.execPath, args: silent }), /did not start: 1\nno database/);
  const chatty = ["-e", "console.log('hello'); setInterval(() => {}, 1000)"];
  await assert.rejects(startDemo({ program: process.execPath, args: chatty }), /other than one line of JSON: hello/);
  await assert.rejects(startDemo({ program: "/nowhere/consentry", args: [] }), /did not start/);
});

test("a demo is told to stop, and a program that does not obey is an error", async () => {
  const ready = "console.log(JSON.stringify({ pid: process.pid })); setInterval(() => {}, 1000);";
  const orderly = await startDemo({
    program: process.execPath,
    args: ["-e", `process.on('SIGTERM', () => process.exit(0)); ${ready}`],
  });
  assert.ok(existsSync(`/proc/${orderly.facts.pid}`));
  await orderly.stop();
  assert.ok(!existsSync(`/proc/${orderly.facts.pid}`));
  const abrupt = await startDemo({ program: process.execPath, args: ["-e", ready] });
  await assert.rejects(abrupt.stop(), /did not end by itself/);
});
