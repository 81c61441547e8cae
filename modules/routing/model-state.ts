// The engine's memory: agents, items, queues, needs and timers as they are now, and the small steps every change is made of. Used by the engine's other files.
import { indexedHeap, type IndexedHeap } from "#lib/indexedHeap.ts";
import { orderedSet, type OrderedSet } from "#lib/orderedSet.ts";
import { noBits, putBit, putNumber, type Bits } from "#modules/routing/model-bits.ts";
import { fitOf, roomOf, standsInTheWay, type Room } from "#modules/routing/model-capacity.ts";
import type {
  AgentFacts,
  Arrival,
  Decision,
  Decline,
  Holding,
  Prediction,
  Presence,
  QueueRules,
  Rules,
  WaitingFor,
  WhyWaiting,
} from "#modules/routing/model-shapes.ts";

export interface Item {
  arrival: Arrival;
  readonly id: string;
  readonly number: number;
  readonly arrivedAtMs: number;
  urgencyAtMs: number;
  dueAtMs: number;
  importance: number;
  /** Number of its kind. */
  kind: number;
  queue: Queue;
  state: "waiting" | "offered" | "held";
  enteredAtMs: number;
  waitingSinceMs: number;
  step: number;
  token: number;
  teamIds: readonly string[] | null;
  preferredAgentIds: readonly string[];
  declines: readonly Decline[];
  waitingFor: WaitingFor | null;
  offer: { readonly agent: Agent; readonly untilMs: number } | null;
  holding: (Omit<Holding, "agentId"> & { readonly agent: Agent }) | null;
  leftQueueIds: readonly string[];
  firstOfferAtMs: number | null;
  predicted: Prediction | null;
  /** What it needs now; null: to be worked out anew. */
  need: Need | null;
  /** It is in its need's and line's sets, or in those of agents who are waited for. */
  placed: boolean;
  /** Who is kept free for it. */
  keptBy: Agent | null;
}

/** `open`: could be offered one of that kind. `kept`: could, but is kept free for what it would stand in the way of. */
export type Opening = "closed" | "open" | "full" | "heavy" | "kept";

export interface Agent {
  readonly id: string;
  facts: AgentFacts;
  room: Room;
  presence: Presence;
  vanishedAtMs: number | null;
  idleSinceMs: number;
  missed: number;
  /** Held and offered, and what they take, by number of kind. */
  readonly held: Set<Item>;
  readonly offers: Set<Item>;
  load: number[];
  count: number[];
  opening: Opening[];
  /** By number of kind: takes it, and is around. */
  around: boolean[];
  /** Items that wait for this agent. */
  readonly own: OrderedSet<Item>;
  keptFor: Item | null;
  readonly place: number;
  /** The needs, by number, this agent is able for: of those that somebody has waited for. */
  needs: Bits;
}

export interface Queue {
  readonly id: string;
  rules: QueueRules;
  paused: boolean;
  open: boolean;
  overflowing: boolean[];
  /** Everybody who waits or is offered. */
  readonly places: OrderedSet<Item>;
  readonly lines: Line[];
}

/** One kind of work in one queue: who waits, and what was measured. */
export interface Line {
  readonly queue: Queue;
  readonly kind: number;
  readonly waiting: OrderedSet<Item>;
  atMs: number;
  starts: number;
  busyMs: number;
  left: number;
  waitedMs: number;
  answered: number;
  within: number;
  ringMs: number;
  stretchLow: number;
  stretchHigh: number;
  judged: number;
  inside: number;
}

/** Everything that wants the same: the same agents are able for all of it. */
export interface Need {
  readonly number: number;
  readonly key: string;
  readonly queue: Queue;
  readonly kind: number;
  readonly requires: readonly (readonly [string, number])[];
  readonly prefers: readonly (readonly [string, number])[];
  /** Null: everybody. */
  readonly teamIds: readonly string[] | null;
  /** Who waits, without and with an agent who is kept free for them. */
  readonly free: OrderedSet<Item>;
  readonly kept: OrderedSet<Item>;
  /** By place of the agent. */
  readonly able: Bits;
  /** Its able agents know of it. */
  linked: boolean;
}

type Due = { readonly dueMs: number; readonly rank: number; readonly id: string };

