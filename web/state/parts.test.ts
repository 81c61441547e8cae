// The options of choices, one in each line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { optionsIn } from "./parts.ts";

test("each line is an option, trimmed and once, at most twelve of them", () => {
  assert.deepEqual(optionsIn(" Router \n\nTV\nRouter"), ["Router", "TV"]);
  assert.deepEqual(optionsIn(""), []);
  assert.equal(optionsIn(Array.from({ length: 20 }, (_, index) => `${index}`).join("\n")).length, 12);
  assert.equal(optionsIn("x".repeat(100))[0]?.length, 80);
});
