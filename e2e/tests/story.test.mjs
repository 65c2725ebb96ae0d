// The main job as a newcomer does it, from the printed address by pressing what is shown: an app asks, a person approves,
// the app sees the balance, the person stops sharing, and the app is refused. With and without script, in both writing
// directions, and with nothing but the keyboard.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { startBrowser, startDemo, startKeepingBrowser } from "../harness.mjs";
import { keyboard } from "../hands.mjs";
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

/** Everything the hosted page has to say: who, for what, why, until when. */
const QUESTION = {
  en: ["Moneytrack BV", "Account balance", "Payments of the last 24 months", "Moneytrack shows all your accounts"],
  ar: ["Moneytrack BV", "رصيد الحساب", "مدفوعات آخر", "Moneytrack shows all your accounts"],
};

const WALKS = [
  { name: "by clicking", language: "en" },
  { name: "without script", language: "en", javaScriptEnabled: false },
  { name: "in Arabic", language: "ar" },
  { name: "in Arabic without script", language: "ar", javaScriptEnabled: false },
  { name: "by keyboard only", language: "en", hand: keyboard },
  { name: "by keyboard only, without script", language: "en", hand: keyboard, javaScriptEnabled: false },
];

for (const { name, language, ...options } of WALKS) {
  test(`the story ${name}: asked, approved, used, stopped, refused at once`, async () => {
    const ada = await visitor(browser, demo.facts, { language, ...options });
    const { page } = ada;

    await ada.openApp();
    await ada.connect();
    assert.equal(new URL(page.url()).origin, demo.facts.base_url);
    await ada.logIn();
    await ada.heading("consent-title", { client: "Moneytrack" }).waitFor();
    const question = await page.locator("main").innerText();
    for (const words of [...QUESTION[language], inDays(30, language), new URL(demo.facts.base_url).host]) {
      assert.ok(question.includes(words), `${words} is missing from: ${question}`);
    }
    await assertEqualWeight(ada.button("consent-approve"), ada.button("consent-decline"));

    await ada.press(ada.button("consent-approve"));
    await ada.heading("app-home").waitFor();
    assert.equal(new URL(page.url()).pathname, "/demo/moneytrack");
    for (const words of ["13,618.37", "2,418.37", "Corner bakery"]) {
      await page.getByText(words).first().waitFor();
    }

    const watched = watchFrame(page, demo.facts.base_url);
    const cookies = await ada.context.cookies();
    assert.ok(
      cookies.some((cookie) => cookie.name === "cst_session" && cookie.domain === "127.0.0.1"),
      "there is a cookie that the frame could send",
    );
    await ada.press(ada.link("demo-open-bank"));
    await ada.heading("bank-home").waitFor();
    assert.equal(page.url(), demo.facts.dashboard.frame_host);
    await ada.standing(ada.frame).getByRole("button", { name: "Moneytrack", exact: true }).waitFor();
    await ada.frameFits();
    await ada.stopSharing(ada.frame);
    const stored = await storage(page, demo.facts.base_url);
    assert.deepEqual(stored, { ...stored, ...NOTHING });
    assert.deepEqual(await watched(), []);
    assert.deepEqual(onlyOurs(await ada.context.cookies()), onlyOurs(cookies), "the frame changed a cookie");

    await ada.press(ada.link("demo-open-app", { app: "Moneytrack" }));
    await page.getByText(ada.say("app-refused", { bank: "Harbor Bank" })).waitFor();
    await page.getByText('Bearer error="invalid_token"').waitFor();
    assert.equal(await page.getByText("13,618.37").count(), 0);
    await ada.press(ada.button("app-new-tokens"));
    await page.getByText(ada.say("app-ended")).waitFor();
    await page.getByText("error=invalid_grant").waitFor();
    await ada.close();
  });
}

test("dashboard_a8_1 the frame stores nothing and sends no cookie where the browser would let it", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "consentry-browser-"));
  const keeping = await startKeepingBrowser(folder, { locale: "en" });
  try {
    const ada = await visitor(keeping, demo.facts);
    await ada.shareWithMoneytrack();
    const watched = watchFrame(ada.page, demo.facts.base_url);
    await ada.openBank();
    await ada.stopSharing(ada.frame);
    assert.deepEqual(await storage(ada.page, demo.facts.base_url), { kept: [], ...NOTHING });
    assert.deepEqual(await watched(), []);
    ada.assertQuiet();
  } finally {
    await keeping.close();
    await rm(folder, { recursive: true });
  }
});

