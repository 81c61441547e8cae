// Tones as telephones carry them: makes them, and tells which are heard. For callers and sounds of the tests' making.

/** Tones that differ by whole waves in 20 ms, so that each is told from all others in one packet (Hz). */
export const tones = [400, 600, 800, 1_000, 1_200, 1_500, 1_800, 2_200] as const;
export type Tone = (typeof tones)[number];

const rate = 8_000;

/** Samples of a tone from the given sample on: loud, but several of them fit into one telephone. */
export const samplesOf = (tone: Tone, from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) =>
    Math.round(6_000 * Math.sin((2 * Math.PI * tone * (from + index)) / rate)),
  );

/** A WAV file (8 kHz, 16 bit, one channel) of a tone; null: of silence. */
export const wavOfTone = (tone: Tone | null, ms: number): Buffer => {
  const count = Math.round((ms * rate) / 1_000);
  const file = Buffer.alloc(44 + count * 2);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(36 + count * 2, 4);
  file.write("WAVEfmt ", 8, "latin1");
  for (const [at, value] of [
    [16, 16],
    [24, rate],
    [28, rate * 2],
  ] as const)
    file.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    file.writeUInt16LE(value, at);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(count * 2, 40);
  if (tone !== null)
    for (const [index, sample] of samplesOf(tone, 0, count).entries()) file.writeInt16LE(sample, 44 + index * 2);
  return file;
};

/** How much of a tone is in samples (Goertzel, "An algorithm for the evaluation of finite trigonometric series", 1958): about its amplitude. */
const strength = (samples: ArrayLike<number>, tone: number): number => {
  const twice = 2 * Math.cos((2 * Math.PI * tone) / rate);
  let [one, two] = [0, 0];
  for (let index = 0; index < samples.length; index += 1) [one, two] = [(samples[index] ?? 0) + twice * one - two, one];
  return (2 * Math.sqrt(Math.max(0, one * one + two * two - twice * one * two))) / samples.length;
};

/** Which tones are heard in samples of 20 ms, or of several. */
export const tonesIn = (samples: ArrayLike<number>): readonly Tone[] =>
  tones.filter((tone) => strength(samples, tone) > 1_500);

/** Which tones are in each channel of a WAV file (8 kHz, 16 bit), piece by piece of 20 ms; same neighbours are one. */
export const tonesOfWav = (file: Uint8Array): readonly (readonly string[])[] => {
  const view = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const channels = view.readUInt16LE(22);
  const frames = Math.floor((view.length - 44) / 2 / channels / 160);
  return Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: frames }, (__, frame) =>
      tonesIn(
        Array.from({ length: 160 }, (___, index) =>
          view.readInt16LE(44 + ((frame * 160 + index) * channels + channel) * 2),
        ),
      ).join("+"),
    ).filter((heard, index, all) => heard !== all[index - 1]),
  );
};
