// The SQL of tries to sign in, counted over all server processes. Called by agents/actions-brake.ts.
import { sql, type Tx } from "#platform/db/db.ts";

/** What is known of one key. */
export interface TryRow {
  readonly key: string;
  readonly failures: number;
  readonly at: string;
  readonly goodAt: string | null;
}

const columns = sql`t.key, t.failures, t.at, t.good_at AS "goodAt"`;

/** What is known of these keys; nothing is written, so that who is braked fills no table. */
export const triesOf = (tx: Tx, keys: readonly string[]): Promise<TryRow[]> =>
  tx.rows<TryRow>(sql`SELECT ${columns} FROM sign_in_try t WHERE t.key = ANY (${keys}::text[])`);

/** The same under the rows' locks, made where there are none; always in one order. */
export const lockTries = (tx: Tx, keys: readonly string[], at: string): Promise<TryRow[]> =>
  tx.rows<TryRow>(sql`
    INSERT INTO sign_in_try AS t (key, failures, at) SELECT key, 0, ${at}::timestamptz FROM unnest(${keys}::text[]) AS k (key) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET failures = t.failures RETURNING ${columns}`);

/** Writes the counts of rows that the caller holds. */
export const setFailures = async (
  tx: Tx,
  rows: readonly { readonly key: string; readonly failures: number }[],
  at: string,
): Promise<void> => {
  await tx.run(sql`
    UPDATE sign_in_try t SET failures = n.failures, at = ${at}
      FROM unnest(${rows.map((row) => row.key)}::text[], ${rows.map((row) => row.failures)}::int[]) AS n (key, failures) WHERE t.key = n.key`);
};

/** Notes that somebody got in: `own` starts anew, of the others one failure is taken back. */
export const setGood = async (tx: Tx, keys: readonly string[], own: string, at: string): Promise<void> => {
  await tx.run(sql`
    UPDATE sign_in_try t SET failures = CASE WHEN t.key = ${own} THEN 0 ELSE greatest(t.failures - 1, 0) END,
           good_at = CASE WHEN t.key = ${own} THEN ${at}::timestamptz ELSE t.good_at END
      FROM (SELECT key FROM sign_in_try WHERE key = ANY (${keys}::text[]) ORDER BY key FOR UPDATE) AS mine WHERE t.key = mine.key`);
};

/** Forgets what slows nobody down any more; says how many. */
export const deleteOldTries = (tx: Tx, idleSince: string, goodSince: string): Promise<number> =>
  tx.run(sql`DELETE FROM sign_in_try WHERE at < ${idleSince} AND (good_at IS NULL OR good_at < ${goodSince})`);
