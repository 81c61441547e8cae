// The leader's hall: takes what the log says, who is connected and the time, and keeps what the engine decides. One process at a time has one (server/routing.ts).
import type { AnyEvent, EventKind } from "#contract/events.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { Wait, Wish } from "#contract/routing.ts";
import { callWants, concernsWithCalls, wereServed } from "#modules/calls/reads.ts";
import { liveOf, waitingIds, workFacts } from "#modules/concerns/reads-work.ts";
import { dependentOn } from "#modules/customers/reads-tiers.ts";
import { flowWishes } from "#modules/flows/reads-running.ts";
import { factsFor, opensAt, readGround, readHall, type Ground } from "#modules/routing/reads-ground.ts";
import { remember, saveStep, type Memory, type Step } from "#modules/routing/leading-save.ts";
import { rulesOf } from "#modules/routing/model-book.ts";
import { waitSaid } from "#modules/routing/model-said.ts";
import type { Hall } from "#modules/routing/model.ts";
import type { Decision, Happening, RefusalCode, Rows } from "#modules/routing/model-shapes.ts";
import { restOf, seenOf, wantsOf, type Concern, type Wanted } from "#modules/routing/model-wants.ts";
import { fence, removeQueuesBut, takeLead } from "#modules/routing/store-leading.ts";
import type { World } from "#platform/world.ts";

/** Entries after which what routing is set up by is read anew. */
const groundKinds: ReadonlySet<EventKind> = new Set([
  "agent.changed",
  "brand.changed",
  "channel.changed",
  "topic.changed",
  "topic.removed",
  "hours.changed",
  "calendar.changed",
  "calendar.removed",
  "routing.bookChanged",
  "routing.agentChanged",
]);

/** The kinds of entries that routing reads. */
export const leadingKinds: readonly EventKind[] = [
  "work.wished",
  "concern.created",
  "concern.changed",
  "concern.removed",
  "message.added",
  "message.moved",
  "flow.began",
  "flow.ended",
  "call.changed",
  "customer.changed",
  "organisation.changed",
  "tier.changed",
  ...groundKinds,
];

/** What of a customer or an organisation decides about queues and preferred agents. */
const standingParts: ReadonlySet<string> = new Set(["tier", "agent", "organisation"]);

/** What a look at the world brings. */
export interface Look {
  readonly events: readonly AnyEvent[];
  /** Up to where the log is read with them. */
  readonly upTo: number;
  /** Agents of whom a desk is connected. */
  readonly connected: ReadonlySet<string>;
}

export interface Lead {
  /** Up to where the log was read when the lead was taken; null: routing never ran before. */
  readonly from: number | null;
  /** Does everything that follows from a look, and keeps it. Throws when it cannot be kept: then this lead is over, and nothing of it was. */
  readonly step: (look: Look) => Promise<void>;
  /** When something is due by itself, in milliseconds since 1970; null: nothing is. */
  readonly nextDueMs: () => number | null;
  /** Everything the engine knows: what was kept of it is the same. */
  readonly rows: () => Rows;
}

/** Another process has taken over. */
export const leadLost = "the lead was taken over";

/** Concerns are compared so many at a time when all of them are looked through. */
const pageSize = 200;
const linesEveryMs = 1_000;
const beatMs = 3_000;
/** Of so many in each queue place and wait are told. */
const mostLinedUp = 100;

/** What a step gathers before it is kept. */
interface Draft {
  readonly atMs: number;
  readonly decisions: { readonly decision: Decision; readonly reason: string }[];
  readonly itemIds: Set<string>;
  readonly agentIds: Set<string>;
  readonly arrived: Set<string>;
  readonly settled: Step["settled"][number][];
}

/** The state of a lead between two steps. */
interface Leading {
  readonly world: World;
  readonly hall: Hall;
  readonly memory: Memory;
  readonly epoch: number;
  ground: Ground;
  seq: number;
  swept: number;
  /** Concerns that are to be compared anew, and behind which id the rest of those who wait are (null: none is left). */
  readonly due: Set<ConcernId>;
  sweepsFrom: string | null | undefined;
  opensNextMs: number | null;
  linesAtMs: number;
  beatAtMs: number;
  linesText: ReadonlyMap<string, string>;
  queuesText: ReadonlyMap<string, string>;
  lineupsText: ReadonlyMap<string, string>;
  /** Concerns with somebody who is called back later, and when. */
  readonly later: Map<ConcernId, number>;
  /** Each concern's piece of work. */
  readonly itemOf: Map<string, string>;
  fresh: number;
}

