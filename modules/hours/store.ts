// All SQL of opening hours. Called by hours/actions.ts and hours/reads.ts.
import type { CalendarDays, CalendarTimes } from "#contract/calendars.ts";
import type { Hours, HoursOwner, OwnedHours } from "#contract/hours.ts";
import type { CalendarId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** All hours that are set, as they were set. */
export const hoursAsSet = (tx: Tx): Promise<OwnedHours[]> =>
  tx.rows<OwnedHours>(
    sql`SELECT json_build_object('kind', owner_kind, 'id', owner_id) AS owner, hours FROM opening_hours ORDER BY owner_kind, owner_id`,
  );

/** Sets hours; null takes them away. */
export const putHours = async (tx: Tx, { kind, id }: HoursOwner, hours: Hours | null): Promise<void> => {
  if (hours === null) await tx.run(sql`DELETE FROM opening_hours WHERE owner_kind = ${kind} AND owner_id = ${id}`);
  else
    await tx.run(sql`
      INSERT INTO opening_hours (owner_kind, owner_id, hours) VALUES (${kind}, ${id}, ${JSON.stringify(hours)}::jsonb)
      ON CONFLICT (owner_kind, owner_id) DO UPDATE SET hours = excluded.hours`);
};

/** A calendar as it is kept. */
export interface KeptCalendar {
  readonly id: CalendarId;
  readonly name: string;
  readonly days: readonly CalendarDays[];
  readonly times: readonly CalendarTimes[];
  /** Until which day its text was read: "2036-12-31". */
  readonly readUntil: string;
}

const calendarColumns = sql`id, name, days, times, read_until::text AS "readUntil"`;

/** All calendars, by name. */
export const allCalendars = (tx: Tx): Promise<KeptCalendar[]> =>
  tx.rows<KeptCalendar>(sql`SELECT ${calendarColumns} FROM holiday_calendar ORDER BY lower(name), id`);

/** The calendar with this id, locked, with its text. */
export const lockCalendar = (tx: Tx, id: CalendarId): Promise<(KeptCalendar & { readonly source: string }) | null> =>
  tx.maybe(sql`SELECT ${calendarColumns}, source FROM holiday_calendar WHERE id = ${id} FOR UPDATE`);

/** Those of the ids that are calendars; none of them is removed before the transaction ends. */
export const keepCalendars = async (tx: Tx, ids: readonly CalendarId[]): Promise<CalendarId[]> =>
  (
    await tx.rows<{ id: CalendarId }>(
      sql`SELECT id FROM holiday_calendar WHERE id = ANY (${[...ids]}::uuid[]) ORDER BY id FOR SHARE`,
    )
  ).map(({ id }) => id);

/** Calendars whose text has not been read as far as that day. */
export const calendarsReadUntil = (
  tx: Tx,
  day: string,
): Promise<{ readonly id: CalendarId; readonly source: string }[]> =>
  tx.rows(sql`SELECT id, source FROM holiday_calendar WHERE read_until < ${day}::date ORDER BY id`);

/** Puts a calendar in, or changes it. */
export const putCalendar = async (
  tx: Tx,
  { id, name, days, times, readUntil, source }: KeptCalendar & { readonly source: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO holiday_calendar (id, name, source, days, times, read_until)
    VALUES (${id}, ${name}, ${source}, ${JSON.stringify(days)}::jsonb, ${JSON.stringify(times)}::jsonb, ${readUntil}::date)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, source = excluded.source, days = excluded.days, times = excluded.times, read_until = excluded.read_until`);
};

/** Another text that says the same. */
export const putSource = async (tx: Tx, id: CalendarId, source: string): Promise<void> => {
  await tx.run(sql`UPDATE holiday_calendar SET source = ${source} WHERE id = ${id}`);
};

/** Takes a calendar away. */
export const deleteCalendar = async (tx: Tx, id: CalendarId): Promise<void> => {
  await tx.run(sql`DELETE FROM holiday_calendar WHERE id = ${id}`);
};

/** Whose hours name a calendar. */
export const ownersWith = async (tx: Tx, id: CalendarId): Promise<HoursOwner[]> =>
  (
    await tx.rows<{ owner: HoursOwner }>(
      sql`SELECT json_build_object('kind', owner_kind, 'id', owner_id) AS owner FROM opening_hours WHERE hours -> 'holidays' -> 'calendars' @> to_jsonb(${id}::text) ORDER BY owner_kind, owner_id`,
    )
  ).map(({ owner }) => owner);
