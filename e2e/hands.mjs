// How a person works a page: with a pointer, or with nothing but the keyboard.
// What may not live here: knowledge of a page.

import assert from "node:assert/strict";

/** How often Tab is pressed before something counts as not reachable. */
const PATIENCE = 60;

/** Clicks and types into fields. */
export const pointer = {
  press: (locator) => locator.click(),
  write: (locator, text) => locator.fill(text),
};

/** Tab, Enter, and typing; nothing is touched. */
export const keyboard = {
  press: async (locator) => {
    await reach(locator);
    await locator.page().keyboard.press("Enter");
  },
  write: async (locator, text) => {
    await reach(locator);
    await locator.page().keyboard.type(text);
  },
};

/** Presses Tab until an element has the focus, in whatever frame it is. */
async function reach(locator) {
  await locator.waitFor();
  const page = locator.page();
  for (let press = 0; press < PATIENCE; press += 1) {
    const there = await locator.evaluate(
      (element) => element === element.ownerDocument.activeElement && element.ownerDocument.hasFocus(),
    );
    if (there) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`${locator} is not reached by Tab`);
}
