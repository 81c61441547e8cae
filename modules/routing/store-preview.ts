// What routing kept of a past day. Called by routing/reads-preview.ts.
import { sql, type Tx } from "#platform/db/db.ts";

/** A piece of work that was answered, or left, within a time. */
export interface PastWait {
  readonly concernId: string;
  readonly arrivedAt: string;
  readonly answeredAt: string | null;
  readonly agentId: string | null;
  readonly heldMs: number;
  readonly leftAt: string | null;
}

/** What routing kept of these concerns' pieces of work. */
export const waitsOf = (tx: Tx, concernIds: readonly string[]): Promise<PastWait[]> =>
  tx.rows<PastWait>(sql`
    SELECT concern_id AS "concernId", arrived_at AS "arrivedAt", answered_at AS "answeredAt", agent_id AS "agentId", held_ms AS "heldMs",
           CASE WHEN answered_at IS NULL THEN ended_at END AS "leftAt"
      FROM routing_wait WHERE concern_id = ANY (${concernIds}::uuid[])`);

/** A stretch of somebody's presence. */
export interface PastStretch {
  readonly agentId: string;
  readonly beganAt: string;
  /** Null: it goes on. */
  readonly endedAt: string | null;
  readonly state: string;
}

/** How agents were between two instants, in the order of time. */
export const stretchesBetween = (tx: Tx, from: string, to: string): Promise<PastStretch[]> =>
  tx.rows<PastStretch>(sql`
    SELECT agent_id AS "agentId", began_at AS "beganAt", ended_at AS "endedAt", state FROM routing_stretch
     WHERE began_at < ${to} AND (ended_at IS NULL OR ended_at > ${from}) ORDER BY began_at, agent_id`);
