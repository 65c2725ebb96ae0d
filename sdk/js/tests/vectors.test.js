// Every shared vector has the verdict that it says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { AccessVerifier, basic, ConsentVerifier, Refused } from "consentry-verify";

import { named, outside } from "./provider.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), "utf8"));

async function verdict(judging) {
  try {
    return { code: "ok", said: await judging };
  } catch (error) {
    assert.ok(error instanceof Refused, error.stack);
    return { code: error.code };
  }
}

describe("consent tokens", () => {
  const file = read("consent-token.json");
  for (const of of file.cases) {
    it(of.name, async () => {
      const settings = named({ ...file.settings, ...of.settings });
      const verifierHeaders = () => ({ "x-consent-verifier-token": "ours" });
      const verifier = new ConsentVerifier({ ...settings, verifierHeaders }, outside(file, of));
      for (const time of ["anew", "remembered"]) {
        const { code, said } = await verdict(verifier.verify(of.token, { idToken: of.id_token, dsi: of.dsi }));
        assert.equal(code, of.expect, time);
        assert.equal(said?.tid, of.tid);
      }
    });
  }
});

describe("access tokens", () => {
  const file = read("access-token.json");
  for (const of of file.cases) {
    it(of.name, async () => {
      const settings = named({ ...file.settings, ...of.settings });
      const verifier = new AccessVerifier({ ...settings, clientHeaders: basic("us", "secret") }, outside(file, of));
      for (const time of ["anew", "remembered"]) {
        const { code } = await verdict(verifier.verify(of.token, { scopes: of.scopes }));
        assert.equal(code, of.expect, time);
      }
    });
  }
});
