// The mails of the demo: what people are written when they agree and when they stop, as a page and for programs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

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

/** What programs are told, once there are as many. */
async function kept(count) {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const answer = await fetch(`${demo.facts.mail_outbox}.json`);
    assert.equal(answer.headers.get("content-type"), "application/json");
    const { mails } = await answer.json();
    if (mails.length >= count) {
      assert.equal(mails.length, count);
      return mails;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${count} mails did not come`);
}

async function openMails(who) {
  await who.openStart();
  await who.press(who.link("demo-variation-mail"));
  await who.heading("demo-mail-title").waitFor();
}

test("who agrees is written what to, and who stops that it is over", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await openMails(ada);
  await page.getByText(ada.say("demo-mail-none")).waitFor();
  await judge(page, "mails-none");

  await ada.shareWithMoneytrack();
  const [given] = await kept(1);
  assert.equal(given.to, "ada@example.com");
  assert.match(given.html, /^<!DOCTYPE html>\n<html lang="en" dir="ltr">/);

  await ada.openDashboard();
  await ada.stopSharing(page);
  await kept(2);

  await openMails(ada);
  await judge(page, "mails");
  await ada.press(page.getByRole("link", { name: "You agreed to share data with Moneytrack" }));
  await page.getByText("You agreed that Moneytrack gets the following from Harbor Bank:").first().waitFor();
  const main = await page.locator("main").innerText();
  assert.ok(main.includes("ada@example.com") && main.includes("Account balance"), main);
  await judge(page, "mail");
  await page.getByText(ada.say("demo-mail-html")).click();
  assert.ok((await page.locator("pre").innerText()).includes("<bdi>Moneytrack</bdi>"));
  await judge(page, "mail-source");

  await page.goto(`${demo.facts.mail_outbox}?number=77`);
  await ada.heading("demo-failed-mail").waitFor();
  await judge(page, "mail-missing");
  ada.complaints.length = 0;
  await ada.close();

  const other = await visitor(browser, demo.facts, { language: "ar" });
  await openMails(other);
  await judge(other.page, "mails-ar");
  await other.press(other.page.getByRole("link", { name: "Moneytrack no longer gets your data" }));
  await other.heading("demo-mail-message").waitFor({ state: "attached" });
  await judge(other.page, "mail-ar");
  await other.close();
});
