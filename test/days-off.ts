// A brand that is closed by what a calendar says. Used by test/journeys.
import { api } from "#contract/api.ts";
import type { HolidayRule } from "#contract/hours.ts";
import type { BrandId } from "#contract/ids.ts";
import type { Desk } from "#test/desk.ts";

/** The calendar's day so many days from today (UTC). */
export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Closes a brand that is open always (UTC) by the calendar of an outing, from a day until before another ("2026-12-24"); what is given back moves the end. */
export const closeByCalendar = async (
  desk: Desk,
  id: BrandId,
  from: string,
  to: string,
): Promise<(to: string) => Promise<unknown>> => {
  const compact = (day: string): string => day.replaceAll("-", "");
  const bodyUntil = (end: string) => ({
    name: "Werk",
    text: [
      "BEGIN:VCALENDAR",
      "BEGIN:VEVENT",
      `DTSTART:${compact(from)}`,
      `DTEND:${compact(end)}`,
      "SUMMARY:Betriebsausflug = Company outing",
      "END:VEVENT",
      "END:VCALENDAR",
    ].join("\r\n"),
  });
  const calendar = await desk.call(api.calendars.create, { body: bodyUntil(to) });
  const always = Array.from({ length: 7 }, () => [{ from: "00:00", to: "00:00" }]);
  const holidays: HolidayRule = {
    state: null,
    part: "none",
    times: { how: "closed" },
    own: [],
    calendars: [calendar.id],
    named: [],
  };
  await desk.call(api.openingHours.set, {
    body: {
      owner: { kind: "brand", id },
      hours: { timeZone: "UTC", weekly: always, exceptions: [], holidays },
    },
  });
  return (end) => desk.call(api.calendars.change, { params: { id: calendar.id }, body: bodyUntil(end) });
};