/** Everything. Built by model-rows.ts, changed by the files beside it. */
export interface Hall {
  nowMs: number;
  rules: Rules;
  kinds: readonly string[];
  readonly kindNumbers: Map<string, number>;
  readonly agents: (Agent | null)[];
  readonly freePlaces: number[];
  readonly agentsById: Map<string, Agent>;
  /** By place: who takes a kind, who is in a team, who has a queue among theirs (`anyQueue`: all queues are). */
  readonly takes: readonly Bits[];
  readonly byTeam: Map<string, Bits>;
  readonly byQueue: Map<string, Bits>;
  readonly anyQueue: Bits;
  /** By skill the level of each agent by place, 0: none; eight bytes for each agent and skill. */
  readonly levels: Map<string, Float64Array>;
  /** By skill and least level who reaches it: made when first asked for, forgotten with the empty needs. */
  readonly atLeast: Map<string, Map<number, Bits>>;
  readonly items: Map<string, Item>;
  readonly queues: Map<string, Queue>;
  readonly needs: Need[];
  readonly needsByKey: Map<string, Need>;
  /** When there are more needs than this the empty ones are forgotten. */
  mostNeeds: number;
  /** By number of need: the urgency of the first that waits; Infinity: nobody, or its queue is shut. */
  heads: Float64Array;
  /** By number of kind: the needs of that kind whose head is not Infinity. */
  readonly wanted: readonly Bits[];
  /** By number of kind: who is open (by place), and who has room but is kept free for something. */
  readonly open: readonly Bits[];
  readonly kept: readonly Bits[];
  /** By place: idle since, parts taken, and what the one they are kept free for is urgent by, negative. */
  idleSince: Float64Array;
  parts: Float64Array;
  keptUrgency: Float64Array;
  /** By number of kind: how many take it and are around. */
  readonly aroundCount: number[];
  /** How many agents are open, by number of kind. */
  readonly openCount: number[];
  /** How many items wait. */
  waiting: number;
  /** Waiting items somebody is kept free for. */
  readonly keptItems: OrderedSet<Item>;
  readonly due: IndexedHeap<Item | Agent | Queue, Due>;
  /** What this happening still has to see to. */
  readonly freed: Set<Agent>;
  readonly toPlace: { readonly item: Item; readonly why: WhyWaiting | null }[];
  decisions: Decision[];
  /** Whose rows are others than when that was asked for last. */
  readonly changedItems: Set<string>;
  readonly changedAgents: Set<string>;
  /** Opened from rows and not yet looked over. */
  fresh: boolean;
}

/** The order in which work is due: by urgency, then by first arrival, then by number. It never changes while somebody waits, so nobody is overtaken for ever. */
export const inOrder = (a: Item, b: Item): number =>
  a.urgencyAtMs - b.urgencyAtMs ||
  a.arrivedAtMs - b.arrivedAtMs ||
  a.number - b.number ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const parts = 4;

/**
 * The instant by which work is ordered (earliest due date first: J. R. Jackson, Scheduling a production line to minimize maximum tardiness, 1955): when its
 * promise is due, and for each step of importance (0 to 3) a quarter of the promised time earlier.
 */
export const urgencyOf = (arrivedAtMs: number, dueAtMs: number, importance: number): number =>
  dueAtMs - (Math.max(0, dueAtMs - arrivedAtMs) * Math.min(Math.max(Math.floor(importance), 0), parts - 1)) / parts;

export const emptyHall = (rules: Rules, nowMs: number): Hall => {
  const kinds = Object.keys(rules.kinds);
  return {
    nowMs,
    rules,
    kinds,
    kindNumbers: new Map(kinds.map((kind, number) => [kind, number])),
    agents: [],
    freePlaces: [],
    agentsById: new Map(),
    takes: kinds.map(noBits),
    byTeam: new Map(),
    byQueue: new Map(),
    anyQueue: noBits(),
    atLeast: new Map(),
    levels: new Map(),
    items: new Map(),
    queues: new Map(),
    needs: [],
    needsByKey: new Map(),
    mostNeeds: 4096,
    heads: new Float64Array(64).fill(Infinity),
    wanted: kinds.map(noBits),
    open: kinds.map(noBits),
    kept: kinds.map(noBits),
    idleSince: new Float64Array(0),
    parts: new Float64Array(0),
    keptUrgency: new Float64Array(0),
    aroundCount: kinds.map(() => 0),
    openCount: kinds.map(() => 0),
    waiting: 0,
    keptItems: orderedSet(inOrder),
    due: indexedHeap(
      (a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && (a.rank < b.rank || (a.rank === b.rank && a.id < b.id))),
    ),
    freed: new Set(),
    toPlace: [],
    decisions: [],
    changedItems: new Set(),
    changedAgents: new Set(),
    fresh: true,
  };
};

export const emptyAgent = (hall: Hall, facts: AgentFacts, presence: Presence): Agent => ({
  id: facts.id,
  facts,
  room: roomOf(facts.capacity, hall.kinds),
  presence,
  vanishedAtMs: null,
  idleSinceMs: hall.nowMs,
  missed: 0,
  held: new Set(),
  offers: new Set(),
  load: hall.kinds.map(() => 0),
  count: hall.kinds.map(() => 0),
  opening: hall.kinds.map(() => "closed"),
  around: hall.kinds.map(() => false),
  own: orderedSet(inOrder),
  keptFor: null,
  place: hall.freePlaces.pop() ?? hall.agents.length,
  needs: noBits(),
});

/** Is reached by offers now. */
export const isThere = (agent: Agent): boolean => agent.presence.state === "available" && agent.vanishedAtMs === null;

/** Will be reached again soon: is waited for by those who prefer them. A lost connection is forgiven until the grace is over. */
export const isAround = (agent: Agent): boolean =>
  agent.presence.state === "available" || agent.presence.state === "busy" || agent.presence.state === "wrapUp";

