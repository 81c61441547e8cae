// The one clock of all audio: a tick every 20 ms, however late the timers come. Called by voices.ts.
import { frameMs } from "./mulaw.ts";

/** So many are made up for at once when the process was held up; what is later than that is left out, and everybody goes on from now. */
const mostAtOnce = 5;

export interface Ticker {
  /** Ticks from now on, or rests. */
  readonly run: (on: boolean) => void;
}

/** `tick` is told the time of the tick (milliseconds of performance.now()) and its number. */
export const startTicker = (tick: (nowMs: number, count: number) => void): Ticker => {
  let timer: NodeJS.Timeout | null = null;
  let next = 0;
  let count = 0;
  const wait = (): void => {
    timer = setTimeout(go, Math.max(1, next - performance.now()));
  };
  const go = (): void => {
    const now = performance.now();
    if (now - next > mostAtOnce * frameMs) next = now;
    // Timers come a little early, too.
    while (timer !== null && next <= performance.now() + 1) {
      tick(next, count++);
      next += frameMs;
    }
    if (timer !== null) wait();
  };
  return {
    run: (on) => {
      if (on === (timer !== null)) return;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      if (!on) return;
      next = performance.now() + frameMs;
      wait();
    },
  };
};
