// Which callers' pages are open, at any node: a page that looked within some seconds can be rung. Used by call-site.ts and switchboard*.ts.
import type { Bus } from "#platform/live/bus.ts";

/** A page looks every two to four seconds; one that has not for so long is gone. */
const goneAfterMs = 15_000;

export interface CallPages {
  /** A page of this visitor's has looked just now. */
  readonly looked: (address: string) => void;
  readonly isThere: (address: string) => boolean;
  readonly stop: () => void;
}

/** `now`: milliseconds that only go on. */
export const openCallPages = (bus: Bus, now: () => number = () => performance.now()): CallPages => {
  const seen = new Map<string, number>();
  const note = (address: string): void => {
    // In the order of their last look: the first are the oldest.
    seen.delete(address);
    seen.set(address, now());
    for (const [old, at] of seen) {
      if (now() - at <= goneAfterMs) break;
      seen.delete(old);
    }
  };
  const stop = bus.on("callPages", (heard) => {
    if (typeof heard === "string") note(heard);
  });
  return {
    looked: (address) => {
      note(address);
      bus.hint("callPages", address);
    },
    isThere: (address) => now() - (seen.get(address) ?? -Infinity) <= goneAfterMs,
    stop,
  };
};
