// What the engine decided, in the words of the contract. Pure; called by the leader.
import type { EventData } from "#contract/events.ts";
import type { AgentId, ConcernId, QueueId, TeamId, WorkId } from "#contract/ids.ts";
import type { WorkKind } from "#contract/routing-book.ts";
import type { Because, Presence, Wait, Work } from "#contract/routing.ts";
import type {
  AgentRow,
  Because as EngineBecause,
  Decision,
  ItemRow,
  Wait as EngineWait,
} from "#modules/routing/model-shapes.ts";
import { urgencyOf } from "#modules/routing/model-state.ts";

const instantOf = (ms: number): string => new Date(ms).toISOString();
const secondsOf = (ms: number): number => Math.round(ms / 100) / 10;

/** A piece of work as the contract has it. */
export const workOf = (row: ItemRow, concernId: ConcernId, because: Because | null): Work => {
  const { offer, holding } = row;
  const untilMs = offer?.untilMs ?? holding?.keptUntilMs ?? holding?.parkedUntilMs ?? null;
  return {
    id: row.id as WorkId,
    concernId,
    kind: row.kind as WorkKind,
    queueId: row.queueId as QueueId,
    state: row.state,
    agentId: (offer?.agentId ?? holding?.agentId ?? null) as AgentId | null,
    token: row.token,
    arrivedAt: instantOf(row.arrivedAtMs),
    urgencyAt: instantOf(urgencyOf(row.arrivedAtMs, row.dueAtMs ?? row.arrivedAtMs, row.importance)),
    until: untilMs === null ? null : instantOf(untilMs),
    rest: holding?.rest ?? "none",
    teamIds: row.teamIds as TeamId[] | null,
    step: row.step,
    because,
  };
};

/** Why this agent and why now. `account`: they are the customer's own agent. */
export const becauseOf = (because: EngineBecause, account: boolean): Because => ({
  ...(because.order === "preferred" && account ? { account } : {}),
  now: because.now,
  urgencyAt: instantOf(because.urgencyAtMs),
  waitedSeconds: secondsOf(because.waitedMs),
  order: because.order,
  value: because.value,
  others: because.others.slice(0, 5).map((other) => ({ ...other, agentId: other.agentId as AgentId })),
  instead: because.instead.slice(0, 10).map(({ itemId, kind, urgencyAtMs, why }) => ({
    workId: itemId as WorkId,
    kind: kind as WorkKind,
    urgencyAt: instantOf(urgencyAtMs),
    why,
  })),
  step: because.step,
  requires: { ...because.requires },
  relaxed: { ...because.relaxed },
  declined: because.declined,
});

/** Where somebody stands and how long they will wait. */
export const waitSaid = ({ place, of, predicted }: EngineWait): Wait => ({
  place,
  of,
  predicted:
    predicted === null
      ? null
      : {
          seconds: secondsOf(predicted.ms),
          low: secondsOf(predicted.lowMs),
          high: secondsOf(predicted.highMs),
          by: predicted.by,
        },
});

/** How an agent is. */
export const presenceOf = ({ presence, vanishedAtMs }: Pick<AgentRow, "presence" | "vanishedAtMs">): Presence => ({
  state: presence.state,
  reason: presence.reason,
  since: instantOf(presence.sinceMs),
  until: presence.untilMs === null ? null : instantOf(presence.untilMs),
  vanishedAt: vanishedAtMs === null ? null : instantOf(vanishedAtMs),
});

/** How a piece of work came to be where it is, in a word: the last decision about it. */
export const whyOf = (decision: Decision): string => {
  switch (decision.what) {
    case "held":
      return `held:${decision.how}`;
    case "waiting":
      return `waiting:${decision.why}`;
    case "moved":
      return `moved:${decision.why}`;
    case "rested":
      return decision.rest;
    case "kept":
      return decision.untilMs === null ? "cameBack" : "kept";
    default:
      return decision.what;
  }
};

/** Somebody has it no longer: what is said of that; null: it says nothing of the kind. */
export const returnedOf = (decision: Decision, reason: string): EventData<"work.returned"> | null =>
  decision.what === "withdrawn" || decision.what === "returned"
    ? { workId: decision.itemId as WorkId, agentId: decision.agentId as AgentId, why: decision.why, reason }
    : null;
