// The SQL of callbacks that were promised in writing. Called by calls/actions-wanted.ts.
import type { BrandId, ConcernId, QueueId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A callback that somebody was promised, before it is a call; `id`: its dialogue's, and then the call's. */
export interface WantedCallback {
  readonly id: string;
  readonly brandId: BrandId;
  readonly concernId: ConcernId;
  /** E.164. */
  readonly number: string;
  /** Null: as soon as somebody is there. */
  readonly at: string | null;
  readonly queueId: QueueId | null;
  readonly language: "de" | "en";
  readonly wantedAt: string;
}

/** Keeps it; twice is once. */
export const insertWanted = async (tx: Tx, wanted: WantedCallback): Promise<void> => {
  const { id, brandId, concernId, number, at, queueId, language, wantedAt } = wanted;
  await tx.run(sql`
    INSERT INTO call_wanted (id, brand_id, concern_id, number, at, queue_id, language, wanted_at)
    VALUES (${id}, ${brandId}, ${concernId}, ${number}, ${at}, ${queueId}, ${language}, ${wantedAt}) ON CONFLICT (id) DO NOTHING`);
};

/** Those of a brand, the oldest first. */
export const wantedIn = (tx: Tx, brandId: string, limit: number): Promise<WantedCallback[]> =>
  tx.rows<WantedCallback>(sql`
    SELECT id, brand_id AS "brandId", concern_id AS "concernId", number, at, queue_id AS "queueId", language, wanted_at AS "wantedAt"
      FROM call_wanted WHERE brand_id = ${brandId} ORDER BY wanted_at, id LIMIT ${limit}`);

/** Forgets what was wanted, or chosen for, before that. */
export const forgetWanted = async (tx: Tx, before: string): Promise<void> => {
  await tx.run(sql`DELETE FROM call_wanted WHERE greatest(wanted_at, at) < ${before}`);
};

/** Takes it out; false: somebody else has. */
export const removeWanted = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.run(sql`DELETE FROM call_wanted WHERE id = ${id}`)) === 1;