/** Takes over from whoever led before, with everything as it was kept. */
export const openLead = async (world: World): Promise<Lead> => {
  const { epoch, seq, swept } = await takeLead(world.db, world.now().toISOString());
  const ground = await readGround(world.db);
  const { hall, seen, because, agents, queues } = await readHall(world.db, ground, world.now().getTime());
  const memory: Memory = { seen, because, held: new Map(), presences: new Map(), stretches: new Map() };
  let fresh = 0;
  const itemOf = new Map<string, string>();
  for (const [itemId, { concernId }] of seen) {
    const row = hall.itemRow(itemId);
    itemOf.set(concernId, itemId);
    fresh = Math.max(fresh, row?.number ?? 0);
    if (row?.holding) memory.held.set(itemId, row.holding);
  }
  for (const [agentId, kept] of agents) remember(memory, agentId, kept);
  const lead: Leading = {
    world,
    hall,
    memory,
    epoch,
    ground,
    seq: seq ?? 0,
    swept,
    // When they are called back is not in what was kept.
    due: new Set(await concernsWithCalls(world.db)),
    later: new Map(),
    sweepsFrom: undefined,
    opensNextMs: 0,
    linesAtMs: 0,
    beatAtMs: -Infinity,
    linesText: new Map(),
    lineupsText: new Map(),
    queuesText: new Map(queues.map((queue) => [queue.id, JSON.stringify(queue)])),
    itemOf,
    fresh,
  };
  if (swept < ground.revision) lookThrough(lead);
  return { from: seq, step: (look) => step(lead, look), nextDueMs: () => nextDueMs(lead), rows: hall.rows };
};

/** All pieces of work, and everybody who waits, are to be compared with the book again. */
const lookThrough = (lead: Leading): void => {
  for (const { concernId } of lead.memory.seen.values()) lead.due.add(concernId);
  lead.sweepsFrom = null;
};

const nextDueMs = (lead: Leading): number | null => {
  if (lead.due.size > 0 || lead.sweepsFrom !== undefined) return 0;
  const due = [lead.hall.nextDueMs(), lead.opensNextMs].filter((at) => at !== null);
  due.push(...lead.later.values());
  for (const itemId of lead.memory.held.keys()) {
    const rest = restIn(lead, itemId);
    if (rest !== null) due.push(rest.atMs);
  }
  return due.length === 0 ? null : Math.min(...due);
};

const restIn = (lead: Leading, itemId: string): ReturnType<typeof restOf> => {
  const row = lead.hall.itemRow(itemId);
  const seen = lead.memory.seen.get(itemId);
  const restMs = (lead.ground.book.kinds[row?.kind as "chat"]?.restSeconds ?? 0) * 1_000;
  return row === null || seen === undefined ? null : restOf(row, seen, restMs);
};

/** Tells the hall something; notes what it touched. Gives the code when it was refused. */
const tell = (lead: Leading, draft: Draft, wanted: Wanted, reason = ""): RefusalCode | null => {
  const happening = { ...wanted, atMs: draft.atMs } as Happening;
  if ("itemId" in happening) draft.itemIds.add(happening.itemId);
  if ("agentId" in happening) draft.agentIds.add(happening.agentId);
  if (happening.what === "arrived") draft.itemIds.add(happening.item.id);
  if (happening.what === "agentChanged") draft.agentIds.add(happening.agent.id);
  let code: RefusalCode | null = null;
  for (const decision of lead.hall.happen(happening)) {
    if (decision.what === "refused") code = decision.code;
    else draft.decisions.push({ decision, reason });
    if (decision.what === "ended") lead.itemOf.delete(lead.memory.seen.get(decision.itemId)?.concernId ?? "");
  }
  return code;
};

