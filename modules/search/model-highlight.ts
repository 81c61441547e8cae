// Marks what was found in a text, as data. Compares folded words, so that "grossmann" marks "Größmann". Called by search/reads.ts; pure.
import type { Highlighted } from "#contract/search.ts";
import { fold, skeleton } from "#modules/search/model.ts";

/** Decides whether a word of a text is one that was looked for. */
export type Marker = (word: string) => boolean;

/** Endings that German and English words take on; only for marking, so a coarse cut does no harm. */
const endings = ["ungen", "ingen", "ung", "ing", "ern", "en", "er", "es", "em", "ed", "e", "s", "n"];

const root = (word: string): string => {
  const ending = endings.find((each) => word.length - each.length >= 4 && word.endsWith(each));
  return ending === undefined ? word : word.slice(0, -ending.length);
};

/** Marks the given folded words, their inflections, and words that hold one of `parts` (four letters or more). */
export const markerOf = (words: readonly string[], parts: readonly string[]): Marker => {
  const exact = new Set(words);
  const roots = new Set(words.map((word) => root(skeleton(word))));
  const inside = parts.map(skeleton);
  return (word) => {
    const folded = fold(word);
    if (exact.has(folded)) return true;
    const bare = skeleton(folded);
    return roots.has(root(bare)) || inside.some((part) => bare.includes(part));
  };
};

const word = /[\p{L}\p{N}_]+/gu;

/** The text in parts; neighbours of one kind are joined. Text without a hit is one part. */
export const highlight = (text: string, marks: Marker): Highlighted => {
  const parts: { text: string; hit: boolean }[] = [];
  const add = (piece: string, hit: boolean): void => {
    const last = parts.at(-1);
    if (piece === "") return;
    if (last?.hit === hit) last.text += piece;
    else parts.push({ text: piece, hit });
  };
  let at = 0;
  for (const match of text.matchAll(word)) {
    add(text.slice(at, match.index), false);
    add(match[0], marks(match[0]));
    at = match.index + match[0].length;
  }
  add(text.slice(at), false);
  return parts;
};

const before = 60;
const length = 220;

/** About 220 characters around the first hit, on one line, cut between words; the beginning when nothing is hit. */
export const excerpt = (text: string, marks: Marker): Highlighted => {
  let first = 0;
  for (const match of text.matchAll(word)) {
    if (!marks(match[0])) continue;
    first = match.index;
    break;
  }
  const from = first <= before ? 0 : wordStart(text, first - before);
  const cut = text.slice(from, from + length);
  const to = from + length >= text.length ? cut.length : Math.max(first - from + 40, cut.search(/\s\S*$/u));
  const shown = `${from > 0 ? "… " : ""}${cut.slice(0, to)}${from + to < text.length ? " …" : ""}`;
  return highlight(shown.replace(/\s+/gu, " ").trim(), marks);
};

const wordStart = (text: string, at: number): number => {
  const gap = text.slice(at, at + 40).search(/\s/u);
  return gap < 0 ? at : at + gap + 1;
};
