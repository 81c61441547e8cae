// What routing kept of a past day. Called by routing/reads-preview.ts.
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A piece of work that was answered, or left, within a time. */
export interface PastWait {
  readonly concernId: string;
  readonly arrivedAt: string;
  readonly answeredAt: string | null;
  readonly agentId: string | null;
  readonly heldMs: number;
  readonly leftAt: string | null;
}

/** What `waitsOf` asks. */
export const waitsQuery = (concernIds: readonly string[]): Sql => sql`
  SELECT concern_id AS "concernId", arrived_at AS "arrivedAt", answered_at AS "answeredAt", agent_id AS "agentId", held_ms AS "heldMs",
         CASE WHEN answered_at IS NULL THEN ended_at END AS "leftAt"
    FROM routing_wait WHERE concern_id = ANY (${concernIds}::uuid[])`;

/** What routing kept of these concerns' pieces of work. */
export const waitsOf = (tx: Tx, concernIds: readonly string[]): Promise<PastWait[]> =>
  tx.rows<PastWait>(waitsQuery(concernIds));

/** A stretch of somebody's presence. */
export interface PastStretch {
  readonly agentId: string;
  readonly beganAt: string;
  /** Null: it goes on. */
  readonly endedAt: string | null;
  readonly state: string;
}

/** What `stretchesBetween` asks: of each agent what began between them, and the one before it, which may have run on. */
export const presencesQuery = (agentIds: readonly string[], from: string, to: string): Sql => sql`
  SELECT a.id AS "agentId", s.began_at AS "beganAt", s.ended_at AS "endedAt", s.state
    FROM unnest(${agentIds}::uuid[]) AS a (id)
   CROSS JOIN LATERAL (
         (SELECT began_at, ended_at, state FROM routing_stretch WHERE agent_id = a.id AND began_at >= ${from} AND began_at < ${to})
         UNION ALL
         (SELECT began_at, ended_at, state FROM routing_stretch WHERE agent_id = a.id AND began_at < ${from} ORDER BY began_at DESC LIMIT 1)) s
   WHERE s.ended_at IS NULL OR s.ended_at > ${from} ORDER BY s.began_at, a.id`;

/** How these agents were between two instants, in the order of time. */
export const stretchesBetween = (
  tx: Tx,
  agentIds: readonly string[],
  from: string,
  to: string,
): Promise<PastStretch[]> => tx.rows<PastStretch>(presencesQuery(agentIds, from, to));
