// A preferences center as people use it: getting in with a code, a link or a login, choosing and saving, inside another site's page, and
// confirming a choice with a link by mail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, startDemo } from "../harness.mjs";
import { judge } from "../judge.mjs";
import { visitor } from "../walks.mjs";

const CUSTOMERS = { ada: "cust-7f3a91", ben: "cust-20c4d7" };

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

const center = (id) => `${demo.facts.base_url}/center/${id}`;

/** What was found in the mails to somebody so far, first ones first. */
async function mailed(username, pattern) {
  const { mails } = await (await fetch(`${demo.facts.mail_outbox}.json`)).json();
  const own = mails.filter((mail) => mail.to === `${username}@example.com`);
  const found = own.map((mail) => pattern.exec(mail.text)?.[0]);
  return found.filter((text) => text !== undefined).toReversed();
}

/** What one more mail says, once `ask` was done. */
async function nextMail(username, pattern, ask) {
  const before = (await mailed(username, pattern)).length;
  await ask();
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const sent = await mailed(username, pattern);
    if (sent.length > before) {
      return sent[before];
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no mail came");
}

const CODE = /^\d{6}$/m;
const OPENS = /^http\S+\/center\/\S+$/m;
const DECIDES = /^http\S+\/approvals\/\S+$/m;

/** Asks for a code in a page or frame; answers it. */
async function askForCode(who, username, within = who.page) {
  await who.hand.write(within.getByLabel(who.say("center-customer")), CUSTOMERS[username]);
  return nextMail(username, CODE, async () => {
    await who.press(who.button("code-send", undefined, within));
    await within.getByLabel(who.say("code-label")).waitFor();
  });
}

async function typeCode(who, code, within = who.page) {
  await who.hand.write(within.getByLabel(who.say("code-label")), code);
  await who.press(who.button("center-open", undefined, within));
}

async function logIn(who, username) {
  await who.page.goto(`${demo.facts.base_url}/login`);
  await who.logIn(username);
  await who.heading("signed-in-title").waitFor();
}

test("ctp_10 ctp_11_1 somebody gets in with a code by mail, chooses and saves", async () => {
  for (const options of [{}, { language: "ar" }, { javaScriptEnabled: false }]) {
    const judged = options.javaScriptEnabled !== false;
    const suffix = options.language === undefined ? "" : "-ar";
    const ada = await visitor(browser, demo.facts, options);
    const { page } = ada;
    await page.goto(center("news"));
    await ada.heading("center-enter-title").waitFor();
    if (judged) {
      await judge(page, `center-enter${suffix}`);
    }
    const code = await askForCode(ada, "ada");
    if (suffix === "" && judged) {
      await judge(page, "center-code");
      await typeCode(ada, code === "000000" ? "000001" : "000000");
      await page.getByRole("alert").first().waitFor();
      await judge(page, "center-code-wrong");
    }
    await typeCode(ada, code);
    await ada.button("center-save").waitFor();
    // Each visit moves something that the one before left otherwise.
    const wanted = suffix === "" && judged ? "on" : "off";
    await page.locator(`input[name="purpose:news"][value="${judged ? wanted : "on"}"]`).check();
    await page.locator('input[name="value:news news-topics"]').first().check();
    await page.locator('input[name="value:news news-rhythm"]').last().check();
    await ada.press(ada.button("center-save"));
    await page.getByText(ada.say("center-saved")).first().waitFor();
    if (judged) {
      await judge(page, `center-saved${suffix}`);
    }
    assert.equal(await page.locator('input[name="purpose:surveys"]:checked').count(), 0, "what was not moved stays open");
    await ada.press(ada.button("center-save"));
    await page.getByText(ada.say("center-unchanged")).first().waitFor();
    await ada.close();
  }
});

test("ctp_11_1 a link from a mail opens it, and the address bar keeps no token", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await page.goto(center("news"));
  await ada.hand.write(page.getByLabel(ada.say("center-customer")), CUSTOMERS.ada);
  const link = await nextMail("ada", OPENS, async () => {
    await ada.press(ada.button("center-send-link"));
    await ada.heading("center-sent-title").waitFor();
  });
  await judge(page, "center-sent");
  await page.goto(link);
  await ada.button("center-save").waitFor();
  assert.equal(page.url(), center("news"));
  await page.goto(`${center("news")}?token=none`);
  await page.getByText(ada.say("center-over")).waitFor();
  await judge(page, "center-over");
  for (const [state, path] of [
    ["center-unknown", "/center/nowhere"],
    ["nowhere-center", "/center/news/nowhere"],
  ]) {
    assert.equal((await page.goto(`${demo.facts.base_url}${path}`)).status(), 404, path);
    await judge(page, state);
  }
  await ada.close();
});

test("ctp_11 it works inside a page of another origin, without cookies", async () => {
  const ben = await visitor(browser, demo.facts);
  const { page } = ben;
  await ben.openBank("ben");
  await page.evaluate((address) => {
    globalThis.document.querySelector("iframe").src = address;
  }, center("news"));
  const { frame } = ben;
  // Ben is logged in, and inside the frame nobody knows it.
  await typeCode(ben, await askForCode(ben, "ben", frame), frame);
  await frame.locator('input[name="purpose:surveys"][value="off"]').check();
  await ben.press(ben.button("center-save", undefined, frame));
  await frame.getByText(ben.say("center-saved")).first().waitFor();
  await ben.close();
});

test("ctp_7_5 a choice that waits is confirmed or declined with a link by mail, once", async () => {
  for (const [language, suffix, choice] of [
    ["en", "", "on"],
    ["ar", "-ar", "off"],
  ]) {
    const ben = await visitor(browser, demo.facts, { language });
    const { page } = ben;
    await logIn(ben, "ben");
    await page.goto(center("news"));
    await ben.button("center-save").waitFor();
    await judge(page, `center${suffix}`);
    await page.goto(center("partners"));
    await page.locator(`input[name="purpose:partner-offers"][value="${choice}"]`).check();
    const link = await nextMail("ben", DECIDES, async () => {
      await ben.press(ben.button("center-save"));
      await page.getByText(ben.say("center-confirm")).first().waitFor();
    });
    await judge(page, `center-pending${suffix}`);
    if (suffix === "") {
      await page.goto(link);
      await ben.heading("approval-own-title").waitFor();
      await judge(page, "approval");
      await ben.press(ben.button("approval-confirm"));
      await ben.heading("approval-done").waitFor();
      await judge(page, "approval-confirmed");
      assert.equal((await page.goto(link)).status(), 410);
      await judge(page, "approval-decided");
      assert.equal((await page.goto(`${demo.facts.base_url}/v1/consents/approvals/x`)).status(), 404);
      await judge(page, "approval-unknown");
      for (const [state, path] of [
        ["link-unknown", "/v1/consents/execute?token=x"],
        ["link-unknown-short", "/consents/execute?token=x"],
      ]) {
        assert.equal((await page.goto(`${demo.facts.base_url}${path}`)).status(), 400, path);
        await judge(page, state);
      }
    } else {
      await page.goto(link.replace("/v1/", "/"));
      await judge(page, "approval-ar");
      await ben.press(ben.button("approval-decline"));
      await ben.heading("approval-declined").waitFor();
      await judge(page, "approval-declined-ar");
    }
    await page.goto(center("partners"));
    const on = page.locator('input[name="purpose:partner-offers"][value="on"]');
    assert.equal(await on.isChecked(), true, "what was declined changed nothing");
    await ben.close();
  }
});
