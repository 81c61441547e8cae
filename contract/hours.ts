// Opening hours: when a brand, or one channel of it, is there for its customers. Nothing set: always.
import { z } from "zod";
import { endpoint } from "#contract/endpoint.ts";
import { brandId, calendarId, channelId } from "#contract/ids.ts";
import { germanHolidays, germanStates, stateParts } from "#lib/germanHolidays.ts";

/** A time of the day as clocks write it: "08:00". */
const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
/** A day of the calendar: "2026-12-24". */
const day = z.iso.date();

/** From a time to another. One that ends at or before its beginning ends on the next day; from 00:00 to 00:00 is the whole day. */
export const span = z.strictObject({ from: time, to: time });
export type Span = z.infer<typeof span>;

/** Spans in the order of the day; a day belongs to them by its beginning. Empty: closed. */
const spans = z.array(span).max(6);

/** Days that are not as their weekday is: first and last of them, both included, and why. */
const hoursException = z.strictObject({
  from: day,
  to: day,
  /** German, and behind "=" in English: "Neujahr = New Year". May be empty. */
  name: z.string().trim().max(100),
  spans,
});

/** When it is open on a holiday: not at all, as on every other day, as on a weekday (0 is Monday), or at times of its own. */
export const holidayTimes = z.discriminatedUnion("how", [
  z.strictObject({ how: z.literal("closed") }),
  z.strictObject({ how: z.literal("usual") }),
  z.strictObject({ how: z.literal("like"), weekday: z.int().min(0).max(6) }),
  z.strictObject({ how: z.literal("spans"), spans }),
]);
export type HolidayTimes = z.infer<typeof holidayTimes>;

/** Which days are holidays, and when it is open on them. */
const holidayRule = z.strictObject({
  /** "DE": those of all Germany; null: of no state. */
  state: z.enum(germanStates).nullable(),
  /** Where in that state; a part that it does not have is "none". */
  part: z.enum(stateParts),
  /** On every holiday that is not below. */
  times: holidayTimes,
  /** On single holidays, in every year. */
  own: z.array(z.strictObject({ holiday: z.enum(germanHolidays), times: holidayTimes })).max(100),
  /** Whose whole days are holidays, too, and whose times it is closed at. Behind the state's: a day that is several holidays is the first of them. */
  calendars: z.array(calendarId).max(10),
  /** On days of the calendars, by their names. */
  named: z.array(z.strictObject({ name: z.string().min(1).max(200), times: holidayTimes })).max(100),
});
export type HolidayRule = z.infer<typeof holidayRule>;

export const hours = z.strictObject({
  /** By IANA's name: "Europe/Berlin". */
  timeZone: z.string().min(1).max(64),
  /** Seven days, Monday first. */
  weekly: z.array(spans).length(7),
  exceptions: z.array(hoursException).max(200),
  /** They go behind exceptions. None: a holiday is a day like any other. */
  holidays: holidayRule.optional(),
});
export type Hours = z.infer<typeof hours>;

/** Whose hours they are: a channel without its own has its brand's. */
export const hoursOwner = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("brand"), id: brandId }),
  z.strictObject({ kind: z.literal("channel"), id: channelId }),
]);
export type HoursOwner = z.infer<typeof hoursOwner>;

export const ownedHours = z.strictObject({ owner: hoursOwner, hours });
export type OwnedHours = z.infer<typeof ownedHours>;

export const openingHours = {
  list: endpoint({
    method: "GET",
    path: "/api/opening-hours",
    permission: "signedIn",
    summary: "The opening hours that are set, of brands and channels",
    result: z.array(ownedHours),
  }),
  set: endpoint({
    method: "PUT",
    path: "/api/opening-hours",
    permission: "setting.manage",
    summary: "Set the opening hours of a brand or channel; null: none of its own (a brand's: always open)",
    body: z.strictObject({ owner: hoursOwner, hours: hours.nullable() }),
    result: z.strictObject({ owner: hoursOwner, hours: hours.nullable() }),
  }),
};
