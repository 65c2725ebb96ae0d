// What every browser test stands on: a demo of its own, Debian's Chromium, axe, screenshots.
// What may not live here: knowledge of a page. That belongs into the test of the page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const target = fileURLToPath(new URL("../target/", import.meta.url));
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The binary under test. */
export const binary = process.env.CONSENTRY_BIN ?? path.join(target, "debug", "consentry");

/** Where screenshots go. Without it none are taken: drawing them costs as much time as all that is judged. */
const screenshotFolder = process.env.CONSENTRY_SCREENSHOTS;

/** Widths in CSS pixels: the narrowest that WCAG 1.4.10 asks for, a phone held wide, a desk. */
export const WIDTHS = [320, 512, 1280];

const SCHEMES = ["light", "dark"];

/** What axe judges: WCAG 2.2 up to AA, and its own best practices. */
const RULES = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

/** Those of them that look at colours, and so the only ones whose answer differs in another scheme. */
const COLOUR_RULES = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** How long a start or an end may take, in milliseconds. The first start of a development binary makes keys. */
const PATIENCE = 30_000;

/**
 * Starts `consentry demo --json` on a free port of the loopback.
 *
 * @param {{ program?: string, args?: string[], env?: Record<string, string> }} [options] another program, for tests of
 *   this harness; more arguments; more environment
 * @returns {Promise<{ facts: any, log: () => string, stop: () => Promise<void>, kill: () => Promise<void> }>} `facts` is
 *   the line that the demo printed; `log` what it wrote on stderr so far
 */
export async function startDemo({ program = binary, args, env = {} } = {}) {
  const started = args ?? ["demo", "--json", "--listen", "127.0.0.1:0"];
  const child = spawn(program, started, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const ended = once(child, "close").catch((error) => [error]);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (log += text));

  const end = async (signal) => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.kill(signal);
      const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      await ended;
      clearTimeout(late);
    }
  };

  const lines = createInterface({ input: child.stdout });
  const outcome = await Promise.race([
    once(lines, "line").then(([line]) => ({ line })),
    ended.then(([cause]) => ({ cause })),
    after(PATIENCE).then(() => ({ cause: `nothing printed within ${PATIENCE} ms` })),
  ]);
  if (outcome.line === undefined) {
    await end("SIGKILL");
    throw new Error(`${program} ${started.join(" ")} did not start: ${outcome.cause}\n${log}`);
  }
  const facts = parsed(outcome.line);
  if (facts === undefined) {
    await end("SIGKILL");
    throw new Error(`${program} printed something other than one line of JSON: ${outcome.line}\n${log}`);
  }
  return {
    facts,
    log: () => log,
    /** Ends it as an operator would, and insists that it ends well. */
    stop: async () => {
      await end("SIGTERM");
      assert.equal(child.signalCode, null, `the demo did not end by itself after SIGTERM\n${log}`);
      assert.equal(child.exitCode, 0, `the demo ended with ${child.exitCode}\n${log}`);
    },
    /** Ends it as a power cut would. */
    kill: () => end("SIGKILL"),
  };
}

/** Starts Debian's Chromium, or the one that `CHROMIUM` names. Reaches nothing by itself. */
export function startBrowser() {
  return chromium.launch(LAUNCH);
}

/**
 * Starts a browser that lets frames of other sites store what they like, or nothing where that is said. What it does by itself is its
 * packager's choice.
 *
 * @param {string} folder for its profile; must be there and be empty
 * @param {import("playwright-core").BrowserContextOptions & { blocked?: boolean, arguments?: string[] }} [options] `arguments`: more of
 *   them for the browser
 */
export async function startKeepingBrowser(folder, { blocked = false, arguments: more = [], ...options } = {}) {
  await mkdir(path.join(folder, "Default"));
  const preferences = { profile: { block_third_party_cookies: blocked, cookie_controls_mode: blocked ? 1 : 0 } };
  await writeFile(path.join(folder, "Default", "Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(folder, {
    ...LAUNCH,
    args: [...LAUNCH.args, ...more],
    ...options,
  });
  return { newContext: async () => context, close: () => context.close() };
}

