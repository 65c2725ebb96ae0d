// Signing in otherwise than by a password, and where somebody is logged in: a code by mail, a code as the second proof, what goes wrong
// with one, and ending a session from another browser.

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

/** The codes that were sent to somebody, first ones first. */
async function codes(facts, to) {
  const { mails } = await (await fetch(`${facts.mail_outbox}.json`)).json();
  const found = mails.filter((mail) => mail.to === to).map((mail) => /^\d{8}$/m.exec(mail.text)?.[0]);
  return found.filter((code) => code !== undefined).toReversed();
}

/** Asks for a code on the page that offers one; answers the code once it was sent. */
async function askForCode(who, facts, username = "ada") {
  const to = `${username}@example.com`;
  const before = (await codes(facts, to)).length;
  const name = who.page.getByLabel(who.say("login-name"));
  if (await name.isVisible()) {
    await who.hand.write(name, username);
  }
  await who.press(who.button("code-send"));
  await who.page.getByLabel(who.say("code-label")).waitFor();
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const sent = await codes(facts, to);
    if (sent.length > before) {
      return sent[before];
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no code came");
}

async function typeCode(who, code) {
  await who.hand.write(who.page.getByLabel(who.say("code-label")), code);
  await who.press(who.button("login-button"));
}

test("tpa_fl_02 somebody logs in with a code by mail and goes on to the question", async () => {
  for (const options of [{}, { javaScriptEnabled: false }, { language: "ar" }]) {
    const judged = options.javaScriptEnabled !== false;
    const suffix = options.language === undefined ? "" : "-ar";
    const ada = await visitor(browser, demo.facts, options);
    const { page } = ada;
    await ada.openApp();
    await ada.connect();
    await ada.press(ada.link("login-by-code"));
    await ada.heading("code-title").waitFor();
    if (judged) {
      await judge(page, `code${suffix}`);
    }
    const code = await askForCode(ada, demo.facts);
    if (judged) {
      await judge(page, `code-entry${suffix}`);
    }
    await typeCode(ada, code === "00000000" ? "00000001" : "00000000");
    await page.getByRole("alert").first().waitFor();
    if (judged) {
      await judge(page, `code-wrong${suffix}`);
    }
    await typeCode(ada, code);
    await ada.button("consent-approve").waitFor();
    await page.getByText(ada.say("signed-in-as", { name: "ada" })).first().waitFor();
    await ada.close();
  }
});

test("tpa_a14 a second proof is asked for where an app needs one", async () => {
  for (const options of [{}, { language: "ar" }]) {
    const suffix = options.language === undefined ? "" : "-ar";
    const ada = await visitor(browser, demo.facts, options);
    const { page } = ada;
    const query = new URLSearchParams({
      client_id: demo.facts.authorization.third_party.client_id,
      redirect_uri: OUTSIDE,
      response_type: "code",
      scope: "openid accounts:balance",
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
      acr_values: "mfa",
    });
    await page.goto(`${demo.facts.issuer}/auth?${query}`);
    await ada.logIn();
    await ada.heading("code-second-title").waitFor();
    await judge(page, `code-second${suffix}`);
    await typeCode(ada, await askForCode(ada, demo.facts));
    await ada.button("consent-approve").waitFor();
    await ada.close();
  }
});

test("b01_04 a code that cannot be used is told, and so is asking too often", async () => {
  const own = await startDemo();
  try {
    const ada = await visitor(browser, own.facts);
    const { page } = ada;
    const { base_url: base } = own.facts;
    await page.goto(`${base}/login/code/entry`);
    await page.getByText(ada.say("code-over")).waitFor();
    await judge(page, "code-none");
    await ada.press(ada.link("code-again"));
    const code = await askForCode(ada, own.facts);
    await ada.inAnotherTab(() => ada.letPass("10-minutes"));
    await typeCode(ada, code);
    await page.getByText(ada.say("code-over")).waitFor();
    await judge(page, "code-late");
    for (let asked = 1; asked < 20; asked += 1) {
      await fetch(`${base}/login/code`, {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams({ username: `nobody${asked}` }),
      });
    }
    await ada.press(ada.link("code-again"));
    await ada.hand.write(page.getByLabel(ada.say("login-name")), "ada");
    await ada.press(ada.button("code-send"));
    await page.getByText(/^Too many tries\./).waitFor();
    await judge(page, "code-throttled");
    assert.equal((await codes(own.facts, "ada@example.com")).length, 1);
    await ada.close();
  } finally {
    await own.stop();
  }
});

test("a way to sign in that there is not is told, however it is opened", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  const address = `${demo.facts.base_url}/login/with/nobody`;
  assert.equal((await page.goto(address)).status(), 404);
  await judge(page, "upstream-unknown");
  assert.equal((await page.goto(`${address}/back?state=x&code=y`)).status(), 404);
  await judge(page, "upstream-back-unknown");
  await page.goto(demo.facts.start);
  const posted = page.waitForNavigation();
  await page.evaluate((action) => {
    const form = Object.assign(document.createElement("form"), { action, method: "post" });
    document.body.append(form);
    form.submit();
  }, `${address}/back`);
  assert.equal((await posted).status(), 404);
  await judge(page, "upstream-posted-unknown");
  await ada.context.close();
});

