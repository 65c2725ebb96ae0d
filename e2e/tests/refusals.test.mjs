// What goes wrong in a browser, and what the person reads then: wrong and too many passwords, requests of nobody, questions
// that are over or belong to another browser, addresses that do not exist. And logging out.

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

const OUTSIDE = "http://127.0.0.1:9999/callback";

test("tpa_a5 a wrong password says so, keeps the name, and can be tried again", async () => {
  for (const options of [{}, { javaScriptEnabled: false }, { language: "ar" }]) {
    const ada = await visitor(browser, demo.facts, options);
    const { page } = ada;
    await ada.openApp();
    await ada.connect();
    await ada.logIn("ada", "not her password");
    await page.getByText(ada.say("login-wrong")).waitFor();
    assert.equal(await page.getByLabel(ada.say("login-name")).inputValue(), "ada");
    assert.equal(await page.getByLabel(ada.say("login-password")).inputValue(), "");
    if (options.javaScriptEnabled !== false) {
      await judge(page, options.language === undefined ? "login-wrong" : "login-wrong-ar");
    }
    await ada.logIn();
    await ada.button("consent-approve").waitFor();
    await ada.close();
  }
});

test("b01_04 too many wrong passwords say how long to wait, and then it goes on", async () => {
  const own = await startDemo();
  try {
    const ada = await visitor(browser, own.facts);
    const { page } = ada;
    await ada.openApp();
    await ada.connect();
    const wait = page.getByText(/^Too many tries\. Please wait (one second|\d+ seconds)\.$/);
    // Waits grow with each failure; one that is long enough for the right password to be tried within it on any machine.
    const told = async () => ((await wait.isVisible()) ? Number((await wait.textContent()).match(/\d+/) ?? 1) : 0);
    for (let tries = 0; tries < 100 && (await told()) < 8; tries += 1) {
      await ada.logIn("ada", "not her password");
      await page.getByRole("alert").first().waitFor();
    }
    assert.ok((await told()) >= 8);
    await ada.logIn();
    await wait.waitFor();
    await judge(page, "login-throttled");
    await ada.inAnotherTab(() => ada.letPass("10-minutes"));
    await ada.logIn();
    await ada.button("consent-approve").waitFor();
    await ada.close();
  } finally {
    await own.stop();
  }
});

test("tpa_a5_1_steps_1_to_3 an unknown app or address is told here and never sent anywhere", async () => {
  const { third_party: moneytrack } = demo.facts.authorization;
  const cases = [
    { state: "unknown-client", title: "auth-unknown-client-title", client_id: "nobody", redirect_uri: OUTSIDE },
    {
      state: "foreign-address",
      title: "auth-unknown-client-title",
      client_id: moneytrack.client_id,
      redirect_uri: "http://127.0.0.1:9999/elsewhere",
    },
  ];
  for (const javaScriptEnabled of [true, false]) {
    const ada = await visitor(browser, demo.facts, { javaScriptEnabled });
    const { page } = ada;
    const left = leavings(page);
    for (const { state, title, ...parameters } of cases) {
      const query = new URLSearchParams({ response_type: "code", scope: "openid", state: "s", ...parameters });
      const answer = await page.goto(`${demo.facts.issuer}/auth?${query}`);
      assert.equal(answer.status(), 400);
      await ada.heading(title).waitFor();
      if (javaScriptEnabled) {
        await judge(page, state);
        await send(page, `${demo.facts.issuer}/auth`, { response_type: "code", ...parameters });
        await ada.heading(title).waitFor();
        await judge(page, `${state}-posted`);
      }
    }
    assert.deepEqual(left(), []);
    await ada.close();
  }
});