const step = async (lead: Leading, { events, upTo, connected }: Look): Promise<void> => {
  const { world, hall, memory } = lead;
  const draft: Draft = {
    atMs: world.now().getTime(),
    decisions: [],
    itemIds: new Set(),
    agentIds: new Set(),
    arrived: new Set(),
    settled: [],
  };
  if (events.some(({ kind }) => groundKinds.has(kind))) await newGround(lead, draft);
  if (lead.opensNextMs !== null && lead.opensNextMs <= draft.atMs) openAndClose(lead, draft);
  await standings(lead, events);
  const spoke = new Set<string>();
  for (const { kind, concernId, data } of events) {
    if (concernId === null || kind === "work.wished") continue;
    lead.due.add(concernId);
    if (kind === "message.added" && data.message.direction === "in") spoke.add(concernId);
  }
  for (const [id, atMs] of lead.later) if (atMs <= draft.atMs) lead.due.add(id);
  const swept = await compareDue(lead, draft, spoke);
  for (const event of events)
    if (event.kind === "work.wished") {
      const agentId = event.actor.kind === "agent" ? event.actor.id : null;
      const { wishId, wish, supervises } = event.data;
      const refused = agentId === null ? "notAllowed" : obey(lead, draft, agentId, wish, supervises);
      draft.settled.push({ wishId, agentId, refused });
    }
  meet(lead, draft, connected);
  for (const itemId of memory.held.keys()) {
    const rest = restIn(lead, itemId);
    if (rest !== null && rest.atMs <= draft.atMs) tell(lead, draft, rest.wanted);
  }
  tell(lead, draft, { what: "timePassed" });
  const seq = Math.max(lead.seq, upTo);
  lead.seq = seq;
  const changed = hall.changed();
  for (const id of changed.itemIds) draft.itemIds.add(id);
  for (const id of changed.agentIds) draft.agentIds.add(id);
  const { whole, texts } = standing(lead, draft);
  // Where there is nothing to keep, only that somebody leads is said from time to time.
  if (isNothing(whole) && swept === lead.swept && draft.atMs - lead.beatAtMs < beatMs) return;
  const withinMs = (queueId: string): number =>
    (lead.ground.book.queues.find(({ id }) => id === queueId)?.withinSeconds ?? 0) * 1_000;
  const done = await world.db.transaction(async (tx) => {
    const at = new Date(draft.atMs).toISOString();
    if (!(await fence(tx, { epoch: lead.epoch, seq, swept, at }))) throw new Error(leadLost);
    if (swept !== lead.swept)
      await removeQueuesBut(
        tx,
        lead.ground.book.queues.map(({ id }) => id),
      );
    return saveStep(world, tx, hall, memory, whole, withinMs);
  });
  done();
  Object.assign(lead, { swept, ...texts, beatAtMs: draft.atMs });
};

/** Concerns of customers whose tier or agent may be another are compared anew; all of them when the order of tiers changes. */
const standings = async (lead: Leading, events: readonly AnyEvent[]): Promise<void> => {
  if (events.some(({ kind }) => kind === "tier.changed")) lookThrough(lead);
  const customerIds = events.flatMap(({ kind, data }) =>
    kind === "customer.changed" && data.what.some((part) => standingParts.has(part)) ? [data.customerId] : [],
  );
  const organisationIds = events.flatMap(({ kind, data }) =>
    kind === "organisation.changed" ? [data.organisationId] : [],
  );
  if (customerIds.length + organisationIds.length === 0 || lead.ground.book.queues.length === 0) return;
  const { db } = lead.world;
  for (const id of await liveOf(db, await dependentOn(db, { customerIds, organisationIds }))) lead.due.add(id);
};

const isNothing = ({ decisions, itemIds, agentIds, settled, queues, lines, lineups }: Step): boolean =>
  decisions.length + itemIds.size + agentIds.size + settled.length + queues.length + lines.length + lineups.length ===
  0;

/** Reads what routing is set up by anew, and tells the hall what of it is other. */
const newGround = async (lead: Leading, draft: Draft): Promise<void> => {
  const before = lead.ground;
  const ground = await readGround(lead.world.db);
  lead.ground = ground;
  lead.opensNextMs = 0;
  const rules = rulesOf(ground.book, ground.parents);
  if (JSON.stringify(rules) !== JSON.stringify(rulesOf(before.book, before.parents)))
    tell(lead, draft, { what: "rulesChanged", rules });
  for (const [id, agent] of ground.agents) {
    const facts = factsFor(ground, agent);
    const known = before.agents.get(id);
    if (known === undefined || JSON.stringify(facts) !== JSON.stringify(factsFor(before, known)))
      tell(lead, draft, { what: "agentChanged", agent: facts });
  }
  for (const id of before.agents.keys())
    if (!ground.agents.has(id)) tell(lead, draft, { what: "agentRemoved", agentId: id });
  if (ground.revision !== before.revision || !sameParents(ground, before)) lookThrough(lead);
};

