// Pieces of recordings, one for each leg and stretch, laid beside one another into one WAV file. Pure. Called by records.ts.

const rate = 8_000;

export interface Piece {
  /** From the beginning of the recording, in milliseconds. */
  readonly offsetMs: number;
  readonly side: "left" | "right";
  /** 16 bit, 8 kHz, one channel. */
  readonly samples: Int16Array;
}

/** The samples of a WAV file with 8 kHz, 16 bit, one channel; null when it is none. A length in the header that is not true is not believed. */
export const samplesOf = (wav: Uint8Array): Int16Array | null => {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const named = (at: number): string => String.fromCharCode(...wav.subarray(at, at + 4));
  if (wav.length < 12 || named(0) !== "RIFF" || named(8) !== "WAVE") return null;
  let fits = false;
  for (let at = 12; at + 8 <= wav.length;) {
    const size = view.getUint32(at + 4, true);
    if (named(at) === "fmt " && at + 24 <= wav.length)
      fits =
        view.getUint16(at + 8, true) === 1 &&
        view.getUint16(at + 10, true) === 1 &&
        view.getUint32(at + 12, true) === rate &&
        view.getUint16(at + 22, true) === 16;
    if (named(at) === "data") {
      if (!fits) return null;
      // Who was killed while writing has not said how long it is.
      const end = size === 0 ? wav.length : Math.min(wav.length, at + 8 + size);
      // A copy, whatever kind of array it came in: samples begin at even bytes of their own.
      const bytes = new Uint8Array(wav.subarray(at + 8, end - ((end - at - 8) % 2)));
      return new Int16Array(bytes.buffer, 0, bytes.length / 2);
    }
    at += 8 + size + (size % 2);
  }
  return null;
};

/** One file of all pieces: two channels, or one when `channels` is 1. Where pieces overlap they are added, as voices in a room are. */
export const merged = (pieces: readonly Piece[], channels: 1 | 2): Uint8Array => {
  const starts = pieces.map(({ offsetMs }) => Math.max(0, Math.round((offsetMs * rate) / 1_000)));
  const frames = Math.max(0, ...pieces.map(({ samples }, index) => (starts[index] ?? 0) + samples.length));
  const out = new Uint8Array(44 + frames * channels * 2);
  const sound = new Int16Array(out.buffer, 44, frames * channels);
  for (const [index, { side, samples }] of pieces.entries()) {
    const start = starts[index] ?? 0;
    const channel = channels === 2 && side === "right" ? 1 : 0;
    for (let frame = 0; frame < samples.length; frame += 1) {
      const at = (start + frame) * channels + channel;
      const sum = (sound[at] ?? 0) + (samples[frame] ?? 0);
      sound[at] = Math.max(-32_768, Math.min(32_767, sum));
    }
  }
  writeHeader(new DataView(out.buffer), frames, channels);
  return out;
};

function writeHeader(view: DataView, frames: number, channels: number): void {
  const name = (at: number, word: string): void => {
    for (let index = 0; index < 4; index += 1) view.setUint8(at + index, word.charCodeAt(index));
  };
  const bytes = frames * channels * 2;
  name(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  name(8, "WAVE");
  name(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  name(36, "data");
  view.setUint32(40, bytes, true);
}
