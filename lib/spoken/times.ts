// Days, times of day and durations as people say them. Called by text.ts and by whoever tells a waiting caller how long; pure.
import { cardinal, count, digitByDigit, ordinal, type OrdinalEnding, type SpokenLanguage } from "./numbers.ts";

/** Names of the months, from January. */
export const months = {
  de: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(" "),
  en: "January February March April May June July August September October November December".split(" "),
} as const;

/** "zweitausendsechsundzwanzig", "neunzehnhundertneunundachtzig"; "twenty twenty-six", "nineteen eighty-nine". */
export const yearWords = (year: number, language: SpokenLanguage): string => {
  const [century, rest] = [Math.floor(year / 100), year % 100];
  if (language === "de")
    return century >= 11 && century <= 19
      ? `${cardinal(century, "de")}hundert${rest === 0 ? "" : cardinal(rest, "de")}`
      : cardinal(year, "de");
  if (year < 1_100 || year > 9_999 || (century % 10 === 0 && rest < 10)) return cardinal(year, "en");
  if (rest === 0) return `${cardinal(century, "en")} hundred`;
  return `${cardinal(century, "en")} ${rest < 10 ? `oh ${cardinal(rest, "en")}` : cardinal(rest, "en")}`;
};

/** A day: "dritter Dezember" (its ending by what stands before), "December the third". `year` null: none is said. */
export const dayWords = (
  { year, month, day }: { readonly year: number | null; readonly month: number; readonly day: number },
  language: SpokenLanguage,
  ending: OrdinalEnding = "er",
): string => {
  const name = months[language][month - 1] ?? digitByDigit(String(month), language);
  if (language === "de")
    return `${ordinal(day, "de", ending)} ${name}${year === null ? "" : ` ${yearWords(year, "de")}`}`;
  return `${name} the ${ordinal(day, "en")}${year === null ? "" : `, ${yearWords(year, "en")}`}`;
};

/** A time of day: "vierzehn Uhr dreißig", "two thirty p m". */
export const clockWords = (hour: number, minute: number, language: SpokenLanguage): string => {
  if (language === "de") return `${count(hour, "de")} Uhr${minute === 0 ? "" : ` ${cardinal(minute, "de")}`}`;
  if (minute === 0 && hour % 24 === 0) return "midnight";
  if (minute === 0 && hour === 12) return "twelve noon";
  const half = hour % 24 < 12 ? "a m" : "p m";
  const said = cardinal(hour % 12 === 0 ? 12 : hour % 12, "en");
  if (minute === 0) return `${said} ${half}`;
  return `${said} ${minute < 10 ? `oh ${cardinal(minute, "en")}` : cardinal(minute, "en")} ${half}`;
};

/** Hours, minutes and seconds as they are counted. */
const units = {
  de: [
    ["Stunde", "Stunden"],
    ["Minute", "Minuten"],
    ["Sekunde", "Sekunden"],
  ],
  en: [
    ["hour", "hours"],
    ["minute", "minutes"],
    ["second", "seconds"],
  ],
} as const;

/** How long: "eine Stunde und fünf Minuten"; whole minutes from one minute on, seconds below. */
export const durationWords = (ms: number, language: SpokenLanguage): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const minutes = Math.round(seconds / 60);
  const parts = seconds < 60 ? [0, 0, seconds] : [Math.floor(minutes / 60), minutes % 60, 0];
  const said = parts.flatMap((number, at) => {
    if (number === 0 && !(at === 2 && seconds === 0)) return [];
    const [single, several] = units[language][at] ?? ["", ""];
    return [`${count(number, language, "f")} ${number === 1 ? single : several}`];
  });
  return said.join(language === "de" ? " und " : " and ");
};
