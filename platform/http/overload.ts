// Says when this process has too much to do, so that new calls are turned away before those in hand suffer. http.ts asks it per request.

export interface Load {
  /** Takes a place; false when there is none. Whoever took one gives it back. */
  readonly enter: () => boolean;
  readonly leave: () => void;
  readonly inFlight: () => number;
  /** The event loop is later than it may be. */
  readonly isLate: () => boolean;
  /** How late the event loop is, in milliseconds, smoothed over about a second. */
  readonly lagMs: () => number;
  /** Resolves when nothing is in flight. */
  readonly idle: () => Promise<void>;
  readonly stop: () => void;
}

const everyMs = 250;

/** Watches calls in flight and the event loop's lag. */
export const watchLoad = (options: { readonly maxInFlight: number; readonly maxLagMs: number }): Load => {
  let inFlight = 0;
  let lag = 0;
  let due = performance.now() + everyMs;
  let waiting: (() => void)[] = [];
  const timer = setInterval(() => {
    const now = performance.now();
    lag = lag * 0.7 + Math.max(0, now - due) * 0.3;
    due = now + everyMs;
  }, everyMs);
  timer.unref();
  const isLate = (): boolean => lag > options.maxLagMs;
  return {
    enter: () => {
      if (inFlight >= options.maxInFlight || isLate()) return false;
      inFlight += 1;
      return true;
    },
    leave: () => {
      inFlight -= 1;
      if (inFlight > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    inFlight: () => inFlight,
    isLate,
    lagMs: () => lag,
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    stop: () => clearInterval(timer),
  };
};
