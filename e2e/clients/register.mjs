// Registering a client while the server runs, through the management API, as the bank's back end does it.

import assert from "node:assert/strict";

/**
 * @param {any} facts what the demo printed
 * @param {object} client as the management API takes it
 * @returns {Promise<any>} the client, with its secret where it has one
 */
export async function register({ issuer, base_url, authorization }, client) {
  const { client_id, client_secret } = authorization.first_party;
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString("base64");
  const tokens = await asked(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  return asked(`${base_url}/cis/v1/clients`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokens.access_token}`, "content-type": "application/json" },
    body: JSON.stringify(client),
  });
}

async function asked(address, options) {
  const response = await fetch(address, options);
  const text = await response.text();
  assert.ok(response.ok, `${address} says ${response.status} ${text}`);
  return JSON.parse(text);
}
