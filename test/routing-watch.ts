// A watch over the routing engine: follows its decisions with a memory and a reckoning of its own and says what must never be. Used by modules/routing/*.test.ts.
import type { Arrival, Capacity, Decision, Happening, QueueRules, Rules } from "#modules/routing/model-shapes.ts";
import type { AgentFacts } from "#modules/routing/model-shapes.ts";

interface Seen {
  readonly arrival: Arrival;
  kind: string;
  queueId: string;
  urgencyAtMs: number;
  requires: Readonly<Record<string, number>>;
  teamIds: readonly string[] | null;
  widened: number;
  state: "nowhere" | "waiting" | "offered" | "held";
  agentId: string | null;
  rest: "none" | "dormant" | "parked";
  token: number;
  alone: readonly string[] | null;
  keptBy: string | null;
  readonly declined: Map<string, { readonly times: number; readonly untilMs: number }>;
  group: Group | null;
  passed: number;
}

/** Items that want the same, in their order. */
interface Group {
  readonly items: Seen[];
  readonly kind: string;
  readonly key: string;
}

interface Worker {
  facts: AgentFacts;
  state: string;
  vanished: boolean;
  readonly has: Set<Seen>;
  keptFor: Seen | null;
}

export interface Watch {
  readonly tell: (happening: Happening, decisions: readonly Decision[]) => void;
  readonly counts: Record<string, number>;
  readonly seen: ReadonlyMap<string, Readonly<Seen>>;
  readonly workers: ReadonlyMap<string, Readonly<Worker>>;
}

const byName = (a: readonly [string, number], b: readonly [string, number]): number => (a[0] < b[0] ? -1 : 1);

const inOrder = (a: Seen, b: Seen): number =>
  a.urgencyAtMs - b.urgencyAtMs || a.arrival.arrivedAtMs - b.arrival.arrivedAtMs || a.arrival.number - b.arrival.number;

const weightOf = (capacity: Capacity, { kind, rest }: Seen): number =>
  rest === "parked" ? 0 : rest === "dormant" ? (capacity[kind]?.dormantWeight ?? 0) : (capacity[kind]?.weight ?? 100);

/** "heavy": as many as may be are not there yet, but what is held takes too much. */
const roomFor = ({ facts, has }: Worker, kind: string): "fits" | "no" | "heavy" => {
  const mine = facts.capacity[kind];
  if (mine === undefined) return "no";
  let count = 0;
  let parts = mine.weight;
  for (const item of has) {
    if (item.kind === kind && item.rest === "none") count += 1;
    if (!mine.interrupts.includes(item.kind)) parts += weightOf(facts.capacity, item);
  }
  return count >= mine.max ? "no" : parts <= 100 ? "fits" : "heavy";
};

/**
 * Watches a hall from its opening on. `tell` throws with the broken invariant's name. A few facts of the rules it reads itself; what an item asks for after a
 * relaxation it takes from the decision that says so.
 */
