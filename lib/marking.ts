// Marks what was found in a text, as data. Compares folded words, so that "grossmann" marks "Größmann". Called by the search and by the thread; pure.
import { codesIn } from "#lib/codes.ts";
import { fold, skeleton } from "#lib/fold.ts";

/** A text in parts; those that were looked for are hits. */
type Marked = { text: string; hit: boolean }[];

/** What was looked for: decides of a word, and names the codes (as `codeKey` gives them) of which the end was typed. */
export interface Marker {
  readonly word: (word: string) => boolean;
  readonly codes: readonly string[];
}

/** Endings that German and English words take on; only for marking, so a coarse cut does no harm. */
const endings = ["ungen", "ingen", "ung", "ing", "ern", "en", "er", "es", "em", "ed", "e", "s", "n"];

const root = (word: string): string => {
  const ending = endings.find((each) => word.length - each.length >= 4 && word.endsWith(each));
  return ending === undefined ? word : word.slice(0, -ending.length);
};

/** Marks the given folded words, their inflections, words that hold one of `parts` (four letters or more), and codes that end with one of `codes`. */
export const markerOf = (words: readonly string[], parts: readonly string[], codes: readonly string[] = []): Marker => {
  const exact = new Set(words);
  const roots = new Set(words.map((word) => root(skeleton(word))));
  const inside = parts.map(skeleton);
  return {
    codes,
    word: (word) => {
      const folded = fold(word);
      if (exact.has(folded)) return true;
      const bare = skeleton(folded);
      return roots.has(root(bare)) || inside.some((part) => bare.includes(part));
    },
  };
};

const word = /[\p{L}\p{N}_]+/gu;

/** The text in parts; neighbours of one kind are joined. Text without a hit is one part. */
export const highlight = (text: string, marks: Marker): Marked => {
  const parts: Marked = [];
  const add = (piece: string, hit: boolean): void => {
    const last = parts.at(-1);
    if (piece === "") return;
    if (last?.hit === hit) last.text += piece;
    else parts.push({ text: piece, hit });
  };
  const words = (piece: string): void => {
    let at = 0;
    for (const match of piece.matchAll(word)) {
      add(piece.slice(at, match.index), false);
      add(match[0], marks.word(match[0]));
      at = match.index + match[0].length;
    }
    add(piece.slice(at), false);
  };
  let at = 0;
  for (const { from, to } of codesIn(text, marks.codes)) {
    words(text.slice(at, from));
    add(text.slice(from, to), true);
    at = to;
  }
  words(text.slice(at));
  return parts;
};

const before = 60;
const length = 220;

/** About 220 characters around the first hit, on one line, cut between words; the beginning when nothing is hit. */
export const excerpt = (text: string, marks: Marker): Marked => {
  let first = codesIn(text, marks.codes)[0]?.from ?? 0;
  for (const match of text.matchAll(word)) {
    if (!marks.word(match[0])) continue;
    first = first === 0 ? match.index : Math.min(first, match.index);
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
