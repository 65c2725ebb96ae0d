// Debian's nginx on a free port of the loopback, in a folder of its own: a site that asks before it lets a request through.
// What may not live here: what the site is to prove.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { answers } from "./apache.mjs";

const PROGRAM = "/usr/sbin/nginx";

/**
 * @param {number} port
 * @param {string} site what stands inside of `server`, as documented
 * @returns {Promise<{ stop: () => Promise<void> }>}
 */
export async function startNginx(port, site) {
  const folder = await mkdtemp(path.join(tmpdir(), "consentry-nginx-"));
  await chmod(folder, 0o755);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const file = path.join(folder, "nginx.conf");
  await writeFile(
    file,
    `daemon off;
pid ${folder}/pid;
error_log ${folder}/log;
worker_processes 1;
events {}
http {
  access_log off;
  ${temporary.join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    ${site}
  }
}
`,
  );
  const child = spawn(PROGRAM, ["-p", folder, "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "close");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  if (!(await answers(port, child))) {
    child.kill("SIGKILL");
    const log = await readFile(path.join(folder, "log"), "utf8").catch(() => "");
    throw new Error(`nginx did not start: ${said}${log}`);
  }
  return {
    async stop() {
      child.kill("SIGQUIT");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
