// A provider whose answers a test chooses, and which counts what it is asked. The tokens are those of the vectors.

import { readFileSync } from "node:fs";

import { ConsentVerifier } from "consentry-verify";

/** Settings as this SDK names them. */
export const named = (settings) =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );

export const file = JSON.parse(readFileSync(new URL("../../vectors/consent-token.json", import.meta.url), "utf8"));
export const cases = Object.fromEntries(file.cases.map((of) => [of.name, of]));
export const [CONFIGURATION, JWKS] = Object.keys(file.documents);
export const [FEED] = Object.keys(cases["feed lists it"].documents);
export const settings = named(file.settings);

/** What surrounds a case: its documents and its moment. */
export function outside(of, changed = {}) {
  const documents = { ...of.documents, ...changed.documents };
  return {
    clock: () => changed.now ?? of.now,
    fetch: async ({ url, method = "GET" }) => {
      const document = documents[method === "GET" ? url : `${method} ${url}`];
      if (document === undefined || document === null) {
        throw new Error("unreachable");
      }
      return { ...document, body: new TextEncoder().encode(document.body) };
    },
  };
}

export class Provider {
  now = file.now;
  documents = structuredClone(file.documents);
  asked = [];
  beside = [];
  gate = Promise.resolve();

  verifier(changes = {}) {
    return new ConsentVerifier(
      { ...settings, ...named(changes) },
      {
        clock: () => this.now,
        random: () => 0,
        background: (work) => this.beside.push(work),
        fetch: (request) => this.answer(request),
      },
    );
  }

  async answer(request) {
    this.asked.push(request);
    await this.gate;
    const document = this.documents[request.url];
    if (!document) {
      throw new Error("unreachable");
    }
    const { etag } = document.headers;
    if (etag !== undefined && request.headers?.["if-none-match"] === etag) {
      return { status: 304, headers: {}, body: new Uint8Array() };
    }
    return { ...document, body: new TextEncoder().encode(document.body) };
  }

  count(place) {
    return this.asked.filter(({ url }) => url === place).length;
  }

  publish(kids, cacheControl = "public, max-age=300") {
    const document = structuredClone(file.documents[JWKS]);
    const { keys } = JSON.parse(document.body);
    document.body = JSON.stringify({ keys: keys.filter(({ kid }) => kids.includes(kid)) });
    document.headers["cache-control"] = cacheControl;
    this.documents[JWKS] = document;
  }

  feed(name, headers = {}) {
    const document = structuredClone(cases[name].documents[FEED]);
    Object.assign(document.headers, headers);
    this.documents[FEED] = document;
  }

  async runBeside() {
    await Promise.all(this.beside.splice(0).map((work) => work()));
  }
}

/** The verdict about the token of a case. */
export async function code(verifier, name, options) {
  try {
    await verifier.verify(cases[name].token, options);
    return "ok";
  } catch (error) {
    return error.code ?? error.stack;
  }
}
