// Decides which of the words somebody typed are parts of one code, and how codes are kept. Called by search/actions.ts, search/reads.ts and the filling of bench; pure.
import { codeKey, codesOf } from "#lib/codes.ts";

/** Shortest end of a code that is looked for. */
const shortestEnd = 4;
const longestEnd = 34;

/**
 * Words of a query that may be one code: from the term at `from` to the one before `to`. `key` is what is looked for at the end of codes;
 * `prefix` and `bare` are its two parts when it begins with letters, which may stand apart in what was written.
 */
export interface CodeRun {
  readonly from: number;
  readonly to: number;
  readonly key: string;
  readonly prefix: string | null;
  readonly bare: string;
}

/**
 * Neighbouring terms with digits are one run, with a term of at most four letters in front of them if there is one: "KD 4711 0815". A run that
 * is too short or too long to be a code is left out.
 */
export const codeRuns = (terms: readonly string[]): CodeRun[] => {
  const runs: CodeRun[] = [];
  for (let at = 0; at < terms.length; at += 1) {
    if (!isPiece(terms[at])) continue;
    const from = at > 0 && isPrefix(terms[at - 1]) ? at - 1 : at;
    while (isPiece(terms[at + 1])) at += 1;
    const to = at + 1;
    const key = codeKey(terms.slice(from, to).join(""));
    const prefix = letters.exec(key)?.[1] ?? null;
    if (key.length < shortestEnd || key.length > longestEnd) continue;
    runs.push({ from, to, key, prefix, bare: key.slice(prefix?.length ?? 0) });
  }
  return runs;
};

/** What to mark of a query's codes: with the word in front, and without. */
export const codeKeys = (terms: readonly string[]): string[] =>
  codeRuns(terms).flatMap(({ key, bare }) => (bare === key || bare.length < shortestEnd ? [key] : [key, bare]));

/**
 * How a code stands among the words of a message: backwards, so that its end can be asked for, behind a sign that no word begins with.
 * Text: at most its first 100,000 characters.
 */
export const codeWords = (text: string): string[] => codesOf(text.slice(0, 100_000)).map(codeWord);

/** The same of one key. */
export const codeWord = (key: string): string => `#${Array.from(key).toReversed().join("")}`;

const isPiece = (term: string | undefined): boolean =>
  term !== undefined && /^[\dA-Za-z./_-]+$/.test(term) && /\d/.test(term);

/** The word in front of a code, whether it stood apart or not: "kd" of "kd47110815". */
const letters = /^([a-z]{1,4})\d/;

const isPrefix = (term: string | undefined): boolean => term !== undefined && /^[A-Za-z]{1,4}\.?$/.test(term);
