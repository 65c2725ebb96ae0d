// The same thread through the first party's own page (Consent URI, third-party-authorization A.5 and A.8): Pennywise asks,
// Harbor Bank puts the question on a page of its own, and reports the answer by sending the browser to the callback.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, startDemo } from "../harness.mjs";
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

const WALKS = [
  { name: "by clicking", language: "en" },
  { name: "without script", language: "en", javaScriptEnabled: false },
  { name: "in Arabic", language: "ar" },
  { name: "by keyboard only", language: "en", hand: keyboard },
];

for (const { name, language, ...options } of WALKS) {
  test(`tpa_fl_04 the bank's own question ${name}: declined, then approved`, async () => {
    const ada = await visitor(browser, demo.facts, { language, ...options });
    const { page } = ada;
    const visited = addresses(page);
    await reachOwnQuestion(ada);

    const asked = visited().find((url) => url.pathname === "/demo/bank/consent");
    assert.match(asked.searchParams.get("src_interaction"), /^ix_/);
    assert.deepEqual(asked.searchParams.getAll("requested_scope"), demo.facts.authorization.third_party.scopes);
    assert.equal(asked.searchParams.get("for"), "pennywise", "the address keeps what it had");
    const question = await page.locator("main").innerText();
    for (const words of ["Pennywise Software GmbH", "127.0.0.1"]) {
      assert.ok(question.includes(words), `${words} is missing from: ${question}`);
    }

    await ada.press(ada.button("bank-do-not-share"));
    await page.getByText(ada.say("app-declined")).waitFor();
    const declined = answersAtCallback(visited());
    assert.equal(declined.at(-1).searchParams.get("approved"), "false");
    const back = visited().findLast((url) => url.pathname === "/demo/pennywise/callback");
    assert.equal(back.searchParams.get("error"), "access_denied");
    assert.equal(back.searchParams.get("error_description"), "User denied consent to requested scope");

    await ada.connect();
    await ada.press(ada.button("bank-share"));
    await ada.heading("app-home").waitFor();
    await page.getByText("13,618.37").waitFor();
    const approved = answersAtCallback(visited()).at(-1);
    assert.equal(approved.searchParams.get("approved"), "true");
    assert.equal(approved.pathname, "/cis/auth/consent/callback");
    assert.match(approved.searchParams.get("src_interaction"), /^ix_/);
    await ada.close();
  });
}

test("the bank's question is sound in light, dark, small and large, in both writing directions", async () => {
  for (const [language, suffix] of [
    ["en", ""],
    ["ar", "-ar"],
  ]) {
    const ada = await visitor(browser, demo.facts, { language });
    await ada.openApp("Pennywise");
    if (language === "en") {
      await judge(ada.page, "own-app-apart");
    }
    await ada.connect();
    await ada.logIn();
    await ada.button("bank-share").waitFor();
    await judge(ada.page, `bank-question${suffix}`);
    await ada.close();
  }
});

test("tpa_a8_2_step_6 a callback that was used is a page of ours and leads nowhere", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  const visited = addresses(page);
  await reachOwnQuestion(ada);
  await ada.press(ada.button("bank-share"));
  await ada.heading("app-home").waitFor();
  const used = answersAtCallback(visited()).at(-1);
  const before = visited().length;
  const answer = await page.goto(used.href);
  assert.equal(answer.status(), 410);
  assert.equal(visited().length, before + 1, "it leads nowhere");
  await ada.heading("auth-over-title").waitFor();
  await judge(page, "callback-used");
  const unknown = await page.goto(`${demo.facts.base_url}/auth/consent/callback?src_interaction=ix_x&approved=true`);
  assert.equal(unknown.status(), 404);
  await judge(page, "callback-unknown");
  await ada.close();
});

test("a question that was open for too long is over, at the bank too", async () => {
  const own = await startDemo();
  try {
    const ada = await visitor(browser, own.facts);
    const { page } = ada;
    await reachOwnQuestion(ada);
    const question = page.url();
    await ada.inAnotherTab(() => ada.letPass("10-minutes"));
    await ada.press(ada.button("bank-share"));
    await ada.heading("auth-over-title").waitFor();
    assert.equal(new URL(page.url()).pathname, "/demo/bank/consent");
    await judge(page, "bank-answer-late");
    await page.goto(question);
    await ada.heading("auth-over-title").waitFor();
    await judge(page, "bank-question-over");
    await ada.close();
  } finally {
    await own.stop();
  }
});

