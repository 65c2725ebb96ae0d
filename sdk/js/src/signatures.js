// RSASSA-PKCS1-v1_5 with SHA-256, by what is there: Node's own verification answers at once, while Web Crypto hands it to another
// thread and back, which takes longer than verifying.

import { compactVerify, importJWK } from "jose";

const node = globalThis.process?.getBuiltinModule?.("node:crypto");

/** A key from its modulus and exponent; rejects what is none. */
export async function publicKey({ n, e }) {
  const jwk = { kty: "RSA", n, e };
  return node ? node.createPublicKey({ key: jwk, format: "jwk" }) : importJWK(jwk, "RS256");
}

/** Whether a token that was taken apart is signed by a key: the answer itself where it is there at once, else a promise of it. */
export function verifies(key, token) {
  if (!node) {
    return verifiesElsewhere(key, token);
  }
  const { text, signature } = token;
  try {
    return node.verify("sha256", text.slice(0, text.lastIndexOf(".")), key, signature);
  } catch {
    return false;
  }
}

async function verifiesElsewhere(key, { text }) {
  try {
    await compactVerify(text, key, { algorithms: ["RS256"] });
    return true;
  } catch {
    return false;
  }
}
