// How the vectors are signed: by hand, so that what no library would sign can be signed too.

import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

export const keys = JSON.parse(readFileSync(new URL("keys.json", import.meta.url), "utf8"));

export const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

/** The hash under which a feed lists an id. */
export const hashed = (id) => createHash("sha256").update(id).digest("base64url");

const privateKey = (name) => createPrivateKey({ key: keys[name], format: "jwk" });

/** The public half as a key set publishes it. */
export function published(name, changes = {}) {
  const { kty, n, e, crv, x, y } = keys[name];
  const material = kty === "RSA" ? { n, e } : { crv, x, y };
  return without({ kty, use: "sig", alg: kty === "RSA" ? "RS256" : "ES256", kid: name, ...material, ...changes });
}

/** Members that are `undefined` are left out, which is how a case removes one. */
export function without(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** Signs texts as they are: header and payload are JSON that need not be well made. */
export function signTexts(header, payload, name, how = "RS256") {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${base64url(signature(input, name, how))}`;
}

function signature(input, name, how) {
  switch (how) {
    case "RS256":
      return sign("sha256", input, privateKey(name));
    case "HS256 with the public key":
      return createHmac("sha256", createPublicKey(privateKey(name)).export({ type: "spki", format: "pem" })).update(input).digest();
    default:
      throw new Error(`unknown way to sign: ${how}`);
  }
}

/** A document that answers 200. */
export function document(body, headers = {}) {
  return {
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "public, max-age=300", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}
