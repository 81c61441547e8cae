// WAV files as recorders write them, whole and broken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { notWav, waveOf } from "#lib/wave.ts";
import { wav } from "#test/call-records.ts";

void test("each side is as loud as its loudest sample in each stretch, however short the recording is", () => {
  const side = Array.from({ length: 800 }, (_, n) => (n % 8 === 0 ? -1 : 0.25));
  const { seconds, left, right } = waveOf(wav([side, side.map(() => 0)]), 10);
  assert.deepEqual([seconds, left, right], [0.1, Array(10).fill(100), Array(10).fill(0)]);
  assert.deepEqual(waveOf(wav([[0.5]]), 4), { seconds: 0, left: [50, 50, 50, 50], right: [0, 0, 0, 0] });
  assert.deepEqual(waveOf(wav([[]]), 2).left, [0, 0]);
});

void test("a recorder that was killed wrote no length; a head may hold more than it must; anything else is no WAV", () => {
  const whole = wav([[0.5, 0.5, 0.5, 0.5]]);
  const killed = whole.slice();
  new DataView(killed.buffer).setUint32(40, 0xff_ff_ff_ff, true);
  assert.deepEqual(waveOf(killed, 2).left, [50, 50]);
  const listed = new Uint8Array([
    ...whole.slice(0, 36),
    ...Buffer.from("LIST"),
    3,
    0,
    0,
    0,
    1,
    2,
    3,
    0,
    ...whole.slice(36),
  ]);
  assert.deepEqual(waveOf(listed, 2).left, [50, 50]);
  const broken = [new Uint8Array(), whole.slice(0, 20), whole.slice(0, 40), new Uint8Array(100)];
  for (const at of [20, 22, 24, 34]) {
    const one = whole.slice();
    one.set([9, 0], at);
    if (at === 24) one.set([0, 0, 0, 0], 24);
    broken.push(one);
  }
  for (const bytes of broken) assert.throws(() => waveOf(bytes), new Error(notWav));
});
