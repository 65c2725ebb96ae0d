// Writes crates/jose/tests/vectors/encrypted.json: a text that npm's `jose` encrypted for fresh keys in every way that the house opens.

import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";

import { CompactEncrypt } from "jose";

const TEXT = "Grüße aus Helsinki";

const KEYS = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
};

const OF_RSA = ["RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"];
const OF_CURVES = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"];
const CONTENT = ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"];

const tokens = [];
for (const [key, { publicKey }] of Object.entries(KEYS)) {
  for (const alg of key === "rsa" ? OF_RSA : OF_CURVES) {
    for (const enc of CONTENT) {
      const encrypting = new CompactEncrypt(new TextEncoder().encode(TEXT)).setProtectedHeader({ alg, enc, kid: key });
      if (alg === "ECDH-ES+A256KW") {
        const info = (text) => new TextEncoder().encode(text);
        encrypting.setKeyManagementParameters({ apu: info("Alice"), apv: info("Bob") });
      }
      tokens.push({ key, alg, enc, token: await encrypting.encrypt(publicKey) });
    }
  }
}

const keys = Object.fromEntries(
  Object.entries(KEYS).map(([name, { privateKey }]) => [
    name,
    privateKey.export({ type: "pkcs8", format: "der" }).toString("base64url"),
  ]),
);
const place = new URL("../../crates/jose/tests/vectors/encrypted.json", import.meta.url);
writeFileSync(place, `${JSON.stringify({ text: TEXT, keys, tokens }, null, 1)}\n`);
