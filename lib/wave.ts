// WAV files of 16 bits: how loud they are along their time, how long they are. Pure; called by whoever keeps recordings.

/** Why bytes are no WAV that can be read here. */
export const notWav = "no WAV file of 16 bits";

/** What is read of a WAV's head (RIFF, Microsoft and IBM 1991). */
interface Head {
  readonly channels: number;
  readonly rate: number;
  readonly from: number;
  readonly length: number;
}

const headOf = (bytes: Uint8Array): Head => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || name(0) !== "RIFF" || name(8) !== "WAVE") throw new Error(notWav);
  let format: { readonly channels: number; readonly rate: number } | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === "fmt " && size >= 16 && at + 24 <= bytes.length) {
      if (view.getUint16(at + 8, true) !== 1 || view.getUint16(at + 22, true) !== 16) throw new Error(notWav);
      format = { channels: view.getUint16(at + 10, true), rate: view.getUint32(at + 12, true) };
    }
    if (name(at) === "data") {
      if (format === null || format.channels < 1 || format.channels > 2 || format.rate === 0) throw new Error(notWav);
      // A recorder that was killed never wrote how much there is.
      const length = Math.min(size, bytes.length - at - 8);
      return { ...format, from: at + 8, length: length - (length % (format.channels * 2)) };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error(notWav);
};

/**
 * How long a WAV of 16 bits is, and how loud along its time: `points` values of each side from 0 to 100, the loudest sample of each stretch. One channel is the left side, and the right is
 * silent. Throws `notWav`.
 */
export const waveOf = (
  bytes: Uint8Array,
  points = 200,
): { readonly seconds: number; readonly left: readonly number[]; readonly right: readonly number[] } => {
  const { channels, rate, from, length } = headOf(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames = length / (channels * 2);
  const peak = (side: number, point: number): number => {
    if (side >= channels) return 0;
    const first = Math.floor((point * frames) / points);
    const last = Math.max(first + 1, Math.floor(((point + 1) * frames) / points));
    let most = 0;
    for (let frame = first; frame < Math.min(last, frames); frame += 1)
      most = Math.max(most, Math.abs(view.getInt16(from + (frame * channels + side) * 2, true)));
    return Math.round((most * 100) / 32_768);
  };
  const sides = [0, 1].map((side) => Array.from({ length: points }, (_, point) => peak(side, point)));
  return { seconds: Math.round((frames * 1_000) / rate) / 1_000, left: sides[0] ?? [], right: sides[1] ?? [] };
};
