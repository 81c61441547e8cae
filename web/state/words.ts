// All words of the desk in the agent's language: `t("concerns.reply")`. Keys are checked by the compiler against
// locales/en.json; plurals, numbers and times go through Intl. Called by every screen.

import type english from "#locales/en.json";

type Dictionary = typeof english;
type PluralForms = { readonly other: string };
type KeysOf<T> = { [K in keyof T & string]: T[K] extends string | PluralForms ? K : `${K}.${KeysOf<T[K]>}` }[keyof T &
  string];

/** Every key that has words. Placeholders look like {name}; a key with `one` and `other` is a plural over {count}. */
export type WordKey = KeysOf<Dictionary>;
export type Language = "de" | "en";

/** Numbers and times are written as in Germany and in Britain: a day of 24 hours in both. */
const tags: Readonly<Record<Language, string>> = { de: "de-DE", en: "en-GB" };
export type WordFacts = Readonly<Record<string, string | number>>;

/** Nested words as the locale files hold them. */
export interface Words {
  readonly [key: string]: string | Words;
}

interface Speech {
  readonly language: Language;
  readonly words: Words;
  readonly plural: Intl.PluralRules;
  readonly number: Intl.NumberFormat;
}

const speechOf = (language: Language, words: Words): Speech => ({
  language,
  words,
  plural: new Intl.PluralRules(tags[language]),
  number: new Intl.NumberFormat(tags[language]),
});

let speech: Speech = speechOf("en", {});

/** Speaks this language from now on; the caller paints everything again. */
export const speak = (language: Language, words: Words): void => {
  speech = speechOf(language, words);
  for (const made of [forms, numberForms, relativeForms]) made.clear();
};

/** The language spoken now. */
export const language = (): Language => speech.language;

/** The words of a key, with placeholders filled in. Values are put in as they are and never read as a template again. */
export const t = (key: WordKey, facts: WordFacts = {}): string => words(key, facts) ?? key;

/** Like `t` for keys that come from data; null when nobody wrote words for it. */
export const words = (key: string, facts: WordFacts = {}): string | null => {
  let found: string | Words | undefined = speech.words;
  for (const part of key.split("."))
    found = typeof found === "object" && Object.hasOwn(found, part) ? found[part] : undefined;
  if (typeof found === "object") {
    const count = facts["count"];
    const form = typeof count === "number" ? speech.plural.select(count) : "other";
    found = found[form] ?? found["other"];
  }
  return typeof found === "string" ? fill(found, facts) : null;
};

const fill = (template: string, facts: WordFacts): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : undefined;
    return typeof value === "number" ? speech.number.format(value) : (value ?? whole);
  });

/** Formatters are dear to make (a tenth of a millisecond each, and a list has many): each is made once for a language. */
const forms = new Map<string, Intl.DateTimeFormat>();
const form = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(forms, JSON.stringify(options), () => new Intl.DateTimeFormat(tags[speech.language], options));

const numberForms = new Map<string, Intl.NumberFormat>();
const unitForm = (unit: string, unitDisplay: "long" | "short", fractionDigits = 0): Intl.NumberFormat =>
  kept(
    numberForms,
    `${unit} ${unitDisplay} ${fractionDigits}`,
    () =>
      new Intl.NumberFormat(tags[speech.language], {
        style: "unit",
        unit,
        unitDisplay,
        maximumFractionDigits: fractionDigits,
      }),
  );

const relativeForms = new Map<string, Intl.RelativeTimeFormat>();

const kept = <F>(made: Map<string, F>, key: string, make: () => F): F => {
  const known = made.get(key);
  if (known !== undefined) return known;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
};

/** Day and time in full, for titles and screen readers. */
export const fullTime = (instant: string): string =>
  form({ dateStyle: "full", timeStyle: "short" }).format(new Date(instant));

