// What each happening does to the hall: judged first, and refused with a code where it cannot be. Called by model.ts.
import { fitOf } from "#modules/routing/model-capacity.ts";
import { moveTo, overflow } from "#modules/routing/model-moving.ts";
import {
  dropNeeds,
  findNeeds,
  isAbleFor,
  letGo,
  needOf,
  setHeads,
  takeFromPlace,
} from "#modules/routing/model-needs.ts";
import { declineFor, hold, place, release, toPlace, withdraw } from "#modules/routing/model-offers.ts";
import type { AgentFacts, Arrival, Destination, Happening, RefusalCode } from "#modules/routing/model-shapes.ts";
import {
  decide,
  emptyAgent,
  inOrder,
  isAround,
  isShut,
  isThere,
  remindAgent,
  remindItem,
  remindQueue,
  touch,
  urgencyOf,
  weigh,
  type Agent,
  type Hall,
  type Item,
  type Queue,
} from "#modules/routing/model-state.ts";
import { giveBack, isLive, keep, setPresence, wake } from "#modules/routing/model-time.ts";
import { hasLeft, measureLines, wasBegun } from "#modules/routing/model-waiting.ts";

type Done = RefusalCode | null;
type Of<W extends Happening["what"]> = Extract<Happening, { what: W }>;

/** An item as it comes, in no place yet. */
export const newItem = (hall: Hall, arrival: Arrival, queue: Queue): Item => {
  const dueAtMs = arrival.dueAtMs ?? arrival.arrivedAtMs + queue.rules.promiseMs;
  return {
    arrival,
    id: arrival.id,
    number: arrival.number,
    arrivedAtMs: arrival.arrivedAtMs,
    urgencyAtMs: urgencyOf(arrival.arrivedAtMs, dueAtMs, arrival.importance),
    dueAtMs,
    importance: arrival.importance,
    kind: hall.kindNumbers.get(arrival.kind) ?? 0,
    queue,
    state: "waiting",
    enteredAtMs: hall.nowMs,
    waitingSinceMs: hall.nowMs,
    step: 0,
    token: 0,
    teamIds: null,
    preferredAgentIds: arrival.preferredAgentIds,
    declines: [],
    waitingFor: null,
    offer: null,
    holding: null,
    leftQueueIds: [],
    firstOfferAtMs: null,
    predicted: null,
    need: null,
    placed: false,
    keptBy: null,
  };
};

const arrived = (hall: Hall, { item: arrival }: Of<"arrived">): Done => {
  const queue = hall.queues.get(arrival.queueId);
  if (queue === undefined) return "unknownQueue";
  if (!hall.kindNumbers.has(arrival.kind)) return "unknownKind";
  if (hall.items.has(arrival.id)) return "alreadyThere";
  const { arrivedAtMs, dueAtMs, importance, number } = arrival;
  if (![arrivedAtMs, dueAtMs ?? 0, importance, number].every(Number.isFinite)) return "notANumber";
  const item = newItem(hall, arrival, queue);
  hall.items.set(item.id, item);
  if (queue.rules.overflow.length > 0) overflow(hall, item);
  toPlace(hall, item, "arrived");
  return null;
};

const end = (hall: Hall, item: Item, agentId: string | null, why: "finished" | "left"): void => {
  item.queue.places.remove(item);
  remindQueue(hall, item.queue);
  hall.items.delete(item.id);
  hall.due.remove(item);
  decide(hall, { what: "ended", itemId: item.id, agentId, why });
};

const finished = (hall: Hall, item: Item, agent: Agent): Done => {
  if (item.holding?.agent !== agent) return "notHeld";
  const wrapUpMs = hall.rules.kinds[hall.kinds[item.kind] as string]?.wrapUpMs ?? 0;
  release(hall, item);
  end(hall, item, agent.id, "finished");
  if (wrapUpMs > 0 && agent.presence.state === "available")
    setPresence(hall, agent, "wrapUp", "", hall.nowMs + wrapUpMs);
  return null;
};

const left = (hall: Hall, item: Item): Done => {
  const agentId = item.holding?.agent.id ?? item.offer?.agent.id ?? null;
  if (item.state === "held") release(hall, item);
  else {
    hasLeft(hall, item);
    if (item.state === "offered") withdraw(hall, item, "left");
    else takeFromPlace(hall, item);
  }
  end(hall, item, agentId, "left");
  return null;
};

const accepted = (hall: Hall, item: Item, agent: Agent, token: number): Done => {
  if (item.offer?.agent !== agent || item.token !== token) return "offerOver";
  hold(hall, item, agent, "accepted");
  return null;
};

