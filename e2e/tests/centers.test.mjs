// A preferences center as people use it: getting in with a code, a link or a login, choosing and saving, inside another site's page, and
// confirming a choice with a link by mail.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { after, before, test } from "node:test";

import { openPage, startBrowser, startDemo } from "../harness.mjs";
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

test("ctp_8 what needs a signature is signed on the page: drawn, typed, or as a picture where there is no script", async () => {
  for (const [options, suffix] of [
    [{}, ""],
    [{ language: "ar" }, "-ar"],
    [{ javaScriptEnabled: false }, undefined],
  ]) {
    const ben = await visitor(browser, demo.facts, options);
    const { page } = ben;
    await logIn(ben, "ben");
    await page.goto(center("adviser"));
    await ben.button("center-save").waitFor();
    const pad = page.locator("consentry-signature");
    assert.equal(await pad.isVisible(), suffix !== undefined);
    if (suffix === "") {
      const { x, y, width, height } = await pad.locator("canvas").boundingBox();
      const at = (right, down) => [x + width * right, y + height * down];
      await page.mouse.move(...at(0.2, 0.7));
      await page.mouse.down();
      for (const step of [[0.3, 0.2], [0.4, 0.8], [0.5, 0.3], [0.8, 0.6]]) {
        await page.mouse.move(...at(...step), { steps: 5 });
      }
      await page.mouse.up();
    } else if (suffix === "-ar") {
      await page.getByLabel(ben.say("center-signature-name")).fill("بن هاربور");
    } else {
      const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
      const file = { name: "signature.png", mimeType: "image/png", buffer: picture };
      await page.getByLabel(ben.say("center-signature-file")).setInputFiles(file);
    }
    const letter = { name: "letter.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 letter") };
    await page.getByLabel(ben.say("center-document-file")).setInputFiles(letter);
    const wanted = suffix === "-ar" ? "off" : "on";
    await page.locator(`input[name="purpose:adviser"][value="${wanted}"]`).check();
    if (suffix !== undefined) {
      await judge(page, `center-sign${suffix}`);
    }
    await ben.press(ben.button("center-save"));
    await page.getByText(ben.say("center-saved")).first().waitFor();
    if (suffix === "") {
      await judge(page, "center-signed");
      // The part that came with the answer is signed on again; what is cleared is not sent.
      await pad.locator("canvas").click();
      await ben.press(ben.button("center-signature-anew"));
      await page.locator('input[name="purpose:adviser"][value="off"]').check();
      await page.getByLabel(ben.say("center-document-file")).setInputFiles(letter);
      await ben.press(ben.button("center-save"));
      const missing = page.getByLabel(ben.say("center-signature-name"));
      assert.equal(await missing.evaluate((field) => field.validity.valueMissing), true);
    }
    await ben.close();
  }
  const events = await asBackEnd(`/consents/events?organization_user_id=${CUSTOMERS.ben}`);
  const [last, second, first] = events.data.filter((event) => event.consents.purposes?.[0]?.id === "adviser");
  for (const event of [first, second, last]) {
    const signature = await asBackEnd(`/consents/proofs/${event.proofs_id[0]}?`);
    assert.match(signature.file, /^data:image\/png;base64,iVBORw0KGgo/);
    assert.equal(event === last || signature.size > 2_000, true, `an empty picture of ${signature.size} bytes`);
  }
});

/** Asks with the API key of the bank's back end; sends `wish` where there is one. */
async function asBackEnd(path, wish) {
  const { base, organization_id, api_key } = demo.facts.preferences;
  const json = { "Content-Type": "application/json" };
  const body = JSON.stringify({ type: "api-key", key: api_key.id, secret: api_key.secret });
  const session = await (await fetch(`${base}/v1/sessions`, { method: "POST", headers: json, body })).json();
  const sign = path.includes("?") ? "&" : "?";
  const headers = { Authorization: `Bearer ${session.access_token}`, ...(wish && json) };
  const answer = await fetch(`${base}/v1${path}${sign}organization_id=${organization_id}`, {
    method: wish === undefined ? "GET" : "POST",
    headers,
    body: wish && JSON.stringify(wish),
  });
  assert.equal(answer.status, 200, path);
  return answer.json();
}

