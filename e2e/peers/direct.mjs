// Writes crates/jose/tests/vectors/direct-npm.json: claims that npm's `jose` encrypted with a shared secret, in the one way that is
// taken and in those next to it.

import { writeFileSync } from "node:fs";

import { CompactEncrypt, EncryptJWT } from "jose";

const SECRET = "OsB/bDFOpzax4/drCC5Cp3xVAcdzn+00+vacy9hVFqo=";
const key = Buffer.from(SECRET, "base64");
const claims = { sub: "cust-7f3a91" };

const jwt = (header) => new EncryptJWT(claims).setProtectedHeader(header).encrypt(key);
const compact = (header, content) =>
  new CompactEncrypt(new TextEncoder().encode(content)).setProtectedHeader(header).encrypt(key);

const vectors = {
  made_by: "npm jose",
  secret: SECRET,
  content: JSON.stringify(claims),
  accepted: [
    await jwt({ alg: "dir", enc: "A256GCM" }),
    await jwt({ alg: "dir", enc: "A256GCM", typ: "JWT", kid: "k1" }),
    await compact({ alg: "dir", enc: "A256GCM", cty: "json" }, JSON.stringify(claims)),
  ],
  refused: [
    await jwt({ alg: "dir", enc: "A128CBC-HS256" }),
    await jwt({ alg: "A256KW", enc: "A256GCM" }),
    await jwt({ alg: "A256GCMKW", enc: "A256GCM" }),
  ],
};
const place = new URL("../../crates/jose/tests/vectors/direct-npm.json", import.meta.url);
writeFileSync(place, `${JSON.stringify(vectors, null, 1)}\n`);