const declined = (hall: Hall, item: Item, agent: Agent, token: number): Done => {
  if (item.offer?.agent !== agent || item.token !== token) return "offerOver";
  agent.missed = 0;
  declineFor(hall, item, agent.id);
  withdraw(hall, item, "declined");
  toPlace(hall, item, "declined");
  return null;
};

const pulled = (hall: Hall, item: Item, agent: Agent): Done => {
  if (item.state !== "waiting") return "notWaiting";
  if (!item.queue.rules.mayPull) return "mayNotPull";
  if (!isThere(agent)) return "notAvailable";
  if (!isAbleFor(needOf(hall, item), agent) && !item.preferredAgentIds.includes(agent.id)) return "notAble";
  if (fitOf(agent.room, agent.load, agent.count, item.kind) !== "fits") return "noRoom";
  wasBegun(hall, item, true);
  item.token += 1;
  agent.idleSinceMs = hall.nowMs;
  hold(hall, item, agent, "pulled");
  hall.freed.add(agent);
  return null;
};

/**
 * Whoever is around has it at once, also past their room: people decide that, and then nothing more is offered until there is room. Who is not around keeps what
 * is not live for as long as the queue says; what is live is only waited for with.
 */
const given = (hall: Hall, item: Item, agent: Agent): Done => {
  if (item.holding?.agent === agent) return null;
  const { keepMs, patienceMs } = item.queue.rules;
  const around = isAround(agent);
  if (!around && (isLive(hall, item) || keepMs <= 0))
    return transferred(hall, item, { agentId: agent.id, forMs: patienceMs });
  if (item.placed) wasBegun(hall, item, true);
  takeAway(hall, item);
  if (agent.keptFor !== null) letGo(hall, agent.keptFor);
  item.token += 1;
  agent.idleSinceMs = hall.nowMs;
  hold(hall, item, agent, "given");
  if (!around) keep(hall, item);
  if (isThere(agent)) hall.freed.add(agent);
  return null;
};

const rested = (hall: Hall, item: Item, rest: "dormant" | "parked", parkedUntilMs: number | null): Done => {
  const { holding } = item;
  if (holding === null || (rest === "dormant" && holding.rest !== "none")) return "notHeld";
  item.holding = { ...holding, rest, parkedUntilMs };
  weigh(hall, holding.agent);
  hall.freed.add(holding.agent);
  remindItem(hall, item);
  decide(hall, { what: "rested", itemId: item.id, agentId: holding.agent.id, rest });
  return null;
};

/** Takes an item from wherever it is, without a place for the moment. */
const takeAway = (hall: Hall, item: Item): void => {
  if (item.state === "offered") withdraw(hall, item, "moved");
  else if (item.state === "held") {
    const agent = release(hall, item);
    if (agent === null) return;
    decide(hall, { what: "returned", itemId: item.id, agentId: agent.id, why: "transferred" });
    // Who has given it away is not the next to be asked.
    declineFor(hall, item, agent.id);
  } else takeFromPlace(hall, item);
  item.waitingFor = null;
};

/** Undoes a transfer to an agent. Whom it came with is preferred as before; who has accepted it meanwhile keeps it. */
const takenBackFrom = (hall: Hall, item: Item, agentId: string): Done => {
  const { placed } = item;
  const withWhom = item.holding?.agent.id ?? item.offer?.agent.id ?? agentId;
  if (withWhom !== agentId) return "offerOver";
  takeAway(hall, item);
  const first = item.arrival.preferredAgentIds.includes(agentId) ? [agentId] : [];
  item.preferredAgentIds = [...item.preferredAgentIds.filter((id) => id !== agentId), ...first];
  item.need = null;
  if (placed) place(hall, item, "transferred");
  else toPlace(hall, item, "transferred");
  return null;
};

const transferred = (hall: Hall, item: Item, to: Destination): Done => {
  const { placed } = item;
  if ("queueId" in to) {
    const queue = hall.queues.get(to.queueId);
    if (queue === undefined) return "unknownQueue";
    if (to.backFrom !== undefined && queue === item.queue) return takenBackFrom(hall, item, to.backFrom);
    takeAway(hall, item);
    item.teamIds = null;
    item.leftQueueIds = [];
    moveTo(hall, item, queue, "transferred");
  } else if ("teamId" in to) {
    takeAway(hall, item);
    item.teamIds = [to.teamId];
    item.step = 0;
    item.enteredAtMs = hall.nowMs;
  } else {
    const agent = hall.agentsById.get(to.agentId);
    if (agent === undefined) return "unknownAgent";
    if (!Number.isFinite(to.forMs)) return "notANumber";
    takeAway(hall, item);
    item.declines = item.declines.filter(({ agentId }) => agentId !== agent.id);
    item.preferredAgentIds = [agent.id, ...item.preferredAgentIds.filter((id) => id !== agent.id)];
    item.waitingFor = { agentIds: [agent.id], untilMs: hall.nowMs + to.forMs, alone: to.forMs > 0, absentToo: true };
  }
  item.need = null;
  if (placed) place(hall, item, "transferred");
  else toPlace(hall, item, "transferred");
  return null;
};

