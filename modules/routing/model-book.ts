// The book by which routing is set up: what of it cannot be, which queue takes a concern, and the book as the engine's rules. Pure; called by whoever keeps,
// previews or leads.
import { isRefusal, refuse, type ErrorCode, type Refusal } from "#contract/errors.ts";
import { workKinds, type AgentWork, type Queue, type RoutingBook, type WorkKind } from "#contract/routing-book.ts";
import type { Capacity } from "#contract/routing-book.ts";
import { fold } from "#lib/fold.ts";
import { storable } from "#lib/text.ts";
import { judgeHours } from "#modules/hours/model.ts";
import { capacityPresets } from "#modules/routing/model-capacity.ts";
import type {
  Capacity as EngineCapacity,
  KindCapacity,
  KindRules,
  OverflowRule,
  QueueRules,
  RelaxationStep,
  Rules,
  SkillRule,
} from "#modules/routing/model-shapes.ts";

/** What there is beside the book. */
export interface Known {
  readonly teamIds: ReadonlySet<string>;
  readonly topicIds: ReadonlySet<string>;
  readonly brandIds: ReadonlySet<string>;
  readonly channelIds: ReadonlySet<string>;
  readonly tierIds: ReadonlySet<string>;
}

/** Each topic's parent; null or missing: it has none. */
export type Parents = ReadonlyMap<string, string | null>;

/**
 * What of a book cannot be: the first fault with its place ("queues.2.overflow.0.back"), or the book as it is kept (names without blanks around them, nothing
 * chosen twice). Codes: routingTwice (an id or a name that stands twice), unknownSkill, unknownQueue, unknownTeam, unknownTopic, unknownBrand, unknownTier, unknownChannel,
 * routingSteps (not rising), routingStepAfter (one after the one that leads away), routingBack (on the wrong side), routingCircle, routingRest (of what is not live).
 * Of a queue's own hours it refuses what `judgeHours` does ("queues.2.hours.hours.weekly.0"). That there are at most six steps and the like is the contract's.
 */
export const judgeBook = (book: RoutingBook, known: Known): RoutingBook | Refusal => {
  const kept: RoutingBook = {
    ...book,
    skills: book.skills.map(named),
    queues: book.queues.map(keptQueue),
    reasons: book.reasons.map(named),
    dispositions: book.dispositions.map(named),
  };
  return (
    twice(kept.skills, "skills") ??
    twice(kept.queues, "queues") ??
    twice(kept.reasons, "reasons") ??
    twice(kept.dispositions, "dispositions") ??
    judgeKinds(kept) ??
    judgeQueues(kept, known) ??
    circle(kept.queues) ??
    kept
  );
};

const named = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: storable(one.name).trim() || "–" });

const each = <T>(all: readonly T[]): T[] => [...new Set(all)];

const keptQueue = (queue: Queue): Queue => ({
  ...named(queue),
  when: {
    ...queue.when,
    channelKinds: each(queue.when.channelKinds),
    priorities: each(queue.when.priorities),
    ...keptTiers(queue.when),
  },
  asks: queue.asks.map((ask) => ({ ...ask, when: { ...ask.when, ...keptTiers(ask.when) } })),
  hours: keptHours(queue.hours),
  teamIds: each(queue.teamIds),
  autoAccept: each(queue.autoAccept),
  steps: queue.steps.map((step) => ({ ...step, drop: each(step.drop), teamIds: each(step.teamIds) })),
});

/** Tiers, each once; none named are all. */
const keptTiers = ({ tierIds }: Pick<Queue["when"], "tierIds">): Pick<Queue["when"], "tierIds"> =>
  tierIds === undefined ? {} : { tierIds: each(tierIds) };

/** Own hours with every day in its order; what is wrong with them is said later. */
const keptHours = (given: Queue["hours"]): Queue["hours"] => {
  const hours = given.kind === "own" ? judgeHours(given.hours) : null;
  return hours === null || isRefusal(hours) ? given : { kind: "own", hours };
};

/** Names that differ in case or accents only are one, because people confuse them. */
const twice = (all: readonly { readonly id: string; readonly name: string }[], where: string): Refusal | null => {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const [index, { id, name }] of all.entries()) {
    if (ids.has(id)) return refuse("routingTwice", { name }, `${where}.${index}.id`);
    if (names.has(fold(name))) return refuse("routingTwice", { name }, `${where}.${index}.name`);
    ids.add(id);
    names.add(fold(name));
  }
  return null;
};

const judgeKinds = (book: RoutingBook): Refusal | null => {
  for (const kind of workKinds)
    if ((book.kinds[kind]?.restSeconds ?? 0) > 0 && !kindDefaults[kind].live)
      return refuse("routingRest", {}, `kinds.${kind}.restSeconds`);
  return null;
};