const sameParents = (a: Ground, b: Ground): boolean =>
  JSON.stringify([...a.parents]) === JSON.stringify([...b.parents]);

const openAndClose = (lead: Leading, draft: Draft): void => {
  const { open, nextMs } = opensAt(lead.ground, new Date(draft.atMs));
  lead.opensNextMs = nextMs;
  const stands = new Map(lead.hall.queueRows().queues.map((queue) => [queue.id, queue.open]));
  for (const [queueId, isOpen] of open)
    if (stands.get(queueId) !== isOpen) tell(lead, draft, { what: "queueOpened", queueId, open: isOpen });
};

/** Compares some of the concerns that are due with their pieces of work; gives the revision by which all have been looked through. */
const compareDue = async (lead: Leading, draft: Draft, spoke: ReadonlySet<string>): Promise<number> => {
  if (lead.sweepsFrom !== undefined && lead.due.size < pageSize) {
    const page = await waitingIds(lead.world.db, lead.sweepsFrom, pageSize);
    for (const id of page) lead.due.add(id);
    lead.sweepsFrom = page.length < pageSize ? undefined : page.at(-1);
  }
  // Those of whom something was heard now come first.
  const some = [...lead.due].toSorted((a, b) => Number(spoke.has(b)) - Number(spoke.has(a))).slice(0, 2 * pageSize);
  // Without a book nothing is asked of any concern.
  if (lead.ground.book.queues.length === 0 && lead.itemOf.size === 0) {
    lead.due.clear();
    lead.sweepsFrom = undefined;
  } else if (some.length > 0) {
    const facts = await factsOf(lead, draft, some);
    for (const id of some) compare(lead, draft, id, facts.get(id) ?? null, spoke.has(id));
    for (const id of some) lead.due.delete(id);
  }
  return lead.due.size === 0 && lead.sweepsFrom === undefined ? lead.ground.revision : lead.swept;
};

/** Concerns as they are now, with what flows and calls want of them; notes who is called back later. */
const factsOf = async (
  lead: Leading,
  { atMs }: Draft,
  ids: readonly ConcernId[],
): Promise<ReadonlyMap<ConcernId, Concern>> => {
  const { db } = lead.world;
  const called = ids.filter((id) => lead.memory.seen.get(lead.itemOf.get(id) ?? "")?.call === true);
  const [work, flows, calls, served] = await Promise.all([
    workFacts(db, ids),
    flowWishes(db, ids),
    callWants(db, ids),
    wereServed(db, called),
  ]);
  const laterMs = (id: ConcernId): number | null => {
    const notBefore = calls.get(id)?.notBefore ?? null;
    return notBefore !== null && Date.parse(notBefore) > atMs ? Date.parse(notBefore) : null;
  };
  for (const id of ids) {
    const ms = laterMs(id);
    if (ms === null) lead.later.delete(id);
    else lead.later.set(id, ms);
  }
  return new Map(
    work.map((fact) => {
      const want = calls.get(fact.id);
      const call = want === undefined ? null : { ...want, later: laterMs(fact.id) !== null };
      const otherWay = call === null ? served.has(fact.id) : call.later;
      return [fact.id, { ...fact, flow: flows.get(fact.id) ?? null, call, otherWay }];
    }),
  );
};

const compare = (lead: Leading, draft: Draft, id: ConcernId, fact: Concern | null, spoke: boolean): void => {
  const { hall, memory, ground } = lead;
  const itemId = lead.itemOf.get(id) ?? null;
  const row = itemId === null ? null : hall.itemRow(itemId);
  const seen = itemId === null ? null : (memory.seen.get(itemId) ?? null);
  const fresh = { id: lead.world.newId(), number: lead.fresh + 1 };
  for (const wanted of wantsOf(fact, row, seen, spoke, ground, fresh)) {
    if (wanted.what === "arrived" && fact !== null) {
      const next = seenOf(fact, ground);
      if (next === null) continue;
      lead.fresh += 1;
      memory.seen.set(fresh.id, next);
      lead.itemOf.set(id, fresh.id);
      draft.arrived.add(fresh.id);
    }
    // How it is counted that they wait no longer.
    if (wanted.what === "left" && fact?.otherWay === true && seen !== null && itemId !== null)
      memory.seen.set(itemId, { ...seen, otherWay: true });
    tell(lead, draft, wanted);
  }
  const next = fact === null ? null : seenOf(fact, ground);
  if (itemId !== null && next !== null && lead.itemOf.get(id) === itemId) {
    memory.seen.set(itemId, next);
    draft.itemIds.add(itemId);
  }
};

