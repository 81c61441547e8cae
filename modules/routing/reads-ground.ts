// What routing starts from: the book, the agents, the hours, and everything that was kept. Called by leading.ts and reads-preview.ts.
import type { Hours, OwnedHours } from "#contract/hours.ts";
import type { AgentWork, Queue, RoutingBook } from "#contract/routing-book.ts";
import type { Because } from "#contract/routing.ts";
import { allAgents, type AgentRecord } from "#modules/agents/reads.ts";
import { allBrands, allChannels, allTopics } from "#modules/brands/reads.ts";
import { nextChange, openAt } from "#modules/hours/model.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import { capacityOf, rulesOf, unsetWork, workIn } from "#modules/routing/model-book.ts";
import { openHall, type Hall } from "#modules/routing/model.ts";
import type { AgentFacts, AgentRow, QueueRow } from "#modules/routing/model-shapes.ts";
import { brandSkill, type Seen, type Setting } from "#modules/routing/model-wants.ts";
import { keptRows, setUp, type KeptAgent } from "#modules/routing/store-leading.ts";
import type { Tx } from "#platform/db/db.ts";

/** Everything that routing is set up by, as it stood when it was read. */
export interface Ground extends Setting {
  readonly book: RoutingBook;
  readonly revision: number;
  readonly agents: ReadonlyMap<string, AgentRecord>;
  readonly work: ReadonlyMap<string, AgentWork>;
  readonly brandIds: readonly string[];
  readonly hours: readonly OwnedHours[];
  /** Each channel's brand: a channel without hours of its own has its brand's. */
  readonly brandOf: ReadonlyMap<string, string>;
}

/** Reads the ground. */
export const readGround = async (tx: Tx): Promise<Ground> => {
  const { book, revision, work } = await setUp(tx);
  const agents = new Map<string, AgentRecord>(
    (await allAgents(tx)).filter(({ active }) => active).map((agent) => [agent.id, agent]),
  );
  const topics = await allTopics(tx);
  const channels = await allChannels(tx);
  return {
    book,
    revision,
    work,
    agents,
    parents: new Map(topics.map(({ id, parentId }) => [id, parentId])),
    brandIds: (await allBrands(tx)).map(({ id }) => id),
    hours: await allHours(tx),
    brandOf: new Map(channels.map(({ id, brandId }) => [id, brandId])),
    serves: (agentId, brandId) => {
      const brandIds = agents.get(agentId)?.brandIds;
      return brandIds !== undefined && (brandIds.length === 0 || brandIds.some((id) => id === brandId));
    },
  };
};

/** What the engine knows of an agent: what they are set up for, their teams, and as skills the brands they serve. */
export const factsFor = (ground: Ground, { id, teamIds, brandIds }: AgentRecord): AgentFacts => {
  const work = workIn(ground.book, ground.work.get(id) ?? unsetWork);
  const brands = brandIds.length === 0 ? ground.brandIds : brandIds;
  return {
    id,
    skills: { ...work.skills, ...Object.fromEntries(brands.map((brandId) => [brandSkill(brandId), 1])) },
    teamIds,
    queueIds: work.queueIds,
    capacity: capacityOf(work.capacity),
  };
};

const hoursFor = (ground: Ground, { hours }: Queue): Hours | null =>
  hours.kind === "always"
    ? null
    : hoursOf(
        ground.hours,
        hours.kind === "channel"
          ? { id: hours.id, brandId: ground.brandOf.get(hours.id) ?? "" }
          : { id: "", brandId: hours.id },
      );

/** Which queues are open now, and when that changes next; null: never. */
export const opensAt = (
  ground: Ground,
  now: Date,
): { readonly open: ReadonlyMap<string, boolean>; readonly nextMs: number | null } => {
  let nextMs: number | null = null;
  const open = new Map<string, boolean>();
  for (const queue of ground.book.queues) {
    const hours = hoursFor(ground, queue);
    open.set(queue.id, hours === null || openAt(hours, now));
    const change = hours === null ? null : nextChange(hours, now);
    if (change !== null) nextMs = Math.min(nextMs ?? Infinity, change.getTime());
  }
  return { open, nextMs };
};

const unseen = (nowMs: number): KeptAgent => ({
  presence: { state: "offline", reason: "", sinceMs: nowMs, untilMs: null },
  vanishedAtMs: null,
  idleSinceMs: nowMs,
  missed: 0,
  keptForItemId: null,
});

/** The hall as it was kept, with what is remembered of each piece of work. */
export const readHall = async (
  tx: Tx,
  ground: Ground,
  nowMs: number,
): Promise<{
  readonly hall: Hall;
  readonly seen: Map<string, Seen>;
  readonly because: Map<string, Because>;
  readonly agents: ReadonlyMap<string, KeptAgent>;
  readonly queues: readonly QueueRow[];
}> => {
  const kept = await keptRows(tx);
  const known = new Map(kept.agents.map(({ agentId, kept }) => [agentId, kept]));
  const agents = [...ground.agents.values()].map((agent): AgentRow => ({
    ...factsFor(ground, agent),
    ...(known.get(agent.id) ?? unseen(nowMs)),
  }));
  const hall = openHall(rulesOf(ground.book, ground.parents), {
    atMs: nowMs,
    agents,
    items: kept.items.map((item) => item.kept),
    queues: kept.queues,
    lines: kept.lines,
  });
  const because = kept.items.flatMap(({ kept: { id }, because }) => (because === null ? [] : [[id, because] as const]));
  return {
    hall,
    seen: new Map(kept.items.map(({ kept: { id }, seen }) => [id, seen])),
    because: new Map(because),
    agents: known,
    queues: kept.queues,
  };
};
