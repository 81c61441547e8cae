// Text as it is written made text as it is said: days, times, amounts, numbers that count and numbers that are names, addresses, what is short. server/speech.ts calls it for
// everything that is spoken; pure. What is said has no digits and no signs: another reader aloud says the same.
import { cutTo, storable } from "#lib/text.ts";
import { abbreviations, signWords, units } from "./abbreviations.ts";
import { mailWords } from "./mail.ts";
import { currencyOf, moneyWords } from "./money.ts";
import {
  cardinal,
  count,
  decimal,
  digitByDigit,
  digitGroups,
  ordinal,
  phoneNumber,
  type OrdinalEnding,
  type SpokenLanguage,
} from "./numbers.ts";
import { clockWords, dayWords, months } from "./times.ts";

/** What is looked at of a text, in characters. */
const most = 6_000;

/** How somebody would say it: one line, with no digit and no sign but those that are pauses. Said again, it stays as it is. */
export const spokenText = (text: string, language: SpokenLanguage): string => {
  let said = cleaned(text);
  for (const way of ways) said = way(said, language);
  return said
    .replaceAll(/(?<=[.,;:!?])(?=\p{L})/gu, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ([.,!?;:])/g, "$1")
    .replaceAll(/([,;:]) ?(?=[.,!?;:])/g, "")
    .replaceAll(/([.!?])[.,;:!?]+/g, "$1")
    .replace(/^[ .,;:!?]+/, "")
    .trim();
};

type Saying = (text: string, language: SpokenLanguage) => string;

