// Who gets what: the agent for an item, the item for an agent, the offer, and what becomes of it. Used by model-happenings.ts and model-time.ts.
import { standsInTheWay } from "#modules/routing/model-capacity.ts";
import { advance } from "#modules/routing/model-moving.ts";
import {
  isAbleFor,
  keepFor,
  keptAgents,
  letGo,
  lookThrough,
  needOf,
  putInPlace,
  readyAgents,
  requirementsOf,
  takeFromPlace,
  valueOf,
} from "#modules/routing/model-needs.ts";
import type { Because, Decision, WaitingFor, WhyWaiting } from "#modules/routing/model-shapes.ts";
import {
  decide,
  inOrder,
  isAround,
  isShut,
  isThere,
  remindItem,
  remindQueue,
  touch,
  weigh,
  type Agent,
  type Hall,
  type Item,
  type Need,
} from "#modules/routing/model-state.ts";
import { wasAnswered, wasBegun } from "#modules/routing/model-waiting.ts";

type Reason = Pick<Because, "now" | "order" | "value" | "others" | "instead">;

/** Has this agent declined it lately, so that it is too early to ask again? */
const isReluctant = (hall: Hall, item: Item, agent: Agent): boolean =>
  item.declines.length > 0 &&
  item.declines.some(({ agentId, untilMs }) => agentId === agent.id && untilMs > hall.nowMs);

const becauseOf = (hall: Hall, item: Item, reason: Reason): Because => {
  const { requires, relaxed } = requirementsOf(item);
  let declined = 0;
  for (const { times } of item.declines) declined += times;
  return {
    ...reason,
    urgencyAtMs: item.urgencyAtMs,
    arrivedAtMs: item.arrivedAtMs,
    waitedMs: hall.nowMs - item.waitingSinceMs,
    step: item.step,
    requires,
    relaxed,
    waitedFor: item.waitingFor,
    declined,
  };
};

/** Offers an item that waits to an agent with room for it. */
const offer = (hall: Hall, item: Item, agent: Agent, reason: Reason): void => {
  const because = becauseOf(hall, item, reason);
  const waited = item.placed;
  takeFromPlace(hall, item);
  item.waitingFor = null;
  item.state = "offered";
  item.token += 1;
  const untilMs = hall.nowMs + Math.max(1, item.queue.rules.offerMs);
  item.offer = { agent, untilMs };
  wasBegun(hall, item, waited);
  agent.offers.add(item);
  agent.idleSinceMs = hall.nowMs;
  weigh(hall, agent);
  remindItem(hall, item);
  decide(hall, { what: "offered", itemId: item.id, agentId: agent.id, token: item.token, untilMs, because });
  if (item.queue.rules.autoAccept.includes(hall.kinds[item.kind] as string)) hold(hall, item, agent, "auto");
};

/** From now on it is this agent's. It waits, or was offered to them. */
export const hold = (hall: Hall, item: Item, agent: Agent, how: Extract<Decision, { what: "held" }>["how"]): void => {
  takeFromPlace(hall, item);
  item.queue.places.remove(item);
  remindQueue(hall, item.queue);
  agent.offers.delete(item);
  agent.held.add(item);
  agent.missed = 0;
  item.state = "held";
  item.offer = null;
  item.waitingFor = null;
  item.declines = [];
  item.holding = { agent, sinceMs: hall.nowMs, rest: "none", parkedUntilMs: null, keptUntilMs: null };
  wasAnswered(hall, item);
  weigh(hall, agent);
  remindItem(hall, item);
  decide(hall, { what: "held", itemId: item.id, agentId: agent.id, token: item.token, how });
};

/** Takes an offer back. The item is nowhere then: it is for the caller to place or end it. */
export const withdraw = (hall: Hall, item: Item, why: Extract<Decision, { what: "withdrawn" }>["why"]): void => {
  const agent = item.offer?.agent;
  if (agent === undefined) return;
  agent.offers.delete(item);
  item.offer = null;
  item.state = "waiting";
  weigh(hall, agent);
  hall.freed.add(agent);
  decide(hall, { what: "withdrawn", itemId: item.id, agentId: agent.id, token: item.token, why });
};

/** Takes a held item from its agent. It is nowhere then, and waits anew when it is placed. */
export const release = (hall: Hall, item: Item): Agent | null => {
  const agent = item.holding?.agent;
  if (agent === undefined) return null;
  agent.held.delete(item);
  agent.idleSinceMs = hall.nowMs;
  item.holding = null;
  item.state = "waiting";
  item.waitingSinceMs = hall.nowMs;
  item.firstOfferAtMs = null;
  item.predicted = null;
  weigh(hall, agent);
  hall.freed.add(agent);
  return agent;
};