export const isShut = (queue: Queue): boolean => queue.paused || !queue.open || !queue.rules.offers;

/** Works out anew what an agent is open for, and notes what agents are ordered by. To be called after every change of an agent. */
export const touch = (hall: Hall, agent: Agent): void => {
  hall.changedAgents.add(agent.id);
  const { place, keptFor } = agent;
  const there = isThere(agent);
  const isHere = isAround(agent);
  let load = 0;
  for (let kind = 0; kind < agent.opening.length; kind += 1) {
    load += agent.load[kind] as number;
    const around = isHere && agent.room.max[kind] !== 0;
    if (agent.around[kind] !== around) {
      agent.around[kind] = around;
      hall.aroundCount[kind] = (hall.aroundCount[kind] as number) + (around ? 1 : -1);
    }
    let opening: Opening = "closed";
    if (there) {
      const fit = fitOf(agent.room, agent.load, agent.count, kind);
      if (fit === "fits")
        opening = keptFor !== null && standsInTheWay(agent.room, kind, keptFor.kind) ? "kept" : "open";
      else if (fit !== "never") opening = fit;
    }
    const before = agent.opening[kind];
    if (before === opening) continue;
    if (before === "open") hall.openCount[kind] = (hall.openCount[kind] as number) - 1;
    if (opening === "open") hall.openCount[kind] = (hall.openCount[kind] as number) + 1;
    if (before === "open" || opening === "open") putBit(hall.open[kind] as Bits, place, opening === "open");
    if (before === "kept" || opening === "kept") putBit(hall.kept[kind] as Bits, place, opening === "kept");
    agent.opening[kind] = opening;
  }
  hall.idleSince = putNumber(hall.idleSince, place, agent.idleSinceMs);
  hall.parts = putNumber(hall.parts, place, load);
  hall.keptUrgency = putNumber(hall.keptUrgency, place, keptFor === null ? 0 : -keptFor.urgencyAtMs);
};

/** What an item takes of its agent now. */
const takes = (item: Item, agent: Agent): { readonly load: number; readonly count: number } => {
  const rest = item.holding?.rest ?? "none";
  if (rest === "parked") return { load: 0, count: 0 };
  if (rest === "dormant") return { load: agent.room.dormantWeight[item.kind] as number, count: 0 };
  return { load: agent.room.weight[item.kind] as number, count: 1 };
};

/** Adds up anew what an agent holds. */
export const weigh = (hall: Hall, agent: Agent): void => {
  agent.load.fill(0);
  agent.count.fill(0);
  for (const items of [agent.held, agent.offers])
    for (const item of items) {
      const { load, count } = takes(item, agent);
      agent.load[item.kind] = (agent.load[item.kind] as number) + load;
      agent.count[item.kind] = (agent.count[item.kind] as number) + count;
    }
  touch(hall, agent);
};

export const decide = (hall: Hall, decision: Decision): void => {
  if ("itemId" in decision && decision.itemId !== null) hall.changedItems.add(decision.itemId);
  if ("agentId" in decision && decision.agentId !== null) hall.changedAgents.add(decision.agentId);
  hall.decisions.push(decision);
};

const never = Infinity;

/** When something becomes due for an item by itself. */
const itemDue = (hall: Hall, item: Item): number => {
  if (item.state === "offered") return item.offer?.untilMs ?? never;
  // While its agent is gone a parked one stays parked.
  if (item.state === "held") return item.holding?.keptUntilMs ?? item.holding?.parkedUntilMs ?? never;
  const step = item.queue.rules.steps[item.step];
  let due = step === undefined ? never : item.enteredAtMs + step.afterMs;
  if (item.waitingFor !== null) due = Math.min(due, item.waitingFor.untilMs);
  for (const { untilMs } of item.declines) if (untilMs > hall.nowMs) due = Math.min(due, untilMs);
  return due;
};

export const remindItem = (hall: Hall, item: Item): void => {
  hall.changedItems.add(item.id);
  const dueMs = itemDue(hall, item);
  if (dueMs === never) hall.due.remove(item);
  else hall.due.set(item, { dueMs, rank: 1, id: item.id });
};

export const remindAgent = (hall: Hall, agent: Agent): void => {
  const dueMs = Math.min(
    agent.presence.untilMs ?? never,
    agent.vanishedAtMs === null || agent.presence.state === "offline" ? never : agent.vanishedAtMs + hall.rules.graceMs,
  );
  if (dueMs === never) hall.due.remove(agent);
  else hall.due.set(agent, { dueMs, rank: 0, id: agent.id });
};

const secondMs = 1000;

/** A queue with overflow looks at itself every whole second while somebody waits or a rule is on. */
export const remindQueue = (hall: Hall, queue: Queue): void => {
  const looks = queue.rules.overflow.length > 0 && (queue.places.size() > 0 || queue.overflowing.includes(true));
  if (!looks) hall.due.remove(queue);
  else if (hall.due.get(queue) === undefined)
    hall.due.set(queue, { dueMs: (Math.floor(hall.nowMs / secondMs) + 1) * secondMs, rank: 2, id: queue.id });
};
