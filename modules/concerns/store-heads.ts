// What a piece of work shows of its concern. Called by concerns/reads-heads.ts.
import type { Priority } from "#contract/concerns.ts";
import type { BrandId, ConcernId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

export interface ConcernHead {
  readonly id: ConcernId;
  readonly number: number;
  readonly subject: string;
  readonly customerName: string;
  readonly brandId: BrandId;
  readonly priority: Priority;
}

/** The heads of these concerns, in no order. */
export const headsOf = (tx: Tx, ids: readonly string[]): Promise<ConcernHead[]> =>
  tx.rows<ConcernHead>(sql`
    SELECT id, number, subject, customer_name AS "customerName", brand_id AS "brandId", priority FROM concern WHERE id = ANY (${ids}::uuid[])`);