test("ctp_7_5 whoever approves sees the signature and the document that were handed in", async () => {
  for (const language of ["en", "ar"]) {
    const suffix = language === "en" ? "" : "-ar";
    const desk = await visitor(browser, demo.facts, { language });
    const { page } = desk;
    await page.goto(center("news"));
    const signature = await page.evaluate(() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 1080, height: 360 });
      const pen = canvas.getContext("2d");
      pen.lineWidth = 12;
      pen.bezierCurveTo(200, 300, 500, 20, 900, 260);
      pen.stroke();
      return canvas.toDataURL("image/png");
    });
    const asked = { signature: { enabled: true }, file: { enabled: true, approval: false } };
    const wish = { organization_user_id: CUSTOMERS.ben, validations: asked };
    const { id_token } = await asBackEnd("/consents/tokens", wish);
    const document = `data:application/pdf;base64,${Buffer.from("%PDF-1.7 letter").toString("base64")}`;
    const event = {
      consents: { purposes: [{ id: "adviser", enabled: true }] },
      proofs: [signature, document],
    };
    const link = await nextMail("desk", DECIDES, async () => {
      const answer = await fetch(`${demo.facts.preferences.base}/v1/consents/events`, {
        method: "POST",
        headers: { Authorization: `Bearer ${id_token}`, "Content-Type": "application/json" },
        body: JSON.stringify(event),
      });
      assert.equal(answer.status, 200, await answer.text());
    });
    await page.goto(suffix === "" ? link : link.replace("/v1/", "/"));
    await desk.heading("approval-title").waitFor();
    const picture = page.locator("img.proof");
    assert.equal(await picture.evaluate((image) => image.complete && image.naturalWidth), 1080);
    await judge(page, `approval-proofs${suffix}`);
    const coming = page.waitForEvent("download");
    await page.locator('a[href$="/proofs/1"]').click();
    assert.equal((await coming).suggestedFilename(), "proof.pdf");
    await desk.press(desk.button("approval-approve"));
    await desk.heading("approval-done").waitFor();
    await desk.close();
  }
});

test("ctp_11_1 a link to the root of the center's own host opens it, and the address bar keeps no token", async () => {
  const { center_host } = demo.facts.preferences;
  const { id_token } = await asBackEnd("/consents/tokens", { organization_user_id: CUSTOMERS.ada });
  for (const language of ["en", "ar"]) {
    const suffix = language === "en" ? "" : "-ar";
    const ada = await visitor(browser, demo.facts, { language });
    const { page } = ada;
    await page.goto(`${center_host}?utm_source=mail&token=${id_token}`);
    await ada.button("center-save").waitFor();
    assert.equal(page.url(), center_host);
    await judge(page, `center-host${suffix}`);
    await page.locator(`input[name="purpose:surveys"][value="${language === "en" ? "on" : "off"}"]`).check();
    await ada.press(ada.button("center-save"));
    await page.getByText(ada.say("center-saved")).first().waitFor();
    assert.equal(page.url(), center_host);
    await judge(page, `center-host-saved${suffix}`);
    await ada.close();
  }
  const events = await asBackEnd(`/consents/events?organization_user_id=${CUSTOMERS.ada}`);
  assert.equal(events.data[0].domain, new URL(center_host).hostname);
});

test("ctp_11_3 a widget is seen as it was made once it is deployed, with a button in each section", async () => {
  const widget = {
    id: "compact",
    name: "News in short",
    template_id: "sections",
    selected_purposes_ids: ["surveys", "news"],
    selected_preferences_ids: ["news-rhythm"],
    content: { save: { en: "Keep this", ar: "احتفظ بهذا" } },
  };
  await asBackEnd("/widgets", widget);
  assert.equal((await fetch(center("compact"))).status, 404, "nobody sees a draft");
  await asBackEnd("/widgets/deployments", { widget_id: "compact" });
  const { id_token } = await asBackEnd("/consents/tokens", { organization_user_id: CUSTOMERS.ben });
  for (const [language, suffix, words] of [
    ["en", "", "Keep this"],
    ["ar", "-ar", "احتفظ بهذا"],
  ]) {
    const ben = await visitor(browser, demo.facts, { language });
    const { page } = ben;
    await page.goto(`${center("compact")}?token=${id_token}`);
    const buttons = page.getByRole("button", { name: words });
    await buttons.first().waitFor();
    assert.equal(await buttons.count(), 2);
    assert.equal(await page.locator('input[name="value:news news-topics"]').count(), 0);
    await judge(page, `center-sections${suffix}`);
    await page.locator(`input[name="purpose:news"][value="${language === "en" ? "off" : "on"}"]`).check();
    await ben.press(buttons.last());
    await page.getByText(ben.say("center-saved")).first().waitFor();
    await ben.close();
  }
});

