// The SQL of links by which a chat goes on at another browser. Called by visitors/actions-moved.ts.
import type { ChannelId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Keeps a link in place of those of the same browser that nobody has opened; false: that browser speaks as nobody. */
export const keepMove = async (
  tx: Tx,
  move: { readonly tokenHash: string; readonly fromHash: string; readonly expiresAt: string },
): Promise<boolean> => {
  await tx.run(sql`DELETE FROM moved_chat WHERE from_hash = ${move.fromHash} AND used_at IS NULL`);
  return (
    (await tx.run(sql`
      INSERT INTO moved_chat (token_hash, from_hash, expires_at)
      SELECT ${move.tokenHash}, token_hash, ${move.expiresAt} FROM visitor_browser WHERE token_hash = ${move.fromHash} AND left_at IS NULL`)) >
    0
  );
};

/** Uses a link up, in one statement, so that of any number who open it at once one does; gives whose it was, at which browser, and until when it held. */
export const useMove = (
  tx: Tx,
  channelId: ChannelId,
  tokenHash: string,
  now: string,
): Promise<{
  readonly visitorId: string;
  readonly readsEmail: string;
  readonly signedUntil: string | null;
  readonly fromHash: string;
  readonly until: string;
} | null> =>
  tx.maybe(sql`
    UPDATE moved_chat m SET used_at = ${now}
      FROM visitor_browser b JOIN visitor v ON v.id = b.visitor_id
     WHERE m.token_hash = ${tokenHash} AND m.used_at IS NULL AND m.expires_at > ${now}
       AND b.token_hash = m.from_hash AND b.left_at IS NULL AND (b.signed_until IS NULL OR b.signed_until > ${now})
       AND v.channel_id = ${channelId} AND v.joined_to IS NULL
    RETURNING v.id AS "visitorId", b.reads_email AS "readsEmail", b.signed_until AS "signedUntil",
              m.from_hash AS "fromHash", m.expires_at AS until`);

/** Forgets links that nobody could open any more; says how many. */
export const deleteOldMoves = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM moved_chat WHERE expires_at < ${before}`);
