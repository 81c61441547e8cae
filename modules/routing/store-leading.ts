// The SQL of who leads the routing: everything the engine knows as rows, written under the fence of the leader's epoch. Called by routing/leading.ts and its parts.
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import type { Because, Wait } from "#contract/routing.ts";
import type { AgentRow, ItemRow, LineNow, LineRow, QueueRow } from "#modules/routing/model-shapes.ts";
import { urgencyOf } from "#modules/routing/model-state.ts";
import type { Seen } from "#modules/routing/model-wants.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Takes the lead: whatever an earlier leader still writes is refused from now on. `seq` null: routing never ran. */
export const takeLead = (
  tx: Tx,
  at: string,
): Promise<{ readonly epoch: number; readonly seq: number | null; readonly swept: number }> =>
  tx.one(sql`UPDATE routing_leader SET epoch = epoch + 1, at = ${at} RETURNING epoch, seq, swept`);

/** Notes up to where the log was read; false: somebody else leads, and nothing may be written. */
export const fence = async (
  tx: Tx,
  lead: { readonly epoch: number; readonly seq: number; readonly swept: number; readonly at: string },
): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE routing_leader SET seq = ${lead.seq}, swept = ${lead.swept}, at = ${lead.at} WHERE epoch = ${lead.epoch}`,
  )) === 1;

/** The book, and what was set for agents. */
export const setUp = async (
  tx: Tx,
): Promise<{
  readonly book: RoutingBook;
  readonly revision: number;
  readonly work: ReadonlyMap<string, AgentWork>;
}> => {
  const { book, revision } = await tx.one<{ book: RoutingBook; revision: number }>(
    sql`SELECT book, revision FROM routing_book`,
  );
  const rows = await tx.rows<{ agentId: string; work: AgentWork }>(
    sql`SELECT agent_id AS "agentId", work FROM routing_agent`,
  );
  return { book, revision, work: new Map(rows.map(({ agentId, work }) => [agentId, work])) };
};

/** What is kept of an agent beside what they are set up for. */
export type KeptAgent = Pick<AgentRow, "presence" | "vanishedAtMs" | "idleSinceMs" | "missed" | "keptForItemId">;

/** Everything that was kept. */
export const keptRows = async (
  tx: Tx,
): Promise<{
  readonly items: readonly { readonly kept: ItemRow; readonly seen: Seen; readonly because: Because | null }[];
  readonly agents: readonly { readonly agentId: string; readonly kept: KeptAgent }[];
  readonly queues: readonly QueueRow[];
  readonly lines: readonly LineRow[];
}> => ({
  items: await tx.rows(sql`SELECT kept, seen, because FROM routing_item`),
  agents: await tx.rows(sql`SELECT agent_id AS "agentId", kept FROM routing_presence`),
  queues: (await tx.rows<{ kept: QueueRow }>(sql`SELECT kept FROM routing_queue`)).map(({ kept }) => kept),
  lines: (await tx.rows<{ kept: LineRow }>(sql`SELECT kept FROM routing_line`)).map(({ kept }) => kept),
});

const instantOf = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(ms).toISOString();

export interface ItemToKeep {
  readonly kept: ItemRow;
  readonly seen: Seen;
  readonly because: Because | null;
}

/** Keeps pieces of work as they are now. */
export const saveItems = async (tx: Tx, items: readonly ItemToKeep[]): Promise<void> => {
  if (items.length === 0) return;
  const rows = items.map(({ kept, seen, because }) => ({
    id: kept.id,
    concern_id: seen.concernId,
    number: kept.number,
    kind: kept.kind,
    queue_id: kept.queueId,
    state: kept.state,
    agent_id: kept.offer?.agentId ?? kept.holding?.agentId ?? null,
    token: kept.token,
    arrived_at: instantOf(kept.arrivedAtMs),
    urgency_at: instantOf(urgencyOf(kept.arrivedAtMs, kept.dueAtMs ?? kept.arrivedAtMs, kept.importance)),
    until: instantOf(kept.offer?.untilMs ?? kept.holding?.keptUntilMs ?? kept.holding?.parkedUntilMs),
    because,
    kept,
    seen,
  }));
  await tx.later(sql`
    INSERT INTO routing_item (id, concern_id, number, kind, queue_id, state, agent_id, token, arrived_at, urgency_at, until, because, kept, seen)
    SELECT id, concern_id, number, kind, queue_id, state, agent_id, token, arrived_at, urgency_at, until, because, kept, seen
      FROM jsonb_populate_recordset(NULL::routing_item, ${JSON.stringify(rows)}::jsonb)
    ON CONFLICT (id) DO UPDATE SET kind = EXCLUDED.kind, queue_id = EXCLUDED.queue_id, state = EXCLUDED.state, agent_id = EXCLUDED.agent_id,
      token = EXCLUDED.token, urgency_at = EXCLUDED.urgency_at, until = EXCLUDED.until, because = EXCLUDED.because, kept = EXCLUDED.kept, seen = EXCLUDED.seen`);
};

export const removeItems = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  if (ids.length > 0) await tx.later(sql`DELETE FROM routing_item WHERE id = ANY (${ids}::uuid[])`);
};

/** Keeps how agents are, and closes and opens stretches of presence where `stretch` says so. */
export const savePresences = async (
  tx: Tx,
  agents: readonly { readonly agentId: string; readonly kept: KeptAgent; readonly stretch: boolean }[],
): Promise<void> => {
  if (agents.length === 0) return;
  const rows = agents.map(({ agentId, kept, stretch }) => ({
    agent_id: agentId,
    state: kept.presence.state,
    reason: kept.presence.reason,
    since: instantOf(kept.presence.sinceMs),
    kept,
    stretch,
  }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    AS r (agent_id uuid, state text, reason text, since timestamptz, kept jsonb, stretch boolean)`;
  await tx.later(sql`
    INSERT INTO routing_presence (agent_id, state, since, kept) SELECT agent_id, state, since, kept FROM ${given}
    ON CONFLICT (agent_id) DO UPDATE SET state = EXCLUDED.state, since = EXCLUDED.since, kept = EXCLUDED.kept`);
  if (!rows.some(({ stretch }) => stretch)) return;
  await tx.later(sql`
    UPDATE routing_stretch s SET ended_at = r.since FROM ${given} WHERE r.stretch AND s.agent_id = r.agent_id AND s.ended_at IS NULL`);
  await tx.later(sql`
    INSERT INTO routing_stretch (agent_id, began_at, state, reason)
    SELECT agent_id, since, state, reason FROM ${given} WHERE r.stretch AND r.state <> 'offline'
    ON CONFLICT (agent_id, began_at) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, ended_at = NULL`);
};

