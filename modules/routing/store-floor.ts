// The SQL of what supervisors and wallboards see: queues, agents and waits as they stand. Called by routing/reads-floor.ts; bench explains the queries.
import type {
  CountRow,
  HandledRow,
  HandRow,
  HoldRow,
  LineNowRow,
  PresenceRow,
  QueueStateRow,
  ShareRow,
  StretchRow,
} from "#modules/routing/model-floor-rows.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** When a leader last said that it leads; null: never. */
export const leaderAt = async (tx: Tx): Promise<string | null> =>
  (await tx.maybe<{ at: string | null }>(sql`SELECT at FROM routing_leader`))?.at ?? null;

export const countsNow = (tx: Tx): Promise<CountRow[]> =>
  tx.rows<CountRow>(sql`
    SELECT queue_id AS "queueId", kind, state, count(*)::int AS count, min(arrived_at) AS since FROM routing_item GROUP BY queue_id, kind, state`);

export const queueStates = (tx: Tx): Promise<QueueStateRow[]> =>
  tx.rows<QueueStateRow>(sql`
    SELECT queue_id AS "queueId", paused, open, coalesce(kept -> 'overflowing' @> 'true', false) AS overflows FROM routing_queue`);

export const linesNow = (tx: Tx): Promise<LineNowRow[]> =>
  tx.rows<LineNowRow>(sql`SELECT queue_id AS "queueId", kind, now FROM routing_line`);

/** What `sharesSince` asks. */
export const sharesQuery = (since: string): Sql => sql`
  SELECT queue_id AS "queueId", count(ms)::int AS answered, count(*) FILTER (WHERE within)::int AS within, count(*) FILTER (WHERE ms IS NULL)::int AS abandoned,
         avg(ms)::float8 AS "averageMs", max(ms)::float8 AS "longestMs"
    FROM (SELECT queue_id, within, extract(epoch FROM answered_at - arrived_at)::float8 * 1000 AS ms FROM routing_wait
           WHERE answered_at IS NOT NULL AND answered_at >= ${since}
          UNION ALL
          SELECT queue_id, NULL, NULL FROM routing_wait
           WHERE answered_at IS NULL AND ended_at IS NOT NULL AND ended_at >= ${since} AND end_why = 'left') w
   GROUP BY queue_id`;

export const sharesSince = (tx: Tx, since: string): Promise<ShareRow[]> => tx.rows<ShareRow>(sharesQuery(since));

/** Everything in anybody's hands, what was held longest first. */
export const handsNow = (tx: Tx): Promise<HandRow[]> =>
  tx.rows<HandRow>(sql`
    SELECT id, concern_id AS "concernId", kind, queue_id AS "queueId", state, agent_id AS "agentId", arrived_at AS "arrivedAt", until,
           coalesce(kept -> 'holding' ->> 'rest', 'none') AS rest
      FROM routing_item WHERE agent_id IS NOT NULL ORDER BY agent_id, (kept -> 'holding' ->> 'sinceMs')::float8, number`);

export const presencesNow = (tx: Tx): Promise<PresenceRow[]> =>
  tx.rows<PresenceRow>(sql`
    SELECT agent_id AS "agentId", state, since, coalesce(kept -> 'presence' ->> 'reason', '') AS reason,
           to_timestamp((kept -> 'presence' ->> 'untilMs')::float8 / 1000) AS until, to_timestamp((kept ->> 'vanishedAtMs')::float8 / 1000) AS "vanishedAt",
           kept ->> 'keptForItemId' AS "keptForId"
      FROM routing_presence`);

/** What `handledSince` asks. */
export const handledQuery = (agentIds: readonly string[], day: string): Sql => sql`
  SELECT agent_id AS "agentId", count(*)::int AS handled
    FROM routing_wait WHERE agent_id IS NOT NULL AND agent_id = ANY (${agentIds}::uuid[]) AND ended_at >= ${day} AND end_why = 'finished'
   GROUP BY agent_id`;

export const handledSince = (tx: Tx, agentIds: readonly string[], day: string): Promise<HandledRow[]> =>
  tx.rows<HandledRow>(handledQuery(agentIds, day));

/** What `holdsSince` asks: what each agent held today while they were there, whether it is still in their hands or not. */
export const holdsQuery = (agentIds: readonly string[], day: string, now: string): Sql => sql`
  WITH there AS (
         SELECT a.id, range_agg(tstzrange(greatest(s.began_at, ${day}::timestamptz), greatest(s.began_at, ${day}::timestamptz, least(coalesce(s.ended_at, ${now}::timestamptz), ${now}::timestamptz)))) AS times
           FROM unnest(${agentIds}::uuid[]) AS a (id)
          CROSS JOIN LATERAL (
                (SELECT began_at, ended_at, state FROM routing_stretch WHERE agent_id = a.id AND began_at >= ${day})
                UNION ALL
                (SELECT began_at, ended_at, state FROM routing_stretch WHERE agent_id = a.id AND began_at < ${day} ORDER BY began_at DESC LIMIT 1)) s
          WHERE s.state NOT IN ('away', 'offline') AND coalesce(s.ended_at, ${now}::timestamptz) >= ${day} AND s.began_at <= ${now} GROUP BY a.id)
  SELECT t.id AS "agentId", h.kind, h.rest, sum(extract(epoch FROM upper(part) - lower(part)) * 1000)::float8 AS ms
    FROM there t
   CROSS JOIN LATERAL (
         SELECT kind, rest, began_at, ended_at FROM routing_hold WHERE agent_id = t.id AND ended_at >= ${day}
         UNION ALL
         SELECT kind, rest, began_at, NULL FROM routing_hold WHERE agent_id = t.id AND ended_at IS NULL) h
   CROSS JOIN LATERAL unnest(t.times * tstzmultirange(tstzrange(h.began_at, greatest(h.began_at, coalesce(h.ended_at, 'infinity'))))) AS part
   GROUP BY t.id, h.kind, h.rest`;

export const holdsSince = (tx: Tx, agentIds: readonly string[], day: string, now: string): Promise<HoldRow[]> =>
  tx.rows<HoldRow>(holdsQuery(agentIds, day, now));

/** What `stretchesSince` asks: of each agent what began today, and the one before it, which may have run on. */
export const stretchesQuery = (agentIds: readonly string[], day: string, now: string): Sql => sql`
  SELECT a.id AS "agentId", s.state,
         sum(extract(epoch FROM greatest(least(coalesce(s.ended_at, ${now}::timestamptz), ${now}::timestamptz) - greatest(s.began_at, ${day}::timestamptz), interval '0')) * 1000)::float8 AS ms
    FROM unnest(${agentIds}::uuid[]) AS a (id)
   CROSS JOIN LATERAL (
         (SELECT began_at, ended_at, state FROM routing_stretch WHERE agent_id = a.id AND began_at >= ${day})
         UNION ALL
         (SELECT began_at, ended_at, state FROM routing_stretch WHERE agent_id = a.id AND began_at < ${day} ORDER BY began_at DESC LIMIT 1)) s
   GROUP BY a.id, s.state`;

export const stretchesSince = (tx: Tx, agentIds: readonly string[], day: string, now: string): Promise<StretchRow[]> =>
  tx.rows<StretchRow>(stretchesQuery(agentIds, day, now));
