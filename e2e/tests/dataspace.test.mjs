// The consent provider of a dataspace, as a person meets it: the question of an application before and after login, its answers,
// and the portal.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { ADDRESS, INCOME, LOCAL, PROFILE, Party } from "../dataspace.mjs";
import { binary, startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { visitor } from "../walks.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "consentry-dataspace-"));
let party;
let demo;
let browser;

before(async () => {
  party = await Party.start();
  const ledger = path.join(folder, "ledger");
  const first = await startDemo({ args: ["demo", "--json", "--listen", "127.0.0.1:0", "--data", ledger] });
  const { port } = new URL(first.facts.base_url);
  await first.stop();
  const manifest = path.join(folder, "manifest.toml");
  writeFileSync(manifest, party.manifest());
  execFileSync(binary, ["apply", "-f", manifest, "--data", ledger]);
  const configuration = path.join(folder, "consentry.toml");
  writeFileSync(configuration, LOCAL);
  const listen = `127.0.0.1:${port}`;
  demo = await startDemo({
    args: ["--config", configuration, "demo", "--json", "--listen", listen, "--data", ledger],
  });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  party?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("dsp_9 the question is shown before login, answered after it, and leads back", async () => {
  for (const [language, suffix, javaScriptEnabled] of [
    ["en", "", true],
    ["ar", "-ar", true],
    ["en", "", false],
  ]) {
    const ada = await visitor(browser, demo.facts, { language, javaScriptEnabled });
    const { page } = ada;
    await page.goto(await question([PROFILE, ADDRESS], [INCOME]));
    await ada.heading("dataspace-request-title", { client: "Moneytrack" }).waitFor();
    await logo(page);
    if (javaScriptEnabled) {
      await judge(page, `dataspace-before-login${suffix}`);
    }
    await ada.press(ada.button("login-button"));
    await ada.logIn("ada");
    await ada.button("dataspace-grant").waitFor();
    if (javaScriptEnabled) {
      assert.equal(await page.locator("input[type=checkbox]:checked").count(), 0, "nothing is ticked beforehand");
      await judge(page, `dataspace-question${suffix}`);
    }
    await ada.press(ada.button("dataspace-deny"));
    await page.waitForURL(/\/demo\/moneytrack\?status=fail$/);
    await ada.close();
  }
});

test("dsp_6_3 what was forgotten is asked again, and then all of it is granted", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await page.goto(await question([PROFILE, ADDRESS], [INCOME], ""));
  await ada.press(ada.button("login-button"));
  await ada.logIn("ada");
  await page.getByText(ada.say("dataspace-no-way-back-title")).waitFor();
  await judge(page, "dataspace-no-way-back");
  await page.locator(`input[value="${INCOME}"]`).check();
  await ada.press(ada.button("dataspace-grant"));
  await page.getByRole("alert").getByText(ada.say("dataspace-required-missing")).waitFor();
  await judge(page, "dataspace-required-missing");
  for (const source of [PROFILE, ADDRESS, INCOME]) {
    await page.locator(`input[value="${source}"]`).check();
  }
  await ada.press(ada.button("dataspace-grant"));
  await ada.heading("dataspace-granted-title").waitFor();
  await judge(page, "dataspace-granted");

  const token = await consentToken(ADDRESS);
  const saved = path.join(folder, "documents.json");
  const { verdict, consent } = judged(token, ["--save", saved]);
  assert.deepEqual([verdict, consent?.app, consent?.dsi], ["accepted", "moneytrack", ADDRESS]);
  const then = String(Math.floor(Date.now() / 1000));

  await page.goto(`${demo.facts.base_url}/portal`);
  await ada.heading("dataspace-portal-title").waitFor();
  await logo(page);
  await judge(page, "dataspace-portal");
  await ada.press(page.getByRole("button", { name: /Stop sharing Address/ }));
  await ada.heading("dataspace-stop-title").waitFor();
  await judge(page, "dataspace-stop");
  await ada.press(ada.button("dataspace-stop"));
  await page.getByText(ada.say("dataspace-stopped-title")).waitFor();
  await judge(page, "dataspace-stopped");
  assert.equal(judged(token).reason, "revoked");
  assert.equal(judged(token, ["--offline", saved, "--at", then]).verdict, "accepted");
  await ada.press(ada.button("dataspace-stop-all", { client: "Moneytrack" }));
  await ada.press(ada.button("dataspace-stop"));
  await page.getByText(ada.say("dataspace-empty-title")).waitFor();
  await ada.close();
});

test("dsp_6_5 another person, a request of nobody, a form of an earlier session", async () => {
  const ben = await visitor(browser, demo.facts);
  const { page } = ben;
  await page.goto(await question([PROFILE], []));
  await ben.press(ben.button("login-button"));
  await ben.logIn("ben");
  await ben.heading("dataspace-wrong-person-title").waitFor();
  await judge(page, "dataspace-wrong-person");
  await ben.press(ben.button("consent-switch"));
  await ben.logIn("ada");
  await ben.button("dataspace-grant").waitFor();
  await page.locator('input[name="token"]').evaluate((field) => (field.value = "of-another"));
  await ben.press(ben.button("dataspace-deny"));
  await ben.heading("dataspace-foreign-title").waitFor();
  await judge(page, "dataspace-foreign");

  for (const [state, path, status] of [
    ["dataspace-unknown", "/request/5f0f6b1e-8f3e-4a55-9d5c-0a8f7b7f2c11", 404],
    ["nowhere-request", "/request/x/nowhere", 404],
    ["nowhere-portal", "/portal/nowhere", 404],
  ]) {
    assert.equal((await page.goto(`${demo.facts.base_url}${path}`)).status(), status, path);
    await judge(page, state);
  }
  await ben.close();
});

test("dsp_12 who said no often enough is left in peace, and an answered request says how it ended", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  let asked = await question([PROFILE], [], "");
  await page.goto(asked);
  await ada.press(ada.button("login-button"));
  await ada.logIn("ada");
  for (let times = 0; times < 5; times += 1) {
    asked = await question([PROFILE], [], "");
    await page.goto(asked);
    const often = ada.heading("dataspace-often-title");
    await ada.button("dataspace-deny").or(often).waitFor();
    if (await often.isVisible()) {
      break;
    }
    await ada.press(ada.button("dataspace-deny"));
    await ada.heading("dataspace-denied-title").waitFor();
    if (times === 0) {
      await judge(page, "dataspace-denied");
    }
  }
  await page.goto(await question([PROFILE], []));
  await ada.heading("dataspace-often-title").waitFor();
  await judge(page, "dataspace-often");
  await ada.close();
});

test("dsp_9 the portal of somebody who shares nothing, and a form that is not theirs", async () => {
  const ben = await visitor(browser, demo.facts, { language: "ar" });
  const { page } = ben;
  await page.goto(`${demo.facts.base_url}/portal`);
  await ben.logIn("ben");
  await page.getByText(ben.say("dataspace-empty-title")).waitFor();
  await judge(page, "dataspace-portal-none-ar");
  await page.evaluate(() => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: "/portal" });
    document.body.append(form);
    form.submit();
  });
  await ben.heading("dataspace-foreign-title").waitFor();
  await judge(page, "dataspace-portal-foreign-ar");
  await ben.close();
});

/** Moneytrack's logo is there, from our own address. The server fetches it soon after it started. */
async function logo(page) {
  const shown = page.locator('img[src^="/logos/"]').first();
  for (const until = Date.now() + 30_000; Date.now() < until && !(await shown.isVisible()); ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await page.reload();
  }
  assert.ok(await shown.evaluate((image) => image.complete && image.naturalWidth > 0));
}

/** The page where ada is asked for these, as the application gets its address. */
function question(required, optional, back) {
  return party.question(demo.facts, required, optional, { back });
}

/** A token of ada's consent, as the application fetches it. */
async function consentToken(dataSource) {
  return (await party.post(demo.facts, "GetToken", { dataSource }, 200)).consentToken;
}

/** What `consentry verify` says of a token, in a process of its own as at a data source. */
function judged(token, more = []) {
  const expected = ["--issuer", demo.facts.base_url, "--data-source", ADDRESS, "--without-id-token"];
  const { status, stdout, stderr } = spawnSync(binary, ["verify", ...expected, ...more], {
    input: token,
    encoding: "utf8",
  });
  assert.ok(stdout !== "", stderr);
  const told = JSON.parse(stdout);
  assert.equal(status, told.verdict === "accepted" ? 0 : 1, stdout);
  return told;
}