const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/**
 * Opens a page in a context of its own. Whatever a page is not allowed to do (an error on the console, an uncaught
 * exception, a request to another machine) is collected and judged by `assertQuiet`.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    // A refused request is logged by the browser as well; tests that ask for one look at the answer itself.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(hostname) || hostname.endsWith(".localhost");
    if (["http:", "https:"].includes(protocol) && !isHere) {
      complaints.push(`request to another machine: ${request.url()}`);
    }
  });
  page.on("response", (response) => {
    const type = response.headers()["content-type"] ?? "";
    if (type.startsWith("text/html")) {
      lastHtml.set(response.request().frame(), {
        method: response.request().method(),
        path: new URL(response.url()).pathname,
      });
    }
  });
  return { page, context, complaints, assertQuiet: () => assert.deepEqual(complaints, []) };
}

/** What each frame got last: a document, or a part that the page put in itself. */
const lastHtml = new WeakMap();

/**
 * Where the HTML that a page shows came from, its frames included.
 *
 * @param {import("playwright-core").Page} page
 * @returns {{ method: string, path: string }[]}
 */
export function origins(page) {
  return page
    .frames()
    .map((frame) => lastHtml.get(frame))
    .filter((origin) => origin !== undefined);
}

/**
 * Asserts that axe finds nothing wrong with a page and the frames in it, in light and dark.
 *
 * @param {import("playwright-core").Page} page
 */
export async function axe(page) {
  for (const [colorScheme, rules] of [["light", RULES], ["dark", COLOUR_RULES]]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const frame of page.frames().filter((frame) => !frame.isDetached() && frame.url() !== "about:blank")) {
      const violations = await violationsOf(frame, rules);
      assert.deepEqual(violations, [], `axe, ${colorScheme}, ${frame.url()}`);
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** What axe finds in one frame, in a form that is worth reading. Evaluated, so a strict policy does not stop it. */
async function violationsOf(frame, rules) {
  if (!(await frame.evaluate(() => "axe" in globalThis))) {
    await frame.evaluate(axeSource);
  }
  // What it would load in advance, it has no need of: styles are of the page's own origin.
  const results = await frame.evaluate(
    (runOnly) => globalThis.axe.run(document, { iframes: false, preload: false, runOnly }),
    rules,
  );
  const { passes, violations, incomplete } = results;
  assert.notEqual(passes.length + violations.length + incomplete.length, 0, `axe judged nothing of ${frame.url()}`);
  return violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
}

/**
 * Asserts that nothing has to be scrolled sideways at any width, and takes the page at every one, light and dark, where
 * somebody wants to look at it.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name of the screenshots, without width, scheme and extension
 */
export async function fitsEveryWidth(page, name) {
  assert.match(name, /^[a-z0-9-]+$/, "names of screenshots are names of files");
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    if (screenshotFolder !== undefined) {
      await screenshots(page, `${name}-${width}`);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(sideways <= 0, `${name} has to be scrolled sideways by ${sideways} px at ${width} px`);
  }
  if (before !== null) {
    await page.setViewportSize(before);
  }
}

/** The page as it is, light and dark. */
async function screenshots(page, name) {
  await mkdir(screenshotFolder, { recursive: true });
  const session = await page.context().newCDPSession(page);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const file = path.join(screenshotFolder, `${name}-${colorScheme}.png`);
    if (page.frames().length > 1) {
      await page.screenshot({ path: file, fullPage: true });
    } else {
      await writeFile(file, await wholePage(session));
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await session.detach();
}

/**
 * A page from top to bottom, if it has no frames: of those only what is in the window is drawn. Asked of the browser
 * itself, which encodes faster than the driver lets it.
 */
async function wholePage(session) {
  const { cssContentSize } = await session.send("Page.getLayoutMetrics");
  const { data } = await session.send("Page.captureScreenshot", {
    format: "png",
    clip: { ...cssContentSize, scale: 1 },
    captureBeyondViewport: true,
    optimizeForSpeed: true,
  });
  return Buffer.from(data, "base64");
}

function parsed(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A pause that does not keep the process alive. */
function after(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
