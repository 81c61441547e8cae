// Now, to the second: for what is counted while somebody looks. Called by what shows running time.
import { useSyncExternalStore } from "react";

let nowMs = Date.now();
let ticking: ReturnType<typeof setInterval> | null = null;
const watchers = new Set<() => void>();

const watch = (heard: () => void): (() => void) => {
  watchers.add(heard);
  if (ticking === null) nowMs = Date.now();
  ticking ??= setInterval(() => {
    nowMs = Date.now();
    for (const one of watchers) one();
  }, 1_000);
  return () => {
    watchers.delete(heard);
    if (watchers.size > 0 || ticking === null) return;
    clearInterval(ticking);
    ticking = null;
  };
};

/** Milliseconds since 1970, renewed every second by one clock for all. */
export const useTick = (): number => useSyncExternalStore(watch, () => nowMs);
