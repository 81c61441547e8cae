// A drawn day of a centre played on a virtual clock: the very engine, agents who take their time, and whatever goes wrong. Used by modules/routing/simulation.test.ts.
import { indexedHeap } from "#lib/indexedHeap.ts";
import { openHall } from "#modules/routing/model.ts";
import type { Decision, Happening, Rows, Rules } from "#modules/routing/model-shapes.ts";
import { watch, type Watch } from "#test/routing-watch.ts";
import { around, drawAgent, drawArrival, drawRules, handleMs, pick, randomFrom } from "#test/routing.ts";

export interface Day {
  readonly seed: number;
  readonly agents: number;
  readonly skills: number;
  readonly items: number;
  /** Arrivals a second, on average. */
  readonly perSecond: number;
  /** A fault about so often; 0: none. */
  readonly faultEveryMs: number;
}

export interface Played {
  readonly watch: Watch;
  readonly counts: Readonly<Record<string, number>>;
  /** Waits that were predicted, and how many of them lay in the interval. */
  readonly judged: number;
  readonly inside: number;
  readonly left: number;
  readonly lastedMs: number;
  readonly longestWaitMs: Readonly<Record<string, number>>;
}

const second = 1000;
const minute = 60 * second;
/** So long after the last arrival everything has to be worked off. */
const patienceMs = 3 * 24 * 60 * minute;

type Later = () => Happening | null;

