// Reads numbers, digits and phone numbers as people of both languages write and say them. Called by model-read.ts; pure. Time grows with the text and no faster:
// it is cut before.
import type { FlowLanguage } from "#contract/flows.ts";
import { fold } from "#lib/fold.ts";

const small: ReadonlyMap<string, number> = new Map(
  [
    "null zero nil",
    "eins ein eine einer einen one",
    "zwei zwo two",
    "drei three",
    "vier four",
    "funf fuenf five",
    "sechs six",
    "sieben seven",
    "acht eight",
    "neun nine",
    "zehn ten",
    "elf eleven",
    "zwolf zwoelf twelve",
    "dreizehn thirteen",
    "vierzehn fourteen",
    "funfzehn fuenfzehn fifteen",
    "sechzehn sixteen",
    "siebzehn seventeen",
    "achtzehn eighteen",
    "neunzehn nineteen",
  ].flatMap((words, number) => words.split(" ").map((word) => [word, number] as const)),
);
const tens: ReadonlyMap<string, number> = new Map(
  [
    "zwanzig twenty",
    "dreissig dreizig thirty",
    "vierzig forty",
    "funfzig fuenfzig fifty",
    "sechzig sixty",
    "siebzig seventy",
    "achtzig eighty",
    "neunzig ninety",
  ].flatMap((words, at) => words.split(" ").map((word) => [word, (at + 2) * 10] as const)),
);

/** A number below a hundred by its one word, German or English ("zwei", "einundzwanzig", "twelve"); null: it is none. The word is folded. */
export const wordNumber = (word: string): number | null => {
  const known = small.get(word) ?? tens.get(word);
  if (known !== undefined) return known;
  const and = word.lastIndexOf("und");
  if (and > 0) {
    const [ones, ten] = [small.get(word.slice(0, and)), tens.get(word.slice(and + 3))];
    if (ones !== undefined && ones > 0 && ones < 10 && ten !== undefined) return ten + ones;
  }
  return null;
};

/** A number below a hundred by one or two words from `at` on ("twenty five"), and how many words it is. */
const numberAt = (words: readonly string[], at: number): readonly [number, number] | null => {
  const first = wordNumber(words[at] ?? "");
  if (first === null) return null;
  const second = small.get(words[at + 1] ?? "");
  if (tens.has(words[at] ?? "") && second !== undefined && second > 0 && second < 10) return [first + second, 2];
  return [first, 1];
};

const articles = new Set(["ein", "eine", "einer", "einen"]);