/** This agent did not want it: asked again after twice as long as the last time, and only when nobody else was free meanwhile. */
export const declineFor = (hall: Hall, item: Item, agentId: string): void => {
  const times = (item.declines.find((each) => each.agentId === agentId)?.times ?? 0) + 1;
  const mostDoublings = 10;
  const untilMs = hall.nowMs + item.queue.rules.offerMs * 2 ** Math.min(times, mostDoublings);
  item.declines = [...item.declines.filter((each) => each.agentId !== agentId), { agentId, times, untilMs }];
};

/** To be placed before this happening ends; agents who have room look for work before. */
export const toPlace = (hall: Hall, item: Item, why: WhyWaiting | null): void => void hall.toPlace.push({ item, why });

/** The most urgent item that an agent who has no room for it should be kept free for, before anything of `kind` less urgent than `than` is given to them. */
const pressing = (hall: Hall, agent: Agent, than: Item): Item | null => {
  let found: Item | null = null;
  const look = (item: Item | undefined): void => {
    if (item === undefined || agent.opening[item.kind] !== "heavy") return;
    if (item.keptBy !== null && item.keptBy !== agent) return;
    if (inOrder(item, found ?? than) >= 0 || !standsInTheWay(agent.room, than.kind, item.kind)) return;
    if (!isReluctant(hall, item, agent)) found = item;
  };
  if (!agent.opening.includes("heavy")) return null;
  const atMost = (): number => (found ?? than).urgencyAtMs;
  for (let kind = 0; kind < agent.opening.length; kind += 1)
    if (agent.opening[kind] === "heavy")
      lookThrough(hall, agent, kind, atMost, ({ free }) => {
        look(free.first());
      });
  const own = agent.own.first();
  if (own !== undefined && !isShut(own.queue)) look(own);
  return found;
};

/** An agent who is kept free for something less urgent than this item, for the least urgent of all first. */
const amongKept = (hall: Hall, item: Item, need: Need): Agent | "again" | null => {
  let seen = 0;
  for (let count = 2; ; count *= 4) {
    const kept = keptAgents(hall, need, count);
    for (; seen < kept.length; seen += 1) {
      const agent = kept[seen] as Agent;
      if (agent.keptFor === null || agent.keptFor.urgencyAtMs < item.urgencyAtMs) return null;
      if (inOrder(agent.keptFor, item) <= 0 || isReluctant(hall, item, agent)) continue;
      const first = pressing(hall, agent, item);
      if (first === null) return agent;
      // Something is more urgent than both: it is this one they are kept free for.
      keep(hall, agent, first);
      return "again";
    }
    if (kept.length < count) return null;
  }
};

type Found = { readonly agent: Agent; readonly reason: Reason };

/** One look at the open agents of a need; "again": one of them is kept free from now on, and the list is another. */
const lookForAgent = (hall: Hall, item: Item, need: Need): Found | "again" | null => {
  const others: { agentId: string; value: number; why: "later" | "declined" }[] = [];
  let asked: Agent | null = null;
  let found: Agent | null = null;
  let seen = 0;
  for (let count = 3; found === null; count *= 4) {
    const ready = readyAgents(hall, need, count);
    for (; seen < ready.length; seen += 1) {
      const agent = ready[seen] as Agent;
      const reluctant = isReluctant(hall, item, agent);
      if (found !== null || reluctant) {
        if (others.length < 2)
          others.push({ agentId: agent.id, value: valueOf(need, agent), why: reluctant ? "declined" : "later" });
        continue;
      }
      const first = hall.waiting > 0 ? pressing(hall, agent, item) : null;
      if (first !== null) {
        keep(hall, agent, first);
        return "again";
      }
      if (item.declines.some(({ agentId }) => agentId === agent.id)) asked ??= agent;
      else found = agent;
    }
    if (ready.length < count) break;
  }
  if (found === null && asked === null) {
    const kept = amongKept(hall, item, need);
    if (kept === "again") return "again";
    found = kept;
  }
  found ??= asked;
  if (found === null) return null;
  const value = valueOf(need, found);
  return { agent: found, reason: { now: "item", order: need.queue.rules.order, value, others, instead: [] } };
};

/** The agent for an item: of those who are open and able the first by the queue's order who has not declined it and is not to be kept free. */
const agentFor = (hall: Hall, item: Item, need: Need): Found | null => {
  for (;;) {
    const found = lookForAgent(hall, item, need);
    if (found !== "again") return found;
  }
};