export const saveQueues = async (tx: Tx, rows: readonly QueueRow[]): Promise<void> => {
  if (rows.length === 0) return;
  await tx.later(sql`
    INSERT INTO routing_queue (queue_id, paused, open, kept)
    SELECT (r ->> 'id')::uuid, (r ->> 'paused')::boolean, (r ->> 'open')::boolean, r FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) r
    ON CONFLICT (queue_id) DO UPDATE SET paused = EXCLUDED.paused, open = EXCLUDED.open, kept = EXCLUDED.kept`);
};

/** Keeps where the first of each queue stand and how long they will wait. */
export const saveLineups = async (
  tx: Tx,
  lineups: readonly { readonly queueId: string; readonly waits: Readonly<Record<string, Wait>> }[],
): Promise<void> => {
  if (lineups.length === 0) return;
  await tx.later(sql`
    UPDATE routing_queue q SET waits = r -> 'waits' FROM jsonb_array_elements(${JSON.stringify(lineups)}::jsonb) r WHERE q.queue_id = (r ->> 'queueId')::uuid`);
};

export const saveLines = async (
  tx: Tx,
  lines: readonly { readonly kept: LineRow; readonly now: LineNow | null }[],
): Promise<void> => {
  if (lines.length === 0) return;
  await tx.later(sql`
    INSERT INTO routing_line (queue_id, kind, kept, now)
    SELECT (r -> 'kept' ->> 'queueId')::uuid, r -> 'kept' ->> 'kind', r -> 'kept', r -> 'now' FROM jsonb_array_elements(${JSON.stringify(lines)}::jsonb) r
    ON CONFLICT (queue_id, kind) DO UPDATE SET kept = EXCLUDED.kept, now = EXCLUDED.now`);
};

/** Queues that the book no longer has are forgotten, with what was measured in them. */
export const removeQueuesBut = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.later(sql`DELETE FROM routing_queue WHERE queue_id <> ALL (${ids}::uuid[])`);
  await tx.later(sql`DELETE FROM routing_line WHERE queue_id <> ALL (${ids}::uuid[])`);
};

