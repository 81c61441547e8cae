// All SQL of where calendars are fetched from. Called by hours/actions-calendars.ts, hours/actions-fetching.ts and hours/reads.ts.
import type { CalendarAddress } from "#contract/calendars.ts";
import type { CalendarId } from "#contract/ids.ts";
import type { Validators } from "#modules/hours/model-addresses.ts";
import { sql, type Tx } from "#platform/db/db.ts";

interface AddressRow {
  readonly url: string;
  readonly fetchedAt: string;
  readonly fault: Omit<NonNullable<CalendarAddress["fault"]>, "since"> | null;
  readonly faultSince: string | null;
}

const addressColumns = sql`url, fetched_at AS "fetchedAt", fault, fault_since AS "faultSince"`;

const toAddress = ({ url, fetchedAt, fault, faultSince }: AddressRow): CalendarAddress => ({
  url,
  fetchedAt: new Date(fetchedAt).toISOString(),
  fault: fault === null || faultSince === null ? null : { ...fault, since: new Date(faultSince).toISOString() },
});

/** Where calendars are fetched from, by their ids; those of files and texts are not in it. */
export const allAddresses = async (tx: Tx): Promise<ReadonlyMap<CalendarId, CalendarAddress>> =>
  new Map(
    (
      await tx.rows<AddressRow & { id: CalendarId }>(
        sql`SELECT calendar_id AS id, ${addressColumns} FROM calendar_address`,
      )
    ).map((row) => [row.id, toAddress(row)]),
  );

/** Where a calendar is fetched from; null: nowhere. */
export const addressOf = async (tx: Tx, id: CalendarId): Promise<CalendarAddress | null> => {
  const row = await tx.maybe<AddressRow>(sql`SELECT ${addressColumns} FROM calendar_address WHERE calendar_id = ${id}`);
  return row && toAddress(row);
};

/** A fetch in hand. */
export interface FetchClaim extends Validators {
  readonly id: CalendarId;
  readonly url: string;
}

interface Claiming {
  readonly now: string;
  /** Until when nobody else does it. */
  readonly until: string;
  readonly lease: string;
}

const claimColumns = sql`a.calendar_id AS id, a.url, a.etag, a.last_modified AS "lastModified"`;

/** Takes addresses in hand whose time has come, the longest due first. */
export const claimDueAddresses = (tx: Tx, claim: Claiming & { readonly limit: number }): Promise<FetchClaim[]> =>
  tx.rows<FetchClaim>(sql`
    UPDATE calendar_address a SET due_at = ${claim.until}, lease = ${claim.lease}
    WHERE a.calendar_id IN (
      SELECT calendar_id FROM calendar_address WHERE due_at <= ${claim.now}
      ORDER BY due_at LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED)
    RETURNING ${claimColumns}`);

/** Takes one address in hand, whoever else has it; null: the calendar has none. */
export const claimAddress = (tx: Tx, id: CalendarId, claim: Claiming): Promise<FetchClaim | null> =>
  tx.maybe<FetchClaim>(sql`
    UPDATE calendar_address a SET due_at = ${claim.until}, lease = ${claim.lease} WHERE a.calendar_id = ${id}
    RETURNING ${claimColumns}`);

/** Is the fetch of a calendar still in these hands, and did the one before it fail? Null: it is not. Locks it. */
export const lockClaimed = (tx: Tx, id: CalendarId, lease: string): Promise<{ readonly failed: boolean } | null> =>
  tx.maybe(
    sql`SELECT fault IS NOT NULL AS failed FROM calendar_address WHERE calendar_id = ${id} AND lease = ${lease} FOR UPDATE`,
  );

/** Keeps where a calendar, whose text was just fetched there, comes from; nobody has it in hand then. */
export const putAddress = async (
  tx: Tx,
  address: FetchClaim & { readonly fetchedAt: string; readonly dueAt: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO calendar_address (calendar_id, url, etag, last_modified, fetched_at, due_at)
    VALUES (${address.id}, ${address.url}, ${address.etag}, ${address.lastModified}, ${address.fetchedAt}, ${address.dueAt})
    ON CONFLICT (calendar_id) DO UPDATE SET url = excluded.url, etag = excluded.etag, last_modified = excluded.last_modified,
      fetched_at = excluded.fetched_at, due_at = excluded.due_at, lease = NULL, fault = NULL, fault_since = NULL`);
};

/** Keeps why a fetch failed; since when is the first of those that failed in a row. */
export const putFault = async (
  tx: Tx,
  id: CalendarId,
  kept: { readonly fault: AddressRow["fault"]; readonly now: string; readonly dueAt: string },
): Promise<void> => {
  await tx.run(sql`
    UPDATE calendar_address SET fault = ${JSON.stringify(kept.fault)}::jsonb, fault_since = coalesce(fault_since, ${kept.now}),
      due_at = ${kept.dueAt}, lease = NULL WHERE calendar_id = ${id}`);
};

/** A calendar is fetched no more. */
export const deleteAddress = async (tx: Tx, id: CalendarId): Promise<void> => {
  await tx.run(sql`DELETE FROM calendar_address WHERE calendar_id = ${id}`);
};
