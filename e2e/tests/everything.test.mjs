// All that somebody agreed to on one page, whatever door it was given at, and the ways there: from the hosted login, and with a
// customer JWT.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { EncryptJWT } from "jose";

import { startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { visitor } from "../walks.mjs";

let demo;
let browser;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("everything somebody agreed to stands on one page, reached from the login, and is taken back there", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const ada = await visitor(browser, demo.facts, { language });
    const { page } = ada;
    const { base_url: base, records } = demo.facts;
    await ada.shareWithMoneytrack();
    await page.goto(`${base}/center/news`);
    await page.locator('input[name="purpose:news"][value="on"]').check();
    await ada.press(ada.button("center-save"));
    await page.getByText(ada.say("center-saved")).first().waitFor();
    const { username, password } = records.service_account;
    const written = await fetch(`${records.base}/consents`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        status: "accepted",
        subject: "ada",
        audience: `Harbor branch${suffix}`,
        definition: { id: "share-my-email", version: "1.0", locale: "en-GB" },
      }),
    });
    assert.equal(written.status, 201);
    await page.goto(`${base}/login`);
    await ada.press(ada.link("everything-title"));
    await ada.heading("everything-title").waitFor();
    for (const heading of ["dashboard-apps", "dashboard-purposes", "dashboard-records"]) {
      await ada.heading(heading).waitFor();
    }
    await judge(page, `everything${suffix}`);
    const purposes = page.locator("section[aria-labelledby=purposes]");
    await ada.press(purposes.locator("h3 button"));
    await ada.heading("dashboard-single-means").waitFor();
    await page.locator("dd").getByText(ada.say("dashboard-single-granted-by-you")).first().waitFor();
    await judge(page, `agreed${suffix}`);
    await ada.press(ada.button("dashboard-single-stop"));
    await ada.button("dashboard-go-back").waitFor();
    await judge(page, `agreed-stop${suffix}`);
    await ada.press(ada.button("dashboard-single-stop"));
    await purposes.getByText(ada.say("dashboard-status-stopped")).waitFor();
    await judge(page, `agreed-stopped${suffix}`);
    await page.goto(`${base}/center/news`);
    await page.locator('input[name="purpose:news"][value="off"]').waitFor();
    assert.ok(!(await page.locator('input[name="purpose:news"][value="on"]').isChecked()));
    await page.goto(`${base}/login/agreements`);
    await ada.heading("everything-title").waitFor();
    await ada.press(page.getByText(ada.say("dashboard-more"), { exact: true }));
    await ada.press(ada.button("dashboard-stop-all"));
    await ada.heading("dashboard-stop-all-title").waitFor();
    await page.getByText(`Harbor branch${suffix}`).waitFor();
    await judge(page, `everything-stop${suffix}`);
    await ada.press(ada.button("dashboard-stop"));
    await page.getByText(ada.say("dashboard-all-stopped")).first().waitFor();
    await judge(page, `everything-stopped${suffix}`);
    await ada.close();
  }
});

test("dsh_a6 a back end that encrypts with npm's jose opens the page with a customer JWT", async () => {
  const { base, shared_secret: secret, customer_id: customer } = demo.facts.dashboard;
  const jwt = await new EncryptJWT({ sub: customer })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setIssuedAt()
    .setJti(randomUUID())
    .encrypt(Buffer.from(secret, "base64"));
  const issue = () =>
    fetch(`${base}/admin/customers/jwt`, {
      method: "POST",
      headers: { "content-type": "application/jwt" },
      body: jwt,
    });
  const answer = await issue();
  assert.equal(answer.status, 200);
  const issued = await answer.json();
  assert.equal(issued.expires_in, 900);
  const ada = await visitor(browser, demo.facts);
  await ada.page.goto(`${base}/embed/authorizations?jwt=${issued.jwt}`);
  await ada.page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(new URL(ada.page.url()).search, "", "the address no longer holds the token");
  assert.equal((await ada.page.goto(`${base}/embed/authorizations?jwt=${issued.jwt}`)).status(), 404);
  assert.equal((await issue()).status, 401, "its jti was used");
  await ada.close();
});
