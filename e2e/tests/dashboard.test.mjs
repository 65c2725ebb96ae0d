// The connected apps: what a customer sees in every state, how they stop sharing, and what is shown when a view is over. The
// view inside the bank's page is walked through in the story; here it is a page of its own, which looks the same.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { fitsEveryWidth, startBrowser, startDemo, startKeepingBrowser } from "../harness.mjs";
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

/** Opens one connection's details from the list. */
async function openDetails(person, app = "Moneytrack") {
  await person.press(person.standing(person.page).getByRole("button", { name: app, exact: true }));
  await person.page.getByRole("heading", { level: 1, name: app }).waitFor();
}

test("dsh_b7_1 nothing shared yet says so, and how a connection starts", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const ben = await visitor(browser, demo.facts, { language });
    await ben.openDashboard("ben");
    await ben.page.getByText(ben.say("dashboard-empty-title")).waitFor();
    await judge(ben.page, `apps-none${suffix}`);
    const shownAgain = ben.page.waitForResponse("**/embed/connections");
    await ben.press(ben.button("dashboard-look-again"));
    await shownAgain;
    await focusIsIn(ben.page, ben.heading("dashboard-title"));
    await judge(ben.page, `apps-none-still${suffix}`);
    await ben.press(ben.page.getByText(ben.say("dashboard-how")));
    await judge(ben.page, `apps-explained${suffix}`);
    await ben.close();
  }
});

test("dsh_b3_b4_b5 the list, one connection, the question, and what is left afterwards", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const ada = await visitor(browser, demo.facts, { language });
    const { page } = ada;
    await ada.shareWithMoneytrack();
    await ada.openDashboard();
    await judge(page, `apps${suffix}`);
    await openDetails(ada);
    await judge(page, `app-details${suffix}`);
    await ada.press(ada.button("dashboard-stop"));
    const question = page.getByRole("heading", { name: ada.say("dashboard-stop-title", { app: "Moneytrack" }) });
    await question.waitFor();
    await focusIsIn(page, question);
    await judge(page, `stop${suffix}`);
    await ada.press(ada.button("dashboard-go-back"));
    await page.getByRole("heading", { level: 1, name: "Moneytrack" }).waitFor();
    await ada.press(ada.button("dashboard-back"));
    await ada.stopSharing(page);
    await focusIsIn(page, page.getByText(ada.beginning("dashboard-stopped", { app: "Moneytrack" })).first());
    await judge(page, `apps-stopped${suffix}`);
    await ada.press(page.getByRole("button", { name: "Moneytrack", exact: true }).first());
    await page.getByRole("heading", { level: 1, name: "Moneytrack" }).waitFor();
    await page.getByText(ada.beginning("dashboard-ended-by-you")).first().waitFor();
    await judge(page, `app-details-stopped${suffix}`);
    await ada.close();
  }
});

