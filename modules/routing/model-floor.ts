// Reckons what supervisors and wallboards see out of the rows as they stand. Called by routing/reads-floor.ts; pure.
import type { AgentWork, Queue, RoutingBook, WorkKind } from "#contract/routing-book.ts";
import { workKinds } from "#contract/routing-book.ts";
import type { AgentNow, Hand, QueueNow, RoutingNow, Shares, WallboardNow } from "#contract/routing.ts";
import { capacityOf, unsetWork } from "#modules/routing/model-book.ts";
import { wholeAgent } from "#modules/routing/model-capacity.ts";
import type { Capacity, PredictedWait } from "#modules/routing/model-shapes.ts";
import type {
  CountRow,
  HandledRow,
  HandRow,
  HoldRow,
  LineNowRow,
  PresenceRow,
  QueueStateRow,
  ShareRow,
  StretchRow,
} from "#modules/routing/model-floor-rows.ts";

/** A leader says every three seconds at least that it leads; who has not for so long does not. */
const silentMs = 8_000;

/** What a concern shows of itself. */
export type Head = Pick<Hand, "number" | "subject" | "customerName" | "brandId" | "priority">;

/** Somebody who may be given work. Brands empty: all. */
export interface FloorAgent {
  readonly id: string;
  readonly teamIds: readonly string[];
  readonly brandIds: readonly string[];
}

export interface FloorRows {
  readonly at: Date;
  readonly dayBeganAt: string;
  readonly routedAt: string | null;
  readonly book: RoutingBook;
  readonly counts: readonly CountRow[];
  readonly states: readonly QueueStateRow[];
  readonly lines: readonly LineNowRow[];
  readonly half: readonly ShareRow[];
  readonly today: readonly ShareRow[];
  readonly agents: readonly FloorAgent[];
  readonly presences: readonly PresenceRow[];
  readonly works: readonly { readonly agentId: string; readonly work: AgentWork }[];
  readonly hands: readonly HandRow[];
  readonly heads: ReadonlyMap<string, Head>;
  readonly handled: readonly HandledRow[];
  readonly holds: readonly HoldRow[];
  readonly stretches: readonly StretchRow[];
}

/** The floor as it is for who sees every brand. Agents without a presence, who never were there, are left out. */
export const floorOf = (rows: FloorRows): RoutingNow => {
  const works = new Map(rows.works.map(({ agentId, work }) => [agentId, work]));
  const people = new Map(rows.agents.map((agent) => [agent.id, agent]));
  const known = rows.presences.flatMap((presence) => {
    const agent = people.get(presence.agentId);
    return agent === undefined ? [] : [{ presence, agent, work: works.get(agent.id) ?? unsetWork }];
  });
  const there = known.filter(({ presence, work }) => presence.state !== "offline" && takesAnything(work));
  const of = <R extends { readonly agentId: string }>(all: readonly R[]): ((id: string) => readonly R[]) => {
    const byAgent = Map.groupBy(all, ({ agentId }) => agentId);
    return (id) => byAgent.get(id) ?? [];
  };
  const [hands, handled, holds, stretches] = [of(rows.hands), of(rows.handled), of(rows.holds), of(rows.stretches)];
  return {
    at: rows.at.toISOString(),
    routed: isRouted(rows.routedAt, rows.at),
    routedAt: rows.routedAt,
    dayBeganAt: rows.dayBeganAt,
    queues: rows.book.queues.map((queue) => {
      const present = there.filter(({ agent, work }) => mayTake(queue, agent, work));
      return {
        ...queueNumbers(queue, rows),
        available: present.filter(({ presence }) => presence.state === "available").length,
        present: present.length,
        lastHalfHour: sharesOf(rows.half.find(({ queueId }) => queueId === queue.id)),
        today: sharesOf(rows.today.find(({ queueId }) => queueId === queue.id)),
      };
    }),
    agents: known.map(({ presence, work }) => {
      const id = presence.agentId;
      return agentNow(presence, work, rows, {
        hands: hands(id),
        handled: handled(id),
        holds: holds(id),
        stretches: stretches(id),
      });
    }),
  };
};

