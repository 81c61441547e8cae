// A set kept in order that knows how many come before each member. Used by modules/routing, where people wait in order.

/** Members in an order of their own; all times are of the number of members. */
export interface OrderedSet<T> {
  readonly size: () => number;
  /** Adds what is not there yet, else changes nothing. */
  readonly add: (value: T) => void;
  /** Was it there? */
  readonly remove: (value: T) => boolean;
  readonly has: (value: T) => boolean;
  readonly first: () => T | undefined;
  readonly last: () => T | undefined;
  /** How many come before this value; it need not be a member. */
  readonly countBefore: (value: T) => number;
  /** The first, in order, that it is true of. */
  readonly firstWhere: (isIt: (value: T) => boolean) => T | undefined;
  readonly toArray: () => T[];
}

/** Runs longer than this are halved: moving so few references costs less than following as many links. */
const longestRun = 256;

/**
 * An ordered set as a list of sorted runs: finding is two binary searches, O(log n); adding and removing move at most `longestRun` references, and a run's
 * place once in so many changes; `countBefore` adds up one number for each run. What `compare` reads must not change while a value is a member; it says 0
 * for the same member only.
 */
export const orderedSet = <T>(compare: (a: T, b: T) => number): OrderedSet<T> => {
  // No run is empty.
  const runs: T[][] = [];
  let size = 0;

  /** The first run that ends at or after the value; the number of runs: none does. */
  const runOf = (value: T): number => {
    let low = 0;
    let high = runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const run = runs[middle] as T[];
      if (compare(run[run.length - 1] as T, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** The place of the first member of the run that is not before the value. */
  const placeIn = (run: readonly T[], value: T): number => {
    let low = 0;
    let high = run.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(run[middle] as T, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const find = (value: T): readonly [run: number, place: number] | null => {
    const at = runOf(value);
    const run = runs[at];
    if (run === undefined) return null;
    const place = placeIn(run, value);
    return compare(run[place] as T, value) === 0 ? [at, place] : null;
  };

  const add = (value: T): void => {
    const last = runs[runs.length - 1];
    if (last === undefined) {
      runs.push([value]);
      size += 1;
      return;
    }
    const at = Math.min(runOf(value), runs.length - 1);
    const run = runs[at] as T[];
    const place = placeIn(run, value);
    if (place < run.length && compare(run[place] as T, value) === 0) return;
    run.splice(place, 0, value);
    size += 1;
    if (run.length > longestRun) runs.splice(at + 1, 0, run.splice(longestRun >>> 1));
  };

  const remove = (value: T): boolean => {
    const found = find(value);
    if (found === null) return false;
    const [at, place] = found;
    const run = runs[at] as T[];
    run.splice(place, 1);
    if (run.length === 0) runs.splice(at, 1);
    size -= 1;
    return true;
  };

  return {
    size: () => size,
    add,
    remove,
    has: (value) => find(value) !== null,
    first: () => runs[0]?.[0],
    last: () => runs[runs.length - 1]?.at(-1),
    countBefore: (value) => {
      const at = runOf(value);
      let count = 0;
      for (let each = 0; each < at; each += 1) count += (runs[each] as T[]).length;
      const run = runs[at];
      return run === undefined ? count : count + placeIn(run, value);
    },
    firstWhere: (isIt) => {
      for (const run of runs) for (const value of run) if (isIt(value)) return value;
      return undefined;
    },
    toArray: () => runs.flat(),
  };
};
