// Lighthouse's judgement of accessibility on a sample of pages: the login, the question, the list of connections and one of them. Every
// page in every state is held to axe, whose rules Lighthouse weighs; this is the score that others will look at.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { snapshot } from "lighthouse";
import puppeteer from "puppeteer-core";

import { startDemo, startKeepingBrowser } from "../harness.mjs";
import { visitor } from "../walks.mjs";

/** What is judged, and how: the page as it stands, at the width that it has. */
const CONFIG = {
  extends: "lighthouse:default",
  settings: { onlyCategories: ["accessibility"], formFactor: "desktop", screenEmulation: { disabled: true } },
};

let demo;
let browser;
let folder;
let judge;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "consentry-lighthouse-"));
  demo = await startDemo();
  browser = await startKeepingBrowser(folder, { arguments: ["--remote-debugging-port=0"] });
  const [port, endpoint] = (await readFile(path.join(folder, "DevToolsActivePort"), "utf8")).split("\n");
  judge = await puppeteer.connect({
    browserWSEndpoint: `ws://127.0.0.1:${port}${endpoint}`,
    defaultViewport: null,
  });
});
after(async () => {
  await judge?.disconnect();
  await browser?.close();
  await demo?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The score of the page that stands at an address, from 0 to 100, and what took something from it. */
async function score(address) {
  const pages = await judge.pages();
  const page = pages.find((page) => page.url() === address);
  assert.ok(page, `no page is at ${address}`);
  const { lhr } = await snapshot(page, { config: CONFIG });
  const { accessibility } = lhr.categories;
  const audits = accessibility.auditRefs.map(({ id, weight }) => ({ ...lhr.audits[id], weight }));
  const judged = audits.filter(({ weight, score }) => weight > 0 && score !== null);
  return {
    score: accessibility.score * 100,
    judged: judged.length,
    failed: judged.filter(({ score }) => score < 1).map(({ id, details }) => ({ id, items: details?.items })),
  };
}

/** Holds the page that somebody looks at to the best score there is. */
async function isPerfect({ page }, what) {
  const { score: reached, judged, failed } = await score(page.url());
  assert.ok(judged >= 10, `${what}: ${judged} audits had something to say`);
  assert.deepEqual(failed, [], `${what}: ${JSON.stringify(failed, null, 2)}`);
  assert.equal(reached, 100, what);
}

test("dsh_b8 Lighthouse finds nothing to better in the accessibility of login, question, list and connection", async () => {
  const ada = await visitor(browser, demo.facts);
  await ada.openApp();
  await ada.connect();
  await ada.button("login-button").waitFor();
  await isPerfect(ada, "login");
  await ada.logIn();
  await ada.button("consent-approve").waitFor();
  await isPerfect(ada, "question");
  await ada.openDashboard("mia");
  await ada.page.locator("main h1").waitFor();
  await isPerfect(ada, "list");
  await ada.press(ada.page.getByRole("button", { name: "Budgetly", exact: true }));
  await ada.page.getByRole("heading", { level: 1, name: "Budgetly" }).waitFor();
  await isPerfect(ada, "connection");
  ada.assertQuiet();
  await ada.page.close();
});

test("a page that is wrong has a lower score", async () => {
  const ada = await visitor(browser, demo.facts);
  await ada.openDashboard("mia");
  await ada.page.locator("main h1").waitFor();
  await ada.page.evaluate(() => document.documentElement.removeAttribute("lang"));
  const { score: reached, failed } = await score(ada.page.url());
  assert.ok(reached < 100, `${reached}`);
  assert.ok(failed.some(({ id }) => id === "html-has-lang"), JSON.stringify(failed));
  await ada.page.close();
});