test("dsh_b4_b6 every screen about apps that stand: accounts, intermediaries, activity, a round, copies", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const own = await startDemo();
    try {
      const mia = await visitor(browser, own.facts, { language });
      const { page } = mia;
      const back = async () => {
        await mia.press(page.getByRole("button", { name: "Budgetly", exact: true }));
        await page.getByRole("heading", { level: 1, name: "Budgetly" }).waitFor();
      };
      await mia.openDashboard("mia");
      for (const [app, mark] of [
        ["Budgetly", "dashboard-through-line"],
        ["Ratefox", "dashboard-status-soon"],
        ["Taxlight", "dashboard-mark-never"],
      ]) {
        const card = mia.standing(page).getByRole("listitem").filter({ hasText: app });
        await card.getByText(mia.say(mark, { name: "LinkBridge" })).waitFor();
      }
      await mia.press(page.getByText(mia.say("dashboard-find"), { exact: true }));
      await mia.press(page.getByText(mia.say("dashboard-more"), { exact: true }));
      await judge(page, `apps-several${suffix}`);

      await page.getByLabel(mia.say("dashboard-find-account")).selectOption("acc_9083");
      await mia.press(mia.button("dashboard-find-show"));
      await page.getByRole("button", { name: "Budgetly", exact: true }).waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Ratefox", exact: true }).waitFor();
      await page.getByLabel(mia.say("dashboard-find-account")).selectOption("");
      await mia.press(mia.button("dashboard-find-show"));

      await openDetails(mia, "Budgetly");
      await judge(page, `app-details-through${suffix}`);
      await mia.press(mia.button("dashboard-accounts-change"));
      await mia.heading("dashboard-accounts-title", { app: "Budgetly" }).waitFor();
      await judge(page, `accounts${suffix}`);
      await page.getByRole("checkbox", { name: /Everyday/ }).uncheck();
      await page.getByRole("checkbox", { name: /Savings/ }).check();
      await mia.press(mia.button("dashboard-accounts-look"));
      await page.getByText(mia.say("dashboard-accounts-off", { app: "Budgetly" })).waitFor();
      await judge(page, `accounts-summary${suffix}`);
      await mia.press(mia.button("dashboard-save"));
      await focusIsIn(page, page.getByText(mia.say("dashboard-accounts-changed")).first());
      await judge(page, `accounts-saved${suffix}`);

      await mia.press(mia.button("dashboard-clusters-change"));
      await mia.heading("dashboard-clusters-title", { app: "Budgetly" }).waitFor();
      await judge(page, `clusters${suffix}`);
      const ticks = page.locator('input[name="data"]');
      await ticks.first().uncheck();
      await ticks.last().uncheck();
      await mia.press(mia.button("dashboard-accounts-look"));
      await focusIsIn(page, page.getByText(mia.say("dashboard-clusters-nothing-left", { app: "Budgetly" })).first());
      await judge(page, `clusters-none${suffix}`);
      await page.locator('input[name="data"][value="accounts:transactions"]').uncheck();
      await mia.press(mia.button("dashboard-accounts-look"));
      await page.getByText(mia.say("dashboard-clusters-off", { app: "Budgetly" })).waitFor();
      await judge(page, `clusters-summary${suffix}`);
      await mia.press(mia.button("dashboard-save"));
      await focusIsIn(page, page.getByText(mia.say("dashboard-clusters-changed", { app: "Budgetly" })).first());
      await page.getByText(mia.say("dashboard-withdrawn"), { exact: true }).waitFor();
      await judge(page, `clusters-saved${suffix}`);

      await mia.press(mia.button("dashboard-activity-all"));
      await mia.heading("dashboard-activity-title", { app: "Budgetly" }).waitFor();
      await page.getByText(mia.say("dashboard-activity-accounts", { app: "Budgetly" })).waitFor();
      await page.getByText(mia.say("dashboard-activity-narrowed-by-you", { app: "Budgetly" })).waitFor();
      await judge(page, `activity${suffix}`);
      await back();
      await mia.press(mia.button("dashboard-through-title", { name: "LinkBridge" }));
      await mia.heading("dashboard-through-title", { name: "LinkBridge" }).waitFor();
      await judge(page, `through${suffix}`);
      await mia.press(mia.button("dashboard-stop-through", { name: "LinkBridge" }));
      await mia.heading("dashboard-stop-through-title", { name: "LinkBridge" }).waitFor();
      await judge(page, `stop-several${suffix}`);
      await mia.press(mia.button("dashboard-go-back"));
      await mia.press(page.getByRole("button", { name: "Budgetly", exact: true }));
      await mia.press(mia.button("dashboard-report"));
      await mia.heading("dashboard-report-title", { app: "Budgetly" }).waitFor();
      await judge(page, `report${suffix}`);
      await back();
      await mia.press(mia.button("dashboard-copy"));
      await mia.heading("dashboard-copy-title").waitFor();
      await judge(page, `copy${suffix}`);
      const saved = page.waitForEvent("download");
      await mia.press(mia.button("dashboard-copy-file"));
      assert.equal((await saved).suggestedFilename(), "consents.json");
      await mia.press(mia.button("dashboard-back"));

      await openDetails(mia, "Ratefox");
      await mia.press(mia.button("dashboard-keep"));
      await mia.heading("dashboard-keep-title", { app: "Ratefox" }).waitFor();
      await judge(page, `keep${suffix}`);
      await mia.press(mia.button("dashboard-keep"));
      await focusIsIn(page, page.getByText(mia.beginning("dashboard-kept", { app: "Ratefox" })).first());
      await judge(page, `kept${suffix}`);
      await mia.press(mia.button("dashboard-back"));

      await mia.press(page.getByText(mia.say("dashboard-more"), { exact: true }));
      await mia.press(mia.button("dashboard-round"));
      await mia.heading("dashboard-round-title").waitFor();
      await judge(page, `round${suffix}`);
      await mia.press(mia.button("dashboard-round-keep"));
      await page.getByText(mia.say("dashboard-round-place", { position: "2", count: "3" })).waitFor();
      await mia.press(mia.button("dashboard-stop"));
      await page.getByText(mia.say("dashboard-round-place", { position: "2", count: "2" })).waitFor();
      await judge(page, `round-stopped${suffix}`);
      await mia.press(mia.button("dashboard-back"));
      await mia.press(page.getByText(mia.say("dashboard-more"), { exact: true }));
      await mia.press(mia.button("dashboard-stop-all"));
      await mia.heading("dashboard-stop-all-title").waitFor();
      await mia.press(mia.button("dashboard-stop"));
      await page.locator(".notice.done").waitFor();
      await judge(page, `apps-all-stopped${suffix}`);
      await mia.close();
    } finally {
      await own.stop();
    }
  }
});

