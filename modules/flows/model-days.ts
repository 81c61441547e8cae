// Reads days as people of both languages write and say them: "3.12.", "3. Dezember 2026", "December 3rd", "morgen", "next friday", "in zwei Wochen". Called by
// model-read.ts; pure. The text is cut before.
import type { FlowLanguage } from "#contract/flows.ts";
import { fold } from "#lib/fold.ts";
import { dayAfter, isCalendarDay, weekdayOf, type CalendarDay } from "#lib/timeZone.ts";
import { wordNumber } from "./model-numbers.ts";

/** What may be said: the first and the last day; null: any. */
export interface DayLimits {
  readonly from: CalendarDay | null;
  readonly to: CalendarDay | null;
}

const months = [
  "januar january janner jaenner jan",
  "februar february feber feb",
  "marz maerz march mar mrz",
  "april apr",
  "mai may",
  "juni june jun juno",
  "juli july jul julei",
  "august aug",
  "september sept sep",
  "oktober october okt oct",
  "november nov",
  "dezember december dez dec",
].flatMap((words, at) => words.split(" ").map((word) => [word, at + 1] as const));
const monthOf: ReadonlyMap<string, number> = new Map(months);

const weekdays: ReadonlyMap<string, number> = new Map(
  [
    "montag monday mo mon",
    "dienstag tuesday di tue tues",
    "mittwoch wednesday mi wed",
    "donnerstag thursday do thu thurs",
    "freitag friday fr fri",
    "samstag sonnabend saturday sa sat",
    "sonntag sunday so sun",
  ].flatMap((words, at) => words.split(" ").map((word) => [word, at] as const)),
);
/** Short names that are also other words count only where nothing else is said. */
const shortWeekdays = new Set("mo di mi do fr sa so sat sun mon wed".split(" "));

const named: ReadonlyMap<string, number> = new Map([
  ["heute", 0],
  ["today", 0],
  ["heut", 0],
  ["morgen", 1],
  ["tomorrow", 1],
  ["ubermorgen", 2],
  ["uebermorgen", 2],
  ["gestern", -1],
  ["yesterday", -1],
  ["vorgestern", -2],
]);

const pad = (number: number): string => String(number).padStart(2, "0");
const dayOf = (year: number, month: number, day: number): CalendarDay | null => {
  const text = `${String(year).padStart(4, "0")}-${pad(month)}-${pad(day)}`;
  return isCalendarDay(text) ? text : null;
};

const within = (day: CalendarDay, { from, to }: DayLimits): boolean =>
  (from === null || day >= from) && (to === null || day <= to);

const distance = (one: CalendarDay, other: CalendarDay): number => Math.abs(Date.parse(one) - Date.parse(other));

/** Of several days that could be meant: one within the limits; one to come rather than one that is over, unless only days until today can be said; the nearest. */
const likeliest = (
  days: readonly (CalendarDay | null)[],
  today: CalendarDay,
  limits: DayLimits,
): CalendarDay | null => {
  const all = days.filter((day) => day !== null);
  const fit = all.filter((day) => within(day, limits));
  const left = fit.length > 0 ? fit : all;
  const past = limits.to !== null && limits.to <= today;
  const wished = left.filter((day) => (past ? day <= today : day >= today));
  return (wished.length > 0 ? wished : left).toSorted((a, b) => distance(a, today) - distance(b, today))[0] ?? null;
};

/** A year as it was written: of two digits, the one that fits best. Null: none was. */
const yearsOf = (written: string | undefined, today: CalendarDay): readonly number[] => {
  const now = Number(today.slice(0, 4));
  if (written === undefined || written === "") return [now, now + 1, now - 1];
  const number = Number(written);
  return written.length === 4 ? [number] : [2000 + number, 1900 + number];
};

/**
 * The days that a text can mean, each once: none, one, or several it names or could mean. `today`: the day it is there. Days without a year, weekdays and years of
 * two digits are the likeliest within the limits.
 */
