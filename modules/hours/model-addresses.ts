// What may be fetched as a calendar, and what an answer to that is. Called by hours/actions-fetching.ts and server/calendars.ts, which asks.
import { calendarLength } from "#contract/calendars.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import { storable } from "#lib/text.ts";

/** What the other side called what it sent last (HTTP's validators, RFC 9110, 8.8). */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** What became of asking: the same as before, another text, or why there is none. */
export type FetchedCalendar =
  | { readonly became: "same" }
  | ({ readonly became: "text"; readonly text: string } & Validators)
  | Refusal;

/** Asks an address for its calendar; with what is known of the last answer, which need not be sent again (null: it must). Never throws for what the other side does. */
export type FetchCalendar = (url: string, known: Validators | null) => Promise<FetchedCalendar>;

/** Most bytes of an answer: a calendar of the most characters, each as long as UTF-8 has them. */
export const mostCalendarBytes = 4 * calendarLength;

/** An address as it is fetched: http or https without a name and password in it; webcal, which calendars give for links to subscribe to, is https. Refuses with calendarAddress. */
export const cleanAddress = (given: string): string | Refusal => {
  const written = given.trim().replace(/^webcals?:/i, "https:");
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    return refuse("calendarAddress", {}, "url");
  url.hash = "";
  return url.href;
};

/**
 * What an answer is. Its type is not believed: much that is a calendar is called plain text or a file, and a page that asks to sign in comes with status 200. Refuses with
 * calendarStatus, calendarPage, calendarType (also for what is packed, although we asked for it as it is).
 */
export const judgeAnswer = (
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly bytes: Uint8Array;
  },
  asked: Validators | null,
): FetchedCalendar => {
  const { status, headers, bytes } = answer;
  if (status === 304 && asked !== null) return { became: "same" };
  if (status !== 200) return refuse("calendarStatus", { status });
  const [type = "", ...parameters] = (headers["content-type"] ?? "")
    .split(";")
    .map((part) => part.trim().toLowerCase());
  const packed = (headers["content-encoding"] ?? "").trim().toLowerCase();
  if (!["", "identity"].includes(packed)) return refuse("calendarType", { type: shown(packed) });
  const charset = parameters
    .find((part) => part.startsWith("charset="))
    ?.slice(8)
    .replaceAll('"', "");
  const text = decoded(bytes, charset);
  if (!/^BEGIN:VCALENDAR/i.test(text.trimStart())) {
    if (/html/.test(type) || text.trimStart().startsWith("<")) return refuse("calendarPage");
    if (type !== "" && !type.startsWith("text/")) return refuse("calendarType", { type: shown(type) });
  }
  return {
    became: "text",
    text,
    etag: sendable(headers["etag"], /^(?:W\/)?"[\x21\x23-\x7e]{0,200}"$/),
    lastModified: sendable(headers["last-modified"], /^[A-Za-z0-9,: +-]{1,64}$/),
  };
};

/** By the character set that it says; UTF-8 when it says none that is known (RFC 5545, 3.1.4). */
const decoded = (bytes: Uint8Array, charset = "utf-8"): string => {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
};

/** What we may say to them again; null for what is not of its shape. */
const sendable = (value: string | undefined, shape: RegExp): string | null =>
  value !== undefined && shape.test(value) ? value : null;

const shown = (words: string): string => storable(words).slice(0, 60);
