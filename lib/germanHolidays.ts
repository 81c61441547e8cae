// The public holidays of Germany and of each of its states, reckoned for any year from rules. Used by modules/hours, contract/hours.ts and the form of opening hours.
import type { CalendarDay } from "#lib/timeZone.ts";

/** The sixteen states by their usual letters (ISO 3166-2 without "DE-"); "DE": only what is a holiday in all of them. */
export const germanStates = [
  "DE",
  "BW",
  "BY",
  "BE",
  "BB",
  "HB",
  "HH",
  "HE",
  "MV",
  "NI",
  "NW",
  "RP",
  "SL",
  "SN",
  "ST",
  "SH",
  "TH",
] as const;
export type GermanState = (typeof germanStates)[number];

/**
 * Where within a state: "catholic" are municipalities with mostly Catholic people, to which the law gives one day more (Bavaria, Saxony, Thuringia);
 * the city of Augsburg has one more still.
 */
export const stateParts = ["none", "catholic", "augsburg"] as const;
export type StatePart = (typeof stateParts)[number];

/** The parts of a state that have other holidays than the rest of it. */
export const partsOf = (state: GermanState): readonly StatePart[] =>
  state === "BY" ? stateParts : state === "SN" || state === "TH" ? ["none", "catholic"] : ["none"];

/** Every holiday there is, by a name that never changes; people read `holidays.<name>` of the locales. */
export const germanHolidays = [
  "newYear",
  "epiphany",
  "womensDay",
  "goodFriday",
  "easterSunday",
  "easterMonday",
  "labourDay",
  "liberationDay",
  "ascension",
  "whitSunday",
  "whitMonday",
  "corpusChristi",
  "uprisingDay",
  "peaceFestival",
  "assumption",
  "childrensDay",
  "unityDay",
  "reformationDay",
  "allSaints",
  "repentanceDay",
  "christmasDay",
  "boxingDay",
] as const;
export type GermanHoliday = (typeof germanHolidays)[number];

const dayMs = 86_400_000;
const on = (month: number, date: number) => (year: number) => Date.UTC(year, month - 1, date);

/**
 * Easter Sunday of a year of the Gregorian calendar, in milliseconds since 1970 (UTC). The algorithm of Nature 13 (1876), p. 487, as in J. Meeus,
 * Astronomical Algorithms, 2nd ed., ch. 8; it has no exceptions.
 */
export const easterOf = (year: number): number => {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(days / 31) - 1, (days % 31) + 1);
};
const easter = (days: number) => (year: number) => easterOf(year) + days * dayMs;

/** Repentance Day: the Wednesday before 23 November (§ 1 SächsSFG), so between the 16th and the 22nd. */
const repentance = (year: number): number => {
  const last = Date.UTC(year, 10, 22);
  return last - ((new Date(last).getUTCDay() + 4) % 7) * dayMs;
};

interface Rule {
  readonly holiday: GermanHoliday;
  readonly when: (year: number) => number;
  /** Everywhere, or in these states. */
  readonly where: "everywhere" | readonly GermanState[];
  /** Only in this part of them; what is so of a Catholic municipality of Bavaria is so of Augsburg. */
  readonly part?: StatePart;
  /** From this year on. */
  readonly since?: number;
  /** In these years only. */
  readonly only?: readonly number[];
}

/**
 * By the states' laws on Sundays and holidays as they are since 2018; what came later says since when. All of these were compared with
 * feiertage-api.de and the tables of python-holidays. Sunday holidays stand here only where a law names them (Brandenburg).
 */
