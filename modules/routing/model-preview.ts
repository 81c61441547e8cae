// A past day played by other rules: the very engine, on a clock of its own, with the pieces that came, the agents who were there and the time they took.
// Called by routing/reads-preview.ts; pure.
import type { AgentId, QueueId } from "#contract/ids.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import type { WorkKind } from "#contract/routing-book.ts";
import type { PlayedDay } from "#contract/routing-endpoints.ts";
import { indexedHeap } from "#lib/indexedHeap.ts";
import { isLive, queueFor, rulesOf, type Parents, type WorkFacts } from "#modules/routing/model-book.ts";
import { brandSkill } from "#modules/routing/model-wants.ts";
import type { AgentFacts, Decision, Happening, PresenceState } from "#modules/routing/model-shapes.ts";
import { openHall } from "#modules/routing/model.ts";

/** A piece of the day. Instants are milliseconds since 1970. */
export interface DayPiece {
  readonly id: string;
  readonly kind: WorkKind;
  readonly facts: WorkFacts;
  /** Before the day: it waited already when the day began. */
  readonly arrivedAtMs: number;
  readonly dueAtMs: number | null;
  readonly importance: number;
  readonly preferredAgentIds: readonly string[];
  /** It was this agent's own when it came: it goes to them and to nobody else. */
  readonly givenTo: string | null;
  /** For so long an agent has it in hand. */
  readonly handleMs: number;
  /** From taking it to its answer; 0 where being taken is what is measured. */
  readonly answerMs: number;
  /** When its customer gave up, in truth; null: they did not. */
  readonly leavesAtMs: number | null;
  /** How it went in truth, within the day. */
  readonly was: { readonly atMs: number; readonly agentId: string } | null;
}

export interface DayAgent extends AgentFacts {
  /** How they were, in the order of time, within the day; between these they are offline. */
  readonly stretches: readonly { readonly fromMs: number; readonly toMs: number; readonly state: PresenceState }[];
}

export interface DayToPlay {
  readonly fromMs: number;
  readonly toMs: number;
  readonly book: RoutingBook;
  readonly parents: Parents;
  readonly pieces: readonly DayPiece[];
  readonly agents: readonly DayAgent[];
  /** When queues open and close; the first instants may be the day's beginning. Not named: always open. */
  readonly openings: readonly { readonly queueId: string; readonly atMs: number; readonly open: boolean }[];
}

/** `more` is for whoever chose the pieces to say. */
export type Played = Omit<PlayedDay, "more">;
type Shares = Played["queues"][number]["was"];

/** So long after an offer its agent accepts it. */
const acceptMs = 3_000;
/** What is due by itself is seen to at most so often: a day has 86,400 seconds. */
const leastStepMs = 5_000;
const stepsAtOnce = 50;

/** One piece while it is played. */
interface Playing extends DayPiece {
  readonly queueId: string;
  answeredAtMs: number | null;
  answeredBy: string | null;
  abandoned: boolean;
  relaxed: boolean;
  /** Who has it, by which offer: what was planned for another one is void. */
  held: string | null;
}

/**
 * Plays the day and says how it would have gone; yields now and then, so that others have their turn. The same day gives the same outcome. Assumes: offers are accepted after three
 * seconds; everything takes as long as it did; mails and tasks are done one after the other, what is live beside them, and what was
 * begun is finished; what has to be pulled is taken as if it were offered; a chat keeps its room until it ends; customers leave when they left, and else wait;
 * who was there in truth is there.
 */
