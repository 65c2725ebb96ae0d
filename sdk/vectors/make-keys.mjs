// Writes keys.json: the fixed keys of the vectors. Run once; every other file here follows from it.

import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";

const rsa = (modulusLength) => generateKeyPairSync("rsa", { modulusLength }).privateKey.export({ format: "jwk" });
const ec = (namedCurve) => generateKeyPairSync("ec", { namedCurve }).privateKey.export({ format: "jwk" });

const keys = {
  "provider-1": rsa(2048),
  "provider-2": rsa(3072),
  "login-1": rsa(2048),
  "stranger-1": rsa(2048),
  "small-1": rsa(1024),
  "curve-1": ec("P-256"),
  "curve-2": ec("P-256"),
  "curve-384": ec("P-384"),
};
writeFileSync(new URL("keys.json", import.meta.url), `${JSON.stringify(keys, null, 1)}\n`);
