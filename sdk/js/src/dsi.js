// Data source identifiers: `dpp://group[:variant]@domain/definition`. Compared byte for byte, never repaired.

const MAX_LENGTH = 2048;

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const SEGMENT = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.+-]{1,128}";
const DSI = new RegExp(
  `^dpp://[a-z0-9_]{1,64}(?::[A-Za-z0-9_.-]{1,64})?@(${LABEL}(?:\\.${LABEL})*)/${SEGMENT}(?:/${SEGMENT})*$`,
);

/** Whether a text is a data source identifier. */
export function isDsi(text) {
  const found = typeof text === "string" && text.length <= MAX_LENGTH ? DSI.exec(text) : null;
  return found !== null && found[1].length <= 253;
}