/** Carries out a wish; gives the code when it was refused. What is already so is done. */
const obey = (lead: Leading, draft: Draft, agentId: string, wish: Wish, supervises: boolean): RefusalCode | null => {
  if (wish.what === "presence")
    return tell(lead, draft, {
      what: "presenceChanged",
      agentId: wish.agentId,
      state: wish.state,
      reason: wish.reason,
      untilMs: null,
    });
  if (wish.what === "pause")
    return tell(lead, draft, { what: "queuePaused", queueId: wish.queueId, paused: wish.paused });
  const itemId = wish.workId;
  const holder = lead.hall.itemRow(itemId)?.holding?.agentId ?? null;
  switch (wish.what) {
    case "accept":
      return holder === agentId ? null : tell(lead, draft, { what: "accepted", itemId, agentId, token: wish.token });
    case "decline":
      return tell(lead, draft, { what: "declined", itemId, agentId, token: wish.token }, wish.reason);
    case "pull":
      return holder === agentId ? null : tell(lead, draft, { what: "pulled", itemId, agentId });
    case "park":
      return tell(lead, draft, {
        what: "parked",
        itemId,
        agentId,
        untilMs: wish.until === null ? null : Date.parse(wish.until),
      });
    case "takeBack":
      return tell(lead, draft, { what: "takenBack", itemId, agentId });
    case "transfer": {
      if (!supervises && holder !== agentId) return "notHeld";
      const { to, note } = wish;
      const forMs = lead.ground.book.stickySeconds * 1_000;
      return tell(
        lead,
        draft,
        { what: "transferred", itemId, to: "agentId" in to ? { agentId: to.agentId, forMs } : to },
        note,
      );
    }
  }
};

/** Who is connected and who is not any more. */
const meet = (lead: Leading, draft: Draft, connected: ReadonlySet<string>): void => {
  for (const id of lead.ground.agents.keys()) {
    const row = lead.hall.agentRow(id);
    if (row === null) continue;
    const there = connected.has(id);
    if (there && row.vanishedAtMs !== null) tell(lead, draft, { what: "appeared", agentId: id });
    else if (!there && row.vanishedAtMs === null && row.presence.state !== "offline")
      tell(lead, draft, { what: "vanished", agentId: id });
  }
};

/** The step with what of the queues stands otherwise than it was kept; and, about once a second, what was measured in them, how they are now, and who waits how long. */
const standing = (lead: Leading, draft: Draft): { readonly whole: Step; readonly texts: Partial<Leading> } => {
  const { queues, lines } = lead.hall.queueRows();
  const queuesText = new Map(queues.map((queue) => [queue.id, JSON.stringify(queue)]));
  const others = queues.filter(({ id }) => queuesText.get(id) !== lead.queuesText.get(id));
  if (draft.atMs - lead.linesAtMs < linesEveryMs)
    return { whole: { ...draft, queues: others, lines: [], lineups: [] }, texts: { queuesText } };
  const linesText = new Map<string, string>();
  const changed: Step["lines"][number][] = [];
  for (const kept of lines) {
    const now = lead.hall.lineOf(kept.queueId, kept.kind);
    if (kept.starts === 0 && kept.judged === 0 && (now === null || now.waiting === 0)) continue;
    const key = `${kept.queueId} ${kept.kind}`;
    const text = JSON.stringify(now);
    linesText.set(key, text);
    if (lead.linesText.get(key) !== text) changed.push({ kept, now });
  }
  const lineupsText = new Map<string, string>();
  const lineups: Step["lineups"][number][] = [];
  for (const { id: queueId } of queues) {
    const waits: Record<string, Wait> = {};
    for (const itemId of lead.hall.firstIn(queueId, mostLinedUp)) {
      const wait = lead.hall.waitOf(itemId);
      if (wait !== null) waits[itemId] = waitSaid(wait);
    }
    const text = JSON.stringify(waits);
    lineupsText.set(queueId, text);
    if ((lead.lineupsText.get(queueId) ?? "{}") !== text) lineups.push({ queueId, waits });
  }
  return {
    whole: { ...draft, queues: others, lines: changed, lineups },
    texts: { queuesText, linesText, lineupsText, linesAtMs: draft.atMs },
  };
};
