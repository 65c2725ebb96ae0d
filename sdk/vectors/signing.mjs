// How the vectors are signed: by hand, so that what no library would sign can be signed too.

import { createECDH, createHash, createHmac, createPrivateKey, createPublicKey, sign } from "node:crypto";
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

/** A coordinate of a key on a curve. */
export const coordinate = (name, of) => Buffer.from(keys[name][of], "base64url");

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
    case "ES256":
      return Buffer.concat(es256(input, name).map(bytesOf));
    case "ES256 in DER":
      return der(es256(input, name));
    case "ES256 with a byte too many":
      return Buffer.concat([Buffer.alloc(1), ...es256(input, name).map(bytesOf)]);
    case "ES256 of zeros":
      return Buffer.alloc(64);
    case "HS256 with the public key":
      return createHmac("sha256", createPublicKey(privateKey(name)).export({ type: "spki", format: "pem" })).update(input).digest();
    default:
      throw new Error(`unknown way to sign: ${how}`);
  }
}

/** The order of P-256 (SEC 2, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const numberOf = (bytes) => BigInt(`0x${bytes.toString("hex")}`);
const bytesOf = (number) => Buffer.from(number.toString(16).padStart(64, "0"), "hex");

/**
 * The two numbers of an ECDSA signature (SEC 1, section 4.1.3). What is random in one that counts follows from key and input here: the
 * vectors are the same bytes each time.
 */
function es256(input, name) {
  const secret = Buffer.from(keys[name].d, "base64url");
  const digest = createHash("sha256").update(input).digest();
  const once = createHmac("sha256", secret).update(digest).digest();
  const point = createECDH("prime256v1");
  point.setPrivateKey(once);
  const r = numberOf(point.getPublicKey().subarray(1, 33)) % ORDER;
  const s = (inverse(numberOf(once)) * (numberOf(digest) + r * numberOf(secret))) % ORDER;
  return [r, s];
}

/** By Fermat: the order is prime. */
function inverse(number) {
  let [result, base] = [1n, number];
  for (let rest = ORDER - 2n; rest > 0n; rest >>= 1n) {
    result = rest & 1n ? (result * base) % ORDER : result;
    base = (base * base) % ORDER;
  }
  return result;
}

/** The same two numbers as X.509 has them. */
function der(numbers) {
  const integers = numbers.map(bytesOf).map((bytes) => {
    const rest = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    const content = rest[0] >= 0x80 ? Buffer.concat([Buffer.alloc(1), rest]) : rest;
    return Buffer.concat([Buffer.from([0x02, content.length]), content]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

/** A document that answers 200. */
export function document(body, headers = {}) {
  return {
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "public, max-age=300", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}
