// Sounds: files read and written, and that another rate neither loses nor adds a tone.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { lengthMs, readWav, resampled, wavOf, type Sound } from "#lib/sound.ts";
import { fc } from "#test/chance.ts";

const tone = (hertz: number, rate: number, seconds = 0.5, size = 10_000): Sound => ({
  rate,
  samples: Int16Array.from({ length: rate * seconds }, (_, n) =>
    Math.round(size * Math.sin((2 * Math.PI * hertz * n) / rate)),
  ),
});

/** How much of that tone is in a sound (Goertzel), as the tone's own size; the ends, where a filter begins, are left out. */
const partOf = ({ rate, samples }: Sound, hertz: number): number => {
  const inner = samples.subarray(400, samples.length - 400);
  let [real, imaginary] = [0, 0];
  for (const [n, sample] of inner.entries()) {
    real += sample * Math.cos((2 * Math.PI * hertz * n) / rate);
    imaginary += sample * Math.sin((2 * Math.PI * hertz * n) / rate);
  }
  return (2 * Math.hypot(real, imaginary)) / inner.length;
};

suite("sounds", () => {
  test("a WAV file that was written is read as it was", () => {
    fc.assert(
      fc.property(
        fc.int16Array({ maxLength: 300 }),
        fc.constantFrom(8_000, 16_000, 22_050, 48_000),
        (samples, rate) => {
          const read = readWav(wavOf({ rate, samples }));
          assert.ok(read);
          assert.equal(read.rate, rate);
          assert.deepEqual([...read.samples], [...samples]);
        },
      ),
    );
  });

  test("whatever bytes there are: a sound or none, never an exception", () => {
    const whole = wavOf(tone(440, 8_000, 0.02));
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: 80 }), (cut, byte, at) => {
        const bytes = whole.slice(0, cut);
        if (at < bytes.length) bytes[at] = byte;
        const read = readWav(bytes);
        assert.ok(read === null || read.samples.length <= bytes.length);
      }),
      { numRuns: 300 },
    );
    assert.equal(readWav(new Uint8Array()), null);
    assert.equal(readWav(new TextEncoder().encode("<html>".repeat(20))), null);
  });

  test("a stream's length that nobody knew is as long as the file", () => {
    const file = wavOf(tone(440, 22_050, 0.1));
    new DataView(file.buffer).setUint32(40, 0x7ffff000, true);
    assert.equal(readWav(file)?.samples.length, 2_205);
  });

  test("two channels become one, of floats and of µ-law as of numbers", () => {
    const shaped = (code: number, bits: number, channels: number, body: Uint8Array): Uint8Array => {
      const file = new Uint8Array(44 + body.length);
      file.set(wavOf({ rate: 8_000, samples: new Int16Array() }).subarray(0, 44));
      const view = new DataView(file.buffer);
      view.setUint16(20, code, true);
      view.setUint16(22, channels, true);
      view.setUint16(34, bits, true);
      view.setUint32(40, body.length, true);
      file.set(body, 44);
      return file;
    };
    const floats = new Uint8Array(new Float32Array([0.25, -0.25, 1, 1, 7, Number.NaN]).buffer);
    assert.deepEqual([...(readWav(shaped(3, 32, 2, floats))?.samples ?? [])], [0, 32_767, 16_384]);
    // Values of ITU-T G.711: 0xff is nothing, 0x80 and 0x00 the loudest of either sign.
    assert.deepEqual(
      [...(readWav(shaped(7, 8, 1, Uint8Array.of(0xff, 0x80, 0x00)))?.samples ?? [])],
      [0, 32124, -32124],
    );
    assert.deepEqual([...(readWav(shaped(6, 8, 1, Uint8Array.of(0xd5, 0x55, 0xaa)))?.samples ?? [])], [8, -8, 32256]);
  });

  test("what a telephone carries stays as loud as it was, at every rate", () => {
    for (const rate of [16_000, 22_050, 24_000, 44_100, 48_000])
      for (const hertz of [200, 1_000, 3_000]) {
        const there = partOf(resampled(tone(hertz, rate), 8_000), hertz);
        assert.ok(Math.abs(there - 10_000) < 100, `${hertz} Hz at ${rate}: ${there}`);
      }
  });

  test("what it does not carry is gone, instead of coming back as another tone", () => {
    for (const [rate, hertz, folded] of [
      [22_050, 5_000, 3_000],
      [48_000, 7_000, 1_000],
      [16_000, 6_500, 1_500],
    ] as const) {
      const there = partOf(resampled(tone(hertz, rate), 8_000), folded);
      assert.ok(there < 10, `${hertz} Hz at ${rate} comes back: ${there}`);
    }
  });

  test("it is as long as before, whatever the rates", () => {
    fc.assert(
      fc.property(fc.constantFrom(4_000, 11_025, 22_050, 32_000, 44_100, 96_000), (rate) => {
        const sound = { rate, samples: new Int16Array(2_000) };
        assert.ok(Math.abs(lengthMs(resampled(sound, 8_000)) - lengthMs(sound)) < 0.2);
      }),
      { numRuns: 10 },
    );
  });
});
