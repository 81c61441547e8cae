// Decides what a word is for the search and how words are compared. Called by search/actions.ts and search/reads.ts; pure.
import { fold, skeleton } from "#lib/fold.ts";

export { fold, skeleton };

/** Longest text that is searched, in characters: an index entry has a limit, and no person writes more. */
const searchedLength = 100_000;
/**
 * What of a text is indexed: its first 100,000 characters, each run of letters between spaces once (places are not kept), without
 * quotation marks: unaccent would make "<<kein" of "«kein".
 */
export const searchable = (text: string): string =>
  [
    ...new Set(
      text
        .slice(0, searchedLength)
        .replaceAll(/[\u0000«»„“”‚‘‹›]/g, " ")
        .split(/\s+/),
    ),
  ].join(" ");
const shortest = 4;
const longest = 40;
const mostWords = 2_000;

/** The different folded words of four to forty letters; at most 2,000. Numbers and codes are found as they are and need no near spelling. */
export const wordsOf = (text: string): string[] => {
  const words = new Set<string>();
  for (const [word] of fold(text.slice(0, searchedLength)).matchAll(/\p{L}{4,}/gu)) {
    if (word.length > longest) continue;
    words.add(word);
    if (words.size >= mostWords) break;
  }
  return [...words];
};

/** A set that forgets its oldest entries beyond `most`: which words are known to stand in the table. */
export const createKnown = (
  most: number,
): { readonly has: (word: string) => boolean; readonly add: (words: readonly string[]) => void } => {
  // Two generations: when the young one is full the old one goes. Cheaper than moving every word that is met.
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    has: (word) => young.has(word) || old.has(word),
    add: (words) => {
      for (const word of words) young.add(word);
      if (young.size <= most / 2) return;
      old = young;
      young = new Set();
    },
  };
};

/** The folded words of a short text. */
export const tokensOf = (text: string): string[] => fold(text).match(/[\p{L}\p{N}_]+/gu) ?? [];

/** What somebody typed, taken apart. */
export interface Wish {
  /** Concern's numbers: "1234", "#1234", "[#1234]". */
  readonly numbers: readonly number[];
  /** Tags: "#vip". */
  readonly tags: readonly string[];
  /** Everything else, as typed, at most ten. */
  readonly terms: readonly string[];
}

/** Takes a query apart. A plain number is looked for as a concern's number and as a word. */
export const understandWish = (query: string): Wish => {
  const numbers: number[] = [];
  const tags: string[] = [];
  const terms: string[] = [];
  for (const piece of query.replaceAll("\u0000", " ").split(/\s+/u)) {
    const number = /^\[?(#?)(\d{1,15})\]?$/.exec(piece);
    if (number) {
      numbers.push(Number(number[2]));
      if (number[1] === "") terms.push(piece);
      continue;
    }
    if (/^#[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(piece)) tags.push(piece.slice(1));
    else if (/[\p{L}\p{N}]/u.test(piece)) terms.push(piece);
  }
  return { numbers: numbers.slice(0, 5), tags: tags.slice(0, 3), terms: terms.slice(0, 10) };
};

/** A term for which compounds and near spellings are looked up: one word of four letters or more. Null: as it is. */
export const wordOf = (term: string): string | null => {
  const word = fold(term).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  return word.length >= shortest && word.length <= longest && /^\p{L}+$/u.test(word) ? word : null;
};

/** A typing mistake: one letter wrong, missing, too much or two swapped; from eleven letters on two. Words of four letters have no near ones. */
export const isNear = (term: string, word: string): boolean => {
  const a = skeleton(term);
  const b = skeleton(word);
  if (a === b) return true;
  const allowed = a.length >= 11 ? 2 : a.length >= 5 ? 1 : 0;
  return Math.abs(a.length - b.length) <= allowed && distance(a, b, allowed) <= allowed;
};

/** Optimal string alignment distance (Damerau-Levenshtein without moves over a moved letter); stops beyond `most`. */
const distance = (a: string, b: string, most: number): number => {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return least;
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
};

/** Words taken for one term: those that hold it, the shortest first, and those spelled nearly like it. */
const mostParts = 30;
const mostNear = 12;

/** Chooses from the words that were found for a term. */
export const chosenWords = (
  term: string,
  found: readonly { readonly word: string; readonly part: boolean }[],
): string[] => {
  const parts = found.filter(({ part }) => part).map(({ word }) => word);
  const near = found.filter(({ word, part }) => !part && isNear(term, word)).map(({ word }) => word);
  return [...new Set([...parts.slice(0, mostParts), ...near.slice(0, mostNear)])];
};

/** In which share of messages a term stands, at most: its stems together. */
export const shareOf = (stems: readonly string[], common: ReadonlyMap<string, number>): number =>
  Math.min(
    1,
    [...new Set(stems)].reduce((sum, stem) => sum + (common.get(stem) ?? 0), 0),
  );