test("ctp_11_3 the demo's shop on another origin shows and changes choices with the script", async () => {
  const { shop, base } = demo.facts.preferences;
  assert.notEqual(new URL(shop).origin, new URL(base).origin);
  for (const language of ["en", "ar"]) {
    const suffix = language === "en" ? "" : "-ar";
    const ben = await visitor(browser, demo.facts, { language });
    const { page } = ben;
    await page.goto(shop);
    await page.getByLabel(ben.say("center-customer")).waitFor();
    assert.equal(await ben.button("center-save").isVisible(), false);
    await judge(page, `shop${suffix}`);
    const code = await askForCode(ben, "ben");
    await typeCode(ben, code === "000000" ? "000001" : "000000");
    await page.getByRole("alert").filter({ hasText: /\S/ }).first().waitFor();
    await typeCode(ben, code);
    await ben.button("center-save").waitFor();
    // The script shows what the person chose, and the words of the center.
    const wanted = language === "en" ? "on" : "off";
    await page.locator(`input[name="news"][value="${wanted}"]`).check();
    await page.locator(`input[name="surveys"][value="${wanted}"]`).check();
    await ben.press(ben.button("center-save"));
    await page.getByText(ben.say("center-saved")).first().waitFor();
    await judge(page, `shop-saved${suffix}`);
    await page.reload();
    await page.locator(`input[name="surveys"][value="${wanted}"]:checked`).waitFor();
    await ben.press(ben.button("demo-shop-leave"));
    await page.getByLabel(ben.say("center-customer")).waitFor();
    await ben.close();
  }
  const events = await asBackEnd(`/consents/events?organization_user_id=${CUSTOMERS.ben}`);
  assert.equal(events.data[0].domain, new URL(shop).hostname);
});

/** A page of the bank's on an origin of its own that forbids everything but the script and its requests. */
async function foreignPage(attributes) {
  const { base, public_key } = demo.facts.preferences;
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
    <script src="${base}/consentry.js" data-key="${public_key}" ${attributes}></script>
    <didomi-container-headless id="news">
      <h1><didomi-component-content container-id="news"></didomi-component-content></h1>
      <h2><didomi-entity-content container-id="news" entity-id="surveys" entity-type="purpose"></didomi-entity-content></h2>
      <didomi-if-not-authenticated container-id="news">Who are you?
        <didomi-auth-headless container-id="news" id="auth"></didomi-auth-headless></didomi-if-not-authenticated>
      <didomi-if-authenticated container-id="news">Welcome
        <didomi-consent-receiver container-id="news" id="receiver"></didomi-consent-receiver>
        <didomi-pending-consent-receiver container-id="news" id="collector"></didomi-pending-consent-receiver>
      </didomi-if-authenticated>
    </didomi-container-headless></html>`;
  const policy = `default-src 'none'; script-src ${base}; connect-src ${base}; frame-src ${base}; style-src 'none'`;
  const server = createServer((request, answer) => {
    answer.writeHead(request.url.startsWith("/?") || request.url === "/" ? 200 : 404, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
    });
    answer.end(html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { address: `http://localhost:${server.address().port}/`, close: () => server.close() };
}

/** Sends an event of a page into an element; answers what the script says about it. */
const dispatch = (page, id, name, detail) =>
  page.evaluate(
    ([id, name, detail]) => {
      const element = globalThis.document.getElementById(id);
      const said = new Promise((done, fail) => {
        element.addEventListener("didomi:done", (event) => done(event.detail.result), { once: true });
        element.addEventListener("didomi:failed", (event) => fail(event.detail.failed), { once: true });
      });
      element.dispatchEvent(new globalThis.CustomEvent(`didomi:${name}`, { detail }));
      return said;
    },
    [id, name, detail],
  );

