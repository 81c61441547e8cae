// The only writer of calendars of holidays. Called by hours/routes.ts, server/jobs.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import { system } from "#contract/actor.ts";
import type { HolidayCalendar } from "#contract/calendars.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { CalendarId } from "#contract/ids.ts";
import { storable } from "#lib/text.ts";
import { dayAfter } from "#lib/timeZone.ts";
import { say } from "#modules/audit/actions.ts";
import { readText, today } from "#modules/hours/reading.ts";
import { comingOf, namesOfOwners } from "#modules/hours/reads.ts";
import { calendarsReadUntil, deleteCalendar, lockCalendar, ownersWith, putCalendar } from "#modules/hours/store.ts";
import { addressOf, deleteAddress } from "#modules/hours/store-addresses.ts";
import { breaksUnique } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/** Texts are read again when no more than so many days of what was read of them lie ahead. */
const againDays = 1_830;

/** Adds a calendar from an iCalendar text. Refuses with nameTaken, and what `readText` refuses. */
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
      return comingOf(kept, null, world.now());
    }),
  );
};

/** Renames a calendar, or replaces its text (null: it stays, and goes on to be fetched from its address if it has one). Refuses with notFound, and what `addCalendar` refuses. */
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
      if (read !== null) await deleteAddress(tx, id);
      await say(world, tx, who, [{ kind: "calendar.changed", data: { calendarId: id, name: kept.name } }]);
      return comingOf(kept, await addressOf(tx, id), world.now());
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

/** A calendar's name as it is kept. */
export const cleanName = (name: string): string => storable(name).trim();

/** Does it, or refuses with nameTaken. */
export const uniquely = async <T>(act: () => Promise<T | Refusal>): Promise<T | Refusal> => {
  try {
    return await act();
  } catch (error) {
    if (breaksUnique(error, "holiday_calendar_name")) return refuse("nameTaken", {}, "name");
    throw error;
  }
};