const keep = (hall: Hall, agent: Agent, item: Item): void => {
  if (agent.keptFor === item) return;
  if (agent.keptFor !== null) letGo(hall, agent.keptFor);
  keepFor(hall, agent, item);
  decide(hall, { what: "keptFree", agentId: agent.id, itemId: item.id });
};

/** Has room, and is not kept free for something more urgent. */
const hasRoom = (agent: Agent, item: Item): boolean => {
  const opening = agent.opening[item.kind];
  return opening === "open" || (opening === "kept" && agent.keptFor !== null && inOrder(item, agent.keptFor) < 0);
};

/** One of the preferred agents with room, the best first. They need not be able: they know the customer. */
const preferredFor = (hall: Hall, item: Item, ids: readonly string[]): Found | null => {
  for (const [value, id] of ids.entries()) {
    const agent = hall.agentsById.get(id);
    if (agent === undefined || !hasRoom(agent, item) || isReluctant(hall, item, agent)) continue;
    const first = pressing(hall, agent, item);
    if (first === null) return { agent, reason: { now: "item", order: "preferred", value, others: [], instead: [] } };
    keep(hall, agent, first);
  }
  return null;
};

/** For whom an item that begins to wait waits: preferred agents who are around and full, for the queue's patience. */
const patienceFor = (hall: Hall, item: Item): WaitingFor | null => {
  const { patienceMs } = item.queue.rules;
  if (patienceMs <= 0 || item.step > 0) return null;
  const agentIds = item.preferredAgentIds.filter((id) => {
    const agent = hall.agentsById.get(id);
    return agent !== undefined && isAround(agent) && agent.room.max[item.kind] !== 0;
  });
  return agentIds.length === 0 ? null : { agentIds, untilMs: hall.nowMs + patienceMs, alone: true, absentToo: false };
};

/** Is waiting for these agents still of use? */
export const stillWaitsFor = (hall: Hall, { agentIds, untilMs, absentToo }: WaitingFor): boolean =>
  untilMs > hall.nowMs &&
  agentIds.some((id) => {
    const agent = hall.agentsById.get(id);
    return agent !== undefined && (absentToo || isAround(agent));
  });

/**
 * Offers an item at once where that is possible, else lets it wait. One that waited before is placed anew at once, before an agent who was kept free for it looks for
 * other work; one that comes, or comes back from an agent, goes by `toPlace`.
 */
export const place = (hall: Hall, item: Item, why: WhyWaiting | null): void => {
  advance(hall, item);
  item.queue.places.add(item);
  remindQueue(hall, item.queue);
  const shut = isShut(item.queue);
  const begins = why !== null && why !== "declined" && why !== "notAnswered" && why !== "patienceOver";
  if (begins && item.waitingFor === null) item.waitingFor = patienceFor(hall, item);
  if (item.waitingFor?.alone === true && !item.waitingFor.absentToo && !stillWaitsFor(hall, item.waitingFor))
    item.waitingFor = null;
  const alone = item.waitingFor?.alone === true;
  if (!shut) {
    const ids = alone ? (item.waitingFor?.agentIds ?? []) : item.preferredAgentIds;
    const preferred = ids.length === 0 ? null : preferredFor(hall, item, ids);
    if (preferred !== null) return offer(hall, item, preferred.agent, preferred.reason);
    if (!alone) {
      const need = needOf(hall, item);
      // Where somebody waits who can be asked nobody is free.
      const first = need.free.first();
      const found =
        first !== undefined && first.declines.length === 0 && inOrder(first, item) < 0
          ? null
          : agentFor(hall, item, need);
      if (found !== null) return offer(hall, item, found.agent, found.reason);
    }
  }
  putInPlace(hall, item);
  if (why !== null)
    decide(hall, { what: "waiting", itemId: item.id, queueId: item.queue.id, why, waitingFor: item.waitingFor });
};

