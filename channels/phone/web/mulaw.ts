// Telephone audio: 8,000 samples a second, each a byte of the µ-law (ITU-T G.711). Pure; called by whatever mixes, plays and keeps sounds.

/** A frame is what travels in one packet: 20 ms. */
export const frameBytes = 160;
export const frameMs = 20;
/** A sample of silence. */
export const quiet = 0xff;

const bias = 0x84;
const most = 32_635;

const encodeSample = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const size = Math.min(most, Math.abs(sample)) + bias;
  const exponent = Math.max(0, 24 - Math.clz32(size));
  return ~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 0x0f)) & 0xff;
};

const decodeByte = (byte: number): number => {
  const value = ~byte & 0xff;
  const exponent = (value >> 4) & 7;
  const size = ((((value & 0x0f) << 3) + bias) << exponent) - bias;
  return (value & 0x80) === 0 ? size : -size;
};

const decoded = Int16Array.from({ length: 256 }, (_, byte) => decodeByte(byte));
const encoded = Uint8Array.from({ length: 65_536 }, (_, index) => encodeSample(index - 32_768));

/** What a byte means: -32,124 to 32,124. */
export const sampleOf = (byte: number): number => decoded[byte & 0xff] ?? 0;

/** The nearest byte; what is louder than can be said is cut. */
export const byteOf = (sample: number): number =>
  encoded[Math.max(-32_768, Math.min(32_767, Math.round(sample))) + 32_768] ?? quiet;

const sums = new Int32Array(frameBytes);

/** The sum of frames, cut where it is too loud, written into `into`; null: nothing to hear. One frame is given as it is. */
export const mixed = (frames: readonly (Uint8Array | null)[], into: Uint8Array): Uint8Array | null => {
  let only: Uint8Array | null = null;
  let count = 0;
  for (const frame of frames)
    if (frame !== null) {
      only = frame;
      count += 1;
    }
  if (count <= 1) return only;
  sums.fill(0);
  for (const frame of frames)
    if (frame !== null)
      for (let index = 0; index < frameBytes; index += 1)
        sums[index] = (sums[index] ?? 0) + sampleOf(frame[index] ?? quiet);
  for (let index = 0; index < frameBytes; index += 1) into[index] = byteOf(sums[index] ?? 0);
  return into;
};

/** How loud bytes are: the mean of their samples' sizes, 0 to 32,124. */
export const loudness = (bytes: Uint8Array): number => {
  let sum = 0;
  for (const byte of bytes) sum += Math.abs(sampleOf(byte));
  return bytes.length === 0 ? 0 : sum / bytes.length;
};