/** What happened to a piece of work, for the reports. */
export interface WaitNote {
  readonly itemId: string;
  readonly concernId: string;
  /** Null: it is over, and stays counted where and as what it was. */
  readonly queueId: string | null;
  readonly kind: string | null;
  readonly arrivedAtMs: number;
  readonly predicted: { readonly lowMs: number; readonly highMs: number } | null;
  /** It came now. */
  readonly came: boolean;
  readonly answered: { readonly atMs: number; readonly withinMs: number; readonly agentId: string } | null;
  /** So long it was in somebody's hands, who has it no longer. */
  readonly heldMs: number;
  /** left: they gave up, or need nobody any more; moved: they took another way (a callback, a chat, words that they left). */
  readonly ended: { readonly atMs: number; readonly why: "finished" | "left" | "moved" } | null;
}

/** How a piece of work is held from now on; agentId null: by nobody. */
export interface HoldNote {
  readonly itemId: string;
  readonly agentId: string | null;
  readonly kind: string;
  readonly rest: string;
}

/** Ends the stretches of holding that are over, and begins those that are new. What is held as before goes on. After `saveWaits`, which has the pieces. */
export const saveHolds = async (tx: Tx, notes: readonly HoldNote[], atMs: number): Promise<void> => {
  if (notes.length === 0) return;
  const [given, at] = [JSON.stringify(notes), instantOf(atMs)];
  const now = sql`jsonb_to_recordset(${given}::jsonb) AS r ("itemId" uuid, "agentId" uuid, kind text, rest text)`;
  await tx.later(sql`
    UPDATE routing_hold h SET ended_at = ${at}::timestamptz FROM ${now}
     WHERE h.item_id = r."itemId" AND h.ended_at IS NULL AND (h.agent_id, h.kind, h.rest) IS DISTINCT FROM (r."agentId", r.kind, r.rest)`);
  await tx.later(sql`
    INSERT INTO routing_hold (item_id, agent_id, kind, rest, began_at)
    SELECT r."itemId", r."agentId", r.kind, r.rest, ${at}::timestamptz FROM ${now} JOIN routing_wait w ON w.item_id = r."itemId"
     WHERE r."agentId" IS NOT NULL AND NOT EXISTS (SELECT FROM routing_hold h WHERE h.item_id = r."itemId" AND h.ended_at IS NULL)
    ON CONFLICT (item_id, began_at) DO UPDATE SET agent_id = excluded.agent_id, kind = excluded.kind, rest = excluded.rest, ended_at = NULL`);
};

export const saveWaits = async (tx: Tx, notes: readonly WaitNote[]): Promise<void> => {
  const came = notes.filter((note) => note.came);
  if (came.length > 0)
    await tx.later(sql`
      INSERT INTO routing_wait (item_id, concern_id, queue_id, kind, arrived_at, low_ms, high_ms)
      SELECT item_id, concern_id, queue_id, kind, arrived_at, low_ms, high_ms FROM jsonb_populate_recordset(NULL::routing_wait, ${JSON.stringify(
        came.map(({ itemId, concernId, queueId, kind, arrivedAtMs, predicted }) => ({
          item_id: itemId,
          concern_id: concernId,
          queue_id: queueId,
          kind,
          arrived_at: instantOf(arrivedAtMs),
          low_ms: predicted === null ? null : Math.round(predicted.lowMs),
          high_ms: predicted === null ? null : Math.round(predicted.highMs),
        })),
      )}::jsonb) ON CONFLICT (item_id) DO NOTHING`);
  const changed = notes.map(({ itemId, queueId, kind, answered, heldMs, ended }) => ({
    id: itemId,
    queue: queueId,
    kind,
    answered: instantOf(answered?.atMs),
    within: answered?.withinMs ?? null,
    agent: answered?.agentId ?? null,
    held: Math.max(0, Math.round(heldMs)),
    ended: instantOf(ended?.atMs),
    why: ended?.why ?? null,
  }));
  if (changed.length === 0) return;
  await tx.later(sql`
    UPDATE routing_wait w SET queue_id = coalesce(r.queue, w.queue_id), kind = coalesce(r.kind, w.kind), agent_id = coalesce(r.agent, w.agent_id), held_ms = w.held_ms + r.held,
           answered_at = coalesce(w.answered_at, r.answered),
           within = coalesce(w.within, r.answered - w.arrived_at <= make_interval(secs => r.within / 1000.0)),
           ended_at = coalesce(r.ended, w.ended_at), end_why = coalesce(r.why, w.end_why)
      FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb)
        AS r (id uuid, queue uuid, kind text, answered timestamptz, within bigint, agent uuid, held bigint, ended timestamptz, why text)
     WHERE w.item_id = r.id`);
};
