// Who is able for what: waiting items in groups that want the same, each with the agents able for it and, in the queue's order, those of them who are open. Used by model-offers.ts.
import { orderedSet } from "#lib/orderedSet.ts";
import { addBits, forBoth, hasBit, inAll, noBits, putBit, putNumber, type Bits } from "#modules/routing/model-bits.ts";
import { roomOf } from "#modules/routing/model-capacity.ts";
import type { AgentFacts, Skills } from "#modules/routing/model-shapes.ts";
import {
  decide,
  inOrder,
  isShut,
  isThere,
  remindItem,
  touch,
  type Agent,
  type Hall,
  type Item,
  type Need,
  type Queue,
} from "#modules/routing/model-state.ts";
import { beganToWait, ceasedToWait } from "#modules/routing/model-waiting.ts";

interface Wants {
  readonly requires: ReadonlyMap<string, number>;
  readonly prefers: ReadonlyMap<string, number>;
  readonly teamIds: readonly string[] | null;
}

const higher = (into: Map<string, number>, skills: Skills): void => {
  for (const skill in skills) into.set(skill, Math.max(into.get(skill) ?? 0, skills[skill] as number));
};

/** What an item asks for at a step of its queue's relaxation: its own, its queue's, and what the queue asks of its facts. */
const wantsAt = (item: Item, step: number): Wants => {
  const { rules } = item.queue;
  const requires = new Map<string, number>();
  const prefers = new Map<string, number>();
  higher(requires, item.arrival.requires);
  higher(requires, rules.requires);
  higher(prefers, item.arrival.prefers);
  const { facts } = item.arrival;
  for (const { when, requires: also, prefers: better } of rules.asks) {
    if (when.topicId !== undefined && when.topicId !== facts.topicId) continue;
    if (when.language !== undefined && when.language !== facts.language) continue;
    if (when.brandId !== undefined && when.brandId !== facts.brandId) continue;
    if (when.tier !== undefined && when.tier !== facts.tier) continue;
    higher(requires, also);
    higher(prefers, better);
  }
  let teamIds: readonly string[] | null = item.teamIds ?? (rules.teamIds.length === 0 ? null : rules.teamIds);
  for (let each = 0; each < Math.min(step, rules.steps.length); each += 1) {
    const relax = rules.steps[each];
    if (relax === undefined) break;
    for (const skill of relax.drop ?? []) requires.delete(skill);
    for (const skill in relax.lower ?? {}) {
      const level = requires.get(skill);
      if (level === undefined) continue;
      const less = level - (relax.lower?.[skill] ?? 0);
      if (less > 0) requires.set(skill, less);
      else requires.delete(skill);
    }
    if (teamIds !== null && relax.teamIds !== undefined) teamIds = [...teamIds, ...relax.teamIds];
  }
  return { requires, prefers, teamIds };
};

/** What it asks for now, and what it asked for at first and does no longer (with the levels that have gone). */
export const requirementsOf = (item: Item): { readonly requires: Skills; readonly relaxed: Skills } => {
  const now = wantsAt(item, item.step).requires;
  const relaxed: Record<string, number> = {};
  if (item.step > 0)
    for (const [skill, level] of wantsAt(item, 0).requires) {
      const gone = level - (now.get(skill) ?? 0);
      if (gone > 0) relaxed[skill] = gone;
    }
  return { requires: Object.fromEntries(now), relaxed };
};

const sorted = (levels: ReadonlyMap<string, number>): (readonly [string, number])[] =>
  levels.size < 2 ? [...levels] : [...levels].toSorted((a, b) => (a[0] < b[0] ? -1 : 1));

const levelOf = (skills: Skills, skill: string): number =>
  Object.hasOwn(skills, skill) ? (skills[skill] as number) : 0;

/** Everything is asked this way, so that a level that is no number asks for nothing wherever it is asked. */
const reaches = (skills: Skills, skill: string, level: number): boolean => !(levelOf(skills, skill) < level);

const isAble = (need: Need, agent: Agent): boolean => {
  const { skills, teamIds, queueIds } = agent.facts;
  if (agent.room.max[need.kind] === 0) return false;
  if (queueIds !== null && !queueIds.includes(need.queue.id)) return false;
  for (const [skill, level] of need.requires) if (!reaches(skills, skill, level)) return false;
  return need.teamIds === null || need.teamIds.some((team) => teamIds.includes(team));
};

