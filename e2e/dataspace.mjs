// A dataspace at the demo's bank, and the party of an application in it: it publishes its key, signs requests, and asks the provider.
// What may not live here: what a page is to show. That belongs into the tests.

import assert from "node:assert/strict";
import { createSign, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

export const PROFILE = "dpp://tide_office:v2@northbay.example/Person/Profile_v1.0";
export const ADDRESS = "dpp://tide_office@northbay.example/Person/Address_v1.0";
export const INCOME = "dpp://revenue@northbay.example/Person/Income_v1.0";

const KID = "browser-test";

/** The settings that let the server fetch from this very machine. */
export const LOCAL = '[egress]\nexceptions = ["127.0.0.0/8"]\n\n[telemetry]\nlog = "warn"\n';

/** The party of Moneytrack. */
export class Party {
  #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  #server;

  /** Serves its configuration and keys. */
  static async start() {
    const party = new Party();
    const jwk = { ...party.#keys.publicKey.export({ format: "jwk" }), kid: KID, use: "sig", alg: "RS256" };
    party.#server = createServer((request, response) => {
      const body = request.url === "/party.json" ? { jwks_uri: `${party.#address}/jwks.json` } : { keys: [jwk] };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    });
    await new Promise((resolve) => party.#server.listen(0, "127.0.0.1", resolve));
    return party;
  }

  get #address() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.close();
  }

  /** The manifest that opens the dataspace at the demo's bank; `more` stands among its settings, `others` behind them. */
  manifest({ more = "", others = "" } = {}) {
    return `
[[tenants]]
slug = "harbor"
locale = "en-GB"

[tenants.brand]
name = "Harbor Bank"
accent = "#0b5c6b"

[tenants.dataspace]
base_domain = "northbay.example"
name = "Northbay"
local_returns = true
most_denials = 5
definition_viewer = "https://definitions.northbay.example/{definition}"
privacy_policy = "https://northbay.example/privacy"
terms = "https://northbay.example/terms"
${more}
[[tenants.dataspace.applications]]
client = "moneytrack"
party = "keys.moneytrack.example"
party_configuration = "${this.#address}/party.json"
${others}
${source(PROFILE, "Profile", "Name, date of birth and nationality", "الملف الشخصي")}
${source(ADDRESS, "Address", "Where you live and where you lived before", "العنوان")}
${source(INCOME, "Income", "What you earned in the last three years", "الدخل")}
`;
  }

  /** Asks the provider as the application does: for ada as she usually logs in, where `person` says nothing else. */
  async post(facts, operation, body, status, person = {}) {
    const { base_url: base, issuer, users } = facts;
    const now = Math.floor(Date.now() / 1000);
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = {
      iss: "https://keys.moneytrack.example",
      sub: users.find((user) => user.username === "ada").user_id,
      subiss: issuer,
      acr: "login",
      app: "moneytrack",
      appiss: issuer,
      aud: base,
      iat: now,
      exp: now + 3600,
      ...person,
    };
    const input = `${part({ v: "0.2", alg: "RS256", typ: "JWT", kid: KID })}.${part(claims)}`;
    const signature = createSign("RSA-SHA256").update(input).sign(this.#keys.privateKey).toString("base64url");
    const answer = await fetch(`${base}/Consent/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-consent-request-token": `${input}.${signature}` },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, status, await answer.clone().text());
    return answer.json();
  }

  /** The page where somebody is asked for these, as the application gets its address; `back` may be empty. */
  async question(facts, required, optional, { back = `${facts.base_url}/demo/moneytrack`, person } = {}) {
    const wanted = (sources, isRequired) => sources.map((dataSource) => ({ dataSource, required: isRequired }));
    const consentRequests = [...wanted(required, true), ...wanted(optional, false)];
    const { requestUrl } = await this.post(facts, "RequestConsents", { consentRequests }, 201, person);
    return back === "" ? requestUrl : `${requestUrl}?returnUrl=${encodeURIComponent(back)}`;
  }
}

function source(key, name, english, arabic) {
  return `
[[tenants.definitions]]
key = "${key}"
kind = "source"
display_name = "${name}"

[[tenants.definitions.localizations]]
locale = "en-GB"
version = "1.0"
title = "${name}"
data = "${english}"
purpose = "So that forms are filled in for you"

[[tenants.definitions.localizations]]
locale = "ar"
version = "1.0"
title = "${arabic}"
data = "${arabic}"
purpose = "لملء النماذج عنك"
`;
}