/** Day and time, short. */
export const dayAndTime = (instant: string): string =>
  form({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(instant));

/** A day to come with its weekday, the year when it is another one, and the time. */
export const plannedTime = (instant: string, now: Date): string => {
  const then = new Date(instant);
  const year = then.getFullYear() === now.getFullYear() ? {} : { year: "numeric" as const };
  return form({ weekday: "short", day: "numeric", month: "short", ...year, hour: "2-digit", minute: "2-digit" }).format(
    then,
  );
};

/** Time of day. */
export const clockTime = (instant: string | Date): string =>
  form({ hour: "2-digit", minute: "2-digit" }).format(new Date(instant));

/** The shortest form that is clear: the time today, the weekday this week, the day this year, else the date. */
export const shortTime = (instant: string, now: Date): string => {
  const then = new Date(instant);
  if (then.toDateString() === now.toDateString()) return clockTime(then);
  const days = (now.getTime() - then.getTime()) / 86_400_000;
  if (days > 0 && days < 6) return form({ weekday: "short", hour: "2-digit", minute: "2-digit" }).format(then);
  if (then.getFullYear() === now.getFullYear()) return form({ day: "numeric", month: "short" }).format(then);
  return form({ day: "2-digit", month: "2-digit", year: "2-digit" }).format(then);
};

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "3 hours ago", "in 5 minutes", "now". */
export const sinceOrUntil = (instant: string, now: Date): string => {
  const relative = kept(
    relativeForms,
    "short",
    () => new Intl.RelativeTimeFormat(tags[speech.language], { numeric: "auto", style: "short" }),
  );
  const distanceMs = Date.parse(instant) - now.getTime();
  for (const [unit, lengthMs] of steps)
    if (Math.abs(distanceMs) >= lengthMs) return relative.format(Math.trunc(distanceMs / lengthMs), unit);
  return relative.format(0, "second");
};

/** A length of time in its largest unit: "3 h", "2 days". */
export const duration = (lengthMs: number): string => {
  for (const [unit, unitMs] of steps)
    if (lengthMs >= unitMs)
      return unitForm(unit, unit === "day" ? "long" : "short").format(Math.floor(lengthMs / unitMs));
  return unitForm("minute", "short").format(0);
};

/** How long is waited: "1 minute", "90 seconds". */
export const waitLength = (lengthMs: number): string =>
  lengthMs >= 60_000 && lengthMs % 60_000 === 0
    ? unitForm("minute", "long").format(lengthMs / 60_000)
    : unitForm("second", "long").format(Math.ceil(lengthMs / 1_000));

/** So many minutes in hours and minutes: "1 h 30 min". Never in days: a day of service time is no day. */
export const serviceLength = (minutes: number): string => {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [
    ...(hours > 0 ? [unitForm("hour", "short").format(hours)] : []),
    ...(rest > 0 || hours === 0 ? [unitForm("minute", "short").format(rest)] : []),
  ];
  return parts.join(" ");
};

/** A file's size: "12 kB", "3.4 MB". */
export const fileSize = (bytes: number): string => {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : bytes < 1_000_000_000 ? 2 : 3;
  const value = bytes / 1000 ** step;
  return unitForm(units[step] ?? "byte", "short", value < 10 && step > 0 ? 1 : 0).format(value);
};

/** A number as the language writes it, without groups: to be typed over. */
export const plainNumber = (value: number): string =>
  new Intl.NumberFormat(tags[speech.language], { useGrouping: false, maximumFractionDigits: 15 }).format(value);

/** A day that is no instant ("2026-03-02"), short: the same day wherever one reads it. */
export const plainDay = (day: string): string =>
  form({ day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

/** A day of the calendar with its weekday: "Fr., 25.12.2026". */
export const dayWithWeekday = (day: string): string =>
  form({ weekday: "short", day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );

/** Monday to Sunday in the language that is spoken; 5 January 1970 was a Monday. */
export const dayNames = (): readonly string[] =>
  [0, 1, 2, 3, 4, 5, 6].map((day) =>
    form({ weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(1970, 0, 5 + day))),
  );

/** A number as the language writes it. */
export const number = (value: number): string => speech.number.format(value);

/** Names joined as a sentence would: "Ada, Ben and Cem". */
export const listed = (names: readonly string[]): string =>
  new Intl.ListFormat(tags[speech.language], { type: "conjunction" }).format(names);

/** The day of an instant as a heading: "Monday, 3 March 2026". */
export const dayOf = (instant: string): string =>
  form({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(instant));
