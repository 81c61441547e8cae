// Slows down whoever fails again and again (guessed passwords, forged tokens). Sign-in asks it per account and per address.

export interface Brake {
  /** Milliseconds to wait before the next try of that key; 0 means go on. */
  readonly waitMs: (key: string, now: Date) => number;
  /** Tells of a failure. */
  readonly failed: (key: string, now: Date) => void;
  /** Tells of a success: the key starts anew. */
  readonly succeeded: (key: string) => void;
  readonly size: () => number;
}

/**
 * After `free` failures within `windowMs` each further one doubles the wait, from `firstMs` to at most `longestMs`. Memory is bounded:
 * of more than `maxKeys` keys the longest untouched go. One process's own: with N servers an attacker has N times the tries.
 */
export const createBrake = (options: {
  readonly free: number;
  readonly windowMs: number;
  readonly firstMs: number;
  readonly longestMs: number;
  readonly maxKeys?: number;
}): Brake => {
  const maxKeys = options.maxKeys ?? 10_000;
  // A Map keeps the order of insertion: each touch moves a key to the end, so the first is the longest untouched.
  const failures = new Map<string, { readonly count: number; readonly at: number }>();
  const recent = (key: string, now: Date): { readonly count: number; readonly at: number } | null => {
    const found = failures.get(key);
    if (found === undefined) return null;
    if (now.getTime() - found.at > options.windowMs + pause(found.count)) {
      failures.delete(key);
      return null;
    }
    return found;
  };
  const pause = (count: number): number =>
    count < options.free ? 0 : Math.min(options.longestMs, options.firstMs * 2 ** Math.min(40, count - options.free));
  return {
    waitMs: (key, now) => {
      const found = recent(key, now);
      return found === null ? 0 : Math.max(0, found.at + pause(found.count) - now.getTime());
    },
    failed: (key, now) => {
      const count = (recent(key, now)?.count ?? 0) + 1;
      failures.delete(key);
      failures.set(key, { count, at: now.getTime() });
      const oldest = failures.size > maxKeys ? failures.keys().next().value : undefined;
      if (oldest !== undefined) failures.delete(oldest);
    },
    succeeded: (key) => void failures.delete(key),
    size: () => failures.size,
  };
};