/** Who has a skill at a level at least; kept, since a few levels of a skill are asked for again and again. */
const atLeast = (hall: Hall, skill: string, level: number): Bits => {
  let levels = hall.atLeast.get(skill);
  if (levels === undefined) hall.atLeast.set(skill, (levels = new Map()));
  let those = levels.get(level);
  if (those !== undefined) return those;
  levels.set(level, (those = noBits()));
  const has = hall.levels.get(skill);
  for (let place = 0; place < hall.agents.length; place += 1)
    if (!((has?.[place] ?? 0) < level)) putBit(those, place, true);
  return those;
};

const either = (sets: readonly (Bits | undefined)[]): Bits => {
  const all = noBits();
  for (const set of sets) if (set !== undefined) addBits(all, set);
  return all;
};

/** Everybody who is able, from the sets of those who have each thing that is asked for. */
const ableFor = (hall: Hall, { kind, queue, requires, teamIds }: Omit<Need, "able">): Bits => {
  const sets = [hall.takes[kind] as Bits, either([hall.anyQueue, hall.byQueue.get(queue.id)])];
  for (const [skill, level] of requires) sets.push(atLeast(hall, skill, level));
  if (teamIds !== null) sets.push(either(teamIds.map((team) => hall.byTeam.get(team))));
  return inAll(sets);
};

/** Tells a need to its agents: the first time that somebody waits for it, so that what finds an agent at once costs nothing here. */
const link = (hall: Hall, need: Need): void => {
  need.linked = true;
  forBoth(need.able, need.able, (place) => putBit((hall.agents[place] as Agent).needs, need.number, true));
};

const forgetEmpty = (hall: Hall): void => {
  const stay = hall.needs.filter((need) => need.free.size() + need.kept.size() > 0);
  hall.needs.length = 0;
  hall.needsByKey.clear();
  for (const item of hall.items.values()) item.need = item.placed && item.waitingFor?.alone !== true ? item.need : null;
  for (const agent of hall.agentsById.values()) agent.needs = noBits();
  for (const wanted of hall.wanted) wanted.words.fill(0);
  hall.heads.fill(Infinity);
  hall.atLeast.clear();
  for (const old of stay) {
    const need: Need = { ...old, number: hall.needs.length, linked: false };
    hall.needs.push(need);
    hall.needsByKey.set(need.key, need);
    for (const item of [...need.free.toArray(), ...need.kept.toArray()]) item.need = need;
    setHead(hall, need);
  }
  hall.mostNeeds = Math.max(4096, 2 * hall.needs.length);
};

/** The need of an item as it is now; made when nobody has wanted that yet. */
export const needOf = (hall: Hall, item: Item): Need => {
  if (item.need !== null) return item.need;
  const wants = wantsAt(item, item.step);
  const requires = sorted(wants.requires);
  // What is preferred orders agents only where the better skill goes first.
  const prefers = item.queue.rules.order === "bestSkill" ? sorted(wants.prefers) : [];
  const key = JSON.stringify([item.queue.id, item.kind, requires, prefers, wants.teamIds]);
  const known = hall.needsByKey.get(key);
  if (known !== undefined) {
    item.need = known;
    return known;
  }
  if (hall.needs.length >= hall.mostNeeds) forgetEmpty(hall);
  const wanted = {
    number: hall.needs.length,
    key,
    queue: item.queue,
    kind: item.kind,
    requires,
    prefers,
    teamIds: wants.teamIds,
    free: orderedSet(inOrder),
    kept: orderedSet(inOrder),
    linked: false,
  };
  const need: Need = { ...wanted, able: ableFor(hall, wanted) };
  hall.needs.push(need);
  hall.needsByKey.set(key, need);
  if (hall.heads.length < hall.needs.length) {
    const larger = new Float64Array(2 * hall.heads.length).fill(Infinity);
    larger.set(hall.heads);
    hall.heads = larger;
  }
  item.need = need;
  return need;
};

const putIn = (sets: Map<string, Bits>, id: string, place: number, on: boolean): void => {
  const set = sets.get(id) ?? noBits();
  sets.set(id, set);
  putBit(set, place, on);
};

const none = new Float64Array(0);