export const daysIn = (
  text: string,
  language: FlowLanguage,
  today: CalendarDay,
  limits: DayLimits,
): readonly CalendarDay[] => {
  const folded = fold(text)
    .replaceAll(/\b(?:day after tomorrow)\b/g, "ubermorgen")
    .replaceAll(/\b(?:day before yesterday)\b/g, "vorgestern");
  const found = new Set<CalendarDay>();
  const add = (days: readonly (CalendarDay | null)[]): void => {
    const day = likeliest(days, today, limits);
    if (day !== null) found.add(day);
  };
  let rest = folded.replaceAll(/(\d{4})-(\d\d?)-(\d\d?)/g, (_, year: string, month: string, day: string) => {
    add([dayOf(Number(year), Number(month), Number(day))]);
    return " ";
  });
  rest = rest.replaceAll(
    /(?<!\d)(\d{1,2}) ?([./-]) ?(\d{1,2})(?: ?[./-] ?(\d{4}|\d\d)(?!\d)|(?!\d))/g,
    (_, one: string, sign: string, two: string, year: string | undefined) => {
      const years = yearsOf(year, today);
      const dayFirst = years.map((each) => dayOf(each, Number(two), Number(one)));
      const monthFirst = years.map((each) => dayOf(each, Number(one), Number(two)));
      // With strokes people of English mean either: what only one of the two can be is that; both is both.
      if (sign === "/" && language === "en" && one !== two) {
        const fits = [dayFirst, monthFirst].filter((days) => days.some((day) => day !== null && within(day, limits)));
        for (const days of fits.length > 0 ? fits : [dayFirst]) add(days);
      } else add(dayFirst.some((day) => day !== null) ? dayFirst : monthFirst);
      return " ";
    },
  );
  const words = rest.match(/[a-z]+|\d+/g) ?? [];
  spoken(words, today, limits, add);
  return [...found];
};

/** A day of the month by its word or digits ("3", "dritter", "third" follow their digits only). */
const dayNumber = (word: string | undefined): number | null => {
  if (word === undefined) return null;
  const number = /^\d{1,2}$/.test(word) ? Number(word) : (ordinals.get(word) ?? null);
  return number !== null && number >= 1 && number <= 31 ? number : null;
};
const ordinals: ReadonlyMap<string, number> = new Map(
  [
    "erster ersten erste first",
    "zweiter zweiten zweite second",
    "dritter dritten dritte third",
    "vierter vierten vierte fourth",
    "funfter funften funfte fifth",
    "sechster sechsten sechste sixth",
    "siebter siebten siebte seventh",
    "achter achten achte eighth",
    "neunter neunten neunte ninth",
    "zehnter zehnten zehnte tenth",
    "elfter elften elfte eleventh",
    "zwolfter zwolften zwolfte twelfth",
  ].flatMap((words, at) => words.split(" ").map((word) => [word, at + 1] as const)),
);
const suffixes = new Set(["st", "nd", "rd", "th", "of", "the", "ten", "te"]);

const spoken = (
  words: readonly string[],
  today: CalendarDay,
  limits: DayLimits,
  add: (days: readonly (CalendarDay | null)[]) => void,
): void => {
  const plain = words.filter((word) => !suffixes.has(word));
  for (let at = 0; at < plain.length; at++) {
    const word = plain[at] ?? "";
    const month = monthOf.get(word);
    if (month !== undefined) {
      const before = dayNumber(plain[at - 1]);
      const number = before ?? dayNumber(plain[at + 1]);
      const yearAt = before === null ? at + 2 : at + 1;
      const year = plain[yearAt];
      const hasYear = year !== undefined && /^\d{4}$/.test(year);
      if (number !== null) add(yearsOf(hasYear ? year : undefined, today).map((each) => dayOf(each, month, number)));
      continue;
    }
    const offset = named.get(word);
    // "morgen" after a day's name is the time of day.
    if (
      offset !== undefined &&
      !(word === "morgen" && (weekdays.has(plain[at - 1] ?? "") || named.has(plain[at - 1] ?? "")))
    )
      add([dayAfter(today, offset)]);
    const weekday = weekdays.get(word);
    if (weekday !== undefined && (plain.length <= 2 || !shortWeekdays.has(word))) {
      const next = (weekday - weekdayOf(today) + 7) % 7;
      const said = plain[at - 1] ?? "";
      if (/^(?:letzte|last|vorige|vergangene)/.test(said)) add([dayAfter(today, next === 0 ? -7 : next - 7)]);
      else if (/^(?:nachste|naechste|next|kommende)/.test(said)) add([dayAfter(today, next === 0 ? 7 : next)]);
      else add([dayAfter(today, next), dayAfter(today, next === 0 ? -7 : next - 7), dayAfter(today, next + 7)]);
    }
    if (/^(?:tag|tage|tagen|day|days|woche|wochen|week|weeks)$/.test(word)) {
      const number = /^\d{1,3}$/.test(plain[at - 1] ?? "") ? Number(plain[at - 1]) : countOf(plain[at - 1]);
      if (number === null) continue;
      const length = word.startsWith("w") ? number * 7 : number;
      if (plain[at - 2] === "vor" || plain[at + 1] === "ago") add([dayAfter(today, -length)]);
      else if (plain[at - 2] === "in") add([dayAfter(today, length)]);
    }
  }
};
const countOf = (word: string | undefined): number | null =>
  word === undefined ? null : word === "a" || word === "einem" || word === "einer" ? 1 : wordNumber(word);