test("dsh_a8_2 before its end a view says so, goes on with a new token from the bank, and leaves nothing behind", async () => {
  const mia = await visitor(browser, demo.facts);
  const { page } = mia;
  await page.clock.install();
  await mia.openBank("mia");
  await page.evaluate(() => {
    window.told = [];
    addEventListener("message", ({ data }) => window.told.push(data));
  });
  const inside = page.frames().find((frame) => frame.parentFrame() !== null);
  const warning = mia.frame.getByText(mia.say("dashboard-closes"));
  // Whoever stays is there for thirty minutes in all; then only the bank can say that it is the same person.
  for (let stays = 0; stays < 3; stays += 1) {
    await page.clock.fastForward(481_000);
    await warning.first().waitFor();
    await mia.frame.getByRole("button", { name: mia.say("dashboard-stay") }).click();
    await warning.first().waitFor({ state: "hidden" });
  }
  await page.clock.fastForward(240_000);
  await warning.first().waitFor();
  await page.waitForFunction(() => window.told.some(({ type }) => type === "consentry:token-needed"));
  const token = await mia.ticket("mia");
  const renewed = page.waitForResponse("**/embed/api/v1/session/renew");
  await page.evaluate(([access_token, origin]) => {
    document.querySelector("iframe").contentWindow.postMessage({ type: "consentry:token", access_token }, origin);
  }, [token, mia.facts.dashboard.base]);
  assert.equal((await renewed).status(), 200);
  await warning.first().waitFor({ state: "hidden" });
  await page.clock.fastForward(601_000);
  await mia.frame.getByText(mia.say("dashboard-over-text")).waitFor();
  assert.ok(!(await inside.content()).includes("Budgetly"), "nothing of the person is left in the page");
  await page.waitForFunction(() => window.told.some(({ type }) => type === "consentry:session-ended"));
  await mia.close();
});

test("dsh_b7_8 every screen works without script", async () => {
  const ada = await visitor(browser, demo.facts, { javaScriptEnabled: false });
  const { page } = ada;
  await ada.shareWithMoneytrack();
  await ada.openDashboard();
  await openDetails(ada);
  await ada.press(ada.button("dashboard-stop"));
  await ada.press(ada.button("dashboard-go-back"));
  await page.getByRole("heading", { level: 1, name: "Moneytrack" }).waitFor();
  await ada.press(ada.button("dashboard-back"));
  await ada.stopSharing(page);
  await ada.close();
});

test("dsh_b5 what was stopped elsewhere meanwhile is not stopped again, and the page says so", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await ada.shareWithMoneytrack();
  await ada.openDashboard();
  await ada.inAnotherTab(async () => {
    await ada.openDashboard();
    await ada.stopSharing(ada.page);
  });
  await ada.press(ada.standing(page).getByRole("button", { name: ada.stopOf("Moneytrack") }));
  await page.getByText(ada.beginning("dashboard-was-over", { app: "Moneytrack" })).waitFor();
  await judge(page, "app-details-was-over");
  await ada.close();
});

test("dsh_b7 a connection that is not there shows the list with a notice", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await ada.shareWithMoneytrack();
  await ada.openDashboard();
  await page.locator("form.covering input[name=id]").first().evaluate((field) => (field.value = "agr_nobody"));
  await ada.press(ada.standing(page).getByRole("button", { name: "Moneytrack", exact: true }));
  await page.getByText(ada.say("dashboard-missing-title")).first().waitFor();
  await judge(page, "apps-missing");
  await ada.stopSharing(page);
  await ada.close();
});