test("every page of the story is sound in light, dark, small and large", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await ada.openStart();
  await judge(page, "start");
  await ada.openApp();
  await judge(page, "app-apart");
  await ada.connect();
  await judge(page, "login");
  await ada.logIn();
  await ada.button("consent-approve").waitFor();
  await judge(page, "question");
  await ada.press(page.getByText(ada.say("consent-part")));
  await judge(page, "question-part");
  await ada.press(ada.button("consent-approve"));
  await ada.heading("app-home").waitFor();
  await judge(page, "app-connected");
  await ada.press(ada.link("demo-open-bank"));
  await ada.standing(ada.frame).getByRole("button", { name: "Moneytrack", exact: true }).waitFor();
  await judge(page, "bank");
  await ada.stopSharing(ada.frame);
  await ada.press(ada.link("demo-open-app", { app: "Moneytrack" }));
  await ada.button("app-new-tokens").waitFor();
  await judge(page, "app-refused");
  await ada.press(ada.button("app-new-tokens"));
  await page.getByText(ada.say("app-ended")).waitFor();
  await judge(page, "app-ended");
  await ada.close();
});

test("every page of the story is sound from right to left", async () => {
  const ada = await visitor(browser, demo.facts, { language: "ar" });
  const { page } = ada;
  await ada.openStart();
  await judge(page, "start-ar");
  await ada.openApp();
  await judge(page, "app-apart-ar");
  await ada.connect();
  await judge(page, "login-ar");
  await ada.logIn();
  await ada.button("consent-approve").waitFor();
  await judge(page, "question-ar");
  await ada.press(ada.button("consent-approve"));
  await ada.heading("app-home").waitFor();
  await judge(page, "app-connected-ar");
  await ada.press(ada.link("demo-open-bank"));
  await ada.standing(ada.frame).getByRole("button", { name: "Moneytrack", exact: true }).waitFor();
  await judge(page, "bank-ar");
  await ada.stopSharing(ada.frame);
  await ada.close();
});

test("dashboard_b8 the longest words and a script without spaces have room too", async () => {
  for (const language of ["de", "ja"]) {
    const ada = await visitor(browser, demo.facts, { language });
    const { page } = ada;
    await ada.openApp();
    await ada.connect();
    if (language === "ja") {
      await judge(page, "login-ja");
    }
    await ada.logIn();
    await ada.button("consent-approve").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    await judge(page, `question-${language}`);
    await ada.press(ada.button("consent-approve"));
    await ada.heading("app-home").waitFor();
    await ada.press(ada.link("demo-open-bank"));
    await ada.standing(ada.frame).getByRole("button", { name: "Moneytrack", exact: true }).waitFor();
    if (language === "de") {
      await judge(page, "bank-de");
    }
    await ada.stopSharing(ada.frame);
    await ada.close();
  }
});

test("tpa_fl_08 whoever declines is back at the app, which is told so and nothing else", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const ada = await visitor(browser, demo.facts, { javaScriptEnabled });
    const called = callbacks(ada.page);
    await ada.reachQuestion();
    await ada.press(ada.button("consent-decline"));
    await ada.page.getByText(ada.say("app-declined")).waitFor();
    const [back] = called();
    assert.equal(back.searchParams.get("error"), "access_denied");
    assert.equal(back.searchParams.get("error_description"), "User denied consent to requested scope");
    assert.ok(back.search.includes("User%20denied%20consent%20to%20requested%20scope"), back.search);
    assert.equal(back.searchParams.get("code"), null);
    assert.notEqual(back.searchParams.get("state"), null);
    await ada.page.getByText("error=access_denied").waitFor();
    if (javaScriptEnabled) {
      await judge(ada.page, "app-declined");
    }
    await ada.close();
  }
});

test("tpa_cn_10 whoever shares only a part is asked again when nothing is ticked, and the app gets the part", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const ada = await visitor(browser, demo.facts, { javaScriptEnabled });
    const { page } = ada;
    await ada.reachQuestion();
    await ada.press(page.getByText(ada.say("consent-part")));
    const ticks = page.getByRole("checkbox");
    assert.equal(await ticks.count(), 3);
    for (const tick of await ticks.all()) {
      assert.equal(await tick.isChecked(), false, "nothing is ticked beforehand");
    }
    await ada.press(ada.button("consent-part-button"));
    await page.getByText(ada.say("consent-none-ticked")).waitFor();
    if (javaScriptEnabled) {
      await judge(page, "question-none-ticked");
    }
    await page.getByLabel("Account balance").check();
    await ada.press(ada.button("consent-part-button"));
    await ada.heading("app-home").waitFor();
    await page.getByText("13,618.37").waitFor();
    await page.getByText(ada.say("app-no-payments")).waitFor();
    assert.equal(await page.getByText("Corner bakery").count(), 0);
    assert.equal(await page.getByText("openid accounts:balance", { exact: true }).count(), 1);
    if (javaScriptEnabled) {
      await judge(page, "app-part");
    }
    await ada.openBank();
    await ada.stopSharing(ada.frame);
    await ada.close();
  }
});

