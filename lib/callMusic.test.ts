// The music is long enough, not loud, and begins again where it ends without a click.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attention, beep, holdMusic, musicSeconds, rate } from "#lib/callMusic.ts";
import { wavOf } from "#lib/sound.ts";

test("hold music begins again without a click, and is never loud", () => {
  const music = holdMusic();
  assert.equal(music.length, musicSeconds * rate);
  assert.ok(musicSeconds >= 30 && musicSeconds <= 60);
  const step = (a: number, b: number): number => Math.abs((music[a] ?? 0) - (music[b] ?? 0));
  let widest = 0;
  for (let n = 1; n < music.length; n += 1) widest = Math.max(widest, step(n, n - 1));
  assert.ok(step(0, music.length - 1) <= widest / 2, "the seam is no wider than what is heard all the time");
  assert.ok(music.every((sample) => Math.abs(sample) < 0.3 * 32_767));
  // Every half second something is heard.
  for (let from = 0; from < music.length; from += rate / 2)
    assert.ok(music.subarray(from, from + rate / 2).some((sample) => Math.abs(sample) > 500));
});

test("tones are WAV files of one channel with 16 bits at 8 kHz", () => {
  for (const samples of [beep(), attention()]) {
    const bytes = wavOf({ rate, samples });
    const view = new DataView(bytes.buffer);
    assert.equal(new TextDecoder().decode(bytes.subarray(0, 4)), "RIFF");
    assert.deepEqual([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)], [1, 8_000, 16]);
    assert.equal(view.getUint32(40, true), samples.length * 2);
    assert.equal(bytes.length, 44 + samples.length * 2);
  }
});