/** Puts an agent into the sets of those who have what the facts say, or takes them out. */
const setFacts = (hall: Hall, agent: Agent, has: boolean): void => {
  const { place, facts, room } = agent;
  for (const skill of Object.keys(facts.skills))
    hall.levels.set(skill, putNumber(hall.levels.get(skill) ?? none, place, has ? (facts.skills[skill] as number) : 0));
  for (const [skill, levels] of hall.atLeast)
    for (const [level, those] of levels) putBit(those, place, has && reaches(facts.skills, skill, level));
  for (const [kind, those] of hall.takes.entries()) putBit(those, place, has && room.max[kind] !== 0);
  for (const team of facts.teamIds) putIn(hall.byTeam, team, place, has);
  if (facts.queueIds === null) putBit(hall.anyQueue, place, has);
  else for (const queue of facts.queueIds) putIn(hall.byQueue, queue, place, has);
};

/** An agent is new, or gets other facts after the old ones were dropped: for which needs is this one able? */
export const findNeeds = (hall: Hall, agent: Agent, facts: AgentFacts): void => {
  agent.facts = facts;
  agent.room = roomOf(facts.capacity, hall.kinds);
  setFacts(hall, agent, true);
  for (const need of hall.needs) {
    if (!isAble(need, agent)) continue;
    putBit(need.able, agent.place, true);
    if (need.linked) putBit(agent.needs, need.number, true);
  }
};

/** Nothing is for this agent any longer. */
export const dropNeeds = (hall: Hall, agent: Agent): void => {
  setFacts(hall, agent, false);
  for (const need of hall.needs) putBit(need.able, agent.place, false);
  agent.needs = noBits();
};

export const isAbleFor = (need: Need, agent: Agent): boolean => hasBit(need.able, agent.place);

/** The value agents are ordered by: idle since; minus the weighted levels of what is required and preferred; parts taken. */
export const valueOf = (need: Need, agent: Agent): number => {
  switch (need.queue.rules.order) {
    case "longestIdle":
      return agent.idleSinceMs;
    case "leastLoaded": {
      let parts = 0;
      for (const each of agent.load) parts += each;
      return parts;
    }
    case "bestSkill": {
      let levels = 0;
      for (const [skill] of need.requires) levels += agent.facts.skills[skill] ?? 0;
      for (const [skill, weight] of need.prefers) levels += weight * (agent.facts.skills[skill] ?? 0);
      return -levels;
    }
  }
};

/** `valueOf` by place, from numbers that lie side by side instead of from the agents. */
const valuesOf = (hall: Hall, need: Need): ((place: number) => number) => {
  switch (need.queue.rules.order) {
    case "longestIdle": {
      const { idleSince } = hall;
      return (place) => idleSince[place] as number;
    }
    case "leastLoaded": {
      const { parts } = hall;
      return (place) => parts[place] as number;
    }
    case "bestSkill": {
      const asked: { readonly levels: Float64Array; readonly weight: number }[] = [];
      for (const [skills, weighted] of [
        [need.requires, false],
        [need.prefers, true],
      ] as const)
        for (const [skill, weight] of skills) {
          const levels = hall.levels.get(skill);
          if (levels !== undefined) asked.push({ levels, weight: weighted ? weight : 1 });
        }
      return (place) => {
        let sum = 0;
        for (const { levels, weight } of asked) sum += weight * (levels[place] ?? 0);
        return -sum;
      };
    }
  }
};

/** Of those who are in both sets the first so many by value, then by who is idle for longest, then by id: once through all of them. */
const firstOf = (hall: Hall, a: Bits, b: Bits, count: number, value: (place: number) => number): Agent[] => {
  const { idleSince, agents } = hall;
  const places: number[] = [];
  const values: number[] = [];
  const idOf = (place: number): string => (agents[place] as Agent).id;
  const before = (value1: number, place1: number, value2: number, place2: number): boolean => {
    if (value1 !== value2) return value1 < value2;
    const idle1 = idleSince[place1] as number;
    const idle2 = idleSince[place2] as number;
    return idle1 < idle2 || (idle1 === idle2 && idOf(place1) < idOf(place2));
  };
  if (count > 3) {
    const all: { readonly place: number; readonly value: number }[] = [];
    forBoth(a, b, (place) => all.push({ place, value: value(place) }));
    return all
      .toSorted((one, other) => (before(one.value, one.place, other.value, other.place) ? -1 : 1))
      .slice(0, count)
      .map(({ place }) => agents[place] as Agent);
  }
  forBoth(a, b, (place) => {
    const its = value(place);
    let at = places.length;
    while (at > 0 && before(its, place, values[at - 1] as number, places[at - 1] as number)) at -= 1;
    if (at >= count) return;
    places.splice(at, 0, place);
    values.splice(at, 0, its);
    if (places.length > count) {
      places.pop();
      values.pop();
    }
  });
  return places.map((place) => agents[place] as Agent);
};