/** Plays the day to the end, until nobody waits any more, or for three days after the last arrival. Throws when an invariant breaks. */
export const playDay = (day: Day): Played => {
  const random = randomFrom(day.seed);
  let rules: Rules = drawRules(random, day.skills);
  let hall = openHall(rules);
  const eye = watch(rules);
  const later = indexedHeap<number, { readonly at: number; readonly n: number }>(
    (a, b) => a.at < b.at || (a.at === b.at && a.n < b.n),
  );
  const doings = new Map<number, Later>();
  let numbers = 0;
  let now = 1_800_000_000_000;
  const began = now;
  let arrivals = 0;
  let lastArrivalMs = began;
  let faults = day.faultEveryMs > 0;
  const counts: Record<string, number> = {};
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  const waitedMs: Record<string, number> = {};

  const after = (ms: number, doing: Later): void => {
    numbers += 1;
    later.set(numbers, { at: Math.round(now + ms), n: numbers });
    doings.set(numbers, doing);
  };
  const item = (id: string) => eye.seen.get(id);
  const agentIds: string[] = [];

  const holds = (itemId: string, agentId: string, token: number): boolean => {
    const seen = item(itemId);
    return seen?.state === "held" && seen.agentId === agentId && seen.token === token;
  };
  const finish =
    (itemId: string, agentId: string, token: number): Later =>
    () => {
      if (!holds(itemId, agentId, token)) return null;
      // Nobody finishes what rests or is away from: they come back to it.
      if (item(itemId)?.rest !== "none" || eye.workers.get(agentId)?.state === "offline") {
        after(minute, finish(itemId, agentId, token));
        return null;
      }
      return { what: "finished", atMs: now, itemId, agentId };
    };

  const takeBack =
    (itemId: string, agentId: string, token: number): Later =>
    () => {
      if (!holds(itemId, agentId, token) || item(itemId)?.rest !== "parked") return null;
      // Refused while there is no room: tried again.
      after(minute, takeBack(itemId, agentId, token));
      return { what: "takenBack", atMs: now, itemId, agentId };
    };

  const works = (itemId: string, agentId: string, token: number): void => {
    const kind = item(itemId)?.kind ?? "";
    const takesMs = 10 * second + around(random, handleMs[kind] ?? 3 * minute);
    const chance = random();
    if (kind === "chat" && chance < 0.3)
      after(takesMs * 0.3, () => {
        if (!holds(itemId, agentId, token)) return null;
        after(around(random, 3 * minute), () =>
          item(itemId)?.state === "held" ? { what: "woke", atMs: now, itemId } : null,
        );
        return { what: "fellAsleep", atMs: now, itemId };
      });
    else if ((kind === "mail" || kind === "task") && chance < 0.08)
      after(takesMs * 0.5, () => {
        if (!holds(itemId, agentId, token)) return null;
        const byItself = random() < 0.5;
        if (!byItself) after(around(random, 10 * minute), takeBack(itemId, agentId, token));
        return { what: "parked", atMs: now, itemId, agentId, untilMs: byItself ? now + 12 * minute : null };
      });
    else if (chance > 0.97)
      after(takesMs * 0.5, () => {
        if (!holds(itemId, agentId, token)) return null;
        const other = pick(random, agentIds);
        const to =
          chance > 0.99
            ? { teamId: pick(random, ["t0", "t1", "t2"]) }
            : chance > 0.98 && other !== agentId
              ? { agentId: other, forMs: 3 * minute }
              : { queueId: pick(random, rules.queues).id };
        return { what: "transferred", atMs: now, itemId, to };
      });
    after(takesMs, finish(itemId, agentId, token));
  };

  const react = (decision: Decision): void => {
    if (decision.what === "offered") {
      const { itemId, agentId, token } = decision;
      const chance = random();
      const answers = { atMs: 0, itemId, agentId, token };
      if (chance < 0.9) after(500 + around(random, 3 * second), () => ({ ...answers, what: "accepted", atMs: now }));
      else if (chance < 0.95)
        after(500 + around(random, 3 * second), () => ({ ...answers, what: "declined", atMs: now }));
    } else if (decision.what === "held") {
      if (decision.how === "woke" || decision.how === "takenBack" || decision.how === "otherKind") return;
      const seen = item(decision.itemId);
      if (seen !== undefined) {
        const waited = now - seen.arrival.arrivedAtMs;
        waitedMs[seen.kind] = Math.max(waitedMs[seen.kind] ?? 0, waited);
      }
      works(decision.itemId, decision.agentId, decision.token);
    } else if (
      decision.what === "presence" &&
      decision.presence.state === "away" &&
      decision.presence.reason === "noAnswer"
    )
      after(around(random, 2 * minute), available(decision.agentId));
  };

  const available =
    (agentId: string): Later =>
    () => ({ what: "presenceChanged", atMs: now, agentId, state: "available", reason: "", untilMs: null });

  const tell = (happening: Happening): void => {
    const decisions = hall.happen(happening);
    eye.tell(happening, decisions);
    for (const decision of decisions) react(decision);
  };

  const restart = (): void => {
    // The leader is killed: all that is left are rows.
    const rows = JSON.parse(JSON.stringify(hall.rows())) as Rows;
    hall = openHall(rules, rows);
    count("leaders killed");
  };

  const fault: Later = () => {
    if (!faults) return null;
    after(around(random, day.faultEveryMs), fault);
    const chance = random();
    const agentId = pick(random, agentIds);
    const state = eye.workers.get(agentId)?.state;
    const queueId = pick(random, rules.queues).id;
    if (chance < 0.3) {
      count("connections lost");
      const forMs = around(random, 40 * second);
      after(forMs, () => ({ what: "appeared", atMs: now, agentId }));
      after(forMs + 1, () => (eye.workers.get(agentId)?.state === "offline" ? available(agentId)() : null));
      return { what: "vanished", atMs: now, agentId };
    }
    if (chance < 0.6) {
      if (state === "offline") return null;
      count("presence changed");
      after(around(random, 5 * minute), available(agentId));
      return {
        what: "presenceChanged",
        atMs: now,
        agentId,
        state: chance < 0.4 ? "away" : "busy",
        reason: "break",
        untilMs: null,
      };
    }
    if (chance < 0.7) {
      count("shifts ended");
      after(around(random, 30 * minute), available(agentId));
      return { what: "presenceChanged", atMs: now, agentId, state: "offline", reason: "", untilMs: null };
    }
    if (chance < 0.73) {
      count("queues paused");
      after(around(random, minute), () => ({ what: "queuePaused", atMs: now, queueId, paused: false }));
      return { what: "queuePaused", atMs: now, queueId, paused: true };
    }
    if (chance < 0.75) {
      count("queues closed");
      after(around(random, 2 * minute), () => ({ what: "queueOpened", atMs: now, queueId, open: true }));
      return { what: "queueOpened", atMs: now, queueId, open: false };
    }
    if (chance < 0.76) {
      count("rules changed");
      const order = pick(random, ["longestIdle", "bestSkill", "leastLoaded"] as const);
      rules = { ...rules, queues: rules.queues.map((queue) => (queue.id === queueId ? { ...queue, order } : queue)) };
      return { what: "rulesChanged", atMs: now, rules };
    }
    if (chance < 0.78) {
      restart();
      return null;
    }
    if (chance < 0.88) {
      count("agents with other skills");
      const facts = eye.workers.get(agentId)?.facts;
      if (facts === undefined) return null;
      const skill = `s${Math.floor(random() * day.skills)}`;
      return { what: "agentChanged", atMs: now, agent: { ...facts, skills: { ...facts.skills, [skill]: 3 } } };
    }
    const waiting = [...eye.seen.values()].filter(({ state: each }) => each === "waiting").slice(0, 20);
    if (waiting.length === 0) return null;
    const { arrival } = pick(random, waiting);
    if (chance < 0.91) {
      count("given by hand");
      return { what: "given", atMs: now, itemId: arrival.id, agentId };
    }
    if (chance < 0.93) {
      count("pulled by hand");
      return { what: "pulled", atMs: now, itemId: arrival.id, agentId };
    }
    count("promises changed");
    return { what: "promiseChanged", atMs: now, itemId: arrival.id, dueAtMs: now + minute, importance: 1 };
  };

  const arrive: Later = () => {
    if (arrivals >= day.items) return null;
    arrivals += 1;
    lastArrivalMs = now;
    // Slack and rush by turns, and now and then a flood of one kind.
    const share = arrivals / day.items;
    const wave = 1 + 0.5 * Math.sin(share * 20);
    after(around(random, second / (day.perSecond * wave)), arrive);
    const drawn = drawArrival(random, arrivals, now, day.skills, day.agents);
    const flood = ["voice", "chat", "mail"][Math.floor(share * 30) % 9];
    const arrival = flood !== undefined && random() < 0.4 ? { ...drawn, kind: flood } : drawn;
    if (arrival.kind === "voice" || arrival.kind === "chat")
      after(20 * second + around(random, 4 * minute), () => {
        const seen = item(arrival.id);
        if (seen === undefined || seen.state === "held") return null;
        if (arrival.kind === "voice" && random() < 0.3) {
          count("calls that became callbacks");
          return { what: "becameOtherKind", atMs: now, itemId: arrival.id, kind: "callback" };
        }
        return { what: "left", atMs: now, itemId: arrival.id };
      });
    return { what: "arrived", atMs: now, item: arrival };
  };

  for (let n = 0; n < day.agents; n += 1) {
    const agent = drawAgent(random, n, day.skills);
    agentIds.push(agent.id);
    tell({ what: "agentChanged", atMs: now, agent });
    if (n % 20 !== 19) tell(available(agent.id)() as Happening);
    else after(around(random, 10 * minute), available(agent.id));
  }
  after(0, arrive);
  if (faults) after(around(random, day.faultEveryMs), fault);

  for (;;) {
    const next = later.first();
    const dueMs = hall.nextDueMs();
    const nextMs = next === undefined ? Infinity : (later.get(next)?.at ?? Infinity);
    if (dueMs !== null && dueMs <= nextMs) {
      now = Math.max(now, dueMs);
      tell({ what: "timePassed", atMs: now });
    } else if (next !== undefined) {
      now = nextMs;
      later.remove(next);
      const happening = doings.get(next)?.() ?? null;
      doings.delete(next);
      if (happening !== null) tell(happening);
    } else break;
    if (faults && arrivals >= day.items) {
      // The day is over: everything works again, and what waits is to be worked off.
      faults = false;
      for (const { id } of rules.queues) {
        after(0, () => ({ what: "queuePaused", atMs: now, queueId: id, paused: false }));
        after(0, () => ({ what: "queueOpened", atMs: now, queueId: id, open: true }));
      }
      for (const id of agentIds) {
        after(0, () => ({ what: "appeared", atMs: now, agentId: id }));
        after(1, available(id));
      }
    }
    if (arrivals >= day.items && (eye.seen.size === 0 || now - lastArrivalMs > patienceMs)) break;
  }
  let judged = 0;
  let inside = 0;
  for (const { judged: of, inside: held } of hall.rows().lines) {
    judged += of;
    inside += held;
  }
  return {
    watch: eye,
    counts: { ...counts, ...eye.counts },
    judged,
    inside,
    left: eye.seen.size,
    lastedMs: now - began,
    longestWaitMs: waitedMs,
  };
};