test("somebody sees where they are logged in and logs out there, from here", async () => {
  for (const options of [{}, { javaScriptEnabled: false }, { language: "ar" }]) {
    const judged = options.javaScriptEnabled !== false;
    const suffix = options.language === undefined ? "" : "-ar";
    const here = await visitor(browser, demo.facts, options);
    const there = await visitor(browser, demo.facts);
    const login = `${demo.facts.base_url}/login`;
    for (const who of [there, here]) {
      await who.page.goto(login);
      await who.logIn("ben");
      await who.heading("signed-in-title").waitFor();
    }
    const { page } = here;
    await here.press(here.link("sessions-title"));
    await here.heading("sessions-title").waitFor();
    await page.getByText(here.say("session-this")).waitFor();
    if (judged) {
      await judge(page, `sessions${suffix}`);
    }
    await here.press(here.button("session-end").first());
    await page.getByText(here.say("sessions-ended")).waitFor();
    if (judged) {
      await judge(page, `sessions-ended${suffix}`);
    }
    await there.page.goto(login);
    await there.button("login-button").waitFor();
    await there.logIn("ben");
    await there.heading("signed-in-title").waitFor();
    await page.goto(`${login}/sessions`);
    await here.press(here.button("sessions-end-others"));
    await page.getByText(here.say("sessions-ended-others")).waitFor();
    await there.page.goto(`${login}/sessions`);
    await there.button("login-button").waitFor();
    await here.press(here.button("session-end-this"));
    await here.button("login-button").waitFor();
    await there.close();
    await here.close();
  }
});

test("somebody switches mails about what they agreed to off and on again", async () => {
  for (const options of [{}, { javaScriptEnabled: false }, { language: "ar" }]) {
    const judged = options.javaScriptEnabled !== false;
    const suffix = options.language === undefined ? "" : "-ar";
    const ada = await visitor(browser, demo.facts, options);
    const { page } = ada;
    await page.goto(`${demo.facts.base_url}/login`);
    await ada.logIn("ada");
    await ada.heading("signed-in-title").waitFor();
    await ada.press(ada.link("notices-title"));
    await ada.heading("notices-title").waitFor();
    await ada.button("notices-switch-off").waitFor();
    if (judged) {
      await judge(page, `notices${suffix}`);
    }
    await ada.press(ada.button("notices-switch-off"));
    await page.getByText(ada.say("notices-done-off")).waitFor();
    if (judged) {
      await judge(page, `notices-off${suffix}`);
    }
    await ada.press(ada.button("notices-switch-on"));
    await page.getByText(ada.say("notices-done-on")).waitFor();
    await page.goto(`${demo.facts.base_url}/notices/nobodys`);
    if (judged) {
      await judge(page, `notices-unknown${suffix}`);
    }
    if (judged && suffix === "") {
      await page.goto(`${demo.facts.base_url}/notices`);
      await judge(page, "nowhere-notices");
    }
    await ada.close();
  }
});