const becameOtherKind = (hall: Hall, item: Item, kindName: string): Done => {
  const kind = hall.kindNumbers.get(kindName);
  if (kind === undefined) return "unknownKind";
  if (kind === item.kind) return null;
  const { holding } = item;
  if (holding !== null) {
    const { agent } = holding;
    agent.held.delete(item);
    weigh(hall, agent);
    const fits = holding.rest !== "none" || fitOf(agent.room, agent.load, agent.count, kind) === "fits";
    agent.held.add(item);
    if (fits) item.kind = kind;
    weigh(hall, agent);
    if (!fits) return "noRoom";
    item.need = null;
    if (isThere(agent)) hall.freed.add(agent);
    decide(hall, { what: "held", itemId: item.id, agentId: agent.id, token: item.token, how: "otherKind" });
    return null;
  }
  const { placed } = item;
  if (item.state === "offered") withdraw(hall, item, "moved");
  else takeFromPlace(hall, item);
  // Arrival and urgency, and so the place, stay as they are.
  item.kind = kind;
  item.need = null;
  item.predicted = null;
  item.firstOfferAtMs = null;
  if (placed) place(hall, item, "otherKind");
  else toPlace(hall, item, "otherKind");
  return null;
};

const promiseChanged = (hall: Hall, item: Item, dueAtMs: number | null, importance: number): Done => {
  if (![dueAtMs ?? 0, importance].every(Number.isFinite)) return "notANumber";
  const { placed } = item;
  takeFromPlace(hall, item);
  const stood = item.queue.places.remove(item);
  item.dueAtMs = dueAtMs ?? item.arrivedAtMs + item.queue.rules.promiseMs;
  item.importance = importance;
  item.urgencyAtMs = urgencyOf(item.arrivedAtMs, item.dueAtMs, importance);
  if (stood) item.queue.places.add(item);
  if (placed) place(hall, item, null);
  return null;
};

const factsChanged = (hall: Hall, item: Item, { facts, requires }: Of<"factsChanged">): Done => {
  const { placed } = item;
  takeFromPlace(hall, item);
  item.arrival = { ...item.arrival, facts, requires };
  item.need = null;
  if (placed) place(hall, item, null);
  return null;
};

const agentChanged = (hall: Hall, facts: AgentFacts): Done => {
  const known = hall.agentsById.get(facts.id);
  const agent = known ?? emptyAgent(hall, facts, { state: "offline", reason: "", sinceMs: hall.nowMs, untilMs: null });
  if (known === undefined) {
    hall.agents[agent.place] = agent;
    hall.agentsById.set(agent.id, agent);
  }
  if (agent.keptFor !== null) letGo(hall, agent.keptFor);
  if (known !== undefined) dropNeeds(hall, agent);
  findNeeds(hall, agent, facts);
  weigh(hall, agent);
  hall.freed.add(agent);
  return null;
};

const agentRemoved = (hall: Hall, agent: Agent): Done => {
  setPresence(hall, agent, "offline", "removed", null);
  if (agent.keptFor !== null) letGo(hall, agent.keptFor);
  for (const item of [...agent.held].toSorted(inOrder)) giveBack(hall, item, "agentRemoved");
  const noLonger = (item: Item): void => {
    const agentIds = item.waitingFor?.agentIds.filter((id) => id !== agent.id) ?? [];
    item.waitingFor = agentIds.length === 0 || item.waitingFor === null ? null : { ...item.waitingFor, agentIds };
  };
  for (const item of agent.own.toArray()) {
    takeFromPlace(hall, item);
    noLonger(item);
    place(hall, item, "patienceOver");
  }
  for (const { item } of hall.toPlace) noLonger(item);
  dropNeeds(hall, agent);
  hall.due.remove(agent);
  hall.freed.delete(agent);
  hall.agentsById.delete(agent.id);
  hall.agents[agent.place] = null;
  hall.freePlaces.push(agent.place);
  return null;
};