test("dsh_b3 many ended connections are shown when they are asked for", async () => {
  const own = await startDemo();
  try {
    const ada = await visitor(browser, own.facts);
    const { page } = ada;
    await ada.shareWithMoneytrack();
    for (let round = 0; round < 11; round += 1) {
      await ada.openDashboard();
      await ada.stopSharing(page);
      await page.goto(`${own.facts.base_url}/demo/moneytrack`);
      await ada.connect();
      await ada.press(ada.button("consent-approve"));
      await ada.heading("app-home").waitFor();
    }
    await ada.openDashboard();
    const ended = page.getByRole("region", { name: ada.say("dashboard-no-longer") }).getByRole("listitem");
    assert.equal(await ended.count(), 10);
    await judge(page, "apps-many-ended");
    await ada.press(ada.button("dashboard-show-all", { count: "11" }));
    await ended.nth(10).waitFor();
    assert.equal(await ended.count(), 11);
    await judge(page, "apps-all-ended");
    await ada.close();
  } finally {
    await own.stop();
  }
});

test("dsh_a4_4 a token opens once; a reload, an old one and a made-up one are the same closed view", async () => {
  const own = await startDemo();
  try {
    const ada = await visitor(browser, own.facts);
    const { page } = ada;
    const address = await ada.ticketAddress();
    const late = await ada.ticketAddress();
    const closed = async () => {
      await ada.heading("dashboard-over-title").waitFor();
      assert.equal(await page.getByRole("button").count(), 0);
      await page.getByText(ada.say("technical-details")).click();
      await page.getByText("Unauthorized", { exact: true }).waitFor();
    };
    assert.equal((await page.goto(address)).status(), 200);
    assert.equal(new URL(page.url()).search, "", "the token is not in the address any more");
    assert.equal((await page.goto(address)).status(), 404);
    await judge(page, "apps-closed");
    await closed();
    await judge(page, "apps-closed-technical");
    await ada.letPass("10-minutes");
    assert.equal((await page.goto(late)).status(), 404);
    await closed();
    assert.equal((await page.goto(`${own.facts.base_url}/embed/authorizations`)).status(), 404);
    await closed();
    assert.equal((await page.goto(`${own.facts.base_url}/embed/exports?token=nothing`)).status(), 404);
    await closed();
    await judge(page, "copy-link-closed");

    // Inside the bank's page a reload of the frame is such a case too, and a reload of the page opens it anew.
    await ada.openBank();
    await ada.frame.getByRole("heading", { name: ada.say("dashboard-title") }).waitFor();
    await page.locator("iframe").evaluate((frame) => (frame.src += ""));
    await ada.frame.getByRole("heading", { name: ada.say("dashboard-over-title") }).waitFor();
    await judge(page, "bank-closed");
    await page.reload();
    await ada.frame.getByRole("heading", { name: ada.say("dashboard-title") }).waitFor();
    await ada.close();
  } finally {
    await own.stop();
  }
});

test("dsh_b7_3 a view that was left alone for ten minutes closes, and shows nothing of anybody any more", async () => {
  const own = await startDemo();
  try {
    for (const javaScriptEnabled of [true, false]) {
      const ada = await visitor(browser, own.facts, { javaScriptEnabled });
      const { page } = ada;
      await ada.shareWithMoneytrack();
      await ada.openDashboard();
      await ada.inAnotherTab(() => ada.letPass("10-minutes"));
      await ada.press(ada.standing(page).getByRole("button", { name: ada.stopOf("Moneytrack") }));
      await ada.heading("dashboard-over-title").waitFor();
      assert.ok(!(await page.content()).includes("Moneytrack"), "nothing of the person is left in the page");
      if (javaScriptEnabled) {
        await judge(page, "stop-too-late");
      }
      await ada.openDashboard();
      await ada.inAnotherTab(() => ada.letPass("10-minutes"));
      await openDetailsAnyway(ada);
      if (javaScriptEnabled) {
        await judge(page, "app-details-too-late");
      }
      await ada.openDashboard();
      await ada.press(ada.standing(page).getByRole("button", { name: ada.stopOf("Moneytrack") }));
      await ada.inAnotherTab(() => ada.letPass("10-minutes"));
      await ada.press(ada.button("dashboard-stop"));
      await ada.heading("dashboard-over-title").waitFor();
      if (javaScriptEnabled) {
        await judge(page, "stop-confirmed-too-late");
      }
      await ada.openDashboard();
      await ada.stopSharing(page);
      await ada.openDashboard("ben");
      await ada.inAnotherTab(() => ada.letPass("10-minutes"));
      await ada.press(ada.button("dashboard-look-again"));
      await ada.heading("dashboard-over-title").waitFor();
      if (javaScriptEnabled) {
        await judge(page, "apps-too-late");
      }
      await ada.close();
    }
  } finally {
    await own.stop();
  }
});

