// A person without a browser: keeps cookies, follows where pages lead, and sends the forms that pages show.
// What may not live here: knowledge of a client, or of what an answer ought to be.

import { once } from "node:events";
import http from "node:http";
import { text } from "node:stream/consumers";

/** The longest way that a person is led along before a page comes. */
const REDIRECTS = 10;

/** What a browser says of itself when it goes to a page. */
const OF_A_BROWSER = { accept: "text/html", "accept-language": "en" };

/** Somebody with a browser of their own, who is logged in nowhere yet. */
export class Person {
  #cookies = new Map();
  #user;

  /** @param {{ username: string, password: string }} user who they are at the provider */
  constructor(user) {
    this.#user = user;
  }

  /**
   * Opens an address and does what the provider's pages ask for: logs in, and answers with the button of this value.
   *
   * @param {string | URL} address
   * @param {{ decision?: "approve" | "decline", until?: string }} [options] `until`: where the way ends, although nobody listens there
   * @returns {Promise<{ url: URL, status: number, text: string }>} the page they end on, or the address that they were sent to
   */
  async goes(address, { decision = "approve", until } = {}) {
    let page = await this.#follow(new URL(address), {}, until);
    for (;;) {
      const form = this.#answered(formsOf(page), decision);
      if (!form) {
        return page;
      }
      const origin = form.action.origin;
      const headers = { origin, "content-type": "application/x-www-form-urlencoded" };
      const asked = { method: "POST", headers, body: new URLSearchParams(form.fields).toString() };
      page = await this.#follow(form.action, asked, until);
    }
  }

  /** Forgets every cookie, as a browser that is new. */
  forgets() {
    this.#cookies.clear();
  }

  /** The form to send, filled in, unless the page wants none of what a person here does. */
  #answered(forms, decision) {
    for (const { action, fields, buttons } of forms) {
      if ("password" in fields) {
        return { action, fields: { ...fields, ...this.#user } };
      }
      const pressed = buttons.find(({ value }) => value === decision || value === "yes");
      if (pressed) {
        return { action, fields: { ...fields, [pressed.name]: pressed.value } };
      }
    }
    return undefined;
  }

  async #follow(url, asked, until) {
    for (let left = REDIRECTS; left > 0; left -= 1) {
      const { headers, ...rest } = asked;
      const response = await answered(url, rest, { ...headers, cookie: this.#cookiesFor(url) });
      const { statusCode: status } = response;
      const { location, "set-cookie": set = [] } = response.headers;
      this.#keep(url, set);
      const page = await text(response);
      if (status < 300 || status >= 400 || location === undefined) {
        return { url, status, text: page };
      }
      url = new URL(location, url);
      asked = {};
      if (until !== undefined && url.href.startsWith(until)) {
        return { url, status, text: "" };
      }
    }
    throw new Error(`led on and on, at last to ${url}`);
  }

  // Cookies belong to a host, whatever its port.
  #cookiesFor({ hostname }) {
    return [...(this.#cookies.get(hostname) ?? new Map())].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  #keep({ hostname }, set) {
    const kept = this.#cookies.get(hostname) ?? new Map();
    this.#cookies.set(hostname, kept);
    for (const cookie of set) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (/;\s*max-age=0/i.test(cookie) || value === "") {
        kept.delete(name);
      } else {
        kept.set(name, value);
      }
    }
  }
}

/** As a browser asks that goes to a page: `fetch` would say that a script asks. */
async function answered(url, { method, body }, headers) {
  const asking = http.request(url, { method, headers: { ...OF_A_BROWSER, ...headers } });
  asking.end(body);
  const [response] = await once(asking, "response");
  return response;
}

/** The forms of a page that change something, with what they are sent with as the page came. */
function formsOf({ text, url }) {
  return [...text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)]
    .map(([, opening, inside]) => ({ ...attributes(opening), inside }))
    .filter(({ method }) => method?.toLowerCase() === "post")
    .map(({ action = url.href, inside }) => ({
      action: new URL(action, url),
      fields: Object.fromEntries(
        elements(inside, "input")
          .filter(({ name, type, checked }) => name && (!["checkbox", "radio"].includes(type) || checked !== undefined))
          .map(({ name, value = "" }) => [name, value]),
      ),
      buttons: elements(inside, "button").filter(({ name }) => name),
    }));
}

function elements(text, name) {
  return [...text.matchAll(new RegExp(`<${name}\\b([^>]*)>`, "gi"))].map(([, inside]) => attributes(inside));
}

function attributes(text) {
  const found = [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value = ""]) => [name, plain(value)]);
  return Object.fromEntries(found);
}

function plain(text) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };
  return text.replace(/&([#\w]+);/g, (whole, name) => named[name] ?? whole);
}
