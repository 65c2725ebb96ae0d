// Accounts that several people hold: Ben sees what Mia shares of their savings, and stops that, for this account alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { visitor } from "../walks.mjs";

const BEN = "cust-20c4d7";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
});

for (const [language, suffix] of [
  ["en", ""],
  ["ar", "-ar"],
]) {
  test(`dsh_b6_8 a holder stops what another shares of a joint account, in ${language}`, async (t) => {
    const demo = await startDemo();
    t.after(() => demo.stop());
    const ben = await visitor(browser, demo.facts, { language });
    const { page } = ben;
    const { base, client_id: id, client_secret: secret } = demo.facts.dashboard;
    const issued = await fetch(`${base}/api/v6/token`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ type: "consent_management", scopes: `customer.modify_consent:${BEN}` }),
    });
    const { access_token: token } = await issued.json();
    await page.goto(`${base}/embed/authorizations?access_token=${token}`);
    await ben.heading("dashboard-joint").waitFor();
    const joint = page.locator("section[aria-labelledby=joint]");
    const cards = joint.locator("li");
    const before = await cards.count();
    assert.equal(await cards.filter({ hasText: "Ratefox" }).count(), 1);
    await judge(page, `joint${suffix}`);
    await ben.press(cards.filter({ hasText: "Ratefox" }).locator("button"));
    await ben.button("dashboard-go-back").waitFor();
    await judge(page, `joint-stop${suffix}`);
    await ben.press(ben.button("dashboard-stop"));
    await ben.heading("dashboard-joint").waitFor();
    await judge(page, `joint-stopped${suffix}`);
    // What others of them share of it, and this one of other accounts, goes on.
    assert.equal(await cards.filter({ hasText: "Ratefox" }).count(), 0);
    assert.equal(await cards.count(), before - 1);
    await ben.close();
  });
}
