// Who is able for what: waiting items in groups that want the same, each with the agents able for it and, in the queue's order, those of them who are open. Used by model-offers.ts.
import { indexedHeap } from "#lib/indexedHeap.ts";
import { orderedSet } from "#lib/orderedSet.ts";
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
  type Value,
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

const isAble = (need: Need, agent: Agent): boolean => {
  const { skills, teamIds, queueIds } = agent.facts;
  if (agent.room.max[need.kind] === 0) return false;
  if (queueIds !== null && !queueIds.includes(need.queue.id)) return false;
  for (const [skill, level] of need.requires) if ((skills[skill] ?? 0) < level) return false;
  return need.teamIds === null || need.teamIds.some((team) => teamIds.includes(team));
};

const setAble = (hall: Hall, need: Need, agent: Agent): void => {
  if (need.able.length <= agent.place) {
    const larger = new Uint8Array(Math.max(agent.place + 1, 2 * need.able.length, hall.agents.length));
    larger.set(need.able);
    need.able = larger;
  }
  need.able[agent.place] = 1;
  need.ableCount += 1;
  agent.needs.push(need.number);
};

const readyBefore = (a: Value, b: Value): boolean =>
  a.value < b.value ||
  (a.value === b.value && (a.idleSinceMs < b.idleSinceMs || (a.idleSinceMs === b.idleSinceMs && a.id < b.id)));

const forgetEmpty = (hall: Hall): void => {
  const stay = hall.needs.filter((need) => need.free.size() + need.kept.size() > 0);
  hall.needs.length = 0;
  hall.needsByKey.clear();
  for (const item of hall.items.values()) item.need = item.placed && item.waitingFor?.alone !== true ? item.need : null;
  for (const agent of hall.agentsById.values()) agent.needs = [];
  hall.heads.fill(Infinity);
  for (const old of stay) {
    const need: Need = { ...old, number: hall.needs.length };
    hall.needs.push(need);
    hall.needsByKey.set(need.key, need);
    for (const agent of hall.agentsById.values()) if (need.able[agent.place] === 1) agent.needs.push(need.number);
    for (const item of [...need.free.toArray(), ...need.kept.toArray()]) item.need = need;
    setHead(hall, need);
  }
  hall.mostNeeds = Math.max(4096, 2 * hall.needs.length);
};

/** The need of an item as it is now; made when nobody has wanted that yet (once through all agents). */
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
  const need: Need = {
    number: hall.needs.length,
    key,
    queue: item.queue,
    kind: item.kind,
    requires,
    prefers,
    teamIds: wants.teamIds,
    free: orderedSet(inOrder),
    kept: orderedSet(inOrder),
    able: new Uint8Array(hall.agents.length),
    ableCount: 0,
    ready: indexedHeap(readyBefore),
    keptReady: indexedHeap(readyBefore),
    readTo: -1,
  };
  hall.needs.push(need);
  hall.needsByKey.set(key, need);
  if (hall.heads.length < hall.needs.length) {
    const larger = new Float64Array(2 * hall.heads.length).fill(Infinity);
    larger.set(hall.heads);
    hall.heads = larger;
  }
  for (const agent of mayBeAble(hall, requires)) if (isAble(need, agent)) setAble(hall, need, agent);
  item.need = need;
  return need;
};

/** Those who have the rarest of the required skills; with none required everybody. */
const mayBeAble = (hall: Hall, requires: Need["requires"]): Iterable<Agent> => {
  let fewest: ReadonlySet<Agent> | null = null;
  for (const [skill] of requires) {
    const those = hall.bySkill.get(skill);
    if (those === undefined) return [];
    if (fewest === null || those.size < fewest.size) fewest = those;
  }
  return fewest ?? hall.agentsById.values();
};

const setSkills = (hall: Hall, agent: Agent, skills: Skills, has: boolean): void => {
  for (const skill in skills) {
    const those = hall.bySkill.get(skill) ?? new Set<Agent>();
    hall.bySkill.set(skill, those);
    if (has) those.add(agent);
    else those.delete(agent);
  }
};

/** An agent is new or gets other facts: for which needs is this one able? */
export const findNeeds = (hall: Hall, agent: Agent, facts: AgentFacts): void => {
  dropNeeds(hall, agent);
  agent.facts = facts;
  agent.room = roomOf(facts.capacity, hall.kinds);
  setSkills(hall, agent, facts.skills, true);
  for (const need of hall.needs) if (isAble(need, agent)) setAble(hall, need, agent);
};

/** Nothing is for this agent any longer. */
export const dropNeeds = (hall: Hall, agent: Agent): void => {
  setSkills(hall, agent, agent.facts.skills, false);
  for (const number of agent.needs) {
    const need = hall.needs[number] as Need;
    need.able[agent.place] = 0;
    need.ableCount -= 1;
    need.ready.remove(agent);
    need.keptReady.remove(agent);
  }
  agent.needs = [];
};

export const isAbleFor = (need: Need, agent: Agent): boolean => need.able[agent.place] === 1;

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

const setReady = (need: Need, agent: Agent): void => {
  const opening = agent.opening[need.kind];
  const { idleSinceMs, id, keptFor } = agent;
  if (opening === "open") need.ready.set(agent, { value: valueOf(need, agent), idleSinceMs, id });
  else need.ready.remove(agent);
  if (opening === "kept" && keptFor !== null)
    need.keptReady.set(agent, { value: -keptFor.urgencyAtMs, idleSinceMs, id });
  else need.keptReady.remove(agent);
};

/**
 * Reads what has changed of agents since this need was last asked, and only the last change of each: an agent's change costs one entry and not one for each
 * need. Who has not read for long starts anew.
 */
const catchUp = (hall: Hall, need: Need): void => {
  const end = hall.touchedFrom + hall.touched.length;
  if (need.readTo < hall.touchedFrom) {
    need.ready.clear();
    need.keptReady.clear();
    for (const agent of hall.agents) if (agent !== null && need.able[agent.place] === 1) setReady(need, agent);
  } else
    for (let at = need.readTo; at < end; at += 1) {
      const place = hall.touched[at - hall.touchedFrom] as number;
      if (hall.touchedAt[place] !== at || need.able[place] !== 1) continue;
      const agent = hall.agents[place];
      if (agent) setReady(need, agent);
    }
  need.readTo = end;
};

/** The first so many open agents of a need in its queue's order. */
export const readyAgents = (hall: Hall, need: Need, count: number): Agent[] => {
  if (hall.openCount[need.kind] === 0) return [];
  catchUp(hall, need);
  return need.ready.firstFew(count);
};

/** The first so many who have room and are kept free for something, for the least urgent first. */
export const keptAgents = (hall: Hall, need: Need, count: number): Agent[] => {
  if (hall.keptItems.size() === 0) return [];
  catchUp(hall, need);
  return need.keptReady.firstFew(count);
};

/** Tells the head of a need to everybody who looks for work. */
export const setHead = (hall: Hall, need: Need): void => {
  let head = Infinity;
  if (!isShut(need.queue)) {
    const free = need.free.first();
    const kept = need.kept.first();
    head = Math.min(free?.urgencyAtMs ?? Infinity, kept?.urgencyAtMs ?? Infinity);
  }
  hall.heads[need.number] = head;
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
