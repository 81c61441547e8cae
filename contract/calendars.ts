// Calendars of holidays that come as iCalendar (RFC 5545): a file, pasted text, or what is fetched daily from an address. Opening hours name them (contract/hours.ts).
import { z } from "zod";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { errorCode } from "#contract/errors.ts";
import { calendarId } from "#contract/ids.ts";

/** Longest text of a calendar, in characters. */
export const calendarLength = 500_000;
/** Most days and times of a calendar within the years that are read. */
export const mostCalendarDays = 2_000;

const name = z.string().trim().min(1).max(100);

/** Whole days, both included: "2026-12-24". The name as the calendar has it; "Deutsch = English" in two languages. */
const calendarDays = z.strictObject({ from: z.iso.date(), to: z.iso.date(), name: z.string() });
export type CalendarDays = z.infer<typeof calendarDays>;

/** From a time to another, the end excluded: an instant ("2026-12-24T12:00:00.000Z"), or what the clock says in the hours' zone ("2026-12-24T13:00"). */
const calendarTimes = z.strictObject({ from: z.string(), to: z.string(), name: z.string() });
export type CalendarTimes = z.infer<typeof calendarTimes>;

/** Where a calendar is fetched from, and how that went. */
const calendarAddress = z.strictObject({
  url: z.string(),
  /** When it was last reached and could be read: what is kept is from then. */
  fetchedAt: instant,
  /** Why the last fetch failed, and since when each has; what was fetched before counts meanwhile. */
  fault: z
    .strictObject({ code: errorCode, facts: z.record(z.string(), z.union([z.string(), z.number()])), since: instant })
    .nullable(),
});
export type CalendarAddress = z.infer<typeof calendarAddress>;

export const holidayCalendar = z.strictObject({
  id: calendarId,
  name,
  /** What comes within the next 400 days, in its order. */
  days: z.array(calendarDays),
  times: z.array(calendarTimes),
  /** Null: it came as a file or text. */
  address: calendarAddress.nullable(),
});
export type HolidayCalendar = z.infer<typeof holidayCalendar>;

/** Longer than a calendar may be, so that one that is too long is told so. */
const text = z.string().max(1_500_000);
/** "https://…", or "webcal://…", which is fetched by https. */
const url = z.string().trim().min(1).max(2_000);

export const calendars = {
  list: endpoint({
    method: "GET",
    path: "/api/calendars",
    permission: "setting.manage",
    summary: "Calendars of holidays, with what comes next",
    result: z.array(holidayCalendar),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/calendars",
    permission: "setting.manage",
    summary: "Add a calendar from an iCalendar text, or from an address: it is fetched at once and then daily",
    body: z.union([z.strictObject({ name, text }), z.strictObject({ name, url })]),
    result: holidayCalendar,
  }),
  change: endpoint({
    method: "PUT",
    path: "/api/calendars/:id",
    permission: "setting.manage",
    summary:
      "Rename a calendar, or replace its text (it is no longer fetched then; null: it stays), or say where it is fetched",
    params: z.strictObject({ id: calendarId }),
    body: z.union([z.strictObject({ name, text: text.nullable() }), z.strictObject({ name, url })]),
    result: holidayCalendar,
  }),
  fetch: endpoint({
    method: "POST",
    path: "/api/calendars/:id/fetch",
    permission: "setting.manage",
    summary:
      "Fetch a calendar from its address now; when that fails, its fault says why, and what was fetched before stays",
    params: z.strictObject({ id: calendarId }),
    result: holidayCalendar,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/api/calendars/:id",
    permission: "setting.manage",
    summary: "Remove a calendar that no opening hours name",
    params: z.strictObject({ id: calendarId }),
    result: done,
  }),
};