/** Says whether something is there, and what is said if it is not. */
type Look = (id: string | null, code: ErrorCode, field: string) => Refusal | null;

type Fault = (code: ErrorCode, field: string) => Refusal;

const judgeQueues = (book: RoutingBook, known: Known): Refusal | null => {
  const there: Partial<Record<ErrorCode, ReadonlySet<string>>> = {
    unknownSkill: new Set(book.skills.map(({ id }) => id)),
    unknownQueue: new Set(book.queues.map(({ id }) => id)),
    unknownTeam: known.teamIds,
    unknownTopic: known.topicIds,
    unknownBrand: known.brandIds,
    unknownTier: known.tierIds,
    unknownChannel: known.channelIds,
  };
  for (const [index, queue] of book.queues.entries()) {
    const place = `queues.${index}`;
    const wrong: Fault = (code, field) => refuse(code, { name: queue.name }, `${place}.${field}`);
    const look: Look = (id, code, field) => (id === null || there[code]?.has(id) === true ? null : wrong(code, field));
    const fault = judgeQueue(queue, look, wrong) ?? judgeHoursOf(queue, look, place);
    if (fault !== null) return fault;
  }
  return null;
};

/** The first of them that is a fault. */
const first = (...looks: readonly (() => Refusal | null)[]): Refusal | null => {
  for (const look of looks) {
    const fault = look();
    if (fault !== null) return fault;
  }
  return null;
};

const firstOf = <T>(all: readonly T[], look: (one: T, index: number) => Refusal | null): Refusal | null =>
  first(...all.map((one, index) => () => look(one, index)));

const judgeQueue = (queue: Queue, look: Look, fault: Fault): Refusal | null => {
  const skills = (ids: readonly string[], field: string): Refusal | null =>
    firstOf(ids, (id) => look(id, "unknownSkill", field));
  return first(
    () => look(queue.when.brandId, "unknownBrand", "when.brandId"),
    () => look(queue.when.topicId, "unknownTopic", "when.topicId"),
    () => look(queue.when.teamId, "unknownTeam", "when.teamId"),
    () => firstOf(queue.when.tierIds ?? [], (id) => look(id, "unknownTier", "when.tierIds")),
    () => firstOf(queue.teamIds, (id, at) => look(id, "unknownTeam", `teamIds.${at}`)),
    () => skills(Object.keys(queue.requires), "requires"),
    () =>
      firstOf(queue.asks, ({ when, requires, prefers }, at) =>
        first(
          () => look(when.topicId, "unknownTopic", `asks.${at}.when.topicId`),
          () => look(when.brandId, "unknownBrand", `asks.${at}.when.brandId`),
          () => firstOf(when.tierIds ?? [], (id) => look(id, "unknownTier", `asks.${at}.when.tierIds`)),
          () => skills(Object.keys(requires), `asks.${at}.requires`),
          () => skills(Object.keys(prefers), `asks.${at}.prefers`),
        ),
      ),
    () =>
      firstOf(queue.steps, (step, at) =>
        first(
          () => skills(Object.keys(step.lower), `steps.${at}.lower`),
          () => skills(step.drop, `steps.${at}.drop`),
          () => firstOf(step.teamIds, (id) => look(id, "unknownTeam", `steps.${at}.teamIds`)),
          () => look(step.queueId, "unknownQueue", `steps.${at}.queueId`),
          () =>
            step.afterSeconds <= (queue.steps[at - 1]?.afterSeconds ?? -1)
              ? fault("routingSteps", `steps.${at}.afterSeconds`)
              : null,
          () =>
            at > 0 && queue.steps[at - 1]?.queueId !== null ? fault("routingStepAfter", `steps.${at}.queueId`) : null,
        ),
      ),
    () =>
      firstOf(queue.overflow, (rule, at) =>
        first(
          () => look(rule.queueId, "unknownQueue", `overflow.${at}.queueId`),
          () =>
            isBackWrong(rule)
              ? fault("routingBack", `overflow.${at}.${rule.when === "predictedWait" ? "backSeconds" : "back"}`)
              : null,
        ),
      ),
  );
};

const judgeHoursOf = ({ hours }: Queue, look: Look, place: string): Refusal | null => {
  switch (hours.kind) {
    case "always":
      return null;
    case "brand":
      return look(hours.id, "unknownBrand", "hours.id");
    case "channel":
      return look(hours.id, "unknownChannel", "hours.id");
    case "own": {
      const fault = judgeHours(hours.hours);
      return isRefusal(fault) ? { ...fault, field: `${place}.hours.hours.${fault.field}` } : null;
    }
  }
};