test("tpa_a7 a question that was answered or was open for too long is over", async () => {
  const own = await startDemo();
  try {
    for (const javaScriptEnabled of [true, false]) {
      const ada = await visitor(browser, own.facts, { javaScriptEnabled });
      const { page } = ada;
      const left = leavings(page);
      await ada.reachQuestion();
      const question = page.url();
      await ada.inAnotherTab(async () => {
        await ada.page.goto(question);
        await ada.press(ada.button("consent-decline"));
        await ada.page.getByText(ada.say("app-declined")).waitFor();
      });
      await ada.press(ada.button("consent-approve"));
      await ada.heading("auth-over-title").waitFor();
      assert.equal(new URL(page.url()).pathname, "/consent");
      if (javaScriptEnabled) {
        await judge(page, "question-answered-before");
      }
      assert.equal((await page.goto(question)).status(), 410);
      if (javaScriptEnabled) {
        await judge(page, "question-used");
      }

      await ada.openApp();
      await ada.connect();
      await ada.button("consent-approve").waitFor();
      await ada.inAnotherTab(() => ada.letPass("10-minutes"));
      await ada.press(ada.button("consent-approve"));
      await ada.heading("auth-over-title").waitFor();
      if (javaScriptEnabled) {
        await judge(page, "question-late");
      }
      assert.deepEqual(left(), []);
      await ada.close();
    }
  } finally {
    await own.stop();
  }
});

test("tpa_ix_01 a question of another browser, or after logging out, is not answered", async () => {
  const ada = await visitor(browser, demo.facts);
  const thief = await visitor(browser, demo.facts);
  await ada.reachQuestion();
  const answer = await thief.page.goto(ada.page.url());
  assert.equal(answer.status(), 403);
  await thief.heading("auth-foreign-title").waitFor();
  await judge(thief.page, "question-foreign");
  await thief.close();

  await ada.inAnotherTab(async () => {
    await ada.page.goto(`${demo.facts.base_url}/logout`);
    await ada.press(ada.button("logout-yes"));
    await ada.heading("signed-out-title").waitFor();
  });
  await ada.press(ada.button("consent-approve"));
  await ada.heading("auth-foreign-title").waitFor();
  await judge(ada.page, "question-logged-out");
  await ada.close();
});

test("b17_01 logging out asks first, can be left, and leaves connected apps alone", async () => {
  for (const options of [{}, { javaScriptEnabled: false }, { language: "ar" }]) {
    const judged = options.javaScriptEnabled !== false;
    const suffix = options.language === undefined ? "" : "-ar";
    const ada = await visitor(browser, demo.facts, options);
    const { page } = ada;
    await ada.shareWithMoneytrack();
    await ada.openStart();
    await ada.press(ada.link("demo-variation-logout"));
    await ada.heading("logout-title").waitFor();
    if (judged) {
      await judge(page, `logout${suffix}`);
    }
    await ada.press(ada.link("logout-no"));
    await ada.heading("signed-in-title").waitFor();
    if (judged) {
      await judge(page, `logged-in${suffix}`);
    }
    await ada.openStart();
    await ada.press(ada.link("demo-variation-logout"));
    await ada.press(ada.button("logout-yes"));
    await ada.heading("signed-out-title").waitFor();
    if (judged) {
      await judge(page, `logged-out${suffix}`);
    }
    await page.goto(`${demo.facts.base_url}/demo/moneytrack`);
    await page.getByText("13,618.37").waitFor();
    await page.goto(`${demo.facts.base_url}/login`);
    await ada.button("login-button").waitFor();
    if (judged) {
      await judge(page, `login-alone${suffix}`);
    }
    await ada.logIn();
    await ada.heading("signed-in-title").waitFor();
    await ada.openBank();
    await ada.stopSharing(ada.frame);
    await ada.close();
  }
});

test("b17_02 the bank logs its customer out without a question, and back to where it sent them", async () => {
  const ada = await visitor(browser, demo.facts);
  await ada.openBank();
  await ada.press(ada.button("bank-logout"));
  await ada.button("login-button").waitFor();
  const cookies = await ada.context.cookies();
  assert.ok(!cookies.some((cookie) => cookie.name === "cst_session"), "the session is over");
  await ada.logIn("ben");
  await ada.heading("bank-home").waitFor();
  await ada.page.getByText(ada.say("signed-in-as", { name: "ben" })).first().waitFor();
  await ada.close();
});

test("b17_04 a logout that cannot be right is told here", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  const end = `${demo.facts.issuer}/session/end`;
  assert.equal((await page.goto(`${end}?id_token_hint=x`)).status(), 400);
  await judge(page, "logout-refused");
  await page.goto(end);
  await ada.heading("signed-out-title").waitFor();
  await judge(page, "logged-out-before");
  // What a form of an app may send instead of a link.
  await send(page, end, { id_token_hint: "x" });
  await ada.heading("auth-bad-request-title").waitFor();
  await judge(page, "logout-refused-posted");
  await send(page, `${demo.facts.base_url}/logout`, { confirm: "yes" });
  await ada.heading("signed-out-title").waitFor();
  await judge(page, "logged-out-posted");
  await ada.close();
});

