// The part of a sound in which something is heard: nothing of it is lost, and no long silence is left.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loudPart } from "#lib/loudPart.ts";

const rate = 8_000;
const sound = (...parts: readonly (readonly [seconds: number, loud: number])[]) => ({
  rate,
  samples: Int16Array.from(
    parts.flatMap(([seconds, loud]) =>
      Array.from({ length: seconds * rate }, (_, index) => (index % 2 === 0 ? loud : -loud)),
    ),
  ),
});
const seconds = ({ samples }: { readonly samples: Int16Array }): number => samples.length / rate;

test("silence before and behind goes but for a moment; pauses in between stay, and so does a sound that is all quiet", () => {
  const part = loudPart(sound([10, 3], [1, 4_000], [2, 0], [1, 4_000], [5, 3]));
  assert.ok(Math.abs(seconds(part) - 4.8) < 0.05, String(seconds(part)));
  assert.equal(part.samples.filter((sample) => Math.abs(sample) > 1_000).length, 2 * rate);
  assert.equal(seconds(loudPart(sound([3, 10]))), 3);
  assert.equal(seconds(loudPart(sound([1, 4_000]))), 1);
  assert.equal(seconds(loudPart({ rate, samples: new Int16Array(0) })), 0);
});
