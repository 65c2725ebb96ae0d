// States of the dashboard that a bank has to be set up for: one whose accounts cannot be had, one with two connections of one app, and
// one that is switched off.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { binary, startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { visitor } from "../walks.mjs";

/** Somebody whose accounts the bank has not told. */
const NORA = { username: "nora", customer_id: "cust-nora-1", password: "nora-password-2026" };

const LANGUAGES = [
  ["en", ""],
  ["ar", "-ar"],
];

const folder = mkdtempSync(path.join(tmpdir(), "consentry-states-"));
const ledger = path.join(folder, "ledger");
let demo;
let browser;

before(async () => {
  demo = await start("127.0.0.1:0");
  browser = await startBrowser();
  await setUp((manifest) =>
    manifest
      // Nobody listens there.
      .replace(
        "  dashboard:\n",
        `  dashboard:\n    accounts: { url: "http://127.0.0.1:9/{customer}", token_file: "${password}" }\n`,
      )
      .replace("  - id: moneytrack\n", (begun) => `${begun}    resources: ["${demo.facts.authorization.resource_api}"]\n`)
      .concat(
        `  people:\n  - { login: ${NORA.username}, customer: ${NORA.customer_id}, password_file: "${password}" }\n`,
      ),
  );
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const password = path.join(folder, "password");
writeFileSync(password, NORA.password);

async function start(listen) {
  const started = await startDemo({ args: ["demo", "--json", "--listen", listen, "--data", ledger] });
  started.facts.users.push(NORA);
  return started;
}

/** Changes the bank as its operator would, and starts it again. */
async function setUp(change) {
  const { host } = new URL(demo.facts.base_url);
  await demo.stop();
  demo = undefined;
  const place = ["--data", ledger];
  // What is left out of a manifest stays: the demo's keys have ids that are shorter than those of a bank may be.
  const written = execFileSync(binary, ["export", "--manifest", ...place], { encoding: "utf8" }).replace(
    /^ {2}api_keys:\n(?: {2}(?:- | ).*\n)*/m,
    "",
  );
  const manifest = path.join(folder, "manifest.yaml");
  const facts = { authorization: { resource_api: /default_resource: (\S+)/.exec(written)[1] } };
  demo = { facts, stop: async () => {} };
  const wanted = change(written);
  assert.notEqual(wanted, written);
  writeFileSync(manifest, wanted);
  execFileSync(binary, ["apply", "-f", manifest, ...place]);
  demo = await start(host);
}

test("dsh_b7_5 without the names of accounts everything is there, and stopping works", async () => {
  for (const [language, suffix] of LANGUAGES) {
    const nora = await visitor(browser, demo.facts, { language });
    const { page } = nora;
    await nora.shareWithMoneytrack(NORA.username);
    await nora.openDashboard(NORA.username);
    await judge(page, `apps-without-accounts${suffix}`);
    await nora.press(page.getByRole("button", { name: "Moneytrack", exact: true }).first());
    await page.getByRole("heading", { level: 1, name: "Moneytrack" }).waitFor();
    await page.getByText(nora.say("dashboard-accounts-unreadable")).waitFor();
    await judge(page, `app-details-without-accounts${suffix}`);
    await nora.press(nora.button("dashboard-back"));
    await nora.stopSharing(page);
    await nora.close();
  }
});

test("dsh_b3 two connections of one app stand together, and each ends by itself", async () => {
  for (const [language, suffix] of LANGUAGES) {
    const ada = await visitor(browser, demo.facts, { language });
    const { page } = ada;
    await ada.shareWithMoneytrack();
    const { third_party: app, resource_api: resource } = demo.facts.authorization;
    const asking = new URL(`${demo.facts.base_url}/oidc/auth`);
    asking.search = new URLSearchParams({
      client_id: app.client_id,
      response_type: "code",
      redirect_uri: app.redirect_uri,
      scope: "openid accounts:balance",
      resource,
      state: "none-of-the-app",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    });
    await page.goto(asking.href);
    await ada.press(ada.button("consent-approve"));
    await page.waitForURL((address) => address.pathname === new URL(app.redirect_uri).pathname);
    await ada.openDashboard();
    const card = ada.standing(page).getByRole("listitem").filter({ hasText: "Moneytrack" }).first();
    const stops = card.getByRole("button", { name: ada.stopOf("Moneytrack") });
    assert.equal(await stops.count(), 2);
    await judge(page, `apps-two-connections${suffix}`);
    await ada.press(stops.first());
    await ada.press(ada.button("dashboard-stop"));
    await page.getByText(ada.beginning("dashboard-stopped", { app: "Moneytrack" })).first().waitFor();
    assert.equal(await stops.count(), 1, "the other one stands");
    await ada.stopSharing(page);
    await ada.context.close();
  }
});

test("dsh_b7_7 a bank that switched the page off says so, and whom to ask", async () => {
  const tickets = [];
  for (const [language] of LANGUAGES) {
    const ada = await visitor(browser, demo.facts, { language });
    tickets.push(await ada.ticket());
    await ada.close();
  }
  await setUp((manifest) => manifest.replace("  locale: en-GB\n", "  state: disabled\n  locale: en-GB\n"));
  for (const [nth, [language, suffix]] of LANGUAGES.entries()) {
    const ada = await visitor(browser, demo.facts, { language });
    const answer = await ada.page.goto(
      `${demo.facts.base_url}/embed/authorizations?access_token=${tickets[nth]}`,
    );
    assert.equal(answer.status(), 403);
    await ada.page.getByText("+44 20 7946 0000").first().waitFor();
    await judge(ada.page, `apps-switched-off${suffix}`);
    await ada.close();
  }
});
