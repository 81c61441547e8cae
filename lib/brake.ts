// Holds back what comes faster than it can be meant: so many at once, so many a second after that. Used by the engines of the telephone for keys.

export interface Brake {
  /** May one more pass at this time (a clock's milliseconds)? One that may is counted. */
  readonly passes: (nowMs: number) => boolean;
}

/** A brake that lets `atOnce` through at once, and `aSecond` each second after that. */
export const createBrake = ({ atOnce, aSecond }: { readonly atOnce: number; readonly aSecond: number }): Brake => {
  let left = atOnce;
  let seenMs: number | null = null;
  return {
    passes: (nowMs) => {
      // A clock that was set back gives nothing and takes nothing.
      if (seenMs !== null) left = Math.min(atOnce, left + (Math.max(0, nowMs - seenMs) / 1_000) * aSecond);
      seenMs = nowMs;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
};

/** Keys of a telephone: more than anybody presses, and than a telephone's memory dials (80 ms each). */
export const keysBrake = (): Brake => createBrake({ atOnce: 40, aSecond: 15 });
