// Numbers in what somebody said, as recognition writes it: whole numbers in words, and digits one by one or in pairs. Called by modules/flows/model-voice.ts; pure.
import { fold } from "#lib/fold.ts";
import { cardinal, mostSaid, type SpokenLanguage } from "./numbers.ts";

/** Number words of both languages, folded, by what they are worth. */
const worth = new Map<string, number>();
for (let number = 0; number <= 20; number++)
  for (const language of ["de", "en"] as const) worth.set(fold(cardinal(number, language)), number);
for (let number = 30; number <= 90; number += 10)
  for (const language of ["de", "en"] as const) worth.set(fold(cardinal(number, language)), number);
for (const [words, number] of [
  ["zwo", 2],
  ["ein eine", 1],
  ["oh", 0],
  ["hundert hundred", 100],
  ["tausend thousand", 1_000],
  ["million millionen", 1_000_000],
  ["milliarde milliarden billion", 1_000_000_000],
] as const)
  for (const word of words.split(" ")) worth.set(word, number);
const longestFirst = [...worth.keys()].toSorted((a, b) => b.length - a.length);

/** The values that one word is made of ("zweihundertdrei": 2, 100, 3); null: it is no number. */
const partsOf = (word: string): readonly number[] | null => {
  const parts: number[] = [];
  let rest = word;
  while (rest !== "") {
    const name = longestFirst.find((each) => rest.startsWith(each));
    if (name === undefined) {
      if (parts.length === 0 || !rest.startsWith("und")) return null;
      rest = rest.slice(3);
      continue;
    }
    parts.push(worth.get(name) ?? 0);
    rest = rest.slice(name.length);
  }
  return parts.length === 0 ? null : parts;
};

const wordsOf = (text: string): readonly string[] =>
  fold(text.slice(0, 400))
    .split(/[^a-z]+/)
    .filter((word) => word !== "" && word.length <= 80)
    .slice(0, 80);

/** Added up as both languages add numbers up. */
const total = (parts: readonly number[]): number => {
  let [all, part] = [0, 0];
  for (const value of parts) {
    if (value === 100) part = (part === 0 ? 1 : part) * 100;
    else if (value >= 1_000) {
      all += (part === 0 ? 1 : part) * value;
      part = 0;
    } else part += value;
  }
  return all + part;
};

/**
 * The one number that is said in words ("zweihundertdrei Komma fünf", "minus two hundred and three"), with a point; null: none, or more than one. What has digits in it
 * is written, not said: null, too.
 */
export const numberHeard = (text: string, language: SpokenLanguage): string | null => {
  if (/\d/.test(text)) return null;
  const words = wordsOf(text);
  const runs: { parts: number[]; minus: boolean; point: boolean }[] = [];
  let open = false;
  let minus = false;
  for (const word of words) {
    const parts = partsOf(word);
    if (parts !== null) {
      if (!open) runs.push({ parts: [], minus, point: false });
      runs.at(-1)?.parts.push(...parts);
      open = true;
    } else if (open && (word === "komma" || word === "point")) runs.push({ parts: [], minus: false, point: true });
    else if (!(open && (word === "and" || word === "und"))) open = false;
    minus = word === "minus";
  }
  const [whole, fraction] = runs;
  if (whole === undefined || whole.point || runs.length > 2 || (fraction !== undefined && !fraction.point)) return null;
  // "eine" by itself is an article where there are other words.
  if (whole.parts.length === 1 && words.length > 2 && words.some((word) => /^eine?[rn]?$/.test(word))) return null;
  const number = total(whole.parts);
  if (number > mostSaid || (language === "en" && whole.parts.length === 0)) return null;
  const digits = fraction?.parts.join("") ?? "";
  return `${whole.minus ? "-" : ""}${number}${digits === "" ? "" : `.${digits}`}`;
};

/** Digits that are said one by one, in pairs ("dreiundvierzig") or doubled ("double seven"), in one run; null: none is. What is written in digits is left as it is. */
export const digitsHeard = (text: string): string | null => {
  if (/\d/.test(text)) return null;
  let digits = "";
  let again = 1;
  let tens = false;
  for (const word of wordsOf(text)) {
    if (word === "doppel" || word === "double") again = 2;
    else if (word === "triple" || word === "dreifach") again = 3;
    else {
      // An article is no digit where people say numbers.
      const parts = /^eine?$/.test(word) ? null : partsOf(word);
      if (parts === null) continue;
      const number = total(parts);
      // "twenty three" is said in two words.
      if (tens && number > 0 && number < 10 && parts.length === 1) digits = `${digits.slice(0, -1)}${number}`;
      else digits += String(number).repeat(again);
      tens = /(?:ty|enty)$/.test(word) && again === 1;
      again = 1;
    }
  }
  return digits === "" ? null : digits;
};