test("an answer that this browser did not ask for is refused by the apps and the bank", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  for (const [state, address] of [
    ["app-callback-foreign", `${demo.facts.base_url}/demo/moneytrack/callback`],
    ["own-app-callback-foreign", `${demo.facts.base_url}/demo/pennywise/callback`],
    ["bank-callback-foreign", `${demo.facts.dashboard.frame_host}/callback`],
  ]) {
    const answer = await page.goto(`${address}?code=cd_x&state=x&iss=${encodeURIComponent(demo.facts.issuer)}`);
    assert.equal(answer.status(), 400);
    await ada.heading("demo-failed-browser").waitFor();
    await judge(page, state);
    await ada.press(ada.link("demo-start"));
    await ada.heading("demo-title").waitFor();
  }
  await page.getByRole("button", { name: ada.say("demo-time-days") }).evaluate((button) => (button.value = "a-while"));
  await ada.press(ada.button("demo-time-days"));
  await ada.heading("demo-failed-form").waitFor();
  await judge(page, "clock-refused");
  await ada.close();
});

test("an address where nothing is gets a page in the person's language, under the bank's name", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const ada = await visitor(browser, demo.facts, { language });
    for (const [state, path, status] of [
      ["nowhere", "/nowhere", 404],
      ["nowhere-login", "/login/nowhere", 404],
      ["nowhere-logout", "/logout/nowhere", 404],
      ["nowhere-demo", "/demo/nowhere", 404],
      ["nowhere-embed", "/embed/nowhere", 404],
      ["consent-opened", "/consent", 405],
    ]) {
      if (language === "ar" && state !== "nowhere") {
        continue;
      }
      assert.equal((await ada.page.goto(`${demo.facts.base_url}${path}`)).status(), status, path);
      await judge(ada.page, `${state}${suffix}`);
    }
    await ada.close();
  }
});

/** Requests that left for the app's address outside. */
function leavings(page) {
  const left = [];
  page.on("request", (request) => {
    if (request.url().startsWith("http://127.0.0.1:9999")) {
      left.push(request.url());
    }
  });
  return () => left;
}

/** Sends a form as a page of ours would, to an address that no form of ours leads to. */
async function send(page, action, fields) {
  const answered = page.waitForNavigation();
  await page.evaluate(
    ([action, fields]) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = action;
      for (const [name, value] of Object.entries(fields)) {
        const field = document.createElement("input");
        field.type = "hidden";
        Object.assign(field, { name, value });
        form.append(field);
      }
      document.body.append(form);
      form.submit();
    },
    [action, fields],
  );
  await answered;
}

test("tpa_a5_1 an answer as a form goes to the app by itself, and by a button without script", async () => {
  const state = "st-51";
  for (const options of [{}, { javaScriptEnabled: false }, { language: "ar" }]) {
    const ada = await visitor(browser, demo.facts, options);
    const { page } = ada;
    const address = new URL(`${demo.facts.issuer}/auth`);
    address.search = new URLSearchParams({
      client_id: demo.facts.authorization.third_party.client_id,
      redirect_uri: OUTSIDE,
      response_type: "token",
      response_mode: "form_post",
      ui_locales: options.language ?? "en",
      state,
    });
    let posted;
    await page.route(OUTSIDE, async (route) => {
      posted = route.request();
      await route.fulfill({ contentType: "text/plain", body: "taken" });
    });
    // Held back, so that there is a page to look at.
    await page.route("**/onward.js", (route) => route.abort());
    await page.goto(address.href);
    await ada.button("onward-button").waitFor();
    if (options.javaScriptEnabled === false) {
      await ada.press(ada.button("onward-button"));
    } else {
      ada.complaints.length = 0;
      await judge(page, options.language === undefined ? "onward" : "onward-ar");
      ada.complaints.length = 0;
      await page.unroute("**/onward.js");
      await page.goto(address.href);
    }
    await page.waitForURL(OUTSIDE);
    assert.equal(posted.method(), "POST");
    const fields = new URLSearchParams(posted.postData());
    assert.equal(fields.get("error"), "unsupported_response_type");
    assert.equal(fields.get("state"), state);
    assert.equal(fields.get("iss"), demo.facts.issuer);
    await page.context().close();
  }
});
