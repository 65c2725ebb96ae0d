// The pictures of the README: the question and the connected apps, as the demo shows them. `cargo xtask pictures` takes them
// anew. Their letters are those of the machine it runs on; pngquant makes them smaller where it is installed.

import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { startBrowser, startDemo } from "./harness.mjs";
import { visitor } from "./walks.mjs";

/** Where the README's pictures are. */
export const FOLDER = fileURLToPath(new URL("../docs/images/", import.meta.url));

/** Their names. */
export const PICTURES = ["question.png", "connected-apps.png"];

/** Size of the window in CSS pixels, and how many pixels of a picture make one. */
const VIEWPORT = { width: 540, height: 900 };
const SHARPNESS = 1.5;

/**
 * Takes the pictures.
 *
 * @param {string} folder
 * @param {string} listen address of the demo, which the question names as that of the app
 */
export async function takePictures(folder, listen) {
  await mkdir(folder, { recursive: true });
  const demo = await startDemo({ args: ["demo", "--json", "--listen", listen] });
  const browser = await startBrowser();
  try {
    const ada = await visitor(browser, demo.facts, {
      viewport: VIEWPORT,
      deviceScaleFactor: SHARPNESS,
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    const [question, apps] = PICTURES.map((name) => path.join(folder, name));
    await ada.reachQuestion();
    await ada.page.screenshot({ path: question, fullPage: true });
    await ada.press(ada.button("consent-approve"));
    await ada.heading("app-home").waitFor();
    await ada.openBank();
    await ada.frameFits();
    const { y, height } = await ada.page.locator("iframe").boundingBox();
    // Without what the demo says about itself below the frame.
    const clip = { x: 0, y: 0, width: VIEWPORT.width, height: y + height + 12 };
    // A window that has to grow for the picture would show the frame before it is painted anew.
    await ada.page.setViewportSize({ width: VIEWPORT.width, height: Math.ceil(clip.height) });
    await ada.frameFits();
    await painted(ada.page.frames()[1]);
    await ada.page.screenshot({ path: apps, clip });
    await ada.close();
    for (const picture of [question, apps]) {
      spawnSync("pngquant", ["--force", "--strip", "--speed", "1", "--output", picture, picture]);
    }
  } finally {
    await browser.close();
    await demo.stop();
  }
}

/** Waits until a document has shown two frames: the second has all that was there at the first. */
async function painted(document) {
  await document.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await takePictures(FOLDER, "127.0.0.1:8080");
}
