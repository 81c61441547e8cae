// The SQL of second screens. Called by calls/actions-screen.ts.
import { sql, type Tx } from "#platform/db/db.ts";

/** Which round a call's code was made in; null: it has none. */
export const roundOf = async (tx: Tx, callId: string): Promise<number | null> =>
  (
    await tx.maybe<{ round: number }>(
      sql`SELECT round FROM call_screen WHERE call_id = ${callId} AND code_hash IS NOT NULL`,
    )
  )?.round ?? null;

/** Takes a code away from a call that has ended. */
export const freeCode = async (tx: Tx, codeHash: string): Promise<void> => {
  await tx.run(sql`
    UPDATE call_screen s SET code_hash = NULL FROM call c
     WHERE c.id = s.call_id AND s.code_hash = ${codeHash} AND c.ended_at IS NOT NULL`);
};

/** Keeps a call's link and code; false: another call has that code now. A call that has one keeps it. */
export const keepScreen = async (
  tx: Tx,
  screen: {
    readonly callId: string;
    readonly linkHash: string;
    readonly codeHash: string;
    readonly round: number;
    readonly at: string;
  },
): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO call_screen (call_id, link_hash, code_hash, round, created_at)
    SELECT ${screen.callId}, ${screen.linkHash}, ${screen.codeHash}, ${screen.round}, ${screen.at}
     WHERE EXISTS (SELECT 1 FROM call WHERE id = ${screen.callId}) AND NOT EXISTS (SELECT 1 FROM call_screen WHERE code_hash = ${screen.codeHash} AND call_id <> ${screen.callId})
    ON CONFLICT (call_id) DO UPDATE SET code_hash = coalesce(call_screen.code_hash, excluded.code_hash),
           round = CASE WHEN call_screen.code_hash IS NULL THEN excluded.round ELSE call_screen.round END`)) > 0;

/** Whose link, or code, that is; null: no call's. */
export const callOfLink = async (tx: Tx, linkHash: string): Promise<string | null> =>
  (await tx.maybe<{ id: string }>(sql`SELECT call_id AS id FROM call_screen WHERE link_hash = ${linkHash}`))?.id ??
  null;
export const callOfCode = async (tx: Tx, codeHash: string): Promise<string | null> =>
  (await tx.maybe<{ id: string }>(sql`SELECT call_id AS id FROM call_screen WHERE code_hash = ${codeHash}`))?.id ??
  null;

/** Forgets the screens of calls that ended before then. */
export const deleteOldScreens = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM call_screen s USING call c WHERE c.id = s.call_id AND c.ended_at < ${before}`);

/** The call by which a callback is done that was asked for in that one; null: none was. */
export const callbackAfter = async (tx: Tx, callId: string): Promise<string | null> =>
  (
    await tx.maybe<{ id: string }>(sql`
      SELECT id FROM call WHERE record ->> 'afterId' = ${callId} AND direction = 'out' ORDER BY started_at DESC LIMIT 1`)
  )?.id ?? null;