test("ctp_11_3 a page of another origin shows and changes choices with the script", async () => {
  const script = await (await fetch(`${demo.facts.base_url}/consentry.js`)).text();
  const packed = gzipSync(script, { level: 9 }).length;
  assert.ok(packed < 8_000, `${packed} bytes compressed`);

  const site = await foreignPage('data-names="didomi"');
  const { page, context, assertQuiet } = await openPage(browser, { locale: "en" });
  await page.goto(site.address);
  await page.getByRole("heading", { name: "News and surveys" }).waitFor();
  await page.getByRole("heading", { name: "Surveys", exact: true }).waitFor();
  await page.getByText("Who are you?").waitFor();
  assert.equal(await page.getByText("Welcome").isVisible(), false);

  const code = await nextMail("ada", CODE, () => dispatch(page, "auth", "send-authentication", { value: CUSTOMERS.ada }));
  const wrong = dispatch(page, "auth", "verify-otp-code", { value: code === "000000" ? "000001" : "000000" });
  await assert.rejects(wrong, /tries left: 4/);
  await dispatch(page, "auth", "verify-otp-code", { value: code });
  await page.getByText("Welcome").waitFor();
  assert.equal(await page.getByText("Who are you?").isVisible(), false);

  const saved = await dispatch(page, "receiver", "set-consents", { purposeId: "surveys", value: true });
  assert.deepEqual(saved.consents.purposes, [{ id: "surveys", enabled: true }]);
  assert.equal(saved.domain, "localhost");
  const theirs = await page.evaluate(async () => {
    const container = await new Promise((done) => globalThis.didomiWidgetsOnReady.push((widgets) => done(widgets.getContainerById("news"))));
    return [container.isConsentPurposeEnabled("surveys"), (await container.getEntities()).map((purpose) => purpose.id)];
  });
  assert.deepEqual(theirs, [true, ["news", "surveys"]]);
  assert.equal(await dispatch(page, "receiver", "set-consents", { purposeId: "surveys", value: true }), null ?? undefined);

  await dispatch(page, "collector", "set-pending-consents", { purposeId: "surveys", value: false });
  await dispatch(page, "collector", "set-pending-consents", { purposeId: "news", preferenceId: "news-topics", value: ["home", "travel"] });
  await dispatch(page, "collector", "set-pending-consents", { channelId: "letter", value: false });
  const all = await dispatch(page, "collector", "save-pending-consents");
  assert.deepEqual(all.consents.purposes, [
    { id: "surveys", enabled: false },
    { id: "news", values: { "news-topics": { value: "home,travel" } } },
  ]);
  assert.deepEqual(all.consents.channels, [{ id: "letter", enabled: false }]);

  // Our own names say the same, and the token outlives the page within its tab.
  await page.reload();
  await page.getByText("Welcome").waitFor();
  const own = await page.evaluate(async () => {
    const news = await globalThis.Consentry.open("news");
    await news.setLanguage("ar");
    const found = [
      news.isEnabled("surveys"),
      news.values({ purposeId: "news", preferenceId: "news-topics" }),
      news.isChannelEnabled("letter"),
      news.center.direction,
      news.isWaiting("surveys"),
    ];
    await globalThis.Consentry.signOut();
    return found;
  });
  assert.deepEqual(own, [false, ["home", "travel"], false, "rtl", false]);
  await page.getByText("Who are you?").waitFor();
  assert.equal(await page.evaluate(() => globalThis.sessionStorage.length + globalThis.localStorage.length), 0);
  assert.deepEqual(await context.cookies(), []);

  // A whole center as a frame needs leave of the center; another token of the page in its address is left alone.
  await page.goto(`${site.address}?token=other&page=2`);
  await page.getByText("Who are you?").waitFor();
  assert.equal(page.url(), `${site.address}?token=other&page=2`);
  assertQuiet();
  await context.close();
  site.close();
});