const rules: readonly Rule[] = [
  { holiday: "newYear", when: on(1, 1), where: "everywhere" },
  { holiday: "epiphany", when: on(1, 6), where: ["BW", "BY", "ST"] },
  { holiday: "womensDay", when: on(3, 8), where: ["BE"], since: 2019 },
  { holiday: "womensDay", when: on(3, 8), where: ["MV"], since: 2023 },
  { holiday: "goodFriday", when: easter(-2), where: "everywhere" },
  { holiday: "easterSunday", when: easter(0), where: ["BB"] },
  { holiday: "easterMonday", when: easter(1), where: "everywhere" },
  { holiday: "labourDay", when: on(5, 1), where: "everywhere" },
  // Once each, by the law of Berlin: 75 and 80 years after the end of the war, 75 years after the uprising of 1953.
  { holiday: "liberationDay", when: on(5, 8), where: ["BE"], only: [2020, 2025] },
  { holiday: "uprisingDay", when: on(6, 17), where: ["BE"], only: [2028] },
  { holiday: "ascension", when: easter(39), where: "everywhere" },
  { holiday: "whitSunday", when: easter(49), where: ["BB"] },
  { holiday: "whitMonday", when: easter(50), where: "everywhere" },
  { holiday: "corpusChristi", when: easter(60), where: ["BW", "BY", "HE", "NW", "RP", "SL"] },
  { holiday: "corpusChristi", when: easter(60), where: ["SN", "TH"], part: "catholic" },
  { holiday: "peaceFestival", when: on(8, 8), where: ["BY"], part: "augsburg" },
  { holiday: "assumption", when: on(8, 15), where: ["SL"] },
  { holiday: "assumption", when: on(8, 15), where: ["BY"], part: "catholic" },
  { holiday: "childrensDay", when: on(9, 20), where: ["TH"], since: 2019 },
  { holiday: "unityDay", when: on(10, 3), where: "everywhere" },
  { holiday: "reformationDay", when: on(10, 31), where: ["BB", "MV", "SN", "ST", "TH"] },
  { holiday: "reformationDay", when: on(10, 31), where: ["HB", "HH", "NI", "SH"], since: 2018 },
  { holiday: "allSaints", when: on(11, 1), where: ["BW", "BY", "NW", "RP", "SL"] },
  { holiday: "repentanceDay", when: repentance, where: ["SN"] },
  { holiday: "christmasDay", when: on(12, 25), where: "everywhere" },
  { holiday: "boxingDay", when: on(12, 26), where: "everywhere" },
];

export interface HolidayPlace {
  readonly state: GermanState;
  readonly part: StatePart;
}

/** The holidays of a year (1583 to 9999) at a place, in the order of the days; where two fall on one day, it is the first of the list. */
export const holidaysIn = ({ state, part }: HolidayPlace, year: number): ReadonlyMap<CalendarDay, GermanHoliday> => {
  const key = `${state} ${part} ${year}`;
  const known = years.get(key);
  if (known) return known;
  const found = new Map<CalendarDay, GermanHoliday>();
  for (const rule of rules) {
    const isLaw = year >= (rule.since ?? 0) && (rule.only === undefined || rule.only.includes(year));
    const day = new Date(rule.when(year)).toISOString().slice(0, 10);
    if (isLaw && isThere(rule, { state, part }) && !found.has(day)) found.set(day, rule.holiday);
  }
  const sorted = new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (years.size >= mostYears) years.clear();
  years.set(key, sorted);
  return sorted;
};

/** All that are holidays at a place in some year. */
export const holidaysEver = ({ state, part }: HolidayPlace): ReadonlySet<GermanHoliday> =>
  new Set(rules.filter((rule) => isThere(rule, { state, part })).map(({ holiday }) => holiday));

const isThere = (rule: Rule, { state, part }: HolidayPlace): boolean =>
  (rule.where === "everywhere" || rule.where.includes(state)) &&
  (rule.part === undefined || rule.part === part || (rule.part === "catholic" && part === "augsburg"));

/** Years that were asked for: the same few are asked again and again. */
const years = new Map<string, ReadonlyMap<CalendarDay, GermanHoliday>>();
const mostYears = 200;

/** The holiday that a day is at a place, if any. */
export const holidayOn = (place: HolidayPlace, day: CalendarDay): GermanHoliday | undefined =>
  holidaysIn(place, Number(day.slice(0, 4))).get(day);