/** Everybody who is there looks for work, who is idle for longest first. */
export const freeAll = (hall: Hall): void => {
  const there = [...hall.agentsById.values()].filter(isThere);
  for (const agent of there.toSorted((a, b) => a.idleSinceMs - b.idleSinceMs || (a.id < b.id ? -1 : 1)))
    hall.freed.add(agent);
};

const queueChanged = (hall: Hall, queue: Queue, change: () => void): Done => {
  measureLines(hall, queue);
  const before = isShut(queue);
  change();
  const shut = isShut(queue);
  if (queue.rules.overflow.length > 0) hall.due.set(queue, { dueMs: hall.nowMs, rank: 2, id: queue.id });
  if (before === shut) return null;
  setHeads(hall, queue);
  if (shut) for (const item of queue.places.toArray()) letGo(hall, item);
  else freeAll(hall);
  return null;
};

const presenceChanged = (hall: Hall, agent: Agent, { state, reason, untilMs }: Of<"presenceChanged">): Done => {
  if (untilMs !== null && !Number.isFinite(untilMs)) return "notANumber";
  setPresence(hall, agent, state, reason, state === "offline" || state === "available" ? null : untilMs);
  return null;
};

const connection = (hall: Hall, agent: Agent, vanishedAtMs: number | null): Done => {
  agent.vanishedAtMs = vanishedAtMs === null ? null : (agent.vanishedAtMs ?? vanishedAtMs);
  touch(hall, agent);
  remindAgent(hall, agent);
  hall.freed.add(agent);
  return null;
};

type ItemHappening = Extract<Happening, { itemId: string }>;

const ofItem = (hall: Hall, happening: ItemHappening): Done => {
  const item = hall.items.get(happening.itemId);
  if (item === undefined) return "unknownItem";
  if ("agentId" in happening) {
    const agent = hall.agentsById.get(happening.agentId);
    if (agent === undefined) return "unknownAgent";
    switch (happening.what) {
      case "accepted":
        return accepted(hall, item, agent, happening.token);
      case "declined":
        return declined(hall, item, agent, happening.token);
      case "finished":
        return finished(hall, item, agent);
      case "pulled":
        return pulled(hall, item, agent);
      case "given":
        return given(hall, item, agent);
      case "parked":
        if (item.holding?.agent !== agent) return "notHeld";
        return happening.untilMs !== null && !Number.isFinite(happening.untilMs)
          ? "notANumber"
          : rested(hall, item, "parked", happening.untilMs);
      case "takenBack":
        if (item.holding?.agent !== agent || item.holding.rest !== "parked") return "notParked";
        return wake(hall, item, "takenBack");
    }
  }
  switch (happening.what) {
    case "left":
      return left(hall, item);
    case "fellAsleep":
      return isLive(hall, item) ? rested(hall, item, "dormant", null) : "notHeld";
    case "woke":
      return item.state === "held" ? wake(hall, item, "woke") : null;
    case "transferred":
      return transferred(hall, item, happening.to);
    case "becameOtherKind":
      return becameOtherKind(hall, item, happening.kind);
    case "promiseChanged":
      return promiseChanged(hall, item, happening.dueAtMs, happening.importance);
    case "factsChanged":
      return factsChanged(hall, item, happening);
  }
};

/** Carries out one happening but for a change of rules, which makes a new hall. What follows from it is seen to by `settle`. */
export const carryOut = (hall: Hall, happening: Exclude<Happening, { what: "rulesChanged" }>): Done => {
  if ("itemId" in happening) return ofItem(hall, happening);
  if ("agentId" in happening) {
    const agent = hall.agentsById.get(happening.agentId);
    if (agent === undefined) return "unknownAgent";
    switch (happening.what) {
      case "agentRemoved":
        return agentRemoved(hall, agent);
      case "presenceChanged":
        return presenceChanged(hall, agent, happening);
      case "vanished":
        return connection(hall, agent, hall.nowMs);
      case "appeared":
        return connection(hall, agent, null);
    }
  }
  if ("queueId" in happening) {
    const queue = hall.queues.get(happening.queueId);
    if (queue === undefined) return "unknownQueue";
    return queueChanged(hall, queue, () => {
      if (happening.what === "queuePaused") queue.paused = happening.paused;
      else queue.open = happening.open;
    });
  }
  switch (happening.what) {
    case "arrived":
      return arrived(hall, happening);
    case "agentChanged":
      return agentChanged(hall, happening.agent);
    case "timePassed":
      return null;
  }
};