test("whoever is not ada logs in as somebody else, and is asked for themselves", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const ben = await visitor(browser, demo.facts, { javaScriptEnabled });
    await ben.reachQuestion("ada");
    await ben.page.getByText(ben.say("signed-in-as", { name: "ada" })).waitFor();
    await ben.press(ben.button("consent-switch"));
    await ben.logIn("ben");
    await ben.page.getByText(ben.say("signed-in-as", { name: "ben" })).waitFor();
    await ben.press(ben.button("consent-decline"));
    await ben.page.getByText(ben.say("app-declined")).waitFor();
    await ben.close();
  }
});

/** The day so many days from now, as the page spells it. */
function inDays(days, language) {
  const day = new Date(Date.now() + days * 86_400_000);
  const month = new Intl.DateTimeFormat(language === "ar" ? "ar-u-nu-latn" : "en", {
    month: "long",
    timeZone: "UTC",
  }).format(day);
  return language === "ar" ? month : `${day.getUTCDate()} ${month} ${day.getUTCFullYear()}`;
}

/** Two answers of the same size, weight and colour (dashboard B1.2, third-party-authorization A.8.4). */
async function assertEqualWeight(one, other) {
  const look = (button) =>
    button.evaluate((element) => {
      const { width, height } = element.getBoundingClientRect();
      const { color, backgroundColor, borderColor, fontWeight, fontSize } = getComputedStyle(element);
      return { width, height, color, backgroundColor, borderColor, fontWeight, fontSize };
    });
  assert.deepEqual(await look(one), await look(other));
}

/** Answers that reached the app's redirect address. */
function callbacks(page) {
  const seen = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith("/callback") && url.pathname.startsWith("/demo/")) {
      seen.push(url);
    }
  });
  return () => seen;
}

/** What the frame sent or was given that it must not: cookies. Also fails when the frame asked for nothing. */
function watchFrame(page, origin) {
  const answers = [];
  page.on("response", (response) => {
    const frame = response.request().frame();
    if (frame.parentFrame() !== null) {
      answers.push(response);
    }
  });
  return async () => {
    assert.ok(answers.some((answer) => answer.url().startsWith(`${origin}/embed/`)), "the frame was loaded");
    const found = [];
    for (const answer of answers) {
      const sent = await answer.request().allHeaders();
      const got = await answer.allHeaders();
      if (sent.cookie !== undefined || got["set-cookie"] !== undefined) {
        found.push(`${answer.request().method()} ${answer.url()}`);
      }
    }
    return found;
  };
}

const NOTHING = { cookies: 0, local: 0, session: 0, databases: 0, caches: 0, workers: 0, address: 0 };

/** How much of each kind of storage is used inside the frame, and which kinds the browser keeps from it. */
async function storage(page, origin) {
  const frame = page.frames().find((frame) => frame.url().startsWith(`${origin}/embed/`));
  assert.ok(frame !== undefined, "the frame is there");
  assert.notEqual(new URL(page.url()).origin, origin, "on another origin than the page around it");
  return frame.evaluate(async () => {
    const ways = {
      cookies: () => document.cookie.length,
      local: () => localStorage.length,
      session: () => sessionStorage.length,
      databases: async () => (await indexedDB.databases()).length,
      caches: async () => (await caches.keys()).length,
      workers: async () => (await navigator.serviceWorker.getRegistrations()).length,
      address: () => location.search.length,
    };
    const used = { kept: [] };
    for (const [name, count] of Object.entries(ways)) {
      try {
        used[name] = await count();
      } catch (error) {
        if (error.name !== "SecurityError" && !/denied/.test(error.message)) {
          throw error;
        }
        used.kept.push(name);
        used[name] = 0;
      }
    }
    return used;
  });
}

/** Cookies that the frame's origin could have touched; the bank's page has one of its own. */
function onlyOurs(cookies) {
  return cookies
    .filter((cookie) => cookie.domain === "127.0.0.1")
    .map(({ name, value }) => ({ name, value }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
