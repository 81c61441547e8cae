// Decides what a word is for the search and how words are compared. Called by search/actions.ts and search/reads.ts; pure.

const letters = new Map([
  ["ß", "ss"], ["æ", "ae"], ["œ", "oe"], ["ø", "o"], ["đ", "d"], ["ð", "d"], ["þ", "th"], ["ł", "l"], ["ı", "i"], ["ħ", "h"],
]);

/** A text in lower case without accents, character by character as PostgreSQL's `fold` gives it for European letters. */
export const fold = (text: string): string => {
  if (!/[^\u0000-\u007f]/.test(text)) return text.toLowerCase();
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[ßæœøđðþłıħ]/g, (letter) => letters.get(letter) ?? letter);
};

/** Longest text that is searched, in characters: an index entry has a limit, and no person writes more. */
export const searchedLength = 100_000;
const shortest = 4;
const longest = 40;
const mostWords = 2_000;

/** The different folded words of four to forty letters, sorted; at most 2,000. Numbers and mixed codes are found as they are and need no near spelling. */
export const wordsOf = (text: string): string[] => {
  const words = new Set<string>();
  for (const match of fold(text.slice(0, searchedLength)).matchAll(/[\p{L}\p{N}_]+/gu)) {
    const word = match[0];
    if (word.length < shortest || word.length > longest || !/^\p{L}+$/u.test(word)) continue;
    words.add(word);
    if (words.size >= mostWords) break;
  }
  return [...words].toSorted();
};

/** A set that forgets its oldest entries beyond `most`: which words are known to stand in the table. */
export const createKnown = (most: number): { readonly has: (word: string) => boolean; readonly add: (words: readonly string[]) => void } => {
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