/** It would be over again before it has ended. */
const isBackWrong = (rule: Queue["overflow"][number]): boolean => {
  switch (rule.when) {
    case "predictedWait":
      return rule.backSeconds > rule.overSeconds;
    case "length":
      return rule.back > rule.over;
    case "serviceLevel":
      return rule.back < rule.under;
    case "closed":
      return false;
  }
};

/** The first way, by steps and overflows, that leads back to where it began. */
const circle = (queues: readonly Queue[]): Refusal | null => {
  const waysOf = (queue: Queue): { readonly to: string; readonly field: string }[] => [
    ...queue.steps.flatMap(({ queueId }, at) =>
      queueId === null ? [] : [{ to: queueId, field: `steps.${at}.queueId` }],
    ),
    ...queue.overflow.map(({ queueId }, at) => ({ to: queueId as string, field: `overflow.${at}.queueId` })),
  ];
  const ways = new Map(queues.map((queue) => [queue.id as string, waysOf(queue)]));
  const leadsTo = (from: string, to: string): boolean => {
    const seen = new Set<string>();
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === to) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(ways.get(at) ?? []).map((way) => way.to));
    }
    return false;
  };
  for (const [index, queue] of queues.entries())
    for (const { to, field } of ways.get(queue.id) ?? [])
      if (leadsTo(to, queue.id)) return refuse("routingCircle", { name: queue.name }, `queues.${index}.${field}`);
  return null;
};

/** What of an agent's set-up cannot be: unknownSkill, unknownQueue, routingRestWeight (resting takes more than working); or the set-up as it is kept. */
export const judgeWork = (book: RoutingBook, work: AgentWork): AgentWork | Refusal => {
  const skillIds = new Set<string>(book.skills.map(({ id }) => id));
  const queueIds = new Set<string>(book.queues.map(({ id }) => id));
  for (const id of Object.keys(work.skills)) if (!skillIds.has(id)) return refuse("unknownSkill", {}, `skills.${id}`);
  for (const [at, id] of (work.queueIds ?? []).entries())
    if (!queueIds.has(id)) return refuse("unknownQueue", {}, `queueIds.${at}`);
  const { capacity } = work;
  if (typeof capacity !== "string")
    for (const kind of workKinds) {
      const one = capacity[kind];
      if (one !== undefined && one.restingWeight > one.weight)
        return refuse("routingRestWeight", {}, `capacity.${kind}.restingWeight`);
    }
  return { ...work, queueIds: work.queueIds && each(work.queueIds) };
};

/** Whoever was never set up: no skills, everything at once, all queues. */
export const unsetWork: AgentWork = { skills: {}, capacity: "blended", queueIds: null };

/** A set-up without the skills and queues that the book no longer has. */
export const workIn = (book: RoutingBook, work: AgentWork): AgentWork => {
  const skillIds = new Set<string>(book.skills.map(({ id }) => id));
  const queueIds = new Set<string>(book.queues.map(({ id }) => id));
  return {
    ...work,
    skills: Object.fromEntries(Object.entries(work.skills).filter(([id]) => skillIds.has(id))),
    queueIds: work.queueIds && work.queueIds.filter((id) => queueIds.has(id)),
  };
};

const minuteMs = 60_000;

/** How each kind presses. `usualMs` is only said until something was measured; `memoryMs` is longer where less comes. */
const kindDefaults: Readonly<Record<WorkKind, Omit<KindRules, "wrapUpMs">>> = {
  voice: { live: true, usualMs: 5 * minuteMs, memoryMs: 15 * minuteMs },
  callback: { live: true, usualMs: 5 * minuteMs, memoryMs: 30 * minuteMs },
  chat: { live: true, usualMs: 8 * minuteMs, memoryMs: 15 * minuteMs },
  message: { live: true, usualMs: 10 * minuteMs, memoryMs: 30 * minuteMs },
  mail: { live: false, usualMs: 10 * minuteMs, memoryMs: 120 * minuteMs },
  task: { live: false, usualMs: 15 * minuteMs, memoryMs: 120 * minuteMs },
};

/** Is somebody there and waits? Such work goes back at once when its agent is gone, and may rest. */
export const isLive = (kind: WorkKind): boolean => kindDefaults[kind].live;

/** What one of them usually takes, as long as nothing was measured. */
export const usualMsOf = (kind: WorkKind): number => kindDefaults[kind].usualMs;

/** The topic and every one above it, from below. A circle of topics ends where it began. */
const upwards = (topicId: string | null, parents: Parents): ReadonlySet<string> => {
  const seen = new Set<string>();
  for (let id = topicId; id !== null && !seen.has(id); id = parents.get(id) ?? null) seen.add(id);
  return seen;
};

/**
 * The book as the engine's rules. A skill rule for a topic is for every one below it, too: the engine compares facts for equality, so such a rule becomes one for
 * each of them (and of the tiers it names), by `parents` as they are now; when topics change the rules have to be told anew. The work of queues that are gone goes to the last one.
 * Opening hours and pauses are not in it: those are happenings. Items need the skill `brand:<id>` of their own; no rule here asks for it or drops it.
 */
