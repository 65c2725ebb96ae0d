// Writes consent-token.json and access-token.json from the fixed keys; the same bytes each time. With `--check` it
// writes nothing and fails where a file is not what it would write.

import { readFileSync, writeFileSync } from "node:fs";

import { accessTokens } from "./access-tokens.mjs";
import { consentTokens } from "./consent-tokens.mjs";

const check = process.argv.includes("--check");
for (const [name, vectors] of [
  ["consent-token.json", consentTokens],
  ["access-token.json", accessTokens],
]) {
  const place = new URL(name, import.meta.url);
  const text = `${JSON.stringify(vectors, null, 1)}\n`;
  if (!check) {
    writeFileSync(place, text);
  } else if (readFileSync(place, "utf8") !== text) {
    console.error(`${name} is not what make.mjs makes of the keys`);
    process.exitCode = 1;
  }
}