/** What a run of digits and signs is as a number; null: none. `decimals`: how many places can be meant, which tells "1.234" from 1.234. */
const written = (text: string, language: FlowLanguage, decimals: number): number | null => {
  const negative = /^[-−]/.test(text);
  const body = text.replace(/^[-−+]/, "").replaceAll(/[\s'’]/g, "'");
  const last = Math.max(body.lastIndexOf("."), body.lastIndexOf(","));
  const sign = body[last] ?? "";
  const other = sign === "." ? "," : ".";
  const times = sign === "" ? 0 : body.split(sign).length - 1;
  const grouped = (part: string, by: string): string | null =>
    part.includes(by) && !new RegExp(`^\\d{1,3}(?:\\${by}\\d{3})+$`).test(part) ? null : part.replaceAll(by, "");
  const whole = (part: string): string | null => {
    const by = part.includes("'") ? "'" : other;
    const plain = grouped(part, by);
    return plain !== null && /^\d{1,16}$/.test(plain) ? plain : null;
  };
  const finish = (integer: string | null, fraction = ""): number | null =>
    integer === null || !/^\d{0,15}$/.test(fraction)
      ? null
      : Number(`${negative ? "-" : ""}${integer}.${fraction || "0"}`);
  if (sign === "") return finish(whole(body));
  const [before, after] = [body.slice(0, last), body.slice(last + 1)];
  if (times > 1) return body.includes(other) ? null : finish(grouped(body, sign));
  if (before.includes(other) || before.includes("'")) return finish(whole(before), after);
  const isGroup = /^[1-9]\d{0,2}$/.test(before) && /^\d{3}$/.test(after);
  const decimalSign = language === "de" ? "," : ".";
  if (isGroup && (decimals < 3 || sign !== decimalSign)) return finish(before + after);
  return finish(before === "" ? "0" : before, after);
};

/** Every number in a text, each once: written ("1.234,50", "1,234.50", "3 Euro 50") or in words ("zwei", "twenty five"). The text is short. */
export const numbersIn = (text: string, language: FlowLanguage, decimals: number): readonly number[] | null => {
  const found = new Set<number>();
  const money =
    /^\D*?(\d{1,9}) ?(?:€|euros?|eur|dollars?|pounds?|pfund|franken)(?: und| and)? (\d\d)(?: ?cents?)?\D*$/i.exec(text);
  if (money && decimals >= 2) return [Number(`${money[1]}.${money[2]}`)];
  for (const [run] of text.matchAll(/(?:(?<![\p{L}\d])[-−+])?(?:(?<![\p{L}\d])[.,])?\d(?:[.,'’\s]?\d){0,40}/gu)) {
    const spaced = /\s/.test(run) && !/^[-−+]?\d{1,3}(?:\s\d{3})+(?:[.,]\d+)?$/.test(run);
    for (const part of spaced ? run.split(/\s+/) : [run]) {
      const number = written(part, language, decimals);
      if (number === null || !Number.isFinite(number)) return null;
      found.add(number);
    }
  }
  if (found.size > 0) return [...found];
  const words = fold(text)
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
  const negative = words.some((word) => word === "minus");
  const spoken: { readonly number: number; readonly article: boolean }[] = [];
  for (let at = 0; at < words.length; at++) {
    const [number, length] = numberAt(words, at) ?? [null, 1];
    if (number !== null) spoken.push({ number: negative ? -number : number, article: articles.has(words[at] ?? "") });
    at += length - 1;
  }
  // "eine" is a number only where nothing else is one.
  const sure = spoken.filter(({ article }) => !article);
  for (const { number } of sure.length > 0 ? sure : words.length <= 2 ? spoken : []) found.add(number);
  return [...found];
};

/** Runs of digits in a text, with spaces, hyphens, dots and slashes within a run left out; spoken digits ("eins zwo drei") are one. */
export const digitRunsIn = (text: string): readonly string[] => {
  const runs = [...text.matchAll(/\d(?:[\s./-]?\d){0,60}/g)].map(([run]) => run.replaceAll(/\D/g, ""));
  if (runs.length > 0) return runs;
  const digits: number[] = [];
  for (const word of fold(text).split(/[^a-z]+/)) {
    const digit = small.get(word);
    if (digit !== undefined && digit < 10 && !articles.has(word)) digits.push(digit);
  }
  return digits.length > 1 ? [digits.join("")] : [];
};

/** Which country's numbers are written without their country where clocks go so. */
const countries: readonly (readonly [RegExp, string])[] = [
  [/^Europe\/(?:Berlin|Busingen)$/, "49"],
  [/^Europe\/Vienna$/, "43"],
  [/^Europe\/Zurich$/, "41"],
  [/^Europe\/Luxembourg$/, "352"],
  [/^Europe\/(?:London|Belfast|Guernsey|Jersey|Isle_of_Man)$/, "44"],
  [/^Europe\/Dublin$/, "353"],
];

/** The phone numbers in a text, each once: as E.164 ("+4930123456") where the country is said or known by the zone, else their digits. */
export const phonesIn = (text: string, zone: string): readonly string[] => {
  const found = new Set<string>();
  for (const [run] of text.matchAll(/(?:\+|\(\+?)?\d(?:[\s()./–-]{0,3}\d){4,24}/g)) {
    const digits = run.replace("(0)", "").replaceAll(/\D/g, "");
    const country = countries.find(([zones]) => zones.test(zone))?.[1];
    let number = digits;
    if (run.includes("+")) number = `+${digits}`;
    else if (digits.startsWith("00")) number = `+${digits.slice(2)}`;
    else if (digits.startsWith("0") && country !== undefined) number = `+${country}${digits.slice(1)}`;
    if (/^\+[1-9]\d{6,14}$|^\d{6,15}$/.test(number)) found.add(number);
  }
  return [...found];
};