test("dsp_10 the demo's data sources refuse with 403 and exactly type and message", async () => {
  const gateway = `${demo.facts.base_url}/demo/api/gateway`;
  for (const [path, source] of [
    ["Person/Income_v1.0", "tax_office"],
    ["Person/Address_v1.0", "city_registry"],
  ]) {
    for (const [headers, type] of [
      [{}, "consent_required"],
      [{ "x-consent-token": "" }, "consent_required"],
      [{ "x-consent-token": "x.y.z", authorization: "Bearer x" }, "consent_token_invalid"],
    ]) {
      const answer = await fetch(`${gateway}/${path}?source=${source}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "{}",
      });
      const body = await answer.json();
      assert.equal(answer.status, 403, JSON.stringify(body));
      assert.deepEqual(Object.keys(body).sort(), ["message", "type"]);
      assert.equal(body.type, type);
      assert.match(body.type, /^[a-z0-9_]*$/);
      assert.equal(typeof body.message, "string");
    }
  }
});

test("dsp_10 a loan in a dataspace: refused without consent, worked out with it, refused again when it is taken back", async () => {
  for (const [language, suffix, looks] of [
    ["en", "", judge],
    ["ar", "-ar", async () => {}],
  ]) {
    const ada = await visitor(browser, demo.facts, { language });
    const { page } = ada;
    await ada.openStart();
    await ada.press(ada.link("demo-variation-loan"));
    await ada.heading("loan-who").waitFor();
    await looks(page, "loan-apart");
    await ada.shareWithMoneytrack();
    const { application, issuer } = demo.facts.dataspace;
    await page.goto(application);
    await page.getByText("consent_required").first().waitFor();
    assert.equal(await page.getByText("403").count(), 2, "both data sources refuse");
    await looks(page, "loan-refused");

    await ada.press(ada.button("loan-ask", { dataspace: "Northbay" }));
    await ada.heading("dataspace-request-title", { client: "Moneytrack" }).waitFor();
    await ada.press(ada.button("dataspace-deny"));
    await page.getByText(ada.say("loan-declined")).first().waitFor();
    await looks(page, "loan-declined");
    await ada.press(ada.button("loan-ask", { dataspace: "Northbay" }));
    for (const box of await page.getByRole("checkbox").all()) {
      await box.check();
    }
    await ada.press(ada.button("dataspace-grant"));
    await page.getByText("153,600.00").waitFor();
    await page.getByText("Lantern Quay 12").waitFor();
    await judge(page, `loan-shared${suffix}`);

    await ada.press(ada.link("loan-portal", { dataspace: "Northbay" }));
    await ada.heading("dataspace-portal-title").waitFor();
    assert.equal(new URL(page.url()).origin, issuer);
    await ada.press(ada.button("dataspace-stop-all", { client: "Moneytrack" }));
    await ada.press(ada.button("dataspace-stop"));
    await page.getByText(ada.say("dataspace-stopped-title")).waitFor();
    await page.goto(application);
    await page.getByText("consent_required").first().waitFor();
    assert.equal(await page.getByText("153,600.00").count(), 0);
    await ada.close();
  }
});

test("a form of the bank that was opened again elsewhere is not taken", async () => {
  const ada = await visitor(browser, demo.facts);
  const { page } = ada;
  await reachOwnQuestion(ada);
  await ada.inAnotherTab(() => ada.page.goto(page.url()));
  await ada.press(ada.button("bank-share"));
  await ada.heading("demo-failed-form").waitFor();
  await judge(page, "bank-answer-foreign");
  await ada.close();
});

test("tpa_a8_4 the bank puts the question to nobody but whom it is for", async () => {
  const ben = await visitor(browser, demo.facts);
  await ben.openBank("ada");
  await ben.openStart();
  await ben.press(ben.link("demo-variation-logout"));
  await ben.press(ben.button("logout-yes"));
  await ben.openApp("Pennywise");
  await ben.connect();
  await ben.logIn("ben");
  await ben.heading("demo-failed-person").waitFor();
  assert.equal(await ben.button("bank-share").count(), 0);
  await judge(ben.page, "bank-question-person");
  await ben.close();
});

async function reachOwnQuestion(ada) {
  await ada.openApp("Pennywise");
  await ada.connect();
  await ada.logIn();
  await ada.button("bank-share").waitFor();
  // The bank's pages are on another origin than the provider.
  assert.equal(new URL(ada.page.url()).hostname, "localhost");
}

/** Every address that the page went to, redirects included. */
function addresses(page) {
  const seen = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest()) {
      seen.push(new URL(request.url()));
    }
  });
  return () => seen;
}

function answersAtCallback(visited) {
  return visited.filter((url) => url.pathname.endsWith("/auth/consent/callback"));
}
