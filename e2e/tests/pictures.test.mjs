// The pictures of the README: that the command which takes them works, and that those in the repository are such pictures.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { FOLDER, PICTURES, takePictures } from "../pictures.mjs";

/** Largest picture in the repository, in bytes. */
const LARGEST = 120 * 1024;

test("the pictures of the README can be taken anew", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "consentry-pictures-"));
  try {
    await takePictures(folder, "127.0.0.1:0");
    for (const name of PICTURES) {
      const taken = measured(await readFile(path.join(folder, name)));
      const kept = await readFile(path.join(FOLDER, name));
      assert.equal(measured(kept).width, taken.width, `${name} is of another size than those that are taken now`);
      assert.ok(taken.height > taken.width, `${name} shows a whole page`);
      assert.ok(kept.length <= LARGEST, `${name} has ${kept.length} bytes`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the README shows them, with words for those who do not see them", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  for (const name of PICTURES) {
    assert.match(readme, new RegExp(`!\\[[^\\]]{20,}\\]\\(docs/images/${name}\\)`));
  }
});

/** Size of a PNG in pixels, from its header. */
function measured(png) {
  assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
