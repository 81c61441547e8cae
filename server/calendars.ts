// Asks addresses for calendars of holidays, by the one door out. Opened by server/start.ts; called by modules/hours for a new address, for "fetch now" and every day.
import { calendarLength } from "#contract/calendars.ts";
import { refuse, type ErrorCode } from "#contract/errors.ts";
import { judgeAnswer, mostCalendarBytes, type FetchCalendar } from "#modules/hours/model-addresses.ts";
import { fetchOutside, outsideReason, type OutsideReason, type Resolve } from "#platform/egress.ts";

/** For everything together, redirects included. */
const mostMs = 10_000;

/** Whether an address is dead or lies inside is not told apart: who writes addresses learns nothing of what lies inside. */
const codes: Readonly<Record<OutsideReason, ErrorCode>> = {
  badAddress: "calendarRedirected",
  inside: "calendarUnreachable",
  unknownHost: "calendarUnreachable",
  tooManyRedirects: "calendarRedirected",
  ledElsewhere: "calendarRedirected",
  tooLarge: "calendarLarge",
  tooSlow: "calendarLate",
  unreachable: "calendarUnreachable",
};

/** Makes the asking: hosts of `inside` may be inside ("host" or "host:port"), all others may not. */
export const openCalendarFetch =
  (options: {
    readonly inside: readonly string[];
    readonly resolve?: Resolve;
    readonly timeoutMs?: number;
  }): FetchCalendar =>
  async (url, known) => {
    try {
      const answer = await fetchOutside(url, {
        headers: {
          accept: "text/calendar, text/plain;q=0.5, */*;q=0.1",
          ...(known?.etag ? { "if-none-match": known.etag } : {}),
          ...(known?.lastModified ? { "if-modified-since": known.lastModified } : {}),
        },
        timeoutMs: options.timeoutMs ?? mostMs,
        maxBytes: mostCalendarBytes,
        allowInside: options.inside,
        ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
      });
      return judgeAnswer(answer, known);
    } catch (error) {
      const reason = outsideReason(error);
      if (reason === null) throw error;
      return refuse(codes[reason], reason === "tooLarge" ? { most: calendarLength } : {});
    }
  };
