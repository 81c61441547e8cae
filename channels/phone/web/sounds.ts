// Sounds as the engine plays them, fetched from whatever server is attached and kept in memory by what they are. Called by child.ts.
import type { Frames } from "./player.ts";
import { framesOf } from "./wav.ts";

/** Two hours of sound. */
const mostFrames = 360_000;
const longestWaitMs = 15_000;

export interface Sounds {
  /** Null: there is none, it is none, or nobody gave it in time. */
  readonly get: (sound: string) => Promise<Frames>;
  readonly put: (sound: string, wav: Uint8Array | null) => void;
  /** Asks anew for everything that is waited for. */
  readonly askAgain: () => void;
}

export const createSounds = (ask: (sound: string) => void): Sounds => {
  /** The one that was used last is last. */
  const known = new Map<string, NonNullable<Frames>>();
  const waiting = new Map<string, { readonly all: ((frames: Frames) => void)[]; readonly timer: NodeJS.Timeout }>();
  const settle = (sound: string, frames: Frames): void => {
    const entry = waiting.get(sound);
    if (entry === undefined) return;
    waiting.delete(sound);
    clearTimeout(entry.timer);
    for (const resolve of entry.all) resolve(frames);
  };
  let size = 0;
  const keep = (sound: string, frames: NonNullable<Frames>): void => {
    known.set(sound, frames);
    size += frames.length;
    for (const [oldest, { length }] of known) {
      if (size <= mostFrames || oldest === sound) break;
      known.delete(oldest);
      size -= length;
    }
  };
  return {
    get: async (sound) => {
      const frames = known.get(sound);
      if (frames !== undefined) {
        known.delete(sound);
        known.set(sound, frames);
        return frames;
      }
      return new Promise((resolve) => {
        const entry = waiting.get(sound);
        if (entry !== undefined) return void entry.all.push(resolve);
        waiting.set(sound, { all: [resolve], timer: setTimeout(() => settle(sound, null), longestWaitMs) });
        ask(sound);
      });
    },
    put: (sound, wav) => {
      if (!waiting.has(sound)) return;
      const frames = wav === null ? null : framesOf(wav);
      if (frames !== null) keep(sound, frames);
      settle(sound, frames);
    },
    askAgain: () => {
      for (const sound of waiting.keys()) ask(sound);
    },
  };
};