export const rulesOf = (book: RoutingBook, parents: Parents = new Map()): Rules => {
  const below = new Map<string, string[]>();
  for (const id of parents.keys())
    for (const above of upwards(id, parents)) below.set(above, [...(below.get(above) ?? []), id]);
  return {
    kinds: Object.fromEntries(
      workKinds.map((kind) => [
        kind,
        { ...kindDefaults[kind], wrapUpMs: (book.kinds[kind]?.wrapUpSeconds ?? 0) * 1_000 },
      ]),
    ),
    queues: book.queues.map((queue) => queueRules(queue, below)),
    fallbackQueueId: book.queues.at(-1)?.id ?? "",
    graceMs: book.graceSeconds * 1_000,
    stickyMs: book.stickySeconds * 1_000,
    missesUntilAway: book.missesUntilAway,
  };
};

const queueRules = (queue: Queue, below: ReadonlyMap<string, readonly string[]>): QueueRules => ({
  id: queue.id,
  teamIds: queue.teamIds,
  requires: queue.requires,
  asks: queue.asks.flatMap(({ when, requires, prefers }): SkillRule[] => {
    const facts = {
      ...(when.language === null ? {} : { language: when.language }),
      ...(when.brandId === null ? {} : { brandId: when.brandId }),
    };
    const topics = when.topicId === null ? [null] : [...new Set([when.topicId, ...(below.get(when.topicId) ?? [])])];
    const tiers = when.tierIds?.length ? when.tierIds : [null];
    return topics.flatMap((topicId) =>
      tiers.map((tierId) => ({
        when: { ...facts, ...(topicId === null ? {} : { topicId }), ...(tierId === null ? {} : { tier: tierId }) },
        requires,
        prefers,
      })),
    );
  }),
  order: queue.order,
  steps: queue.steps.map(({ afterSeconds, lower, drop, teamIds, queueId }): RelaxationStep => ({
    afterMs: afterSeconds * 1_000,
    lower,
    drop,
    teamIds,
    ...(queueId === null ? {} : { queueId }),
  })),
  patienceMs: queue.patienceSeconds * 1_000,
  offerMs: queue.offerSeconds * 1_000,
  autoAccept: queue.autoAccept,
  offers: queue.offers,
  mayPull: queue.mayPull,
  keepMs: queue.keepSeconds * 1_000,
  promiseMs: queue.promiseSeconds * 1_000,
  withinMs: queue.withinSeconds * 1_000,
  overflow: queue.overflow.map((rule): OverflowRule =>
    rule.when === "predictedWait"
      ? {
          when: rule.when,
          overMs: rule.overSeconds * 1_000,
          backMs: rule.backSeconds * 1_000,
          queueId: rule.queueId,
        }
      : rule,
  ),
});

/** What of a concern decides about its queue. `channelKind`: of the message that waits. */
export interface WorkFacts {
  readonly brandId: string;
  readonly topicId: string | null;
  readonly channelKind: string;
  readonly priority: string;
  /** Null: nobody knows. */
  readonly language: string | null;
  readonly teamId: string | null;
  /** The tier of the customer that counts. */
  readonly tierId: string | null;
}

/** The first queue of the book whose conditions fit; a topic stands for those below it, too. Null: no queue takes it. */
export const queueFor = (book: RoutingBook, facts: WorkFacts, parents: Parents): string | null => {
  const topics = upwards(facts.topicId, parents);
  const fits = ({ when }: Queue): boolean =>
    (when.brandId === null || when.brandId === facts.brandId) &&
    (when.topicId === null || topics.has(when.topicId)) &&
    (when.channelKinds.length === 0 || when.channelKinds.some((kind) => kind === facts.channelKind)) &&
    (when.priorities.length === 0 || when.priorities.some((priority) => priority === facts.priority)) &&
    (when.language === null || when.language === facts.language) &&
    (!when.tierIds?.length || when.tierIds.some((id) => id === facts.tierId)) &&
    (when.teamId === null || when.teamId === facts.teamId);
  return book.queues.find(fits)?.id ?? null;
};

/** An agent's capacity as the engine has it: a set by its name, or what was made freely. */
export const capacityOf = (capacity: Capacity): EngineCapacity => {
  if (typeof capacity === "string") return capacityPresets[capacity];
  const own: Record<string, KindCapacity> = {};
  for (const kind of workKinds) {
    const one = capacity[kind];
    if (one !== undefined)
      own[kind] = {
        weight: one.weight,
        max: one.max,
        interrupts: one.interrupts,
        dormantWeight: Math.min(one.restingWeight, one.weight),
      };
  }
  return own;
};