const isRouted = (routedAt: string | null, at: Date): boolean =>
  routedAt !== null && at.getTime() - Date.parse(routedAt) <= silentMs;

const secondsSince = (since: string, at: Date): number =>
  Math.max(0, Math.round((at.getTime() - Date.parse(since)) / 1000));

const queueNumbers = (
  queue: Queue,
  rows: FloorRows,
): Omit<QueueNow, "available" | "present" | "lastHalfHour" | "today"> => {
  const counts = rows.counts.filter(({ queueId }) => queueId === queue.id);
  const lines = rows.lines.filter(({ queueId }) => queueId === queue.id);
  const state = rows.states.find(({ queueId }) => queueId === queue.id);
  const count = (wanted: CountRow["state"], kind?: WorkKind): number =>
    counts
      .filter((each) => each.state === wanted && (kind === undefined || each.kind === kind))
      .reduce((sum, each) => sum + each.count, 0);
  const firsts = counts.filter((each) => each.state !== "held").map(({ since }) => since);
  const known = new Set<WorkKind>([...lines.map(({ kind }) => kind), ...counts.map(({ kind }) => kind)]);
  return {
    queueId: queue.id,
    paused: state?.paused ?? false,
    open: state?.open ?? true,
    overflows: state?.overflows ?? false,
    waiting: count("waiting"),
    offered: count("offered"),
    held: count("held"),
    longestWaitSeconds: firsts.length === 0 ? null : Math.max(...firsts.map((since) => secondsSince(since, rows.at))),
    byKind: workKinds
      .filter((kind) => known.has(kind))
      .map((kind) => {
        const line = lines.find((each) => each.kind === kind)?.now ?? null;
        return {
          kind,
          waiting: count("waiting", kind),
          predicted: line?.next ? inSeconds(line.next) : null,
          judged: line?.judged ?? 0,
          inside: line?.inside ?? 0,
        };
      }),
  };
};

const inSeconds = ({ ms, lowMs, highMs, by }: PredictedWait) => ({
  seconds: Math.round(ms / 1000),
  low: Math.floor(lowMs / 1000),
  high: Math.ceil(highMs / 1000),
  by,
});

/** What was waited for, as shares; no row: nothing was. */
const sharesOf = (row: ShareRow | undefined): Shares => {
  const { answered, within, abandoned, averageMs, longestMs } = row ?? noShares;
  return {
    answered,
    serviceLevel: answered === 0 ? null : (100 * within) / answered,
    abandoned,
    averageWaitSeconds: averageMs === null ? null : Math.round(averageMs / 1000),
    longestWaitSeconds: longestMs === null ? null : Math.round(longestMs / 1000),
  };
};

const noShares = { answered: 0, within: 0, abandoned: 0, averageMs: null, longestMs: null };

const takesAnything = (work: AgentWork): boolean => Object.values(capacityOf(work.capacity)).some(({ max }) => max > 0);

/** May this agent, who takes some kind of work, be given some of that queue? By brand, team, queue, and the skills that the queue itself requires. */
const mayTake = (queue: Queue, agent: FloorAgent, work: AgentWork): boolean => {
  const { brandId } = queue.when;
  if (brandId !== null && agent.brandIds.length > 0 && !agent.brandIds.includes(brandId)) return false;
  if (queue.teamIds.length > 0 && !queue.teamIds.some((id) => agent.teamIds.includes(id))) return false;
  if (work.queueIds !== null && !work.queueIds.includes(queue.id)) return false;
  return Object.entries(queue.requires).every(
    ([skill, level]) => (work.skills[skill as keyof typeof work.skills] ?? 0) >= level,
  );
};

/** Parts of 100 that a piece takes; a kind that is not the agent's takes all of them. */
const partsOf = (limits: Capacity, kind: WorkKind, rest: HandRow["rest"] = "none"): number => {
  if (rest === "parked") return 0;
  const limit = limits[kind];
  return rest === "dormant" ? (limit?.dormantWeight ?? 0) : (limit?.weight ?? wholeAgent);
};

