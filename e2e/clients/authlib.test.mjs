// Authlib, the client library of Python, as it is published: `python/authlib_client.py` is an application that uses it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { walk } from "./walk.mjs";

const program = fileURLToPath(new URL("python/authlib_client.py", import.meta.url));

/** A Python that has what `python/requirements.lock` names. */
const python = process.env.CONSENTRY_CLIENTS_PYTHON;
if (!python) {
  throw new Error("CONSENTRY_CLIENTS_PYTHON names no Python; `cargo xtask test clients` makes one");
}

walk("Authlib", async (registered) => {
  // It insists on https without this; the demo has no certificate: it serves the loopback only.
  const env = { ...process.env, AUTHLIB_INSECURE_TRANSPORT: "1" };
  const child = spawn(python, ["-u", program], { stdio: ["pipe", "pipe", "inherit"], env });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const says = async (line) => {
    child.stdin.write(`${JSON.stringify(line)}\n`);
    const { value, done } = await lines.next();
    if (done) {
      throw new Error("the application ended");
    }
    return JSON.parse(value);
  };
  const does = async (name, what) => {
    const { answer, error } = await says({ do: name, ...what });
    if (error !== undefined) {
      throw Object.assign(new Error(error), { error });
    }
    return answer;
  };

  await says(registered);
  return {
    begin: (scope, more) => does("begin", { scope: scope.join(" "), more }),
    finish: (address) => does("finish", { address: address.href }),
    refresh: (token) => does("refresh", { token }),
    introspect: (token) => does("introspect", { token }),
    revoke: (token) => does("revoke", { token }),
    signOut: (id) => does("sign_out", { id }),
    error: (cause) => cause.error,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
});
