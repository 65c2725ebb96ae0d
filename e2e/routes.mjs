// The server's route table, as its reviewed snapshot has it, and the list of the pages that have to be judged.
// What may not live here: what a page looks like.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SNAPSHOT = new URL(
  "../crates/server/tests/suite/snapshots/suite__route_table__every_path_and_every_fallback_has_one_owner.snap",
  import.meta.url,
);

/** Where each test file notes what it judged. */
export const judgedFolder =
  process.env.CONSENTRY_JUDGED ?? fileURLToPath(new URL("../target/judged/", import.meta.url));

/** The reviewed list: each address that answers HTML, and the states in which it is judged. */
export const PAGES = JSON.parse(readFileSync(new URL("./pages.json", import.meta.url), "utf8"));

/**
 * Every route and prefix of the server. Addresses that answer with and without `/cis` are one.
 *
 * @returns {{ routes: { method: string, path: string }[], prefixes: string[] }}
 */
export function routeTable() {
  const lines = readFileSync(SNAPSHOT, "utf8").split("\n");
  const routes = [];
  const prefixes = [];
  for (const line of lines) {
    const [method, path] = line.split(/\s+/);
    if (method === "prefix") {
      prefixes.push(path);
    } else if (/^[A-Z]+$/.test(method) && path?.startsWith("/") && method !== "HEAD") {
      routes.push({ method, path });
    }
  }
  return { routes, prefixes };
}

const table = routeTable();

/** `GET /oidc/auth/{resume}` for `GET /cis/oidc/auth/ix_…`; `fallback /demo` where no route answers. */
export function routeOf({ method, path }) {
  const matching = table.routes.filter((route) => route.method === method && pattern(route.path).test(path));
  // A literal segment wins over a parameter, as it does in the server.
  const [route] = matching.sort((one, other) => one.path.split("{").length - other.path.split("{").length);
  if (route !== undefined) {
    return `${method} ${withoutCis(route.path)}`;
  }
  const [prefix] = table.prefixes
    .filter((prefix) => prefix === "/" || path === prefix || path.startsWith(`${prefix}/`))
    .sort((one, other) => other.length - one.length);
  return `fallback ${prefix}`;
}

/** The address without the prefix of the original, under which everything answers too. */
export function withoutCis(path) {
  return path.replace(/^\/cis(?=\/)/, "");
}

function pattern(path) {
  const parts = path.split(/\{[^}]+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}$`);
}
