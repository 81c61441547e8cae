// Days and times as a reader says them, and where a new day or another speaker begins. Pure; called by Thread.tsx and Concerns.tsx.
import type { ChatMessage } from "#contract/chat.ts";
import type { Language } from "#widget/words.ts";

const tags: Readonly<Record<Language, string>> = { de: "de-DE", en: "en-GB" };

export interface Clock {
  /** 14:05 */
  readonly time: (at: string | number) => string;
  /** today, yesterday, Monday, 3 November; another year with its year. */
  readonly day: (at: string | number, now: number) => string;
  /** When something will be: 14:05, tomorrow, 14:05, Monday, 14:05, 3 November, 14:05. */
  readonly soon: (at: string, now: number) => string;
  /** The time of today, else the day, short. */
  readonly short: (at: string | number, now: number) => string;
}

const dayMs = 86_400_000;

/** Says times in the reader's zone, or in a given one. */
export const clockIn = (language: Language, timeZone?: string): Clock => {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(tags[language], timeZone === undefined ? options : { ...options, timeZone });
  const time = format({ hour: "2-digit", minute: "2-digit" });
  const weekday = format({ weekday: "long" });
  const date = format({ day: "numeric", month: "long" });
  const dateAndYear = format({ day: "numeric", month: "long", year: "numeric" });
  const brief = format({ day: "numeric", month: "short" });
  const parts = format({ year: "numeric", month: "2-digit", day: "2-digit" });
  const relative = new Intl.RelativeTimeFormat(tags[language], { numeric: "auto" });
  /** Days since 1970 of the reader's calendar, whatever hours its days have. */
  const dayNumber = (at: number): number => {
    const value = (type: string): number =>
      Number(parts.formatToParts(at).find((part) => part.type === type)?.value ?? 0);
    return Math.round(Date.UTC(value("year"), value("month") - 1, value("day")) / dayMs);
  };
  const day = (given: string | number, now: number): string => {
    const at = new Date(given).getTime();
    const ago = dayNumber(now) - dayNumber(at);
    if (ago === 0 || ago === 1) {
      const words = relative.format(-ago, "day");
      return words.slice(0, 1).toLocaleUpperCase(tags[language]) + words.slice(1);
    }
    if (ago > 1 && ago < 7) return weekday.format(at);
    return new Date(at).getFullYear() === new Date(now).getFullYear() ? date.format(at) : dateAndYear.format(at);
  };
  return {
    time: (at) => time.format(new Date(at)),
    day,
    soon: (given, now) => {
      const at = new Date(given);
      const ahead = dayNumber(at.getTime()) - dayNumber(now);
      if (ahead < 1) return time.format(at);
      return `${ahead === 1 ? relative.format(1, "day") : (ahead < 7 ? weekday : date).format(at)}, ${time.format(at)}`;
    },
    short: (given, now) => {
      const at = new Date(given).getTime();
      return dayNumber(now) === dayNumber(at) ? time.format(at) : brief.format(at);
    },
  };
};

/** A message with what stands before and after it. */
export interface Line {
  readonly message: ChatMessage;
  /** The day that begins here; null: the same as above. */
  readonly day: string | null;
  /** First of several of one speaker, by one way, within some minutes: the name is said once. */
  readonly first: boolean;
  /** Last of them: the time is said once. */
  readonly last: boolean;
}

const togetherMs = 5 * 60_000;
const belongs = (a: ChatMessage, b: ChatMessage): boolean =>
  a.by === b.by && a.name === b.name && a.way === b.way && Date.parse(b.at) - Date.parse(a.at) < togetherMs;

/** Messages as lines of the talk. */
export const linesOf = (messages: readonly ChatMessage[], clock: Clock, now: number): readonly Line[] => {
  const days = messages.map(({ at }) => clock.day(at, now));
  return messages.map((message, index) => {
    const [before, after] = [messages[index - 1], messages[index + 1]];
    const isNewDay = days[index] !== days[index - 1];
    return {
      message,
      day: isNewDay ? (days[index] ?? "") : null,
      first: isNewDay || before === undefined || !belongs(before, message),
      last: after === undefined || days[index + 1] !== days[index] || !belongs(message, after),
    };
  });
};
