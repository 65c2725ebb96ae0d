// TLS in front of the demo, with a certificate of a test's own authority, for clients that insist on it.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * @param {string} behind the origin that every request is handed to
 * @returns {Promise<{ origin: string, certificate: string, stop: () => Promise<void> }>} `certificate`: the file that a client trusts
 */
export async function startTls(behind) {
  const folder = await mkdtemp(path.join(tmpdir(), "consentry-authority-"));
  const [key, certificate] = ["key.pem", "certificate.pem"].map((name) => path.join(folder, name));
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
    ...["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
  ]);
  // Who trusts it may run with fewer rights.
  await chmod(folder, 0o755);
  const { host, hostname, port } = new URL(behind);
  const files = { key: await readFile(key), cert: await readFile(certificate) };
  const server = https.createServer(files, (request, response) => {
    const { method, url, headers } = request;
    const handed = http.request({ hostname, port, method, path: url, headers: { ...headers, host } });
    handed.once("response", (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    handed.once("error", (error) => response.destroy(error));
    request.pipe(handed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `https://127.0.0.1:${server.address().port}`,
    certificate,
    async stop() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true });
    },
  };
}
