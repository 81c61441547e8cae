// Numbers and codes as people write them: "2024-0017-88", "KD 4711 0815", "DE89 3704 0044 …". With or without dashes and spaces they are one.
// Called by the search, on both sides; pure.

/** A code in a text: its place, and its letters and digits alone, in lower case. */
export interface CodeSpan {
  readonly from: number;
  readonly to: number;
  readonly key: string;
}

/** Shortest and longest key that is a code of its own; an IBAN has up to 34 characters. */
const shortest = 5;
const longest = 34;
const leastDigits = 3;
/** So many pieces between spaces are tried together. */
const mostPieces = 4;
const mostSpans = 200;

/** A piece without spaces. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

/**
 * The codes of a text, each piece between spaces, and neighbours with nothing but one space between them together. Letters belong to a code
 * when they touch its digits (at most four in front, three elsewhere) or a dash, dot or stroke joins them. Dates are no codes. At most 200.
 */
export const codeSpans = (text: string): CodeSpan[] => {
  const spans: CodeSpan[] = [];
  for (const chain of chains(text)) {
    for (let first = 0; first < chain.length; first += 1) {
      for (let last = first; last < Math.min(chain.length, first + mostPieces); last += 1)
        add(spans, text, chain, first, last);
    }
    if (chain.length > mostPieces) add(spans, text, chain, 0, chain.length - 1);
    if (spans.length >= mostSpans) return spans.slice(0, mostSpans);
  }
  return spans;
};

/** The different keys of a text's codes. */
export const codesOf = (text: string): string[] => [...new Set(codeSpans(text).map((span) => span.key))];

/** Letters and digits alone, in lower case: what two writings of one code have in common. */
export const codeKey = (typed: string): string => typed.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Where the codes stand that end with one of these keys: of those that hold each other the shortest. In order, not touching. */
export const codesIn = (text: string, keys: readonly string[]): readonly Piece[] => {
  if (keys.length === 0) return [];
  const found = codeSpans(text)
    .filter((span) => keys.some((key) => span.key.endsWith(key)))
    .toSorted((a, b) => a.to - a.from - (b.to - b.from));
  const kept: Piece[] = [];
  for (const { from, to } of found)
    if (!kept.some((other) => from < other.to && other.from < to)) kept.push({ from, to });
  return kept.toSorted((a, b) => a.from - b.from);
};

const add = (spans: CodeSpan[], text: string, chain: readonly Piece[], first: number, last: number): void => {
  const from = chain[first]?.from ?? 0;
  const to = chain[last]?.to ?? 0;
  const key = codeKey(text.slice(from, to));
  if (key.length < shortest || key.length > longest || key.replace(/[^0-9]/g, "").length < leastDigits) return;
  spans.push({ from, to, key });
};

/** Pieces with digits, those with one space between them in one chain; a date ends a chain. */
const chains = (text: string): Piece[][] => {
  const all: Piece[][] = [];
  let chain: Piece[] = [];
  let end = -1;
  const close = (): void => {
    if (chain.length > 0) all.push(chain);
    chain = [];
  };
  for (const piece of pieces(text)) {
    const touches = piece.from - end === 1 && /\s/.test(text.charAt(end));
    if (!touches) close();
    if (isDate(text.slice(piece.from, piece.to))) close();
    else chain.push(piece);
    end = piece.to;
    if (all.length > mostSpans) break;
  }
  close();
  return all;
};

/** Runs of digits joined by at most three letters, one dash, dot or stroke, with what letters touch them. */
const pieces = (text: string): Piece[] => {
  const found: Piece[] = [];
  let open: { from: number; to: number } | null = null;
  for (const match of text.matchAll(/\d+/g)) {
    const to = match.index + match[0].length;
    if (open !== null && match.index - open.to <= 5 && isJoint(text.slice(open.to, match.index))) {
      open.to = to;
      continue;
    }
    if (open !== null) found.push(open);
    if (found.length > mostSpans) return found;
    open = { from: match.index - inFront(text, match.index), to };
  }
  if (open !== null) found.push(open);
  return found;
};

const isJoint = (between: string): boolean => /^[-./_]?[A-Za-z]{0,3}[-./_]?$/.test(between) && between !== "";

/** How many characters in front of the digits belong to them: "KD-", "RE", nothing of "Nummer". */
const inFront = (text: string, at: number): number => {
  const before = /(?:^|[^A-Za-z0-9])([A-Za-z]{1,4}[-./_]?)$/.exec(text.slice(Math.max(0, at - 6), at));
  return before?.[1]?.length ?? 0;
};

const isDate = (piece: string): boolean =>
  /^(?:\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})|\d{4}-\d{2}-\d{2}|\d{1,2}\/\d{1,2}\/\d{4})$/.test(piece);