const agentNow = (
  presence: PresenceRow,
  work: AgentWork,
  rows: Pick<FloorRows, "heads">,
  { hands, ...day }: Pick<FloorRows, "hands" | "handled" | "holds" | "stretches">,
): AgentNow => {
  const { agentId, state, reason, since, until, vanishedAt } = presence;
  const limits = capacityOf(work.capacity);
  return {
    agentId,
    presence: { state, reason, since, until, vanishedAt },
    load: hands.reduce((sum, { kind, rest }) => sum + partsOf(limits, kind, rest), 0),
    work: hands.flatMap((hand) => {
      const head = rows.heads.get(hand.concernId);
      return head === undefined ? [] : [{ ...hand, ...head }];
    }),
    elsewhere: 0,
    keptForId: presence.keptForId as AgentNow["keptForId"],
    today: dayOf(limits, day),
  };
};

/**
 * What somebody's day came to so far: the one reckoning of how busy they were, for the floor and for themselves. Busy is what was held while they were there, each for the parts of 100
 * that it took as it rested or not, and wrap-ups for the whole; there is who is neither away nor offline.
 */
export const dayOf = (
  limits: Capacity,
  { handled, holds, stretches }: Pick<FloorRows, "handled" | "holds" | "stretches">,
): AgentNow["today"] => {
  const thereMs = stretches
    .filter((row) => row.state !== "away" && row.state !== "offline")
    .reduce((sum, row) => sum + row.ms, 0);
  const wrapUpMs = stretches.filter((row) => row.state === "wrapUp").reduce((sum, row) => sum + row.ms, 0);
  const heldMs = holds.reduce((sum, { kind, rest, ms }) => sum + (ms * partsOf(limits, kind, rest)) / 100, 0);
  return {
    handled: handled.reduce((sum, row) => sum + row.handled, 0),
    // Nobody is busier than there, also where more was given than fits.
    busySeconds: Math.round(Math.min(thereMs, heldMs + wrapUpMs) / 1000),
    thereSeconds: Math.round(thereMs / 1000),
  };
};

/** The part of the floor that is for somebody of these brands (empty: all): their queues and those of all brands, and of others' work only how much it is. */
export const floorFor = (floor: RoutingNow, book: RoutingBook, brandIds: readonly string[]): RoutingNow => {
  if (brandIds.length === 0) return floor;
  const theirs = new Set<string>(
    book.queues.filter(({ when }) => when.brandId === null || brandIds.includes(when.brandId)).map(({ id }) => id),
  );
  return {
    ...floor,
    queues: floor.queues.filter(({ queueId }) => theirs.has(queueId)),
    agents: floor.agents.map((agent) => {
      const work = agent.work.filter(({ brandId }) => brandIds.includes(brandId));
      return { ...agent, work, elsewhere: agent.work.length - work.length };
    }),
  };
};

const mostQueues = 12;

/** What a wallboard of these queues (empty: all) shows. */
export const boardOf = (
  floor: RoutingNow,
  book: RoutingBook,
  board: { readonly name: string; readonly queueIds: readonly string[] },
): WallboardNow => {
  const queues = floor.queues.flatMap((queue) => {
    const set = book.queues.find(({ id }) => id === queue.queueId);
    if (set === undefined || (board.queueIds.length > 0 && !board.queueIds.includes(set.id))) return [];
    return [{ ...queue, name: set.name, target: set.target, withinSeconds: set.withinSeconds }];
  });
  const count = (state: AgentNow["presence"]["state"]): number =>
    floor.agents.filter(({ presence }) => presence.state === state).length;
  return {
    name: board.name,
    at: floor.at,
    routed: floor.routed,
    routedAt: floor.routedAt,
    queues: queues.slice(0, mostQueues),
    more: Math.max(0, queues.length - mostQueues),
    agents: { available: count("available"), busy: count("busy"), wrapUp: count("wrapUp"), away: count("away") },
  };
};
