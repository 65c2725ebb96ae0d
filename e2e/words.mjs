// The words of the interface, read from the message files, so that a test can press what a person would press in their
// language.
// What may not live here: words themselves.

import { readdirSync, readFileSync } from "node:fs";

/**
 * Words of a language, for finding elements by their name.
 *
 * @param {string} language one of the folders of the message files
 * @returns {(key: string, values?: Record<string, string>) => RegExp} matches exactly the message with these values; a
 *   variable without a value matches anything
 */
export function words(language) {
  const folder = new URL(`../crates/web/texts/${language}/`, import.meta.url);
  const messages = new Map();
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(new URL(file, folder), "utf8").split("\n")) {
      const [, key, text] = /^([a-z0-9-]+) = (.+)$/.exec(line) ?? [];
      if (key !== undefined) {
        messages.set(key, text);
      }
    }
  }
  return (key, values = {}) => {
    const text = messages.get(key);
    if (text === undefined) {
      throw new Error(`${language} has no plain message ${key}`);
    }
    const parts = text.split(/\{ \$([a-z-]+) \}/).map((part, index) => {
      if (index % 2 === 0) {
        return escaped(part);
      }
      // Values in another script are wrapped, so that they cannot rearrange the sentence.
      return values[part] === undefined ? ".+" : `\u2068?${escaped(values[part])}\u2069?`;
    });
    return new RegExp(`^\\s*${parts.join("")}\\s*$`);
  };
}

/** Spaces that keep words together are read as plain ones. */
function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/[\u00a0\u202f]/g, "\\s");
}
