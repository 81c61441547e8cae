// A drawn centre for the routing engine: rules, agents, arrivals. Used by modules/routing/*.test.ts and bench/routing.ts.
import { capacityPresets } from "#modules/routing/model-capacity.ts";
import type { AgentFacts, Arrival, Capacity, Order, QueueRules, Rules } from "#modules/routing/model-shapes.ts";

/** Numbers from 0 to 1 (mulberry32), the same for the same seed. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};
type Random = () => number;

export const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
/** Exponentially distributed, with that mean. */
export const around = (random: Random, mean: number): number => -mean * Math.log(1 - random());

const second = 1000;
const minute = 60 * second;

/** Voice, chat, message, mail, task; handled in about so long. */
export const handleMs: Readonly<Record<string, number>> = {
  voice: 3 * minute,
  chat: 5 * minute,
  message: 4 * minute,
  mail: 4 * minute,
  task: 5 * minute,
};

export const kindRules: Rules["kinds"] = {
  voice: { live: true, usualMs: 3 * minute, memoryMs: 10 * minute, wrapUpMs: 10 * second },
  chat: { live: true, usualMs: 5 * minute, memoryMs: 10 * minute, wrapUpMs: 0 },
  message: { live: true, usualMs: 4 * minute, memoryMs: 20 * minute, wrapUpMs: 0 },
  mail: { live: false, usualMs: 4 * minute, memoryMs: 60 * minute, wrapUpMs: 0 },
  task: { live: false, usualMs: 5 * minute, memoryMs: 60 * minute, wrapUpMs: 0 },
  callback: { live: true, usualMs: 3 * minute, memoryMs: 20 * minute, wrapUpMs: 0 },
};

const promises: Readonly<Record<string, number>> = {
  voice: 20 * second,
  chat: minute,
  message: 10 * minute,
  mail: 4 * 60 * minute,
  task: 8 * 60 * minute,
};

export const plainQueue = (id: string, also: Partial<QueueRules> = {}): QueueRules => ({
  id,
  teamIds: [],
  requires: {},
  asks: [],
  order: "longestIdle",
  steps: [],
  patienceMs: 0,
  offerMs: 20 * second,
  autoAccept: [],
  offers: true,
  mayPull: false,
  keepMs: 0,
  promiseMs: minute,
  withinMs: 20 * second,
  overflow: [],
  ...also,
});

export const plainRules = (queues: readonly QueueRules[], also: Partial<Rules> = {}): Rules => ({
  kinds: kindRules,
  queues,
  fallbackQueueId: queues[0]?.id ?? "",
  graceMs: 30 * second,
  stickyMs: 5 * minute,
  missesUntilAway: 0,
  ...also,
});

export const plainAgent = (id: string, also: Partial<AgentFacts> = {}): AgentFacts => ({
  id,
  skills: {},
  teamIds: [],
  queueIds: null,
  capacity: capacityPresets.blended,
  ...also,
});

export const plainArrival = (id: string, number: number, atMs: number, also: Partial<Arrival> = {}): Arrival => ({
  id,
  number,
  kind: "chat",
  queueId: "q0",
  arrivedAtMs: atMs,
  dueAtMs: null,
  importance: 0,
  requires: {},
  prefers: {},
  facts: {},
  preferredAgentIds: [],
  ...also,
});

/** Queues with everything a queue can have: steps, teams, patience, overflow, all three orders. */
export const drawRules = (random: Random, skills: number): Rules => {
  const orders: readonly Order[] = ["longestIdle", "bestSkill", "leastLoaded"];
  const queues = Array.from({ length: 8 }, (_, n): QueueRules => {
    const base = plainQueue(`q${n}`);
    return {
      ...base,
      order: orders[n % 3] as Order,
      teamIds: n % 4 === 3 ? [`t${n % 3}`, `t${(n + 1) % 3}`] : [],
      requires: n % 2 === 0 ? { [`s${n}`]: 1 } : {},
      asks: [
        { when: { language: "fr" }, requires: { s38: 2 }, prefers: {} },
        { when: { tier: "gold" }, requires: {}, prefers: { s39: 2 } },
      ],
      steps: [
        { afterMs: 30 * second, lower: Object.fromEntries(Array.from({ length: skills }, (_s, k) => [`s${k}`, 1])) },
        { afterMs: 2 * minute, drop: ["s38", "s7"], teamIds: ["t0", "t1", "t2"] },
        ...(n === 5 ? [{ afterMs: 10 * minute, queueId: "q0" }] : []),
        { afterMs: 15 * minute, drop: Array.from({ length: skills }, (_s, k) => `s${k}`) },
      ],
      patienceMs: n % 3 === 0 ? 20 * second : 0,
      autoAccept: n === 1 ? ["mail", "task"] : [],
      mayPull: n % 2 === 1,
      keepMs: n % 2 === 0 ? 30 * minute : 0,
      overflow:
        n === 2
          ? [{ when: "predictedWait", overMs: 10 * minute, backMs: 5 * minute, queueId: "q4" }]
          : n === 3
            ? [{ when: "length", over: 400, back: 300, queueId: "q4" }]
            : n === 6
              ? [
                  { when: "closed", queueId: "q0" },
                  { when: "serviceLevel", under: 20, back: 40, queueId: "q4" },
                ]
              : [],
    };
  });
  return plainRules(queues, { missesUntilAway: 3 });
};

const capacities: readonly Capacity[] = Object.values(capacityPresets);

export const drawAgent = (random: Random, n: number, skills: number): AgentFacts => ({
  id: `a${String(n).padStart(5, "0")}`,
  skills: Object.fromEntries(
    Array.from({ length: skills }, (_, k) => [`s${k}`, 1 + Math.floor(random() * 5)] as const).filter(
      () => random() < 0.35,
    ),
  ),
  teamIds: [`t${n % 3}`],
  queueIds: random() < 0.05 ? ["q0", "q1", "q4"] : null,
  // Most are blended; the others have each preset.
  capacity: random() < 0.6 ? capacityPresets.blended : pick(random, capacities),
});

const kinds = Object.keys(handleMs);

export const drawArrival = (random: Random, n: number, atMs: number, skills: number, agents: number): Arrival => {
  const kind = pick(random, kinds);
  const requires: Record<string, number> = {};
  const queue = Math.floor(random() * 8);
  // Each queue has skills of its own.
  const own = Math.max(1, Math.floor(skills / 8));
  if (random() < 0.7) requires[`s${queue * own + Math.floor(random() * own)}`] = 1 + Math.floor(random() * 3);
  return {
    id: `i${n}`,
    number: n,
    kind,
    queueId: `q${queue}`,
    arrivedAtMs: atMs,
    dueAtMs: atMs + (promises[kind] ?? 0),
    importance: random() < 0.1 ? 2 : 0,
    requires,
    prefers: {},
    facts: { ...(random() < 0.1 ? { language: "fr" } : {}), ...(random() < 0.1 ? { tier: "gold" } : {}) },
    preferredAgentIds: random() < 0.1 ? [`a${String(Math.floor(random() * agents)).padStart(5, "0")}`] : [],
  };
};
