// The ways through the demo, step by step, as a person goes them by pressing what the pages show.
// What may not live here: what a step is to prove. That belongs into the tests.

import { openPage } from "./harness.mjs";
import { pointer } from "./hands.mjs";
import { words } from "./words.mjs";

/**
 * A person with a browser of their own.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {any} facts what the demo printed
 * @param {{ language?: string, hand?: typeof pointer, javaScriptEnabled?: boolean, viewport?: object }} [options]
 */
export async function visitor(browser, facts, { language = "en", hand = pointer, ...options } = {}) {
  const opened = await openPage(browser, {
    locale: language,
    extraHTTPHeaders: { "Accept-Language": language },
    ...options,
  });
  return new Visitor(opened, facts, words(language), hand, options.javaScriptEnabled !== false);
}

/** Someone who walks through the demo. */
class Visitor {
  constructor({ page, context, complaints, assertQuiet }, facts, say, hand, scripted) {
    Object.assign(this, { page, context, complaints, assertQuiet, facts, say, hand, scripted });
  }

  button(key, values, within = this.page) {
    return within.getByRole("button", { name: this.say(key, values) });
  }

  link(key, values, within = this.page) {
    return within.getByRole("link", { name: this.say(key, values) });
  }

  heading(key, values, within = this.page) {
    return within.getByRole("heading", { name: this.say(key, values) });
  }

  /** The frame with the dashboard inside the bank's page. */
  get frame() {
    return this.page.frameLocator("iframe");
  }

  /** The connections that count, in the dashboard. */
  standing(within) {
    return within.getByRole("region", { name: this.say("dashboard-standing") });
  }

  /**
   * The bank's page has made the frame high enough for what is in it, if there is one. Until then what is below it moves, and
   * is not hit by whoever presses it just then. Without script it keeps its height.
   */
  async frameFits() {
    const inside = this.page.frames().find((frame) => frame.parentFrame() !== null);
    if (this.scripted) {
      await inside?.waitForFunction(() => {
        const { scrollHeight, clientHeight } = document.documentElement;
        return scrollHeight === clientHeight;
      });
    }
  }

  async press(locator) {
    await this.hand.press(locator);
  }

  /** The address that was printed. */
  async openStart() {
    await this.page.goto(this.facts.start);
  }

  /** Start page, then one of the two apps. */
  async openApp(app = "Moneytrack") {
    await this.openStart();
    await this.press(this.link("demo-open-app", { app }));
    await this.button("app-connect", { bank: "Harbor Bank" }).waitFor();
  }

  /** From the app to the bank's login page, or straight to the question where somebody is logged in. */
  async connect() {
    const first = this.button("app-connect", { bank: "Harbor Bank" });
    const again = this.button("app-connect-again", { bank: "Harbor Bank" });
    await this.press(first.or(again));
  }

  /** Types and sends the login form; Enter in the password sends it too. */
  async logIn(username = "ada", password = this.passwordOf(username)) {
    await this.hand.write(this.page.getByLabel(this.say("login-name")), username);
    await this.hand.write(this.page.getByLabel(this.say("login-password")), password);
    await this.press(this.button("login-button"));
  }

  passwordOf(username) {
    return this.facts.users.find((user) => user.username === username)?.password ?? "";
  }

  /** From the start page to the question on the hosted page. */
  async reachQuestion(username = "ada") {
    await this.openApp();
    await this.connect();
    await this.logIn(username);
    await this.button("consent-approve").waitFor();
  }

  /** From the start page to an app that shows data. */
  async shareWithMoneytrack(username = "ada") {
    await this.reachQuestion(username);
    await this.press(this.button("consent-approve"));
    await this.heading("app-home").waitFor();
  }

  /** From the start page to the connected apps at the bank; logs in there where nobody is. */
  async openBank(username = "ada") {
    await this.openStart();
    await this.press(this.link("demo-open-bank"));
    const login = this.button("login-button");
    const shown = this.heading("bank-home");
    await login.or(shown).waitFor();
    if (await login.isVisible()) {
      await this.logIn(username);
    }
    await shown.waitFor();
    await this.frame.getByRole("heading", { level: 1 }).waitFor();
  }

  /** The dashboard as a page of its own: the address that the bank framed, opened with a fresh token. */
  async openDashboard(username = "ada", more = "") {
    await this.page.goto(`${await this.ticketAddress(username)}${more}`);
  }

  /** An address that opens a customer's dashboard once, as the bank's back end gets it. */
  async ticketAddress(username = "ada") {
    const { base } = this.facts.dashboard;
    return `${base}/embed/authorizations?access_token=${await this.ticket(username)}`;
  }

  async ticket(username = "ada") {
    const { base, client_id: id, client_secret: secret } = this.facts.dashboard;
    const customer = this.facts.users.find((user) => user.username === username).customer_id;
    const answer = await fetch(`${base}/api/v4/token`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ type: "consent_management", scopes: `customer.modify_consent:${customer}` }),
    });
    return (await answer.json()).access_token;
  }

  /** Stops sharing in the dashboard, in two presses. */
  async stopSharing(within, app = "Moneytrack") {
    await this.press(this.standing(within).getByRole("button", { name: this.stopOf(app) }));
    await within.getByRole("heading", { name: this.say("dashboard-stop-title", { app }) }).waitFor();
    await this.press(this.button("dashboard-stop", {}, within));
    await within.getByText(this.beginning("dashboard-stopped", { app })).first().waitFor();
    await this.frameFits();
  }

  /** "Stop sharing" of one app in the list, whose name only screen readers hear. */
  stopOf(app) {
    return new RegExp(`${this.say("dashboard-stop").source.replace(/\\s\*\$$/, "")}.*${app}`);
  }

  /** A message whose end does not matter. */
  beginning(key, values) {
    return new RegExp(this.say(key, values).source.replace(/\\s\*\$$/, ""));
  }

  /** Lets time pass in the demo, on its start page. */
  async letPass(what) {
    await this.openStart();
    await this.press(this.button(what === "10-minutes" ? "demo-time-minutes" : "demo-time-days"));
    await this.heading("demo-time").waitFor();
  }

  /** Does something in another tab of the same browser. */
  async inAnotherTab(act) {
    const { page } = this;
    this.page = await this.context.newPage();
    try {
      await act();
    } finally {
      await this.page.close();
      this.page = page;
    }
  }

  async close() {
    this.assertQuiet();
    await this.context.close();
  }
}
