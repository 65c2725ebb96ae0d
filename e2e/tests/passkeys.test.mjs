// Passkeys, with Chromium's own virtual authenticator: added, used, taken away; and the login page with other providers on it. Browsers have
// passkeys under a name only, so the bank is reached at localhost here.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { binary, startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { visitor } from "../walks.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "consentry-passkeys-"));
let demo;
let browser;
let base;
let ledger;
let port;

before(async () => {
  ledger = path.join(folder, "ledger");
  const first = await startDemo({ args: ["demo", "--json", "--listen", "127.0.0.1:0", "--data", ledger] });
  ({ port } = new URL(first.facts.base_url));
  await first.stop();
  base = `http://localhost:${port}`;
  demo = await restartedWith(
    bothWays + upstream("northmail", "Northmail") + upstream("tide", "Tide Identity") + adaAtNorthmail,
  );
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The demo on the same ledger, once it has these further settings. */
async function restartedWith(further) {
  const manifest = path.join(folder, "manifest.toml");
  writeFileSync(manifest, settings() + further);
  execFileSync(binary, ["apply", "-f", manifest, "--data", ledger]);
  return startDemo({ args: ["demo", "--json", "--listen", `127.0.0.1:${port}`, "--data", ledger] });
}

function settings() {
  return `
[[tenants]]
slug = "harbor"
locale = "en-GB"
hosts = ["localhost:${port}", "127.0.0.1:${port}"]

[tenants.brand]
name = "Harbor Bank"
accent = "#0b5c6b"

[tenants.authorization.sign_in]
passkey = true
`;
}

const bothWays = `
password = true
email_code = true
`;
const neitherWay = `
password = false
email_code = false
`;

/** Another provider, at which nobody is known yet. */
function upstream(name, label) {
  const secret = path.join(folder, "secret");
  writeFileSync(secret, "not-a-secret");
  return `
[[tenants.authorization.sign_in.upstreams]]
name = "${name}"
label = "${label}"
issuer = "https://${name}.example"
client_id = "harbor"
client_secret_file = "${secret}"
`;
}

const adaAtNorthmail = `
[[tenants.people]]
login = "ada"
upstream = [{ issuer = "https://northmail.example", sub = "7" }]
`;

/** A device with a fingerprint reader. Chromium forgets it with the document, so it comes near to each page anew, with what it keeps. */
function device(page) {
  const kept = new Map();
  const keep = ({ credential }) => kept.set(credential.credentialId, credential);
  let cdp;
  let authenticatorId;
  return {
    near: async () => {
      // Whether Chromium has forgotten it depends on what else looked at the page.
      await cdp?.send("WebAuthn.disable");
      await cdp?.detach();
      cdp = await page.context().newCDPSession(page);
      cdp.on("WebAuthn.credentialAdded", keep);
      cdp.on("WebAuthn.credentialAsserted", keep);
      await cdp.send("WebAuthn.enable");
      ({ authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          protocol: "ctap2",
          transport: "internal",
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      }));
      for (const credential of kept.values()) {
        await cdp.send("WebAuthn.addCredential", { authenticatorId, credential });
      }
    },
    recognises: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

async function logOut(who) {
  await who.page.goto(`${base}/logout`);
  await who.press(who.button("logout-yes"));
  await who.heading("signed-out-title").waitFor();
}

test("somebody adds a passkey, logs in with it, and takes it away", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  const finger = device(page);
  await page.goto(`${base}/login`);
  await ada.link("login-with", { provider: "Northmail" }).waitFor();
  await judge(page, "login-providers");
  await ada.logIn();
  await ada.press(ada.link("passkeys-title"));
  await page.getByText(ada.say("passkeys-none")).waitFor();

  await finger.near();
  await finger.recognises(false);
  await ada.press(ada.button("passkeys-add"));
  await page.getByText(ada.say("passkeys-nothing")).waitFor();
  await finger.recognises(true);
  await ada.press(ada.button("passkeys-add"));
  await page.getByText(ada.say("passkeys-added")).waitFor();
  await judge(page, "passkeys-added");

  await logOut(ada);
  await page.goto(`${base}/login`);
  await ada.press(ada.link("passkey-title"));
  await ada.button("passkey-use").waitFor();
  await judge(page, "passkey");
  await finger.near();
  await finger.recognises(false);
  await ada.press(ada.button("passkey-use"));
  await page.getByText(ada.say("passkey-nothing")).waitFor();
  await finger.recognises(true);
  await ada.press(ada.button("passkey-use"));
  await ada.heading("signed-in-title").waitFor();
  await page.getByText(ada.say("signed-in-as", { name: "ada" })).waitFor();

  await page.goto(`${base}/login/passkeys`);
  await ada.press(page.getByText(ada.say("passkey-rename")));
  await judge(page, "passkeys");
  await ada.press(ada.button("passkey-remove"));
  await page.getByText(ada.say("passkeys-removed")).waitFor();

  await logOut(ada);
  await page.goto(`${base}/login/passkey`);
  await finger.near();
  await ada.press(ada.button("passkey-use"));
  await page.getByText(ada.say("passkey-refused")).waitFor();
  await judge(page, "passkey-refused");
  await ada.close();
});

test("the page says what passkeys need where there is no script, and in Arabic too", async () => {
  const without = await visitor(browser, demo.facts, { javaScriptEnabled: false });
  await without.page.goto(`${base}/login/passkey`);
  await without.page.getByText(without.say("passkey-missing")).waitFor();
  assert.equal(await without.button("passkey-use").isVisible(), false);
  await without.press(without.link("passkey-otherwise"));
  await without.button("login-button").waitFor();
  await without.close();
  const arabic = await visitor(browser, demo.facts, { language: "ar" });
  await arabic.page.goto(`${base}/login/passkey`);
  await arabic.button("passkey-use").waitFor();
  await judge(arabic.page, "passkey-ar");
  await arabic.close();
});

test("somebody sees where else they log in with, and takes it away", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await page.goto(`${base}/login`);
  await ada.logIn();
  await ada.press(ada.link("links-title"));
  await ada.link("link-add", { provider: "Tide Identity" }).waitFor();
  await judge(page, "links");
  await ada.press(ada.button("link-remove", { provider: "Northmail" }));
  await page.getByText(ada.say("links-unlinked")).waitFor();
  await judge(page, "links-unlinked");
  assert.equal(await page.getByText(ada.say("link-linked"), { exact: true }).count(), 0);
  await ada.close();
  const arabic = await visitor(browser, demo.facts, { language: "ar" });
  await arabic.page.goto(`${base}/login`);
  await arabic.logIn();
  await arabic.press(arabic.link("links-title"));
  await arabic.link("link-add", { provider: "Tide Identity" }).waitFor();
  await judge(arabic.page, "links-ar");
  await arabic.close();
});

test("a passkey that is somebody's only way to log in stays", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  const finger = device(page);
  await page.goto(`${base}/login`);
  await ada.logIn();
  await ada.press(ada.link("passkeys-title"));
  await finger.near();
  await ada.press(ada.button("passkeys-add"));
  await page.getByText(ada.say("passkeys-added")).waitFor();
  await logOut(ada);
  await demo.stop();
  demo = await restartedWith(neitherWay + upstream("tide", "Tide Identity"));

  await page.goto(`${base}/login`);
  await ada.press(ada.link("passkey-title"));
  await finger.near();
  await ada.press(ada.button("passkey-use"));
  await ada.heading("signed-in-title").waitFor();
  await page.goto(`${base}/login/passkeys`);
  await ada.press(page.getByText(ada.say("passkey-rename")));
  await ada.press(ada.button("passkey-remove"));
  await page.getByText(ada.say("passkeys-last")).waitFor();
  await judge(page, "passkeys-last");
  await ada.close();
});
