// Keeps what the engine decided in one transaction: rows, concerns' assignees, what is said of it, under the fence of the lead. Called by leading.ts.
import { system } from "#contract/actor.ts";
import type { AgentId, BrandId, QueueId, WorkId } from "#contract/ids.ts";
import type { Because } from "#contract/routing.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { handOver } from "#modules/concerns/actions-handing.ts";
import type { Hall } from "#modules/routing/model.ts";
import { becauseOf, presenceOf, returnedOf, whyOf, workOf } from "#modules/routing/model-said.ts";
import type { AgentRow, Decision, ItemRow, LineNow, LineRow, QueueRow } from "#modules/routing/model-shapes.ts";
import type { Seen } from "#modules/routing/model-wants.ts";
import {
  removeItems,
  saveHolds,
  saveItems,
  saveLineups,
  saveLines,
  savePresences,
  saveQueues,
  saveWaits,
  type HoldNote,
  type KeptAgent,
  type WaitNote,
} from "#modules/routing/store-leading.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What one look at the log came to. */
export interface Step {
  readonly atMs: number;
  /** In order, with what a person said of it (why it was declined). */
  readonly decisions: readonly { readonly decision: Decision; readonly reason: string }[];
  /** Touched without a decision, too. */
  readonly itemIds: ReadonlySet<string>;
  readonly agentIds: ReadonlySet<string>;
  readonly arrived: ReadonlySet<string>;
  /** Wishes and what became of them. */
  readonly settled: readonly {
    readonly wishId: string;
    readonly agentId: string | null;
    readonly refused: string | null;
  }[];
  readonly queues: readonly QueueRow[];
  readonly lines: readonly { readonly kept: LineRow; readonly now: LineNow | null }[];
  readonly lineups: Parameters<typeof saveLineups>[1];
}

/** What the leader remembers beside the hall; `saved` parts are as the tables have them. */
export interface Memory {
  readonly seen: Map<string, Seen>;
  readonly because: Map<string, Because>;
  readonly held: Map<string, { readonly agentId: string; readonly sinceMs: number }>;
  /** As they were said, and as they are counted. */
  readonly presences: Map<string, string>;
  readonly stretches: Map<string, string>;
}

/** Notes how an agent is by the tables. */
export const remember = (memory: Memory, agentId: string, agent: KeptAgent): void => {
  memory.presences.set(agentId, presenceText(agent));
  memory.stretches.set(agentId, stretchOf(agent));
};

const keptOf = ({ presence, vanishedAtMs, idleSinceMs, missed, keptForItemId }: AgentRow): KeptAgent => ({
  presence,
  vanishedAtMs,
  idleSinceMs,
  missed,
  keptForItemId,
});

/** What tells one stretch of presence from another. */
const stretchOf = ({ presence }: KeptAgent): string =>
  JSON.stringify([presence.state, presence.reason, presence.sinceMs]);

/** Presence as it was said last. */
const presenceText = (agent: KeptAgent): string => JSON.stringify(presenceOf(agent));

const itemIdOf = (decision: Decision): string | null =>
  "itemId" in decision && decision.what !== "keptFree" && decision.what !== "refused" ? decision.itemId : null;

/** The rows of everything that was touched; null: it is over. */
const touchedItems = (hall: Hall, step: Step): Map<string, ItemRow | null> => {
  const ids = new Set(step.itemIds);
  for (const { decision } of step.decisions) {
    const id = itemIdOf(decision);
    if (id !== null) ids.add(id);
  }
  return new Map([...ids].map((id) => [id, hall.itemRow(id)]));
};

const touchedAgents = (hall: Hall, step: Step): AgentRow[] => {
  const ids = new Set(step.agentIds);
  for (const { decision } of step.decisions)
    if ("agentId" in decision && decision.agentId !== null) ids.add(decision.agentId);
  return [...ids].flatMap((id) => hall.agentRow(id) ?? []);
};

