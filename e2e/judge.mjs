// What every page is held to, whatever it says: axe in light and dark, all widths, enlarged text, wide spacing, targets,
// focus. Each judgement is noted, so that a page which no test judges is found.
// What may not live here: knowledge of a page.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { axe, fitsEveryWidth, origins } from "./harness.mjs";
import { judgedFolder, routeOf } from "./routes.mjs";

/** What a person can press, in CSS pixels; WCAG 2.5.8 asks for 24. */
const TARGET = 44;

/** WCAG 1.4.12: what people who need wider text set for themselves. */
const SPACING = `
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }`;

const judged = [];
process.on("exit", () => {
  if (judged.length > 0) {
    mkdirSync(judgedFolder, { recursive: true });
    writeFileSync(path.join(judgedFolder, `${process.pid}.json`), JSON.stringify(judged));
  }
});

/**
 * Holds a page to everything that holds for all pages.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} state what it shows, in words that name the screenshots
 */
export async function judge(page, state) {
  for (const origin of origins(page)) {
    judged.push({ route: routeOf(origin), state });
  }
  await isADocument(page, state);
  await axe(page);
  await fitsEveryWidth(page, state);
  await isReadableEnlarged(page, state);
  await hasLargeTargets(page, state);
  await showsTheFocus(page, state);
}

/** One heading of the first order, a title, a language with its direction. */
async function isADocument(page, state) {
  const document = await page.evaluate(() => ({
    headings: globalThis.document.querySelectorAll("h1").length,
    title: globalThis.document.title,
    lang: globalThis.document.documentElement.lang,
    dir: globalThis.document.documentElement.dir,
  }));
  assert.equal(document.headings, 1, `${state}: headings of the first order`);
  assert.notEqual(document.title.trim(), "", `${state}: title`);
  assert.equal(document.dir, document.lang === "ar" ? "rtl" : "ltr", `${state}: direction of ${document.lang}`);
}

/** Text of twice the size on half the width (WCAG 1.4.4), and wide spacing at 320 pixels (1.4.10, 1.4.12). */
async function isReadableEnlarged(page, state) {
  const before = page.viewportSize();
  for (const [what, width, style] of [
    ["text twice as large", 640, "html { font-size: 200% !important }"],
    ["wide spacing", 320, SPACING],
  ]) {
    await page.setViewportSize({ width, height: 900 });
    const wrong = await page.evaluate(async (style) => {
      // A constructed sheet, because the pages' policy allows no inline style.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      document.adoptedStyleSheets = [sheet];
      const root = document.documentElement;
      const found = [];
      if (root.scrollWidth > root.clientWidth) {
        found.push(`scrolls sideways by ${root.scrollWidth - root.clientWidth} px`);
      }
      for (const element of document.querySelectorAll("main *")) {
        const { overflowX, overflowY, position } = getComputedStyle(element);
        const hides = (value) => value === "hidden" || value === "clip";
        const cuts =
          (hides(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
          (hides(overflowY) && element.scrollHeight > element.clientHeight + 1);
        if (cuts && position !== "absolute") {
          found.push(`cuts off ${element.tagName} ${element.className}`);
        }
      }
      document.adoptedStyleSheets = [];
      return found;
    }, style);
    assert.deepEqual(wrong, [], `${state}, ${what}`);
  }
  if (before !== null) {
    await page.setViewportSize(before);
  }
}

/** Everything that is pressed is large enough; links inside a sentence are as high as the sentence. */
async function hasLargeTargets(page, state) {
  const small = await page.evaluate((target) => {
    const pressed = document.querySelectorAll("button, .button, .text-action, summary, input:not([type=hidden]), select");
    return [...pressed]
      .filter((element) => element.checkVisibility())
      .map((element) => element.closest("label") ?? element)
      // What covers its whole card is as large as the card.
      .filter((element) => !element.classList.contains("cover"))
      .map((element) => ({ words: element.textContent.trim(), height: element.getBoundingClientRect().height }))
      .filter(({ height }) => height < target - 0.5);
  }, TARGET);
  assert.deepEqual(small, [], `${state}: targets lower than ${TARGET} px`);
}

/** Tab reaches everything, shows where it is, and leaves at the end. */
async function showsTheFocus(page, state) {
  const expected = await page.evaluate(() => {
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
    scrollTo(0, 0);
    const focusable = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe";
    // Of radio buttons with one name Tab reaches one; arrow keys reach the others.
    const groups = new Set();
    const isNew = ({ type, name }) => type !== "radio" || (!groups.has(name) && groups.add(name));
    return [...document.querySelectorAll(focusable)].filter(
      (element) => element.checkVisibility() && element.tabIndex >= 0 && isNew(element),
    ).length;
  });
  // A page with a frame: its own elements come before the frame's, which are judged by themselves.
  const framed = page.frames().length > 1;
  let reached = 0;
  await page.evaluate(() => {
    // Starts at the very beginning, wherever a script has put the focus.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
  for (let press = 0; press < expected; press += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) {
        return { nowhere: true };
      }
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        framed: element.tagName === "IFRAME",
        visible: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
        inside: box.bottom > 0 && box.top < innerHeight,
        words: `${element.tagName} ${element.textContent.trim().slice(0, 40)}`,
      };
    });
    if (at.nowhere || at.framed) {
      break;
    }
    reached += 1;
    assert.ok(at.visible, `${state}: the focus on ${at.words} is not seen`);
    assert.ok(at.inside, `${state}: the focus on ${at.words} is out of sight`);
  }
  if (!framed) {
    assert.equal(reached, expected, `${state}: not everything is reached by the keyboard`);
  }
  await page.evaluate(() => document.activeElement?.blur());
}
