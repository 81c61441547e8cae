// The SQL of what was taken in and made no concern, and of the brake that counts unknown senders. Called by actions-aside.ts and reads-aside.ts.
import type { Aside, AsideReason } from "#contract/aside.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** One as it is kept. */
export interface AsideRow extends Aside {
  readonly providerId: string;
  readonly rawHash: string;
  /** Card numbers or session secrets stand in it, or in a file of it. */
  readonly secret: boolean;
}

const columns = sql`
  intake_id AS id, provider_id AS "providerId", brand_id AS "brandId", channel_id AS "channelId", reason, sender_name AS "senderName", sender, subject,
  snippet, raw_hash AS "rawHash", secret, at`;

/** Keeps one; an arrival has one place here, whatever its parts are. True when it is new. */
export const insertAside = async (tx: Tx, row: AsideRow): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO set_aside (intake_id, provider_id, brand_id, channel_id, reason, sender_name, sender, subject, snippet, raw_hash, secret, at)
    VALUES (${row.id}, ${row.providerId}, ${row.brandId}, ${row.channelId}, ${row.reason}, ${row.senderName}, ${row.sender}, ${row.subject},
            ${row.snippet}, ${row.rawHash}, ${row.secret}, ${row.at})
    ON CONFLICT (intake_id) DO NOTHING`)) === 1;

/** Those nobody has decided about, newest first. `brandIds` null: of all brands. */
export const openAside = (
  tx: Tx,
  s: {
    readonly brandIds: readonly string[] | null;
    readonly reasons: readonly AsideReason[];
    readonly after: { readonly at: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<AsideRow[]> =>
  tx.rows<AsideRow>(sql`
    SELECT ${columns} FROM set_aside
     WHERE settled_at IS NULL AND reason = ANY (${s.reasons}::text[]) AND (${s.brandIds}::uuid[] IS NULL OR brand_id = ANY (${s.brandIds}::uuid[]))
       AND (${s.after?.at ?? null}::timestamptz IS NULL OR (at, intake_id) < (${s.after?.at ?? null}::timestamptz, ${s.after?.id ?? null}::uuid))
     ORDER BY at DESC, intake_id DESC LIMIT ${s.limit}`);

/** How many of each reason are open; counts up to `most`. */
export const countAside = (
  tx: Tx,
  brandIds: readonly string[] | null,
  reasons: readonly AsideReason[],
  most: number,
): Promise<{ readonly reason: AsideReason; readonly n: number }[]> =>
  tx.rows(sql`
    SELECT r.reason, (SELECT count(*)::int FROM (SELECT 1 FROM set_aside a WHERE a.settled_at IS NULL AND a.reason = r.reason
                       AND (${brandIds}::uuid[] IS NULL OR a.brand_id = ANY (${brandIds}::uuid[])) LIMIT ${most}) few) AS n
      FROM unnest(${reasons}::text[]) AS r (reason)`);

/** The open ones of these, under their locks. */
export const lockAside = (tx: Tx, ids: readonly string[]): Promise<AsideRow[]> =>
  tx.rows<AsideRow>(
    sql`SELECT ${columns} FROM set_aside WHERE intake_id = ANY (${ids}::uuid[]) AND settled_at IS NULL ORDER BY at, intake_id FOR UPDATE`,
  );

/** One, decided about or not. */
export const asideById = (tx: Tx, id: string): Promise<AsideRow | null> =>
  tx.maybe<AsideRow>(sql`SELECT ${columns} FROM set_aside WHERE intake_id = ${id}`);

/** Somebody has decided about them. */
export const settleAside = async (
  tx: Tx,
  ids: readonly string[],
  by: { readonly at: string; readonly agentId: string; readonly as: "concern" | "away" },
): Promise<void> => {
  await tx.run(
    sql`UPDATE set_aside SET settled_at = ${by.at}, settled_by = ${by.agentId}, settled_as = ${by.as} WHERE intake_id = ANY (${ids}::uuid[])`,
  );
};

/** A sender nobody vouches for has begun a concern. */
export const insertBegin = (tx: Tx, channelId: string, at: string): Promise<void> =>
  tx.later(sql`INSERT INTO unvouched_begin (channel_id, at) VALUES (${channelId}, ${at})`);

/** How many such concerns were begun at a channel between two times; counts up to `most`. */
export const beginsBetween = async (
  tx: Tx,
  channelId: string,
  from: string,
  until: string,
  most: number,
): Promise<number> =>
  (
    await tx.one<{ n: number }>(sql`
      SELECT count(*)::int AS n FROM (SELECT 1 FROM unvouched_begin WHERE channel_id = ${channelId} AND at > ${from} AND at <= ${until} LIMIT ${most}) few`)
  ).n;

/** Forgets what the brake does not look at any more. */
export const removeBegins = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM unvouched_begin WHERE at < ${before}`);

/** Had this customer a concern at this brand before that time? */
export const hadConcern = async (tx: Tx, customerId: string, brandId: string, before: string): Promise<boolean> =>
  (
    await tx.one<{ had: boolean }>(
      sql`SELECT EXISTS (SELECT 1 FROM concern WHERE customer_id = ${customerId} AND brand_id = ${brandId} AND created_at < ${before}) AS had`,
    )
  ).had;
