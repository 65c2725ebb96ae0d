// RSASSA-PKCS1-v1_5 and ECDSA on P-256, both with SHA-256, by what is there: Node's own verification answers at once, while Web Crypto
// hands it to another thread and back, which takes longer than verifying.

import { compactVerify, importJWK } from "jose";

const node = globalThis.process?.getBuiltinModule?.("node:crypto");

/** A signature with ES256: two numbers of 32 bytes (RFC 7518, section 3.4). */
const ES256_BYTES = 64;

/** A key for one algorithm from its numbers; rejects what is none. */
export async function publicKey(alg, jwk) {
  return { alg, key: node ? node.createPublicKey({ key: jwk, format: "jwk" }) : await importJWK(jwk, alg) };
}

/**
 * Whether a token that was taken apart is signed by a key, and says how: the answer itself where it is there at once, else a promise of
 * it.
 */
export function verifies({ alg, key }, token) {
  if (token.header.alg !== alg) {
    return false;
  }
  if (!node) {
    return verifiesElsewhere(alg, key, token);
  }
  const { text, signature } = token;
  const input = text.slice(0, text.lastIndexOf("."));
  try {
    if (alg === "RS256") {
      return node.verify("sha256", input, key, signature);
    }
    return signature.length === ES256_BYTES && node.verify("sha256", input, { key, dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false;
  }
}

async function verifiesElsewhere(alg, key, { text }) {
  try {
    await compactVerify(text, key, { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}