async function openDetailsAnyway(person) {
  await person.press(person.standing(person.page).getByRole("button", { name: "Moneytrack", exact: true }));
  await person.heading("dashboard-over-title").waitFor();
}

test("dsh_b2 a consent that ran out ends by itself: the app is refused and the list says so", async () => {
  const own = await startDemo();
  try {
    const ada = await visitor(browser, own.facts);
    const { page } = ada;
    await ada.shareWithMoneytrack();
    await ada.letPass("30-days");
    await page.goto(`${own.facts.base_url}/demo/moneytrack`);
    await ada.press(ada.button("app-new-tokens"));
    await page.getByText("error=invalid_grant").waitFor();
    await ada.openDashboard();
    await page.getByText(ada.say("dashboard-empty-title")).waitFor();
    await page.getByText(ada.beginning("dashboard-ended-by-time")).first().waitFor();
    await judge(page, "apps-ended");
    await ada.press(page.getByRole("button", { name: "Moneytrack", exact: true }));
    await page.getByRole("heading", { level: 1, name: "Moneytrack" }).waitFor();
    await judge(page, "app-details-ended");
    await ada.close();
  } finally {
    await own.stop();
  }
});

test("dsh_a4_5 the token in a form opens the same page, and theme and language as asked", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await ada.shareWithMoneytrack();
  await ada.openBank();
  await page.evaluate(
    ([action, token]) => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action, target: "consentry" });
      for (const [name, value] of [
        ["access_token", token],
        ["theme", "dark"],
        ["locale", "ar"],
      ]) {
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      document.body.append(form);
      form.submit();
    },
    [`${demo.facts.dashboard.base}/embed/authorizations`, await ada.ticket()],
  );
  await ada.frame.locator("html[dir=rtl][data-theme=dark]").waitFor();
  await ada.frame.getByRole("button", { name: "Moneytrack", exact: true }).first().waitFor();
  await ada.openDashboard("ada", "&theme=dark");
  await page.locator("html[data-theme=dark]").waitFor();
  await judge(page, "apps-dark");
  await ada.stopSharing(page);
  await sendToken(ada, await ada.ticket());
  await judge(page, "apps-by-form");
  await sendToken(ada, "et_nobody");
  await judge(page, "apps-by-form-closed");
  await sendForm(ada, "/embed/copy/file", { session: "es_nobody" });
  await judge(page, "copy-file-closed");
  await ada.close();
});

/** A form to the dashboard, into the tab itself. */
async function sendForm(person, path, fields) {
  const { page } = person;
  const answered = page.waitForNavigation();
  await page.evaluate(
    ([action, fields]) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = action;
      for (const [name, value] of Object.entries(fields)) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name, value });
        form.append(field);
      }
      document.body.append(form);
      form.submit();
    },
    [`${person.facts.dashboard.base}${path}`, fields],
  );
  await answered;
}

/** The form variant of opening it. */
function sendToken(person, token) {
  return sendForm(person, "/embed/authorizations", { access_token: token });
}

