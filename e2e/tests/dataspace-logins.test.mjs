// The data space's pages for people who log in at another provider (oidc-provider, as it is published), and for a request in a second
// authentication context of our own.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ADDRESS, LOCAL, PROFILE, Party } from "../dataspace.mjs";
import { binary, startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { visitor } from "../walks.mjs";

const SUBSTANTIAL = "eid-substantial";
const HIGH = "eid-high";

const folder = mkdtempSync(path.join(tmpdir(), "consentry-dataspace-logins-"));
let party;
let provider;
let demo;
let browser;

before(async () => {
  party = await Party.start();
  const ledger = path.join(folder, "ledger");
  const first = await startDemo({ args: ["demo", "--json", "--listen", "127.0.0.1:0", "--data", ledger] });
  const { base_url: base } = first.facts;
  await first.stop();
  provider = await startProvider(`${base}/login/with/eid/back`);
  const secret = path.join(folder, "secret");
  writeFileSync(secret, "b4nk&secret");
  const manifest = path.join(folder, "manifest.toml");
  writeFileSync(manifest, party.manifest(logins(secret)));
  execFileSync(binary, ["apply", "-f", manifest, "--data", ledger]);
  const configuration = path.join(folder, "consentry.toml");
  writeFileSync(configuration, LOCAL);
  const listen = new URL(base).host;
  demo = await startDemo({
    args: ["--config", configuration, "demo", "--json", "--listen", listen, "--data", ledger],
  });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  provider?.stop();
  party?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("dsp_9 somebody of another provider logs in there, agrees, and sees with which login", async () => {
  for (const [language, suffix, javaScriptEnabled] of [
    ["en", "", true],
    ["ar", "-ar", true],
    ["en", "", false],
  ]) {
    const sub = `${language}-${javaScriptEnabled}`;
    const somebody = await visitor(browser, demo.facts, { language, javaScriptEnabled });
    const { page } = somebody;
    await provider.sits({ sub, acr: SUBSTANTIAL });
    await page.goto(await question([PROFILE], sub, SUBSTANTIAL));
    await somebody.link("login-button").waitFor();
    if (javaScriptEnabled) {
      await judge(page, `dataspace-before-login-elsewhere${suffix}`);
    }
    await somebody.press(somebody.link("login-button"));
    await somebody.button("dataspace-grant").waitFor();
    assert.equal(await page.locator("input[type=checkbox]:checked").count(), 0, "nothing is ticked beforehand");
    if (javaScriptEnabled) {
      await judge(page, `dataspace-question-elsewhere${suffix}`);
    }
    await page.locator(`input[value="${PROFILE}"]`).check();
    await somebody.press(somebody.button("dataspace-grant"));
    await page.waitForURL(/\/demo\/moneytrack\?status=success$/);

    await page.goto(`${demo.facts.base_url}/portal`);
    await page.getByText(somebody.say("dataspace-login-of", { provider: "Northbay eID", acr: SUBSTANTIAL })).waitFor();
    if (javaScriptEnabled) {
      await judge(page, `dataspace-portal-elsewhere${suffix}`);
    }
    await somebody.close();
  }
});

test("dsp_6_5 another person of the provider, and the same person in another context, may log in there as who was asked", async () => {
  const somebody = await visitor(browser, demo.facts);
  const { page } = somebody;
  await provider.sits({ sub: "8", acr: SUBSTANTIAL });
  await page.goto(await question([ADDRESS], "7", SUBSTANTIAL));
  await somebody.press(somebody.link("login-button"));
  await somebody.heading("dataspace-wrong-person-title").waitFor();
  await judge(page, "dataspace-wrong-person-elsewhere");
  await provider.sits({ sub: "7", acr: HIGH });
  await somebody.press(somebody.link("consent-switch"));
  await somebody.heading("dataspace-wrong-person-title").waitFor();
  await provider.sits({ sub: "7", acr: SUBSTANTIAL });
  await somebody.press(somebody.link("consent-switch"));
  await somebody.button("dataspace-grant").waitFor();
  await somebody.close();
});

test("dsp_2_1 a second context wants a second proof of who is logged in already", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const ada = await visitor(browser, demo.facts, { language });
    const { page } = ada;
    await page.goto(`${demo.facts.base_url}/login`);
    await ada.logIn("ada");
    await ada.heading("signed-in-title").waitFor();
    await page.goto(await party.question(demo.facts, [ADDRESS], [PROFILE], { person: { acr: "mfa" } }));
    await ada.button("login-button").waitFor();
    await judge(page, `dataspace-second-context${suffix}`);
    await ada.press(ada.button("login-button"));
    await ada.heading("code-second-title").waitFor();
    await ada.press(ada.button("code-send"));
    await ada.hand.write(page.getByLabel(ada.say("code-label")), await code("ada@example.com"));
    await ada.press(ada.button("login-button"));
    await ada.button("dataspace-grant").waitFor();
    assert.equal(await page.locator("input[type=checkbox]").count(), 2);
    await ada.press(ada.button("dataspace-deny"));
    await page.waitForURL(/\/demo\/moneytrack\?status=fail$/);
    await ada.close();
  }
});

/** The settings of a provider beside our own, and of a second context. */
function logins(secret) {
  return {
    more: 'acr_values = ["mfa"]\n',
    others: `
[[tenants.dataspace.login_issuers]]
upstream = "eid"
acr = ["${SUBSTANTIAL}", "${HIGH}"]

[tenants.authorization.sign_in]
password = true
email_code = true

[[tenants.authorization.sign_in.upstreams]]
name = "eid"
label = "Northbay eID"
issuer = "${provider.issuer}"
client_id = "bank"
client_secret_file = "${secret}"
`,
  };
}

/** The page where somebody of the provider is asked. */
function question(required, sub, acr) {
  const person = { sub, acr, subiss: provider.issuer };
  return party.question(demo.facts, required, [], { person });
}

/** The provider, and who sits in front of it. */
async function startProvider(redirect) {
  const peer = fileURLToPath(new URL("../peers/provider.mjs", import.meta.url));
  const child = spawn(process.execPath, [peer, redirect], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [issuer] = await once(lines, "line");
  return {
    issuer,
    sits: async (somebody) => {
      const answered = once(lines, "line");
      child.stdin.write(`${JSON.stringify(somebody)}\n`);
      await answered;
    },
    stop: () => child.stdin.end(),
  };
}

/** The newest code that was sent to somebody and was not read here before. */
async function code(to) {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const { mails } = await (await fetch(`${demo.facts.mail_outbox}.json`)).json();
    const found = mails.filter((mail) => mail.to === to).map((mail) => /^\d{8}$/m.exec(mail.text)?.[0]);
    const fresh = found.find((one) => one !== undefined && !read.has(one));
    if (fresh !== undefined) {
      read.add(fresh);
      return fresh;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no code came");
}

const read = new Set();