/** The first so many open agents of a need in its queue's order. */
export const readyAgents = (hall: Hall, need: Need, count: number): Agent[] =>
  hall.openCount[need.kind] === 0
    ? []
    : firstOf(hall, need.able, hall.open[need.kind] as Bits, count, valuesOf(hall, need));

/** The first so many who have room and are kept free for something, for the least urgent first. */
export const keptAgents = (hall: Hall, need: Need, count: number): Agent[] => {
  if (hall.keptItems.size() === 0) return [];
  const { keptUrgency } = hall;
  return firstOf(hall, need.able, hall.kept[need.kind] as Bits, count, (place) => keptUrgency[place] as number);
};

/**
 * Tells `look` the needs of a kind that an agent is able for and that may have something of that urgency or more: the most urgent first, so that of the others, asked in any
 * order, hardly one is left once `atMost` has sunk.
 */
export const lookThrough = (
  hall: Hall,
  agent: Agent,
  kind: number,
  atMost: () => number,
  look: (need: Need) => void,
): void => {
  const { heads, needs } = hall;
  const wanted = hall.wanted[kind] as Bits;
  let least = Infinity;
  let first = -1;
  forBoth(agent.needs, wanted, (number) => {
    const head = heads[number] as number;
    if (head >= least) return;
    least = head;
    first = number;
  });
  if (first < 0 || least > atMost()) return;
  look(needs[first] as Need);
  let most = atMost();
  forBoth(agent.needs, wanted, (number) => {
    if ((heads[number] as number) > most || number === first) return;
    look(needs[number] as Need);
    most = atMost();
  });
};

/** Tells the head of a need to everybody who looks for work. */
export const setHead = (hall: Hall, need: Need): void => {
  let head = Infinity;
  if (!isShut(need.queue)) {
    const free = need.free.first();
    const kept = need.kept.first();
    head = Math.min(free?.urgencyAtMs ?? Infinity, kept?.urgencyAtMs ?? Infinity);
  }
  const before = hall.heads[need.number];
  hall.heads[need.number] = head;
  if ((before === Infinity) === (head === Infinity)) return;
  if (!need.linked) link(hall, need);
  putBit(hall.wanted[need.kind] as Bits, need.number, head !== Infinity);
};

export const setHeads = (hall: Hall, queue: Queue): void => {
  for (const need of hall.needs) if (need.queue === queue) setHead(hall, need);
};

/** Puts a waiting item where agents look for it. Its queue's places know it already. */
export const putInPlace = (hall: Hall, item: Item): void => {
  item.placed = true;
  hall.waiting += 1;
  const { waitingFor } = item;
  if (waitingFor !== null) for (const id of waitingFor.agentIds) hall.agentsById.get(id)?.own.add(item);
  if (waitingFor?.alone !== true) {
    const need = needOf(hall, item);
    need.free.add(item);
    setHead(hall, need);
  }
  beganToWait(hall, item);
  remindItem(hall, item);
};

/** Takes it away from there. */
export const takeFromPlace = (hall: Hall, item: Item): void => {
  hall.changedItems.add(item.id);
  if (!item.placed) return;
  letGo(hall, item);
  item.placed = false;
  hall.waiting -= 1;
  if (item.waitingFor !== null) for (const id of item.waitingFor.agentIds) hall.agentsById.get(id)?.own.remove(item);
  if (item.need?.free.remove(item)) setHead(hall, item.need);
  ceasedToWait(hall, item);
};

/** Keeps an agent free for an item. */
export const keepFor = (hall: Hall, agent: Agent, item: Item): void => {
  agent.keptFor = item;
  item.keptBy = agent;
  hall.keptItems.add(item);
  if (item.need?.free.remove(item)) item.need.kept.add(item);
  touch(hall, agent);
};

/** Nobody is kept free for it any longer: that agent looks for other work before this happening ends. */
export const letGo = (hall: Hall, item: Item): void => {
  const agent = item.keptBy;
  if (agent === null) return;
  agent.keptFor = null;
  item.keptBy = null;
  hall.keptItems.remove(item);
  if (item.need?.kept.remove(item)) item.need.free.add(item);
  decide(hall, { what: "keptFree", agentId: agent.id, itemId: null });
  touch(hall, agent);
  if (isThere(agent)) hall.freed.add(agent);
};