export const watch = (given: Rules): Watch => {
  let queues = new Map<string, QueueRules>();
  const takeRules = (next: Rules): void => {
    queues = new Map(next.queues.map((queue) => [queue.id, queue]));
  };
  takeRules(given);
  const items = new Map<string, Seen>();
  const workers = new Map<string, Worker>();
  const shut = new Map<string, { paused: boolean; open: boolean }>();
  const groups = new Map<string, Map<string, Group>>();
  const counts: Record<string, number> = {};
  let now = 0;
  let touchedItems = new Set<Seen>();
  let touchedWorkers = new Set<Worker>();

  const count = (what: string, by = 1): void => void (counts[what] = (counts[what] ?? 0) + by);
  const must = (holds: boolean, invariant: string, of: unknown): void => {
    if (!holds) throw new Error(`${invariant}: ${JSON.stringify(of)}`);
  };
  const seenOf = (id: string): Seen => {
    const item = items.get(id);
    if (item === undefined) throw new Error(`unknown item ${id}`);
    return item;
  };
  const workerOf = (id: string): Worker => {
    const worker = workers.get(id);
    if (worker === undefined) throw new Error(`unknown agent ${id}`);
    return worker;
  };
  const isShut = (queueId: string): boolean => {
    const now = shut.get(queueId);
    return now !== undefined && (now.paused || !now.open);
  };
  const isThere = (worker: Worker): boolean => worker.state === "available" && !worker.vanished;
  const reluctant = (item: Seen, worker: Worker): boolean => {
    const declined = item.declined.get(worker.facts.id);
    return declined !== undefined && declined.untilMs > now;
  };
  const decline = (item: Seen, agentId: string): void => {
    const times = (item.declined.get(agentId)?.times ?? 0) + 1;
    const offerMs = queues.get(item.queueId)?.offerMs ?? 0;
    item.declined.set(agentId, { times, untilMs: now + offerMs * 2 ** Math.min(times, 10) });
  };
  const asked = (arrival: Arrival, queueId: string): Record<string, number> => {
    const requires: Record<string, number> = {};
    const queue = queues.get(queueId);
    const also = queue?.asks.filter(({ when }) =>
      Object.entries(when).every(([fact, value]) => arrival.facts[fact as keyof Arrival["facts"]] === value),
    );
    for (const skills of [arrival.requires, queue?.requires ?? {}, ...(also ?? []).map((rule) => rule.requires)])
      for (const [skill, level] of Object.entries(skills)) requires[skill] = Math.max(requires[skill] ?? 0, level);
    return requires;
  };
  const teamsOf = (item: Seen): readonly string[] | null => {
    const queue = queues.get(item.queueId);
    const base = item.teamIds ?? (queue === undefined || queue.teamIds.length === 0 ? null : queue.teamIds);
    if (base === null) return null;
    return [...base, ...(queue?.steps ?? []).slice(0, item.widened).flatMap((step) => step.teamIds ?? [])];
  };
  const isAble = (worker: Worker, item: Seen, teams: readonly string[] | null): boolean => {
    if (item.alone !== null) return item.alone.includes(worker.facts.id);
    const { skills, teamIds, queueIds } = worker.facts;
    if (queueIds !== null && !queueIds.includes(item.queueId)) return false;
    if (teams !== null && !teams.some((team) => teamIds.includes(team))) return false;
    for (const skill in item.requires) if ((skills[skill] ?? 0) < (item.requires[skill] as number)) return false;
    return true;
  };
  const standsInTheWay = (worker: Worker, kind: string, of: string): boolean =>
    !(worker.facts.capacity[of]?.interrupts.includes(kind) ?? false);
  /** There is room, and nobody more urgent whom it would stand in the way of is waited for. */
  const couldHave = (worker: Worker, item: Seen): boolean =>
    roomFor(worker, item.kind) === "fits" &&
    !(
      worker.keptFor !== null &&
      inOrder(worker.keptFor, item) < 0 &&
      standsInTheWay(worker, item.kind, worker.keptFor.kind)
    );

  const take = (item: Seen): void => {
    if (item.group === null) return;
    const at = item.group.items.indexOf(item);
    must(at >= 0, "a lost waiter", item.arrival.id);
    item.group.items.splice(at, 1);
    if (item.group.items.length === 0) groups.get(item.group.kind)?.delete(item.group.key);
    item.group = null;
  };
  const keyOf = (item: Seen): string =>
    JSON.stringify([item.queueId, item.alone, Object.entries(item.requires).toSorted(byName), teamsOf(item)]);
  const wait = (item: Seen): void => {
    take(item);
    item.state = "waiting";
    item.agentId = null;
    const key = keyOf(item);
    let ofKind = groups.get(item.kind);
    if (ofKind === undefined) groups.set(item.kind, (ofKind = new Map<string, Group>()));
    let group = ofKind.get(key);
    if (group === undefined) ofKind.set(key, (group = { items: [], kind: item.kind, key }));
    let at = group.items.length;
    while (at > 0 && inOrder(group.items[at - 1] as Seen, item) > 0) at -= 1;
    group.items.splice(at, 0, item);
    item.group = group;
    touchedItems.add(item);
  };
  /** What is about to change of an item that waits changes the group it is in. */
  const regroup = (item: Seen, change: () => void): void => {
    const waits = item.group !== null;
    take(item);
    change();
    if (waits) wait(item);
  };

  /** Every group this agent is able for, with its first item that may be asked. */
  const eachHead = (worker: Worker, kind: string, look: (head: Seen, group: Group) => void): void => {
    for (const group of groups.get(kind)?.values() ?? []) {
      const like = group.items[0] as Seen;
      if (isShut(like.queueId) || !isAble(worker, like, teamsOf(like))) continue;
      const head = group.items.find((item) => !reluctant(item, worker));
      if (head !== undefined) look(head, group);
    }
  };

  const offered = (item: Seen, decision: Extract<Decision, { what: "offered" }>): void => {
    const worker = workerOf(decision.agentId);
    must(item.state === "waiting" || item.state === "nowhere", "never two holders", decision);
    must(decision.token > item.token, "every offer has a higher token", decision);
    must(isThere(worker), "offers only to who is there", decision);
    must(roomFor(worker, item.kind) === "fits", "never over capacity", decision);
    must(!isShut(item.queueId), "nothing out of a shut queue", decision);
    must(!reluctant(item, worker), "not asked again too early", decision);
    const teams = teamsOf(item);
    must(
      isAble(worker, { ...item, alone: null }, teams) ||
        decision.because.order === "preferred" ||
        decision.because.waitedFor?.agentIds.includes(worker.facts.id) === true,
      "only to who is able",
      { decision, item },
    );
    for (const kind of groups.keys()) {
      const room = roomFor(worker, kind);
      if (room === "no") continue;
      eachHead(worker, kind, (head, group) => {
        if (head === item || inOrder(head, item) >= 0) return;
        if (room === "fits")
          must(!couldHave(worker, head), "the most urgent first, and first come first served", {
            decision,
            head: head.arrival,
          });
        else if (standsInTheWay(worker, item.kind, kind)) {
          const passed = group.items.find((each) => each.keptBy === null && !reluctant(each, worker));
          must(
            passed === undefined || inOrder(passed, item) > 0,
            "nobody is passed while no agent is kept free for them",
            {
              decision,
              passed: passed?.arrival,
            },
          );
          head.passed += 1;
          count("times that somebody more urgent was passed, with an agent kept free for them");
          counts["most times that one was passed"] = Math.max(
            counts["most times that one was passed"] ?? 0,
            head.passed,
          );
        }
      });
    }
    take(item);
    item.alone = null;
    item.state = "offered";
    item.agentId = worker.facts.id;
    item.token = decision.token;
    worker.has.add(item);
  };

  const held = (item: Seen, decision: Extract<Decision, { what: "held" }>): void => {
    const worker = workerOf(decision.agentId);
    if (decision.how === "otherKind") return;
    if (decision.how === "woke" || decision.how === "takenBack") {
      must(item.state === "held" && item.agentId === decision.agentId, "never two holders", decision);
      item.rest = "none";
      worker.has.delete(item);
      // What was given by hand to somebody who takes none of its kind never fits: it may be taken back all the same.
      const byHand = decision.how === "takenBack" && worker.facts.capacity[item.kind] === undefined;
      must(byHand || roomFor(worker, item.kind) === "fits", "who wakes never makes more than fits", decision);
      worker.has.add(item);
      return;
    }
    if (decision.how === "pulled") {
      must(item.state === "waiting" && roomFor(worker, item.kind) === "fits", "never over capacity", decision);
      take(item);
    } else if (decision.how === "given") take(item);
    else
      must(
        item.state === "offered" && item.agentId === decision.agentId && item.token === decision.token,
        "never two holders",
        decision,
      );
    item.state = "held";
    item.agentId = decision.agentId;
    item.token = decision.token;
    item.alone = null;
    item.declined.clear();
    worker.has.add(item);
  };

  const loosen = (item: Seen): void => {
    if (item.agentId !== null) workers.get(item.agentId)?.has.delete(item);
    item.agentId = null;
    item.state = "nowhere";
    item.rest = "none";
  };

  const follow = (decision: Decision): void => {
    count(decision.what);
    if ("agentId" in decision && decision.agentId !== null) {
      const worker = workers.get(decision.agentId);
      if (worker !== undefined) touchedWorkers.add(worker);
    }
    if (decision.what === "presence") {
      workerOf(decision.agentId).state = decision.presence.state;
      return;
    }
    if (decision.what === "keptFree") {
      const worker = workerOf(decision.agentId);
      if (worker.keptFor !== null) worker.keptFor.keptBy = null;
      worker.keptFor = decision.itemId === null ? null : seenOf(decision.itemId);
      if (worker.keptFor !== null) {
        must(worker.keptFor.keptBy === null, "one agent is kept free for one item", decision);
        worker.keptFor.keptBy = decision.agentId;
      }
      return;
    }
    if (decision.what === "refused" || decision.what === "overflow") return;
    const item = seenOf(decision.itemId);
    touchedItems.add(item);
    switch (decision.what) {
      case "offered":
        offered(item, decision);
        break;
      case "held":
        held(item, decision);
        break;
      case "withdrawn":
        must(item.state === "offered" && item.agentId === decision.agentId, "who has no offer loses none", decision);
        if (decision.why === "declined" || decision.why === "notAnswered") decline(item, decision.agentId);
        loosen(item);
        break;
      case "returned":
        must(item.state === "held" && item.agentId === decision.agentId, "who holds nothing returns nothing", decision);
        loosen(item);
        if (decision.why === "transferred") decline(item, decision.agentId);
        break;
      case "waiting":
        item.alone = decision.waitingFor?.alone === true ? decision.waitingFor.agentIds : null;
        wait(item);
        break;
      case "relaxed":
        regroup(item, () => {
          item.requires = decision.requires;
          item.widened = decision.step;
        });
        break;
      case "moved":
        regroup(item, () => {
          item.queueId = decision.queueId;
          item.requires = asked(item.arrival, item.queueId);
          item.widened = 0;
          if (decision.why === "transferred") item.teamIds = null;
          if (decision.why !== "step") item.alone = null;
        });
        break;
      case "rested":
        item.rest = decision.rest;
        break;
      case "ended":
        take(item);
        loosen(item);
        items.delete(decision.itemId);
        break;
      case "kept":
        break;
    }
  };

  /** No free able agent beside somebody who waits, unless kept free for somebody more urgent. */
  const nobodyForgotten = (): void => {
    for (const worker of touchedWorkers) {
      if (!isThere(worker)) continue;
      for (const kind of groups.keys()) {
        if (roomFor(worker, kind) !== "fits") continue;
        eachHead(worker, kind, (head) =>
          must(!couldHave(worker, head), "no forgotten waiter", {
            agent: worker.facts.id,
            keptFor: worker.keptFor?.arrival.id,
            head: head.arrival,
            alone: head.alone,
          }),
        );
      }
    }
    for (const item of touchedItems) {
      if (item.state === "nowhere") must(!items.has(item.arrival.id), "nobody is nowhere", item.arrival);
      if (item.state !== "waiting" || isShut(item.queueId)) continue;
      const teams = teamsOf(item);
      for (const worker of workers.values())
        if (isThere(worker) && isAble(worker, item, teams) && !reluctant(item, worker))
          must(!couldHave(worker, item), "no forgotten waiter", { agent: worker.facts.id, item: item.arrival });
    }
  };

  const before = (happening: Happening): void => {
    switch (happening.what) {
      case "agentChanged": {
        const known = workers.get(happening.agent.id);
        if (known === undefined)
          workers.set(happening.agent.id, {
            facts: happening.agent,
            state: "offline",
            vanished: false,
            has: new Set(),
            keptFor: null,
          });
        else known.facts = happening.agent;
        break;
      }
      case "vanished":
      case "appeared": {
        const worker = workers.get(happening.agentId);
        if (worker !== undefined) {
          worker.vanished = happening.what === "vanished";
          touchedWorkers.add(worker);
        }
        break;
      }
      case "queuePaused":
      case "queueOpened": {
        const state = shut.get(happening.queueId) ?? { paused: false, open: true };
        if (happening.what === "queuePaused") state.paused = happening.paused;
        else state.open = happening.open;
        shut.set(happening.queueId, state);
        for (const worker of workers.values()) touchedWorkers.add(worker);
        break;
      }
      case "rulesChanged":
        takeRules(happening.rules);
        for (const worker of workers.values()) touchedWorkers.add(worker);
        break;
      case "arrived":
        if (!items.has(happening.item.id)) {
          const { item } = happening;
          const dueAtMs = item.dueAtMs ?? item.arrivedAtMs + (queues.get(item.queueId)?.promiseMs ?? 0);
          items.set(item.id, {
            arrival: item,
            kind: item.kind,
            queueId: item.queueId,
            urgencyAtMs: dueAtMs - ((dueAtMs - item.arrivedAtMs) * item.importance) / 4,
            requires: asked(item, item.queueId),
            teamIds: null,
            widened: 0,
            state: "nowhere",
            agentId: null,
            rest: "none",
            token: 0,
            alone: null,
            keptBy: null,
            declined: new Map(),
            group: null,
            passed: 0,
          });
        }
        break;
      default:
        // All else is known by the decisions.
        break;
    }
  };

  return {
    tell: (happening, decisions) => {
      now = Math.max(now, happening.atMs);
      touchedItems = new Set();
      touchedWorkers = new Set();
      count("happenings");
      before(happening);
      const refused = decisions.some((each) => each.what === "refused");
      // What is about the item itself and no decision says again.
      if (!refused && "itemId" in happening) {
        const item = items.get(happening.itemId);
        if (item !== undefined && happening.what === "promiseChanged") {
          const { arrivedAtMs } = item.arrival;
          const dueAtMs = happening.dueAtMs ?? arrivedAtMs + (queues.get(item.queueId)?.promiseMs ?? 0);
          regroup(
            item,
            () => (item.urgencyAtMs = dueAtMs - (Math.max(0, dueAtMs - arrivedAtMs) * happening.importance) / 4),
          );
        }
        if (item !== undefined && happening.what === "becameOtherKind")
          regroup(item, () => (item.kind = happening.kind));
        if (item !== undefined && happening.what === "transferred" && "teamId" in happening.to) {
          const { teamId } = happening.to;
          regroup(item, () => {
            item.teamIds = [teamId];
            item.widened = 0;
            item.requires = asked(item.arrival, item.queueId);
          });
        }
        if (item !== undefined && happening.what === "transferred" && "agentId" in happening.to) {
          const { agentId } = happening.to;
          item.declined.delete(agentId);
        }
      }
      for (const decision of decisions) follow(decision);
      if (happening.what === "agentRemoved" && !refused) workers.delete(happening.agentId);
      nobodyForgotten();
      count("looks at who might be forgotten", touchedWorkers.size + touchedItems.size);
    },
    counts,
    seen: items,
    workers,
  };
};
