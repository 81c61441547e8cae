// The SQL of the centre's own facts. Called by settings/actions.ts and settings/reads.ts.
import { sql, type Tx } from "#platform/db/db.ts";

/** A fact by name; null when it was never set. */
export const settingByName = async (tx: Tx, name: string): Promise<unknown> =>
  (await tx.maybe<{ value: unknown }>(sql`SELECT value FROM setting WHERE name = ${name}`))?.value ?? null;

/** Sets a fact. */
export const upsertSetting = async (tx: Tx, name: string, value: unknown): Promise<void> => {
  await tx.run(
    sql`INSERT INTO setting (name, value) VALUES (${name}, ${JSON.stringify(value)}::jsonb) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  );
};

/** Lets one set-up through at a time, until its commit. */
export const lockSetUp = async (tx: Tx): Promise<void> => {
  await tx.run(sql`SELECT pg_advisory_xact_lock(7284011)`);
};