test("dsh_b7_4_b7_6 while it waits, when it gets no answer and when it is offline, the page says so", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page, context } = ada;
  await ada.shareWithMoneytrack();
  await page.clock.install();
  await ada.openDashboard();
  const stop = ada.standing(page).getByRole("button", { name: ada.stopOf("Moneytrack") });

  let answer;
  const waiting = new Promise((resolve) => (answer = resolve));
  await page.route("**/embed/stop", async (route) => {
    await waiting;
    await route.continue();
  });
  await stop.click();
  await page.locator("#main[aria-busy=true]").waitFor();
  await page.locator("#announcer").getByText(ada.say("busy")).waitFor({ state: "attached" });
  assert.equal(await stop.getAttribute("aria-disabled"), "true");
  await judge(page, "apps-waiting");
  answer();
  await ada.button("dashboard-go-back").waitFor();
  await ada.press(ada.button("dashboard-go-back"));
  await stop.waitFor();
  await page.unroute("**/embed/stop");

  await page.route("**/embed/stop", (route) => route.abort());
  await stop.click();
  await page.getByRole("alert").getByText(ada.say("request-failed")).waitFor();
  await judge(page, "apps-unanswered");
  await page.unroute("**/embed/stop");

  // A server that takes the question and never answers.
  await page.route("**/embed/stop", () => {});
  await stop.click();
  await page.getByRole("alert").waitFor({ state: "hidden" });
  await page.clock.fastForward(9_000);
  assert.equal(await page.getByRole("alert").isVisible(), false);
  await page.clock.fastForward(2_000);
  await page.getByRole("alert").getByText(ada.say("request-failed")).waitFor();
  await page.unroute("**/embed/stop");

  await context.setOffline(true);
  await page.getByRole("alert").getByText(ada.say("offline")).waitFor();
  await stop.click();
  await judge(page, "apps-offline");
  assert.equal(await ada.button("dashboard-go-back").count(), 0, "nothing was sent");
  await context.setOffline(false);
  await page.getByRole("alert").waitFor({ state: "hidden" });
  await ada.stopSharing(page);
  await ada.close();
});

test("dsh_a9 in a sandboxed frame of another origin, where nothing may be stored, everything works with what the guide asks for", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "consentry-blocking-"));
  const blocking = await startKeepingBrowser(folder, { blocked: true });
  try {
    const ada = await visitor(blocking, demo.facts);
    const { page } = ada;
    await ada.shareWithMoneytrack();
    await ada.openBank();
    await page.locator("iframe").evaluate((frame, address) => {
      frame.setAttribute(
        "sandbox",
        "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
      );
      frame.src = address;
    }, await ada.ticketAddress());
    await ada.frame.getByRole("button", { name: "Moneytrack", exact: true }).first().waitFor();
    await ada.frameFits();
    const inside = page.frames().find((frame) => frame.parentFrame() !== null);
    assert.notEqual(new URL(inside.url()).host, new URL(page.url()).host, "the frame is of another origin");
    await assert.rejects(
      inside.evaluate(() => localStorage.length),
      /SecurityError|denied/,
      "the browser lets the frame store nothing",
    );
    await ada.stopSharing(ada.frame);
    await ada.close();
  } finally {
    await blocking.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test("dsh_b8 a first view is one document with a style and a script, and below 100 KB compressed", async () => {
  const mia = await visitor(browser, demo.facts);
  const { page } = mia;
  const answers = [];
  page.on("response", (response) => answers.push(response));
  await mia.openDashboard("mia");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
  let packed = 0;
  for (const answer of answers) {
    packed += gzipSync(await answer.body()).length;
  }
  const kinds = answers.map((answer) => answer.request().resourceType());
  assert.equal(kinds.filter((kind) => kind === "document").length, 1, `${kinds}`);
  assert.equal(kinds.filter((kind) => kind === "fetch" || kind === "xhr").length, 0, `${kinds}`);
  assert.ok(packed < 100_000, `${packed} bytes compressed in ${kinds}`);
  await mia.close();
});

test("dsh_b7_9 a frame without an address of its own tells the integrator what is missing", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await ada.openBank();
  await page.locator("iframe").evaluate((frame, address) => {
    frame.setAttribute("sandbox", "allow-scripts allow-forms");
    frame.src = address;
  }, await ada.ticketAddress());
  await ada.frame.getByText("allow-same-origin").waitFor();
  // Not judged by axe, which may not read styles there either.
  await fitsEveryWidth(page, "bank-opaque");
  await ada.close();
});

