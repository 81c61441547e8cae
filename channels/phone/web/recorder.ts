// Keeps what is said, as it comes: µ-law bytes in a file that is whole at every moment but for the last second, so that nothing but that is lost when the
// process is killed. Called by voices.ts; read by the server's side (recordings.ts).
import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { mostLate } from "./jitter.ts";
import { frameBytes, frameMs, quiet } from "./mulaw.ts";
import { fileOf } from "./recordings.ts";

const flushFrames = 1_000 / frameMs;

export interface Recorder {
  paused: boolean;
  /** The next 20 ms of each side; null: silence. While it is paused nothing is kept. False: that was the last that may be kept. */
  readonly keep: (left: Uint8Array | null, right: Uint8Array | null) => boolean;
  /** Ends it: what is in the file is there to stay. `failed`: nothing was kept. */
  readonly end: () => { readonly seconds: number; readonly failed: boolean };
}

/** Begins a recording in the folder; throws the system's error when there is no file to be had. One channel: only `left` is kept. */
export const createRecorder = (
  folder: string,
  recordingId: string,
  {
    channels,
    mostSeconds,
    paused,
  }: { readonly channels: 1 | 2; readonly mostSeconds: number; readonly paused: boolean },
): Recorder => {
  const live = fileOf(folder, recordingId, channels, true);
  const file = openSync(live, "a", 0o600);
  const block = Buffer.alloc(flushFrames * frameBytes * channels);
  let filled = 0;
  let frames = 0;
  let failed = false;
  // What was said during a pause and is still held back belongs to it.
  let late = 0;
  const flush = (): void => {
    if (filled === 0 || failed) return;
    try {
      writeSync(file, block, 0, filled);
    } catch {
      // A full disk: what was kept so far stays.
      failed = true;
    }
    filled = 0;
  };
  const self: Recorder = {
    paused,
    keep: (left, right) => {
      if (self.paused) {
        late = mostLate;
        return true;
      }
      if (late > 0) {
        late -= 1;
        return true;
      }
      for (let index = 0; index < frameBytes; index += 1) {
        block[filled++] = left?.[index] ?? quiet;
        if (channels === 2) block[filled++] = right?.[index] ?? quiet;
      }
      frames += 1;
      if (filled === block.length) flush();
      return !failed && frames * frameMs < mostSeconds * 1_000;
    },
    end: () => {
      flush();
      closeSync(file);
      renameSync(live, fileOf(folder, recordingId, channels, false));
      return { seconds: (frames * frameMs) / 1_000, failed: frames === 0 };
    },
  };
  return self;
};
