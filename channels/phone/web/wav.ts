// Sounds as files: reads what is to be played, and writes what was recorded (RIFF WAVE, as in Microsoft's and IBM's "Multimedia Programming
// Interface and Data Specifications 1.0", 1991). Pure; called by the engine and by its child.
import { byteOf, frameBytes, quiet, sampleOf } from "./mulaw.ts";

/** Frames of a WAV file with 8 kHz and one channel (16 bit, or µ-law); the last is filled up with silence. Null: it is none. */
export const framesOf = (file: Uint8Array): readonly Uint8Array[] | null => {
  const view = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (view.length < 12 || view.toString("latin1", 0, 4) !== "RIFF" || view.toString("latin1", 8, 12) !== "WAVE")
    return null;
  let format: { readonly code: number; readonly bits: number } | null = null;
  for (let at = 12; at + 8 <= view.length;) {
    const name = view.toString("latin1", at, at + 4);
    const size = view.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === "fmt " && size >= 16 && start + 16 <= view.length) {
      if (view.readUInt16LE(start + 2) !== 1 || view.readUInt32LE(start + 4) !== 8_000) return null;
      format = { code: view.readUInt16LE(start), bits: view.readUInt16LE(start + 14) };
    }
    // A file that was written while it grew says too much or nothing of its size.
    if (name === "data")
      return format === null ? null : framed(view.subarray(start, Math.min(view.length, start + size)), format);
    at = start + size + (size % 2);
  }
  return null;
};

const framed = (
  data: Buffer,
  { code, bits }: { readonly code: number; readonly bits: number },
): readonly Uint8Array[] | null => {
  const isLinear = code === 1 && bits === 16;
  if (!isLinear && !(code === 7 && bits === 8)) return null;
  const samples = isLinear ? data.length >> 1 : data.length;
  const bytes = new Uint8Array(Math.ceil(samples / frameBytes) * frameBytes).fill(quiet);
  for (let index = 0; index < samples; index += 1)
    bytes[index] = isLinear ? byteOf(data.readInt16LE(index * 2)) : (data[index] ?? quiet);
  return Array.from({ length: bytes.length / frameBytes }, (_, index) =>
    bytes.subarray(index * frameBytes, (index + 1) * frameBytes),
  );
};

/** A WAV file (8 kHz, 16 bit) of µ-law bytes in which the channels take turns. */
export const wavOf = (bytes: Uint8Array, channels: number): Uint8Array => {
  const size = (bytes.length - (bytes.length % channels)) * 2;
  const file = Buffer.alloc(44 + size);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(36 + size, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(8_000, 24);
  file.writeUInt32LE(8_000 * channels * 2, 28);
  file.writeUInt16LE(channels * 2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(size, 40);
  for (let index = 0; index * 2 < size; index += 1) file.writeInt16LE(sampleOf(bytes[index] ?? quiet), 44 + index * 2);
  return file;
};