export function* playDay(day: DayToPlay): Generator<void, Played> {
  const { fromMs, toMs, book, parents } = day;
  const hall = openHall(
    rulesOf(
      { ...book, queues: book.queues.map((queue) => ({ ...queue, offers: queue.offers || queue.mayPull })) },
      parents,
    ),
  );
  const agenda = openAgenda();
  const pieces = new Map<string, Playing>();
  const ins: Ins = { fromMs, overflowed: new Map(), present: new Set(), freeAtMs: new Map(), later: new Map() };
  let nowhere = 0;
  const inOrder = day.pieces.toSorted((a, b) => a.arrivedAtMs - b.arrivedAtMs || (a.id < b.id ? -1 : 1));
  planAgents(day, agenda);
  for (const [number, piece] of inOrder.entries()) {
    const queueId = queueFor(book, piece.facts, parents);
    if (queueId === null) {
      if (piece.arrivedAtMs >= fromMs) nowhere += 1;
      continue;
    }
    const playing: Playing = {
      ...piece,
      queueId,
      answeredAtMs: null,
      answeredBy: null,
      abandoned: false,
      relaxed: false,
      held: null,
    };
    pieces.set(piece.id, playing);
    const { atMs, happening } = arrival(playing, number, fromMs);
    agenda.plan(atMs, () => happening);
    const { givenTo } = piece;
    if (givenTo !== null) agenda.plan(atMs, () => ({ what: "given", atMs, itemId: piece.id, agentId: givenTo }));
    if (piece.leavesAtMs !== null && piece.leavesAtMs < toMs)
      agenda.plan(piece.leavesAtMs, (nowMs) => {
        if (playing.answeredAtMs !== null || playing.held !== null) return null;
        playing.abandoned = true;
        return { what: "left", atMs: nowMs, itemId: piece.id };
      });
  }
  const react = reacting(agenda, pieces, ins);
  let lastMs = fromMs;
  for (let steps = 1; ; steps += 1) {
    const ownMs = agenda.nextMs();
    const dueMs = ins.present.size === 0 ? null : hall.nextDueMs();
    const nowMs = Math.min(ownMs ?? Infinity, dueMs === null ? Infinity : Math.max(dueMs, lastMs + leastStepMs));
    if (nowMs >= toMs) break;
    lastMs = nowMs;
    const happening = ownMs === nowMs ? agenda.take(nowMs) : ({ what: "timePassed", atMs: nowMs } as const);
    if (happening !== null) for (const decision of hall.happen(happening)) react(decision, nowMs);
    if (steps % stepsAtOnce === 0) yield;
  }
  return { ...counted(day, [...pieces.values()], ins.overflowed), nowhere };
}

/** What is to happen when, and in which order of what is planned for one instant. */
const openAgenda = () => {
  const times = indexedHeap<number, { readonly atMs: number; readonly n: number }>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.n < b.n),
  );
  const doings = new Map<number, (nowMs: number) => Happening | null>();
  let numbers = 0;
  return {
    plan: (atMs: number, doing: (nowMs: number) => Happening | null): void => {
      numbers += 1;
      times.set(numbers, { atMs, n: numbers });
      doings.set(numbers, doing);
    },
    nextMs: (): number | null => {
      const first = times.first();
      return first === undefined ? null : (times.get(first)?.atMs ?? null);
    },
    take: (nowMs: number): Happening | null => {
      const first = times.first() as number;
      const doing = doings.get(first);
      times.remove(first);
      doings.delete(first);
      return doing?.(nowMs) ?? null;
    },
  };
};
type Agenda = ReturnType<typeof openAgenda>;

/** Agents come before queues open, queues before anything arrives. */
const planAgents = ({ fromMs, agents, openings }: DayToPlay, agenda: Agenda): void => {
  const inOrder = agents.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const { stretches: _stretches, ...agent } of inOrder)
    agenda.plan(fromMs, (atMs) => ({ what: "agentChanged", atMs, agent }));
  for (const { queueId, atMs: opensMs, open } of openings)
    agenda.plan(Math.max(opensMs, fromMs), (atMs) => ({ what: "queueOpened", atMs, queueId, open }));
  for (const { id, stretches } of inOrder)
    for (const [n, { fromMs: begins, toMs: ends, state }] of stretches.entries()) {
      const be = (to: PresenceState) => (atMs: number) =>
        ({ what: "presenceChanged", atMs, agentId: id, state: to, reason: "", untilMs: null }) as const;
      agenda.plan(begins, be(state));
      if (stretches[n + 1]?.fromMs !== ends) agenda.plan(ends, be("offline"));
    }
};

