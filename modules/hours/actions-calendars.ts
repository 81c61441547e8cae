// The only writer of calendars of holidays. Called by hours/routes.ts, server/jobs.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import { system } from "#contract/actor.ts";
import { calendarLength, mostCalendarDays, type HolidayCalendar } from "#contract/calendars.ts";
import { isRefusal, refuse, type ErrorCode, type Refusal } from "#contract/errors.ts";
import type { CalendarId } from "#contract/ids.ts";
import { storable } from "#lib/text.ts";
import { dayAfter } from "#lib/timeZone.ts";
import { say } from "#modules/audit/actions.ts";
import { namesOfOwners, comingOf } from "#modules/hours/reads.ts";
import {
  calendarsReadUntil,
  deleteCalendar,
  lockCalendar,
  ownersWith,
  putCalendar,
  type KeptCalendar,
} from "#modules/hours/store.ts";
import { breaksUnique } from "#platform/db/db.ts";
import { readCalendar } from "#platform/icalendar/icalendar.ts";
import type { CalendarFault } from "#platform/icalendar/lines.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/** What is read of a text: last year, for what is counted of the past, and ten years ahead; again when half of them are over. */
const [pastDays, aheadDays, againDays] = [400, 3_660, 1_830];

/**
 * Adds a calendar from an iCalendar text. Refuses with nameTaken, calendarLarge, calendarEmpty (nothing of it lies in the years that are read), or what is wrong in which line:
 * calendarNone, calendarLine, calendarEnds, calendarValue, calendarStart, calendarOrder, calendarRule, calendarZone, calendarMany, calendarSlow.
 */
export const addCalendar = async (
  world: Acting,
  who: Who,
  input: { readonly name: string; readonly text: string },
): Promise<HolidayCalendar | Refusal> => {
  const read = await readText(input.text, world.now());
  if (isRefusal(read)) return read;
  return uniquely(() =>
    world.db.transaction(async (tx) => {
      const kept = { id: world.newId() as CalendarId, name: cleanName(input.name), ...read };
      await putCalendar(tx, kept);
      await say(world, tx, who, [{ kind: "calendar.changed", data: { calendarId: kept.id, name: kept.name } }]);
      return comingOf(kept, world.now());
    }),
  );
};

/** Renames a calendar, or replaces its text (null: it stays). Refuses with notFound, and what `addCalendar` refuses. */
export const changeCalendar = async (
  world: Acting,
  who: Who,
  id: CalendarId,
  input: { readonly name: string; readonly text: string | null },
): Promise<HolidayCalendar | Refusal> => {
  const read = input.text === null ? null : await readText(input.text, world.now());
  if (read !== null && isRefusal(read)) return read;
  return uniquely(() =>
    world.db.transaction(async (tx) => {
      const before = await lockCalendar(tx, id);
      if (before === null) return refuse("notFound");
      const kept = { ...before, ...read, name: cleanName(input.name) };
      await putCalendar(tx, kept);
      await say(world, tx, who, [{ kind: "calendar.changed", data: { calendarId: id, name: kept.name } }]);
      return comingOf(kept, world.now());
    }),
  );
};

/** Removes a calendar. Refuses with notFound, and calendarUsed (by whose hours). */
export const removeCalendar = (world: Acting, who: Who, id: CalendarId): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockCalendar(tx, id);
    if (before === null) return refuse("notFound");
    const owners = await ownersWith(tx, id);
    if (owners.length > 0)
      return refuse("calendarUsed", { names: (await namesOfOwners(tx, owners)).slice(0, 5).join(", ") });
    await deleteCalendar(tx, id);
    await say(world, tx, who, [{ kind: "calendar.removed", data: { calendarId: id, name: before.name } }]);
    return { done: true };
  });

/** Reads the texts of calendars again whose years come to their end. Gives how many were read. */
export const renewCalendars = async (world: Acting & Pick<World, "log">): Promise<number> => {
  const due = await calendarsReadUntil(world.db, dayAfter(today(world.now()), againDays));
  let renewed = 0;
  for (const { id, source } of due) {
    const read = await readText(source, world.now());
    if (isRefusal(read)) {
      world.log.warn("calendar.notRenewed", { id, reason: read.refused });
      continue;
    }
    await world.db.transaction(async (tx) => {
      const before = await lockCalendar(tx, id);
      // Whoever replaced it meanwhile has read it.
      if (before === null || before.source !== source) return;
      await putCalendar(tx, { ...before, ...read });
      await say(world, tx, system, [{ kind: "calendar.changed", data: { calendarId: id, name: before.name } }]);
      renewed += 1;
    });
  }
  return renewed;
};

const today = (now: Date): string => now.toISOString().slice(0, 10);
const cleanName = (name: string): string => storable(name).trim();

const codes: Readonly<Record<CalendarFault["fault"], ErrorCode>> = {
  none: "calendarNone",
  line: "calendarLine",
  ends: "calendarEnds",
  value: "calendarValue",
  start: "calendarStart",
  order: "calendarOrder",
  rule: "calendarRule",
  zone: "calendarZone",
  many: "calendarMany",
  slow: "calendarSlow",
};

const readText = async (
  text: string,
  now: Date,
): Promise<(Pick<KeptCalendar, "days" | "times" | "readUntil"> & { readonly source: string }) | Refusal> => {
  const source = storable(text);
  if (source.length > calendarLength) return refuse("calendarLarge", { most: calendarLength }, "text");
  const readUntil = dayAfter(today(now), aheadDays);
  const read = await readCalendar(source, {
    from: dayAfter(today(now), -pastDays),
    until: readUntil,
    most: mostCalendarDays,
  });
  if ("fault" in read)
    return refuse(codes[read.fault], { line: read.line, text: storable(read.text), most: mostCalendarDays }, "text");
  if (read.days.length + read.times.length === 0) return refuse("calendarEmpty", {}, "text");
  const named = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
    list.map((one) => ({ ...one, name: storable(one.name) }));
  return { source, days: named(read.days), times: named(read.times), readUntil };
};

const uniquely = async <T>(act: () => Promise<T | Refusal>): Promise<T | Refusal> => {
  try {
    return await act();
  } catch (error) {
    if (breaksUnique(error, "holiday_calendar_name")) return refuse("nameTaken", {}, "name");
    throw error;
  }
};
