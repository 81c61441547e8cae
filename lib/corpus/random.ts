// Chance that can be repeated: the same seed gives the same numbers on every machine. Used by all of lib/corpus and by the benches.

/** A source of numbers; every call moves it on. */
export interface Random {
  /** From 0 up to but not including 1. */
  readonly next: () => number;
  /** A whole number from 0 up to but not including `below`. */
  readonly int: (below: number) => number;
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  /** One of the list, all alike; throws for an empty list. */
  readonly pick: <T>(list: readonly T[]) => T;
  /** One of the list, the first most often: the n-th about 1/n as often (Zipf). */
  readonly zipf: <T>(list: readonly T[]) => T;
  /** One of the list by its weight. */
  readonly weighted: <T extends { readonly weight: number }>(list: readonly T[]) => T;
  /** Log-normal: half of the numbers lie below `median`; `spread` 1 means that a sixth lie above 2.7 times it. */
  readonly around: (median: number, spread: number) => number;
}

// xmur3: a text to 32 well-mixed bits, again and again.
const mixer = (text: string): (() => number) => {
  let h = 1779033703 ^ text.length;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353);
    h = (h << 13) | (h >>> 19);
  }
  return () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    return (h ^= h >>> 16) >>> 0;
  };
};

/** A source for a seed and a place; different places give unrelated numbers. The generator is sfc32 (PractRand-tested, period at least 2^64). */
export const randomFrom = (seed: number | string, ...place: readonly (number | string)[]): Random => {
  const mix = mixer([seed, ...place].join("/"));
  let [a, b, c, d] = [mix(), mix(), mix(), mix()] as [number, number, number, number];
  const bits = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i += 1) bits();
  const next = (): number => bits() / 4294967296;
  const int = (below: number): number => Math.floor(next() * below);
  const at = <T>(list: readonly T[], index: number): T => {
    if (list.length === 0) throw new Error("nothing to choose from");
    return list[Math.min(index, list.length - 1)] as T;
  };
  return {
    next,
    int,
    between: (low, high) => low + int(high - low + 1),
    chance: (probability) => next() < probability,
    pick: (list) => at(list, int(list.length)),
    // The inverse of the continuous 1/x law over 1 … n+1.
    zipf: (list) => at(list, Math.floor((list.length + 1) ** next()) - 1),
    weighted: (list) => {
      let rest = next() * list.reduce((sum, each) => sum + each.weight, 0);
      for (const each of list) if ((rest -= each.weight) < 0) return each;
      return at(list, list.length - 1);
    },
    around: (median, spread) =>
      median * Math.exp(spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())),
  };
};

/** `length` characters of an alphabet, for numbers and ids that look made by machines. */
export const codeFrom = (random: Random, length: number, alphabet = "0123456789abcdef"): string => {
  let code = "";
  for (let i = 0; i < length; i += 1) code += alphabet[random.int(alphabet.length)];
  return code;
};