const arrival = (piece: Playing, number: number, fromMs: number): { atMs: number; happening: Happening } => {
  const { id, kind, queueId, arrivedAtMs, dueAtMs, importance, preferredAgentIds, facts } = piece;
  const atMs = Math.max(arrivedAtMs, fromMs);
  return {
    atMs,
    happening: {
      what: "arrived",
      atMs,
      item: {
        id,
        number,
        kind,
        queueId,
        arrivedAtMs,
        dueAtMs,
        importance,
        requires: { [brandSkill(facts.brandId)]: 1 },
        prefers: {},
        facts: {
          brandId: facts.brandId,
          ...(facts.topicId === null ? {} : { topicId: facts.topicId }),
          ...(facts.language === null ? {} : { language: facts.language }),
          ...(facts.tierId === null ? {} : { tier: facts.tierId }),
        },
        preferredAgentIds,
      },
    },
  };
};

interface Ins {
  /** What came before is not counted. */
  readonly fromMs: number;
  /** From queue to queue. */
  readonly overflowed: Map<string, Map<string, number>>;
  readonly present: Set<string>;
  /** Until when an agent has mails to answer. */
  readonly freeAtMs: Map<string, number>;
  /** What became theirs while they were away: they begin with it when they come. */
  readonly later: Map<string, ((nowMs: number) => void)[]>;
}

/** What people do when the engine has decided something. */
const reacting = (agenda: Agenda, pieces: ReadonlyMap<string, Playing>, ins: Ins) => {
  const { fromMs, overflowed, present, freeAtMs, later } = ins;
  const begin = (piece: Playing, agentId: string, by: string, nowMs: number): void => {
    if (piece.held !== by) return;
    const beginsMs = isLive(piece.kind) ? nowMs : Math.max(nowMs, freeAtMs.get(agentId) ?? 0);
    const endsMs = beginsMs + piece.handleMs;
    if (!isLive(piece.kind)) freeAtMs.set(agentId, endsMs);
    const answer = (atMs: number): null => {
      if (piece.held !== by || piece.answeredAtMs !== null) return null;
      piece.answeredAtMs = atMs;
      piece.answeredBy = agentId;
      return null;
    };
    if (piece.answerMs === 0) answer(nowMs);
    else agenda.plan(Math.min(beginsMs + piece.answerMs, endsMs), answer);
    agenda.plan(endsMs, (atMs) => (piece.held === by ? { what: "finished", atMs, itemId: piece.id, agentId } : null));
  };
  const cameOrWent = (agentId: string, state: PresenceState, nowMs: number): void => {
    if (state === "offline") {
      present.delete(agentId);
      return;
    }
    present.add(agentId);
    const waiting = later.get(agentId) ?? [];
    later.delete(agentId);
    for (const doing of waiting) doing(nowMs);
  };
  return (decision: Decision, nowMs: number): void => {
    if (decision.what === "presence") {
      cameOrWent(decision.agentId, decision.presence.state, nowMs);
      return;
    }
    if (!("itemId" in decision) || decision.itemId === null) return;
    const piece = pieces.get(decision.itemId);
    if (piece === undefined) return;
    if (decision.what === "offered") {
      const { itemId, agentId, token } = decision;
      agenda.plan(nowMs + acceptMs, (atMs) => ({ what: "accepted", atMs, itemId, agentId, token }));
    } else if (decision.what === "held") {
      const { agentId, token } = decision;
      const by = `${agentId} ${token}`;
      piece.held = by;
      if (present.has(agentId)) begin(piece, agentId, by, nowMs);
      else later.set(agentId, [...(later.get(agentId) ?? []), (atMs) => begin(piece, agentId, by, atMs)]);
    } else if (decision.what === "returned") piece.held = null;
    else if (decision.what === "relaxed" || (decision.what === "moved" && decision.why === "step"))
      piece.relaxed = true;
    else if (
      piece.arrivedAtMs >= fromMs &&
      decision.what === "moved" &&
      decision.why !== "transferred" &&
      decision.why !== "queueGone"
    ) {
      const to = overflowed.get(decision.fromQueueId) ?? new Map<string, number>();
      overflowed.set(decision.fromQueueId, to.set(decision.queueId, (to.get(decision.queueId) ?? 0) + 1));
    }
  };
};

