// What routing starts from: the book, the agents, the hours, and everything that was kept. Called by leading.ts and reads-preview.ts.
import type { OwnedHours } from "#contract/hours.ts";
import type { AgentWork, Queue, RoutingBook } from "#contract/routing-book.ts";
import type { Because } from "#contract/routing.ts";
import { allAgents, type AgentRecord } from "#modules/agents/reads.ts";
import { allBrands, allChannels, allTopics } from "#modules/brands/reads.ts";
import { nextChange, openAt, type OpenHours } from "#modules/hours/model.ts";
import { allHours, calendarsById, hoursOf, withCalendars, type CalendarsById } from "#modules/hours/reads.ts";
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
  readonly calendars: CalendarsById;
  /** The hours that queues of the book have for themselves, with what their calendars say. */
  readonly ownHours: ReadonlyMap<string, OpenHours>;
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
  const calendars = await calendarsById(tx);
  return {
    book,
    revision,
    work,
    agents,
    parents: new Map(topics.map(({ id, parentId }) => [id, parentId])),
    brandIds: (await allBrands(tx)).map(({ id }) => id),
    hours: await allHours(tx),
    calendars,
    ownHours: ownHoursIn(book, calendars),
    brandOf: new Map(channels.map(({ id, brandId }) => [id, brandId])),
    serves: (agentId, brandId) => {
      const brandIds = agents.get(agentId)?.brandIds;
      return brandIds !== undefined && (brandIds.length === 0 || brandIds.some((id) => id === brandId));
    },
  };
};

/** The ground as it would be with another book. */
export const groundWith = (ground: Ground, book: RoutingBook): Ground => ({
  ...ground,
  book,
  ownHours: ownHoursIn(book, ground.calendars),
});

const ownHoursIn = ({ queues }: RoutingBook, calendars: CalendarsById): Ground["ownHours"] =>
  new Map(
    queues.flatMap(({ id, hours }) => (hours.kind === "own" ? [[id, withCalendars(hours.hours, calendars)]] : [])),
  );

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

/** When a queue is open; null: always. */
const hoursFor = (ground: Ground, { id, hours }: Queue): OpenHours | null => {
  switch (hours.kind) {
    case "always":
      return null;
    case "brand":
      return hoursOf(ground.hours, { id: "", brandId: hours.id });
    case "channel":
      return hoursOf(ground.hours, { id: hours.id, brandId: ground.brandOf.get(hours.id) ?? "" });
    case "own":
      return ground.ownHours.get(id) ?? hours.hours;
  }
};

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