test("dsh_a10 a frame that has no size yet asks for no height of its own, and for the right one once it has", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await ada.openBank();
  await page.addInitScript(() => {
    if (window.parent !== window) return;
    window.told = [];
    addEventListener("message", ({ data }) => window.told.push(data));
    // As soon as there is a frame, and so before its own page is there.
    new MutationObserver((_, observer) => {
      const frame = document.querySelector("iframe");
      if (!frame) return;
      frame.style.cssText = "inline-size: 0; min-inline-size: 0; border: 0; padding: 0";
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  const told = async (count) => {
    await page.waitForFunction((count) => window.told.length >= count, count);
    return page.evaluate(() => window.told);
  };
  assert.deepEqual((await told(1))[0], { source: "consentry", v: 1, type: "consentry:ready", height: 600 });
  await page.evaluate(() => document.querySelector("iframe").removeAttribute("style"));
  await ada.frameFits();
  const inside = page.frames().find((frame) => frame.parentFrame() !== null);
  const needed = await inside.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  const heights = (await page.evaluate(() => window.told)).map(({ height }) => height);
  assert.ok(
    heights.every((height) => height >= 600 && height <= Math.max(600, needed)),
    `${heights}, and ${needed} are needed`,
  );
  // The bank's page changes its language, and the frame goes along.
  const origin = new URL(inside.url()).origin;
  await page.evaluate((origin) => {
    const message = { type: "consentry:locale", locale: "ar" };
    document.querySelector("iframe").contentWindow.postMessage(message, origin);
  }, origin);
  await ada.frame.locator("html[dir=rtl][lang=ar]").waitFor();
  // Who asks for it is told when the person is done.
  const address = `${await ada.ticketAddress()}&done=yes`;
  await page.evaluate((address) => document.querySelector("iframe").setAttribute("src", address), address);
  await ada.press(ada.button("dashboard-done", {}, ada.frame));
  await page.waitForFunction(() => window.told.some(({ type }) => type === "consentry:close"));
  await ada.close();
});

test("twenty things and long names fit on every screen", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  const multiply = (rows, names) =>
    page.evaluate(
      ([rows, names]) => {
        const long = "Verwaltungsgesellschaftsbeteiligungsfinanzierungsberatungs GmbH & Co. KG a. A. ";
        for (const list of document.querySelectorAll(rows)) {
          while (list.children.length < 20) {
            list.append(list.children[list.children.length % 2].cloneNode(true));
          }
        }
        for (const name of document.querySelectorAll(names)) {
          name.textContent = `${long}${"x".repeat(64)}`;
        }
      },
      [rows, names],
    );
  await ada.reachQuestion();
  await ada.press(page.getByText(ada.say("consent-part")));
  await multiply(".items, [role=group]", ".party-name, .party-detail, .item-title, .brand-name");
  await judge(page, "question-long");
  await page.reload();
  await ada.press(ada.button("consent-approve"));
  await ada.heading("app-home").waitFor();
  await ada.openDashboard();
  await multiply(".never", ".party-name bdi, .card > p, .brand-name");
  await judge(page, "apps-long");
  await ada.openDashboard();
  await openDetails(ada);
  await multiply(".items", "h1 bdi, dd bdi, .item-title, .brand-name");
  await judge(page, "app-details-long");
  await ada.press(ada.button("dashboard-stop"));
  await ada.button("dashboard-go-back").waitFor();
  await multiply("section ul", "li span, .brand-name");
  await judge(page, "stop-long");
  await ada.press(ada.button("dashboard-stop"));
  await ada.close();
});

/** The focus goes along: it comes to the element or to what holds it, on a page that may be drawn anew meanwhile. */
async function focusIsIn(page, locator) {
  const focused = page.locator("body :focus");
  await locator.and(focused).or(focused.filter({ has: locator })).waitFor();
}

test("dsh_b2 one time only, and how far back, are said when asking and afterwards", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const ben = await visitor(browser, demo.facts, { language });
    const { page } = ben;
    await ben.reachQuestion("ben");
    await page.goto(askingOnce(demo.facts));
    await page.getByText(ben.say("consent-until-once", { client: "Moneytrack" })).waitFor();
    await page.getByText(ben.say("lookback"), { exact: true }).waitFor();
    await judge(page, `question-once${suffix}`);
    await ben.press(ben.button("consent-approve"));
    await page.waitForURL("**/demo/moneytrack/callback**");
    await ben.openDashboard("ben");
    await openDetails(ben);
    await page.getByText(ben.say("lookback"), { exact: true }).waitFor();
    await judge(page, `app-details-once${suffix}`);
    await ben.close();
  }
});

/** Where an app sends a person of whom it wants data once. */
function askingOnce({ base_url: base, issuer }) {
  const parameters = new URLSearchParams({
    client_id: "moneytrack",
    response_type: "code",
    redirect_uri: `${base}/demo/moneytrack/callback`,
    scope: "openid accounts:balance",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    authorization_details: JSON.stringify([
      { type: "fdx_v1.0", consentRequest: { durationType: "ONE_TIME", lookbackPeriod: 60 } },
    ]),
  });
  return `${issuer}/auth?${parameters}`;
}