const counted = (
  { fromMs, toMs, book, agents }: DayToPlay,
  pieces: readonly Playing[],
  overflowed: Ins["overflowed"],
): Omit<Played, "nowhere"> => {
  const ofDay = pieces.filter(({ arrivedAtMs }) => arrivedAtMs >= fromMs);
  const ids = new Set(agents.map(({ id }) => id));
  const did = new Map<string, { was: number; would: number }>();
  const add = (agentId: string, how: "was" | "would"): void => {
    const of = did.get(agentId) ?? { was: 0, would: 0 };
    of[how] += 1;
    did.set(agentId, of);
  };
  for (const { was, answeredBy } of pieces) {
    if (was !== null) add(was.agentId, "was");
    if (answeredBy !== null) add(answeredBy, "would");
  }
  return {
    played: ofDay.length,
    queues: book.queues.map(({ id, withinSeconds }) => {
      const came = ofDay.filter(({ queueId }) => queueId === id);
      const shares = (of: (piece: Playing) => { readonly atMs: number | null; readonly left: boolean }): Shares =>
        sharesOf(
          came.map((piece) => ({ ...of(piece), arrivedAtMs: piece.arrivedAtMs })),
          withinSeconds * 1_000,
        );
      return {
        queueId: id,
        came: came.length,
        overflowedTo: [...(overflowed.get(id) ?? [])].map(([queueId, count]) => ({
          queueId: queueId as QueueId,
          count,
        })),
        relaxed: came.filter(({ relaxed }) => relaxed).length,
        was: shares(({ was, leavesAtMs }) => ({
          atMs: was?.atMs ?? null,
          left: was === null && leavesAtMs !== null && leavesAtMs < toMs,
        })),
        would: shares(({ answeredAtMs, abandoned }) => ({ atMs: answeredAtMs, left: abandoned })),
        left: came.filter(({ answeredAtMs, abandoned }) => answeredAtMs === null && !abandoned).length,
      };
    }),
    agents: [...new Set([...ids, ...did.keys()])]
      .toSorted()
      .map((agentId) => ({ agentId: agentId as AgentId, ...(did.get(agentId) ?? { was: 0, would: 0 }) })),
  };
};

const sharesOf = (
  pieces: readonly { readonly arrivedAtMs: number; readonly atMs: number | null; readonly left: boolean }[],
  withinMs: number,
): Shares => {
  const waits = pieces.flatMap(({ arrivedAtMs, atMs }) => (atMs === null ? [] : [Math.max(0, atMs - arrivedAtMs)]));
  const seconds = (ms: number): number => Math.round(ms / 1_000);
  const within = waits.filter((ms) => ms <= withinMs).length;
  return {
    answered: waits.length,
    serviceLevel: waits.length === 0 ? null : Math.round((within / waits.length) * 1_000) / 10,
    abandoned: pieces.filter(({ left }) => left).length,
    averageWaitSeconds: waits.length === 0 ? null : seconds(waits.reduce((sum, ms) => sum + ms, 0) / waits.length),
    longestWaitSeconds: waits.length === 0 ? null : seconds(waits.reduce((most, ms) => Math.max(most, ms), 0)),
  };
};
