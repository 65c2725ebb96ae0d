// Debian's Apache with `mod_auth_openidc`, on a free port of the loopback, in a folder of its own: a web site whose operator wrote
// no line of code. What may not live here: what the site is to prove.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const PROGRAM = "/usr/sbin/apache2";
const MODULES = "/usr/lib/apache2/modules";
const LOADED = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "auth_openidc"];

/** How long a start may take, in milliseconds. */
const PATIENCE = 20_000;

/** A port that nobody listens on at this moment. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * @param {number} port
 * @param {string[]} configuration lines of `mod_auth_openidc`, and what of the site they protect
 * @param {Record<string, string>} pages name of a folder of the site, and what its page says
 * @returns {Promise<{ stop: () => Promise<void> }>}
 */
export async function startApache(port, configuration, pages) {
  const folder = await mkdtemp(path.join(tmpdir(), "consentry-apache-"));
  // Apache's processes give up root's rights, and read the pages without them.
  await chmod(folder, 0o755);
  for (const [name, text] of Object.entries(pages)) {
    await mkdir(path.join(folder, "site", name), { recursive: true });
    await writeFile(path.join(folder, "site", name, "index.html"), text);
  }
  const lines = [
    `ServerRoot "${folder}"`,
    `ServerName 127.0.0.1`,
    `Listen 127.0.0.1:${port}`,
    `PidFile "${folder}/pid"`,
    `DefaultRuntimeDir "${folder}"`,
    `ErrorLog "${folder}/log"`,
    `DocumentRoot "${folder}/site"`,
    `StartServers 1`,
    ...LOADED.map((name) => `LoadModule ${name}_module "${MODULES}/mod_${name}.so"`),
    ...(process.getuid() === 0 ? ["User www-data", "Group www-data"] : []),
    ...configuration,
  ];
  const file = path.join(folder, "httpd.conf");
  await writeFile(file, `${lines.join("\n")}\n`);
  const child = spawn(PROGRAM, ["-D", "FOREGROUND", "-f", file], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "close");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  if (!(await answers(port, child))) {
    child.kill("SIGKILL");
    const log = await readFile(path.join(folder, "log"), "utf8").catch(() => "");
    throw new Error(`Apache did not start: ${said}${log}`);
  }
  return {
    log: () => readFile(path.join(folder, "log"), "utf8"),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** Whether somebody answers on a port before the program that should has ended or patience has. */
export async function answers(port, child) {
  const until = Date.now() + PATIENCE;
  while (Date.now() < until && child.exitCode === null) {
    const here = await fetch(`http://127.0.0.1:${port}/`).then(
      (response) => response.body?.cancel().then(() => true),
      () => false,
    );
    if (here) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
