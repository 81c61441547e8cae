// Evens out packets that come early, late, twice or never: audio in at the pace of the network, out a frame every 20 ms. Pure; called by leg.ts.
import { frameBytes, quiet } from "./mulaw.ts";

/** How much is held back: two frames. */
const heldBack = 2 * frameBytes;
/** More than this in store (a burst after a hole) is delay for nothing: it is dropped down to what is held back. */
const most = 10 * frameBytes;
/** What came is given out so many frames later at most. */
export const mostLate = most / frameBytes;
const room = 16_384;

export interface Jitter {
  /** Audio as it came; `timestamp` counts samples. */
  readonly push: (timestamp: number, payload: Uint8Array) => void;
  /** The next 20 ms, good until the next call; null: nothing is there. What got lost in between is silence. */
  readonly pop: () => Uint8Array | null;
  readonly clear: () => void;
}

export const createJitter = (): Jitter => {
  const ring = new Uint8Array(room).fill(quiet);
  const out = new Uint8Array(frameBytes);
  let [next, end] = [0, 0];
  let primed = false;
  const clear = (): void => {
    ring.fill(quiet);
    primed = false;
  };
  return {
    push: (timestamp, payload) => {
      if (payload.length > most) return;
      // Differences of samples as 32 bits with a sign: the count runs over after six days.
      const ahead = (timestamp - next) | 0;
      if (!primed || Math.abs(ahead) > room / 2) {
        clear();
        primed = true;
        next = (timestamp - heldBack) >>> 0;
        end = timestamp;
      } else if (ahead < 0) return;
      for (let index = 0; index < payload.length; index += 1)
        ring[(timestamp + index) % room] = payload[index] ?? quiet;
      const until = (timestamp + payload.length) >>> 0;
      if (((until - end) | 0) > 0) end = until;
      const stored = (end - next) | 0;
      if (stored <= most) return;
      const dropped = stored - heldBack - frameBytes;
      for (let index = 0; index < dropped; index += 1) ring[(next + index) % room] = quiet;
      next = (next + dropped) >>> 0;
    },
    pop: () => {
      if (!primed) return null;
      if (((end - next) | 0) <= 0) {
        primed = false;
        return null;
      }
      for (let index = 0; index < frameBytes; index += 1) {
        const at = (next + index) % room;
        out[index] = ring[at] ?? quiet;
        ring[at] = quiet;
      }
      next = (next + frameBytes) >>> 0;
      return out;
    },
    clear,
  };
};
