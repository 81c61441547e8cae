// How often codes may be guessed: wrong ones from one place, and from all of them. Each node counts for itself. Used by second-pages.ts.

/** Counts in windows of ten minutes. */
const windowMs = 600_000;

export interface Guesses {
  /** One more try from there, counted before it is looked at, so that of many at once not one more is. Milliseconds to wait when there were too many, null: go on. */
  readonly begin: (place: string) => number | null;
  /** It was right: it counts no more. */
  readonly right: (place: string) => void;
}

export const openGuesses = (
  most: { readonly fromPlace: number; readonly inAll: number },
  now: () => number = () => performance.now(),
): Guesses => {
  let counts = new Map<string, number>();
  let all = 0;
  let ends = 0;
  return {
    begin: (place) => {
      if (now() >= ends) {
        counts = new Map();
        all = 0;
        ends = now() + windowMs;
      }
      const here = counts.get(place) ?? 0;
      if (here >= most.fromPlace || all >= most.inAll) return Math.ceil(ends - now());
      counts.set(place, here + 1);
      all += 1;
      return null;
    },
    right: (place) => {
      const here = counts.get(place) ?? 0;
      if (here === 0) return;
      counts.set(place, here - 1);
      all -= 1;
    },
  };
};