/** The most urgent item of each kind that an agent could have or, when what they hold is in its way, be kept free for. */
const bestOf = (hall: Hall, agent: Agent): Item[] => {
  const best: (Item | undefined)[] = [];
  const look = (kind: number, item: Item | undefined): void => {
    if (item === undefined) return;
    const now = best[kind];
    if (now === undefined || inOrder(item, now) < 0) best[kind] = item;
  };
  const mayAsk = (item: Item): boolean => !isReluctant(hall, item, agent);
  const firstOf = (need: Need): Item | undefined => {
    let free = need.free.first();
    if (free !== undefined && !mayAsk(free)) free = need.free.firstWhere(mayAsk);
    if (agent.opening[need.kind] === "heavy") return free;
    let kept = need.kept.first();
    if (kept !== undefined && !mayAsk(kept)) kept = need.kept.firstWhere(mayAsk);
    return free === undefined ? kept : kept === undefined || inOrder(free, kept) < 0 ? free : kept;
  };
  for (const [kind, opening] of agent.opening.entries())
    if (opening !== "closed" && opening !== "full")
      lookThrough(
        hall,
        agent,
        kind,
        () => best[kind]?.urgencyAtMs ?? Infinity,
        (need) => {
          look(kind, firstOf(need));
        },
      );
  for (const item of agent.own.toArray()) {
    if (isShut(item.queue) || isReluctant(hall, item, agent)) continue;
    const opening = agent.opening[item.kind];
    if (opening === "closed" || opening === "full") continue;
    if (opening !== "heavy" || item.keptBy === null || item.keptBy === agent) look(item.kind, item);
  }
  const { keptFor } = agent;
  if (keptFor !== null && agent.opening[keptFor.kind] === "heavy") look(keptFor.kind, keptFor);
  return best.filter((item) => item !== undefined).toSorted(inOrder);
};

/**
 * Gives an agent with room the most urgent they may have, again and again while there is room. What is less urgent than something they have no room for, and
 * would stand in its way, they do not get: they are kept free for it, one agent for each who waits. So nothing that needs a whole agent starves beside what
 * needs a part (as a scheduler of computers keeps room for the first job that does not fit: EASY backfilling, D. Lifka, 1995).
 */
const refill = (hall: Hall, agent: Agent): void => {
  const { fresh } = hall;
  while (isThere(agent)) {
    const best = bestOf(hall, agent);
    const waiting: Item[] = [];
    const instead: { itemId: string; kind: string; urgencyAtMs: number; why: "lessUrgent" | "noRoom" | "inTheWay" }[] =
      [];
    let taken: Item | null = null;
    for (const item of best) {
      const inTheWay = waiting.some((other) => standsInTheWay(agent.room, item.kind, other.kind));
      const noRoom = agent.opening[item.kind] === "heavy";
      if (noRoom) waiting.push(item);
      else if (taken === null && !inTheWay) {
        taken = item;
        continue;
      }
      const why = noRoom ? "noRoom" : taken === null ? "inTheWay" : "lessUrgent";
      instead.push({ itemId: item.id, kind: hall.kinds[item.kind] as string, urgencyAtMs: item.urgencyAtMs, why });
    }
    const [first] = waiting;
    if (taken === null) {
      // Nothing has happened yet since the rows were read: who is kept free for whom stands in them, unless they do not say why this agent got nothing.
      const before = agent.keptFor?.urgencyAtMs ?? Infinity;
      if (fresh && !instead.some(({ why, urgencyAtMs }) => why === "inTheWay" && urgencyAtMs < before)) return;
      if (first !== undefined) keep(hall, agent, first);
      else if (agent.keptFor !== null) letGo(hall, agent.keptFor);
      return;
    }
    if (first !== undefined && instead.some(({ why }) => why === "inTheWay")) keep(hall, agent, first);
    const value = taken.need !== null && isAbleFor(taken.need, agent) ? valueOf(taken.need, agent) : 0;
    const order = taken.waitingFor?.agentIds.includes(agent.id) ? "preferred" : taken.queue.rules.order;
    offer(hall, taken, agent, { now: "room", order, value, others: [], instead });
  }
};

/** Nothing is given to an agent who is not there, and nobody waits for them to have room. */
const unkeep = (hall: Hall, agent: Agent): void => {
  if (agent.keptFor !== null) letGo(hall, agent.keptFor);
  hall.freed.delete(agent);
};

/** Sees to everything a happening has left to do: first who has room, then who needs a place, in their order. */
export const settle = (hall: Hall): void => {
  for (;;) {
    const [agent] = hall.freed;
    if (agent !== undefined) {
      hall.freed.delete(agent);
      touch(hall, agent);
      if (isThere(agent)) refill(hall, agent);
      else unkeep(hall, agent);
      continue;
    }
    if (hall.toPlace.length === 0) return;
    let first = 0;
    for (const [at, { item }] of hall.toPlace.entries())
      if (inOrder(item, (hall.toPlace[first] as { item: Item }).item) < 0) first = at;
    const [next] = hall.toPlace.splice(first, 1);
    // Something may have ended it, or sent it elsewhere, before its turn came.
    if (
      next !== undefined &&
      hall.items.get(next.item.id) === next.item &&
      !next.item.placed &&
      next.item.state === "waiting"
    )
      place(hall, next.item, next.why);
  }
};