/** What the reports have to know. */
const notesOf = (
  memory: Memory,
  step: Step,
  items: ReadonlyMap<string, ItemRow | null>,
  withinMs: (queueId: string) => number,
): WaitNote[] => {
  const notes = new Map<string, WaitNote>();
  for (const [itemId, row] of items) {
    const seen = memory.seen.get(itemId);
    if (seen === undefined) continue;
    const before = memory.held.get(itemId) ?? null;
    const now = row?.holding ?? null;
    const released =
      before !== null && (now === null || now.agentId !== before.agentId || now.sinceMs !== before.sinceMs);
    notes.set(itemId, {
      itemId,
      concernId: seen.concernId,
      // Of what is over it is known where it was, and what.
      queueId: row?.queueId ?? (step.arrived.has(itemId) ? seen.queueId : null),
      kind: row?.kind ?? (step.arrived.has(itemId) ? "task" : null),
      arrivedAtMs: row?.arrivedAtMs ?? step.atMs,
      predicted: row?.predicted ?? null,
      came: step.arrived.has(itemId),
      answered: null,
      heldMs: released ? step.atMs - before.sinceMs : 0,
      ended: null,
    });
  }
  for (const { decision } of step.decisions) {
    const id = itemIdOf(decision);
    const note = id === null ? undefined : notes.get(id);
    if (note === undefined || id === null) continue;
    if (decision.what === "held" && ["accepted", "auto", "pulled", "given"].includes(decision.how))
      notes.set(id, {
        ...note,
        answered: {
          atMs: step.atMs,
          withinMs: withinMs(note.queueId ?? memory.seen.get(id)?.queueId ?? ""),
          agentId: decision.agentId,
        },
      });
    if (decision.what === "ended") {
      const why = decision.why === "left" && memory.seen.get(id)?.otherWay === true ? "moved" : decision.why;
      notes.set(id, { ...note, ended: { atMs: step.atMs, why } });
    }
  }
  return [...notes.values()];
};

/** In whose hands everything that was touched is from now on, and how. */
const holdsOf = (items: ReadonlyMap<string, ItemRow | null>): HoldNote[] =>
  [...items].map(([itemId, row]) => ({
    itemId,
    agentId: row?.holding?.agentId ?? null,
    kind: row?.kind ?? "",
    rest: row?.holding?.rest ?? "none",
  }));

/** Who has each concern by the engine's word, where that changed: in the order in which everybody locks several. */
const handings = (
  memory: Memory,
  step: Step,
  items: ReadonlyMap<string, ItemRow | null>,
): { readonly itemId: string; readonly seen: Seen; readonly to: AgentId | null }[] =>
  [...items]
    .flatMap(([itemId, row]) => {
      const seen = memory.seen.get(itemId);
      if (seen === undefined || row === null) return [];
      const given = row.holding?.agentId ?? null;
      // What only waits with its agent's name on it, because it came so, stays theirs until somebody else takes it.
      const returned = step.decisions.some(
        ({ decision }) => decision.what === "returned" && decision.itemId === itemId,
      );
      if (given === seen.assigneeId || (given === null && !returned)) return [];
      return [{ itemId, seen, to: given as AgentId | null }];
    })
    .toSorted((a, b) => (a.seen.concernId < b.seen.concernId ? -1 : 1));