/** Lines, dashes and brackets are pauses; what cannot be said (pictures, control characters, markup's signs) is nothing. */
const cleaned = (text: string): string =>
  storable(cutTo(text, most))
    .normalize("NFC")
    .replaceAll(/[\u00a0\u2007\u202f]/g, " ")
    .replaceAll(/[ \t]*[\r\n]+[ \t]*/g, "\n")
    .replaceAll(/(?<![.,!?;:])\n/g, ". ")
    .replaceAll(/[\p{C}\p{Extended_Pictographic}<>[\]{}|\\^~`"„“”«»‹›\u200b-\u200f\ufe0f](?<![\d#*])/gu, " ")
    .replaceAll(/[‐‑−]/g, "-")
    .replaceAll("…", ".")
    .replaceAll(/[()•·]/g, ", ")
    .replaceAll(/(?<=\d) ?[–—] ?(?=\d)/g, "–")
    .replaceAll(/ [–—-] /g, ", ");

/** Nobody can follow an address that is said. */
const links: Saying = (text) => text.replaceAll(/(?:https?:\/\/|www\.)[^\s,;]{1,2000}/giu, " ");

const addresses: Saying = (text, language) =>
  text.replaceAll(/[\p{L}\d._+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,5}/gu, (address) =>
    mailWords(address.replace(/\.$/, ""), language),
  );

/** A name of the net without anything else: "elbkabel.example". */
const hosts: Saying = (text, language) =>
  text.replaceAll(/(?<![\p{L}\d])[\p{L}\d-]{2,63}(?:\.[\p{L}\d-]{2,63}){0,3}\.\p{Ll}{2,20}(?![\p{L}\d])/gu, (host) =>
    mailWords(host, language),
  );

const escaped = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
const anyOf = (words: readonly string[]): string =>
  words
    .toSorted((a, b) => b.length - a.length)
    .map((word) => escaped(word).replaceAll(" ", " ?"))
    .join("|");

const shortWords: Readonly<Record<SpokenLanguage, RegExp>> = {
  de: new RegExp(`(?<![\\p{L}\\d])(?:${anyOf(Object.keys(abbreviations.de))})(?![\\p{L}\\d])`, "gu"),
  en: new RegExp(`(?<![\\p{L}\\d])(?:${anyOf(Object.keys(abbreviations.en))})(?![\\p{L}\\d])`, "gu"),
};
const squeezed = (words: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(words).map(([short, long]) => [short.replaceAll(" ", ""), long]));
const longWords = { de: squeezed(abbreviations.de), en: squeezed(abbreviations.en) } as const;

const weekdays = {
  Mo: "Montag",
  Di: "Dienstag",
  Mi: "Mittwoch",
  Do: "Donnerstag",
  Fr: "Freitag",
  Sa: "Samstag",
  So: "Sonntag",
} as const;
const weekdayShape = Object.keys(weekdays).join("|");
const weekdayRange = new RegExp(`(?<!\\p{L})(${weekdayShape})\\.? ?[–-] ?(${weekdayShape})(?:\\.|(?!\\p{L}))`, "gu");

/** "Mo.–Fr.": "Montag bis Freitag". */
const spans: Saying = (text, language) =>
  language === "en"
    ? text
    : text.replaceAll(
        weekdayRange,
        (_, from: keyof typeof weekdays, to: keyof typeof weekdays) => `${weekdays[from]} bis ${weekdays[to]}`,
      );

const shorts: Saying = (text, language) =>
  text.replaceAll(shortWords[language], (short) => longWords[language].get(short.replaceAll(" ", "")) ?? short);

/** How a German day ends by the word before it. */
const endingAfter = (before: string): OrdinalEnding => {
  const [word = ""] = /[\p{L},]+\s*$/u.exec(before.slice(-20)) ?? [];
  if (/^(?:der|die|das)\s*$/iu.test(word)) return "e";
  return /^(?:am|vom|zum|den|dem|beim|ab|bis|seit|im|nach|vor)\s*$/iu.test(word) ? "en" : "er";
};

/** "Donnerstag, 3. Dezember" is said "Donnerstag, den dritten Dezember". */
const afterWeekday = (before: string): boolean => /(?:tag|woch|abend),\s*$/iu.test(before.slice(-20));

const sayDay = (
  year: string | undefined,
  month: number,
  day: number,
  language: SpokenLanguage,
  before: string,
): string => {
  const date = { year: year === undefined || year === "" ? null : Number(year), month, day };
  if (language === "de" && afterWeekday(before)) return `den ${dayWords(date, "de", "en")}`;
  return dayWords(date, language, endingAfter(before));
};

const isDay = (month: number, day: number): boolean => month >= 1 && month <= 12 && day >= 1 && day <= 31;
const monthNames = [...months.de, ...months.en].join("|");
const monthNumber = (name: string): number => {
  const at = months.de.indexOf(name);
  return (at >= 0 ? at : months.en.indexOf(name)) + 1;
};
const dayFirst = new RegExp(
  `(?<![\\d.,])(\\d{1,2})(?:\\. ?(${months.de.join("|")})|(?:st|nd|rd|th)? (?:of )?(${monthNames}))(?:,? (\\d{4})(?![\\d.,]\\d))?(?!\\p{L})`,
  "gu",
);
const monthFirst = new RegExp(
  `(?<!\\p{L})(${months.en.join("|")}) (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4})(?![\\d.,]\\d))?(?![\\p{L}\\d])`,
  "gu",
);

const days: Saying = (text, language) =>
  text
    .replaceAll(
      /(?<![\d-])([12]\d{3})-(\d\d)-(\d\d)(?![\d-])/g,
      (all, year: string, month: string, day: string, at: number, whole: string) =>
        isDay(Number(month), Number(day))
          ? sayDay(year, Number(month), Number(day), language, whole.slice(0, at))
          : all,
    )
    .replaceAll(
      /(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})?(?!\d)/g,
      (all, day: string, month: string, year: string | undefined, at: number, whole: string) =>
        isDay(Number(month), Number(day))
          ? sayDay(year, Number(month), Number(day), language, whole.slice(0, at))
          : all,
    )
    .replaceAll(
      dayFirst,
      (
        all,
        day: string,
        dotted: string | undefined,
        bare: string | undefined,
        year: string | undefined,
        at: number,
        whole: string,
      ) =>
        isDay(1, Number(day))
          ? sayDay(year, monthNumber(dotted ?? bare ?? ""), Number(day), language, whole.slice(0, at))
          : all,
    )
    .replaceAll(monthFirst, (all, month: string, day: string, year: string | undefined, at: number, whole: string) =>
      isDay(1, Number(day)) ? sayDay(year, monthNumber(month), Number(day), language, whole.slice(0, at)) : all,
    )
    .replaceAll(new RegExp(`(?<=(?:${monthNames}) )([12]\\d{3})(?!\\d)`, "gu"), (year) =>
      language === "de" ? cardinal(Number(year), "de") : digitYear(year),
    );

const digitYear = (year: string): string =>
  dayWords({ year: Number(year), month: 1, day: 1 }, "en").split(", ")[1] ?? "";

const times: Saying = (text, language) =>
  text
    .replaceAll(
      /(?<![\d.:])(\d{1,2})(?:[:.](\d\d))?[–-](\d{1,2})(?:[:.](\d\d))? Uhr(?!\p{L})/gu,
      (all, from: string, fromMinute: string | undefined, to: string, toMinute: string | undefined) =>
        Number(from) <= 24 && Number(to) <= 24
          ? `${clockWords(Number(from), Number(fromMinute ?? 0), "de").replace(/ Uhr$/, "")} bis ${clockWords(Number(to), Number(toMinute ?? 0), "de")}`
          : all,
    )
    .replaceAll(
      /(?<![\d:.,])(\d{1,2})(?::([0-5]\d))(?::[0-5]\d)?(?: ?(Uhr|am|pm|a m|p m)(?!\p{L}))?(?![\d:])/giu,
      (all, hour: string, minute: string, half?: string) => sayClock(all, Number(hour), Number(minute), half, language),
    )
    .replaceAll(/(?<![\d:.,])(\d{1,2})(?:\.([0-5]\d))? Uhr(?!\p{L})/giu, (all, hour: string, minute?: string) =>
      sayClock(all, Number(hour), Number(minute ?? 0), "uhr", language),
    )
    .replaceAll(/(?<![\d:.,])(\d{1,2}) ?(am|pm|a m|p m)(?!\p{L})/giu, (all, hour: string, half: string) =>
      language === "en" ? sayClock(all, Number(hour), 0, half, language) : all,
    );

const sayClock = (
  all: string,
  hour: number,
  minute: number,
  half: string | undefined,
  language: SpokenLanguage,
): string => {
  if (hour > 24) return all;
  const afternoon = /^p/i.test(half ?? "") && hour < 12 ? 12 : 0;
  const midnight = /^a/i.test(half ?? "") && hour === 12 ? 12 : 0;
  return clockWords(hour + afternoon - midnight, minute, language);
};

/** A number as it is written in that language ("1.234,50", "1,234.50"), with a point and nothing else; null: it is none that is sure. */
const plainNumber = (written: string, language: SpokenLanguage): string | null => {
  const [group, point] = language === "de" ? ([".", ","] as const) : ([",", "."] as const);
  const found = new RegExp(`^(-?)(\\d{1,3}(?:[${group}' ]\\d{3}){1,4}|\\d{1,12})(?:\\${point}(\\d{1,6}))?$`).exec(
    written,
  );
  if (found === null) return null;
  const [, sign = "", whole = "", fraction = ""] = found;
  return `${sign}${whole.replaceAll(/\D/g, "")}${fraction === "" ? "" : `.${fraction}`}`;
};

const numberShape = String.raw`-?\d{1,12}(?:[.,' ]\d{3}){0,4}(?:[.,]\d{1,6})?`;
const currencyShape = "€|\\$|£|EUR|USD|GBP|CHF|Euros?";
const amountAfter = new RegExp(`(?<![\\d.,])(${numberShape})(?:,-+)? ?(${currencyShape})(?!\\p{L})`, "giu");
const amountBefore = new RegExp(`(?<!\\p{L})(-?)(${currencyShape}) ?(${numberShape})(?![\\d])`, "giu");

const sayAmount = (written: string, currency: string, language: SpokenLanguage): string | null => {
  const number = plainNumber(written, language) ?? plainNumber(written, language === "de" ? "en" : "de");
  const known = currencyOf(currency);
  if (number === null || known === null) return null;
  return moneyWords(Math.round(Number(number) * 100), known, language);
};

const amounts: Saying = (text, language) =>
  text
    .replaceAll(amountAfter, (all, number: string, currency: string) => sayAmount(number, currency, language) ?? all)
    .replaceAll(amountBefore, (all, minus: string, currency: string, number: string) => {
      const said = sayAmount(minus + number, currency, language);
      return said ?? all;
    });

/** Numbers of telephones: with "+", or a "0" in front and signs between. */
const phones: Saying = (text, language) =>
  text
    .replaceAll(/(?<![\p{L}\d])\+[1-9]\d{0,3}(?:[ /-]?\d{1,12}){1,8}(?![\d])/gu, (number) =>
      phoneNumber(number, language),
    )
    .replaceAll(/(?<![\p{L}\d.,-])0\d{1,5}(?:[ /-]{1,3}\d{1,12}){1,6}(?![\d.,]\d)/gu, (number) =>
      digitGroups(number, language),
    );

/** Behind these a number is a name, however short. */
const nameBefore =
  /(?:nummer|nr|code|pin|tan|kennung|kennziffer|geheimzahl|postleitzahl|plz|vertrag|number|reference|postcode|extension|durchwahl)(?: (?:ist|lautet|is|the|die|the number))?[: ]*$/iu;

const unitShape = anyOf([...new Set([...Object.keys(units.de), ...Object.keys(units.en)])]);
const measured = new RegExp(`(?<![\\p{L}\\d.,])(${numberShape}) ?(${unitShape})(?![\\p{L}\\d])`, "gu");

const measures: Saying = (text, language) =>
  text.replaceAll(measured, (all, written: string, unit: string) => {
    const number = plainNumber(written, language);
    const names = units[language][unit];
    if (number === null || names === undefined) return all;
    const feminine = /(?:stunde|minute|sekunde|million)/iu.test(names[0]);
    if (Number(number) === 1 && !number.includes(".")) return `${count(1, language, feminine ? "f" : "n")} ${names[0]}`;
    return `${decimal(number, language)} ${names[1]}`;
  });

/** German places that are no days: "der 2. Stock", "jede 3. Rechnung"; before a small letter a number with a dot is nothing else. */
const placeNouns =
  "Tag|Mal|Stock|Etage|Obergeschoss|Untergeschoss|Quartal|Halbjahr|Mahnung|Rate|Platz|Person|Stelle|Schritt|Monat|Woche|Jahr|Versuch";
const places: Saying = (text, language) =>
  language === "de"
    ? text.replaceAll(
        new RegExp(`(?<![\\p{L}\\d.,])(\\d{1,3})\\.(?= (?:\\p{Ll}|${placeNouns}))`, "gu"),
        (_, number: string, at: number, whole: string) =>
          ordinal(Number(number), "de", endingAfter(whole.slice(0, at))),
      )
    : text.replaceAll(/(?<![\p{L}\d.,])(\d{1,4})(?:st|nd|rd|th)(?![\p{L}\d])/gu, (_, number: string) =>
        ordinal(Number(number), "en"),
      );

const ranges: Saying = (text, language) =>
  text
    .replaceAll(/(?<![\d.,-])(\d{1,3})-(\d{1,3})(?= \p{L})/gu, (all, from: string, to: string) =>
      Number(from) < Number(to) ? `${from}–${to}` : all,
    )
    .replaceAll(/(?<=\d)–(?=\d)/g, language === "de" ? " bis " : " to ");

/** Codes of letters and digits are spelled; numbers that are names are said digit by digit; all others count. */
const numbers: Saying = (text, language) =>
  text
    .replaceAll(
      /(?<![\p{L}\d])(?=[\p{Lu}\d-]{0,20}\d)(?=[\p{Lu}\d-]{0,20}\p{Lu})[\p{Lu}\d](?:-?[\p{Lu}\d]){1,20}(?![\p{L}\d])/gu,
      (code) =>
        (code.match(/\p{Lu}|\d+/gu) ?? [])
          .map((part) => (/\d/.test(part) ? digitGroups(part, language) : part))
          .join(", "),
    )
    .replaceAll(/-?\d{1,40}(?:[.,' ]\d{1,40}){0,12}/g, (written, at: number, whole: string) =>
      sayNumber(written, language, whole.slice(0, at)),
    );

const sayNumber = (written: string, language: SpokenLanguage, before: string): string => {
  const parted = / /.test(written) && !/^-?\d{1,3}(?: \d{3})+(?:[.,]\d+)?$/.test(written);
  const named = nameBefore.test(before.slice(-40));
  const glued = /[\p{L}\d-]$/u.test(before);
  if (written.startsWith("-") && glued) return ` ${sayNumber(written.slice(1), language, " ")}`;
  const digits = written.replaceAll(/\D/g, "");
  if (named && !/[.,]/.test(written)) return digitGroups(written, language);
  if (parted)
    return written
      .split(" ")
      .map((part) => sayNumber(part, language, ""))
      .join(", ");
  const isName = /^\d+$/.test(written) && (digits.length >= 5 || (digits.length > 1 && digits.startsWith("0")));
  const padded = glued ? " " : "";
  if (isName) return padded + digitGroups(written, language);
  const plain = plainNumber(written, language);
  if (plain !== null) return padded + decimal(plain, language);
  // Of no notation that is sure ("1.2.3"): each part by itself.
  return padded + (written.match(/\d+/g) ?? []).map((part) => digitByDigit(part, language)).join(", ");
};

const signs: Saying = (text, language) =>
  text
    .replaceAll(/[&%€$£§@+=#*°]/g, (sign) => ` ${signWords[language][sign] ?? ""} `)
    .replaceAll(/[\p{N}]/gu, (other) => {
      const digit = other.normalize("NFKC").replaceAll(/\D/g, "");
      return digit === "" ? " " : ` ${digitByDigit(digit, language)} `;
    })
    .replaceAll(/[_/–—]/g, " ")
    .replaceAll(/[^\p{L}\p{M}\s.,;:!?'’-]/gu, " ");

const ways: readonly Saying[] = [
  links,
  addresses,
  hosts,
  spans,
  shorts,
  days,
  times,
  amounts,
  phones,
  ranges,
  measures,
  places,
  numbers,
  signs,
];
