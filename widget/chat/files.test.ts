// Which files may be sent, and that what kind a file is can be read of its name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, nameParts } from "./files.ts";

const limits = { fileBytes: 100, filesPerMessage: 3, messageBytes: 150 };
const sized = (...sizes: readonly number[]) => sizes.map((size) => ({ size }));

test("what does not fit is left out with the first reason, and the rest is taken", () => {
  assert.deepEqual(judge(sized(10, 0, 20), [], limits), {
    accepted: sized(10, 20),
    refused: { file: { size: 0 }, why: "empty" },
  });
  assert.equal(judge(sized(101), [], limits).refused?.why, "tooLarge");
  assert.equal(judge(sized(1, 1, 1, 1), [], limits).refused?.why, "tooMany");
  assert.equal(judge(sized(1), sized(1, 1, 1), limits).refused?.why, "tooMany");
  assert.equal(judge(sized(60), sized(100), limits).refused?.why, "tooMuch");
  assert.equal(judge(sized(50), sized(100), limits).refused, null);
});

test("the ending stands apart", () => {
  assert.deepEqual(nameParts("Foto vom Router.jpeg"), ["Foto vom Router", ".jpeg"]);
  assert.deepEqual(nameParts("ohne"), ["ohne", ""]);
  assert.deepEqual(nameParts("a.tar.gz"), ["a.tar", ".gz"]);
  assert.deepEqual(nameParts(`x.${"e".repeat(40)}`), [`x.${"e".repeat(40)}`, ""]);
});