/** Everything that is said, in the order of the decisions; of where a piece of work is only the last. */
const saidOf = (
  memory: Memory,
  step: Step,
  items: ReadonlyMap<string, ItemRow | null>,
  agents: readonly AgentRow[],
  becauseFor: (itemId: string) => Because | null,
): Said[] => {
  const about = (itemId: string) => {
    const seen = memory.seen.get(itemId);
    return { brandId: (seen?.brandId ?? null) as BrandId | null, concernId: seen?.concernId ?? null };
  };
  const said: Said[] = [];
  const last = new Map<string, string>();
  for (const { decision, reason } of step.decisions) {
    const returned = returnedOf(decision, reason);
    if (returned !== null) said.push({ kind: "work.returned", ...about(returned.workId), data: returned });
    if (decision.what === "ended") {
      const { itemId, why } = decision;
      const agentId = decision.agentId as AgentId | null;
      said.push({ kind: "work.ended", ...about(itemId), data: { workId: itemId as WorkId, agentId, why } });
    }
    const id = itemIdOf(decision);
    if (id !== null && returned === null && decision.what !== "ended") last.set(id, whyOf(decision));
  }
  for (const [itemId, row] of items) {
    const seen = memory.seen.get(itemId);
    if (row === null || seen === undefined) continue;
    const because = becauseFor(itemId);
    const work = workOf(row, seen.concernId, because);
    const why = last.get(itemId);
    if (row.state === "offered" && because !== null && why === "offered")
      said.push({ kind: "work.offered", ...about(itemId), data: { work, because } });
    else if (why !== undefined) said.push({ kind: "work.changed", ...about(itemId), data: { work, why } });
  }
  for (const agent of agents) {
    if (memory.presences.get(agent.id) !== presenceText(agent))
      said.push({ kind: "presence.changed", data: { agentId: agent.id as AgentId, presence: presenceOf(agent) } });
  }
  for (const { id, paused, open, overflowing } of step.queues)
    said.push({
      kind: "queue.changed",
      data: { queueId: id as QueueId, paused, open, overflows: overflowing.some((on) => on) },
    });
  for (const { wishId, agentId, refused } of step.settled)
    said.push({ kind: "work.settled", data: { wishId, agentId: agentId as AgentId | null, refused } });
  return said;
};

/**
 * Writes a step. The caller has checked the fence in the same transaction. Gives what is to be remembered once it is committed: nothing in memory changes before.
 */
export const saveStep = async (
  world: World,
  tx: Tx,
  hall: Hall,
  memory: Memory,
  step: Step,
  withinMs: (queueId: string) => number,
): Promise<() => void> => {
  const items = touchedItems(hall, step);
  const agents = touchedAgents(hall, step);
  const fresh = new Map<string, Because>();
  for (const { decision } of step.decisions)
    if (decision.what === "offered")
      fresh.set(
        decision.itemId,
        becauseOf(decision.because, memory.seen.get(decision.itemId)?.accountAgentId === decision.agentId),
      );
  const why = (itemId: string): Because | null => fresh.get(itemId) ?? memory.because.get(itemId) ?? null;
  const seen = new Map<string, Seen>();
  for (const { itemId, seen: before, to } of handings(memory, step, items)) {
    const has = await handOver(world, tx, { id: before.concernId, from: before.assigneeId as AgentId | null, to });
    // Where a person was faster, what they decided is seen with their own entry.
    if (has === to) seen.set(itemId, { ...before, assigneeId: to });
  }
  const gone = [...items].flatMap(([id, row]) => (row === null ? [id] : []));
  const kept = [...items].flatMap(([id, row]) => {
    const of = seen.get(id) ?? memory.seen.get(id);
    return row === null || of === undefined ? [] : [{ kept: row, seen: of, because: why(id) }];
  });
  const presences = agents.map((agent) => {
    const of = keptOf(agent);
    return { agentId: agent.id, kept: of, stretch: memory.stretches.get(agent.id) !== stretchOf(of) };
  });
  await removeItems(tx, gone);
  await saveItems(tx, kept);
  await savePresences(tx, presences);
  await saveQueues(tx, step.queues);
  await saveLines(tx, step.lines);
  await saveLineups(tx, step.lineups);
  await saveWaits(tx, notesOf(memory, step, items, withinMs));
  await saveHolds(tx, holdsOf(items), step.atMs);
  await say(world, tx, system, saidOf(memory, step, items, agents, why));
  return () => {
    for (const [id, value] of fresh) memory.because.set(id, value);
    for (const [id, value] of seen) memory.seen.set(id, value);
    for (const { agentId, kept: agent } of presences) remember(memory, agentId, agent);
    for (const [id, row] of items) {
      if (row?.holding) memory.held.set(id, row.holding);
      else memory.held.delete(id);
    }
    for (const id of gone) {
      memory.seen.delete(id);
      memory.because.delete(id);
    }
  };
};
