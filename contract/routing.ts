// Routing: pieces of work, who is there, what is offered to whom and why, how queues stand. The engine's own shapes are modules/routing/model-shapes.ts.
import { z } from "zod";
import { priority } from "#contract/concerns.ts";
import { instant } from "#contract/endpoint.ts";
import { agentId, brandId, concernId, queueId, teamId, workId } from "#contract/ids.ts";
import { queueOrder, workKind } from "#contract/routing-book.ts";

export const presenceState = z.enum(["available", "busy", "away", "wrapUp", "offline"]);
export type PresenceState = z.infer<typeof presenceState>;
/** `reason`: an id of the book's reasons, or the program's own "noAnswer" and "vanished"; empty: none. */
export const presence = z.strictObject({
  state: presenceState,
  reason: z.string().max(60),
  since: instant,
  /** Then available again; null: until somebody says so. */
  until: instant.nullable(),
  /** No desk of theirs is connected since then; null: one is. */
  vanishedAt: instant.nullable(),
});
export type Presence = z.infer<typeof presence>;

/** A time to wait with an interval that holds in eight of ten cases, in seconds. */
export const predicted = z.strictObject({
  seconds: z.number(),
  low: z.number(),
  high: z.number(),
  by: z.enum(["offered", "queueLength", "headOfLine", "usual"]),
});
export type Predicted = z.infer<typeof predicted>;

/** Why this agent and why now, as codes and numbers; the surface makes sentences of it. */
export const because = z.strictObject({
  now: z.enum(["item", "room"]),
  urgencyAt: instant,
  waitedSeconds: z.number(),
  order: z.enum([...queueOrder.options, "preferred"]),
  value: z.number(),
  /** Preferred, because the account is theirs. */
  account: z.boolean().optional(),
  others: z.array(z.strictObject({ agentId, value: z.number(), why: z.enum(["later", "declined"]) })).max(5),
  instead: z
    .array(
      z.strictObject({
        workId,
        kind: workKind,
        urgencyAt: instant,
        why: z.enum(["lessUrgent", "noRoom", "inTheWay"]),
      }),
    )
    .max(10),
  /** The step of relaxation, what is asked for now, what no longer is. */
  step: z.number().int(),
  requires: z.record(z.string(), z.number()),
  relaxed: z.record(z.string(), z.number()),
  declined: z.number().int(),
});
export type Because = z.infer<typeof because>;

/** A piece of work: where it is and with whom. */
export const work = z.strictObject({
  id: workId,
  concernId,
  kind: workKind,
  queueId,
  state: z.enum(["waiting", "offered", "held"]),
  /** Who is asked, or has it. */
  agentId: agentId.nullable(),
  /** Goes back with the answer to an offer; one with another token is over. */
  token: z.number().int(),
  /** Since when the customer waits, wherever it went since. */
  arrivedAt: instant,
  /** By what its order goes: when its promise is due, earlier for what is important. */
  urgencyAt: instant,
  /** An offer: until when. Held by somebody who is gone, or parked: until when. */
  until: instant.nullable(),
  rest: z.enum(["none", "dormant", "parked"]),
  /** Only these teams after a transfer; null: the queue's. */
  teamIds: z.array(teamId).nullable(),
  step: z.number().int(),
  because: because.nullable(),
});
export type Work = z.infer<typeof work>;

/** A piece of work with what a list shows of its concern. */
export const workRow = work.extend({
  number: z.number().int(),
  subject: z.string(),
  customerName: z.string(),
  brandId,
  priority,
});
export type WorkRow = z.infer<typeof workRow>;

/** Where somebody waits; `predicted` null: nothing honest can be said. */
export const wait = z.strictObject({
  place: z.number().int(),
  of: z.number().int(),
  predicted: predicted.nullable(),
});
export type Wait = z.infer<typeof wait>;

/** What became of waits in a stretch of time; a wait belongs to it by when it was answered, or left. */
export const shares = z.strictObject({
  answered: z.number().int(),
  /** Of them within the threshold, percent; null: nothing was answered. */
  serviceLevel: z.number().nullable(),
  /** Left before anybody answered. */
  abandoned: z.number().int(),
  /** Of what was answered, from the customer's first coming. */
  averageWaitSeconds: z.number().nullable(),
  longestWaitSeconds: z.number().nullable(),
});
export type Shares = z.infer<typeof shares>;

/** A queue as it is now. */
export const queueNow = z.strictObject({
  queueId,
  paused: z.boolean(),
  open: z.boolean(),
  /** A rule of it gives work to another queue now. */
  overflows: z.boolean(),
  waiting: z.number().int(),
  offered: z.number().int(),
  held: z.number().int(),
  /** Of those that nobody has answered, offered ones too. */
  longestWaitSeconds: z.number().nullable(),
  byKind: z.array(
    z.strictObject({
      kind: workKind,
      waiting: z.number().int(),
      /** What who comes now would be told. */
      predicted: predicted.nullable(),
      /** So many predictions were compared with what became of them, so many of them held. */
      judged: z.number(),
      inside: z.number(),
    }),
  ),
  /** Agents that may take from it: available, and all who are there. */
  available: z.number().int(),
  present: z.number().int(),
  lastHalfHour: shares,
  today: shares,
});
export type QueueNow = z.infer<typeof queueNow>;

/** A piece of work in somebody's hands, or offered to them, as a line. */
export const hand = workRow.pick({
  id: true,
  concernId: true,
  kind: true,
  queueId: true,
  state: true,
  agentId: true,
  arrivedAt: true,
  until: true,
  rest: true,
  number: true,
  subject: true,
  customerName: true,
  brandId: true,
  priority: true,
});
export type Hand = z.infer<typeof hand>;

/** An agent as they are now. */
export const agentNow = z.strictObject({
  agentId,
  presence,
  /** Parts of 100 that are taken, by what is offered, too. */
  load: z.number(),
  /** What was held longest first. */
  work: z.array(hand),
  /** So many more pieces, of brands that who asks does not see. */
  elsewhere: z.number().int(),
  /** The more urgent piece for which room is kept; null: none. */
  keptForId: workId.nullable(),
  /** `busySeconds`: what was held, each for the parts of 100 that it takes, and wrap-ups. `thereSeconds`: neither away nor offline. */
  today: z.strictObject({ handled: z.number().int(), busySeconds: z.number(), thereSeconds: z.number() }),
});
export type AgentNow = z.infer<typeof agentNow>;

export const routingNow = z.strictObject({
  at: instant,
  /** Somebody routes: a leader has said so within the last seconds. */
  routed: z.boolean(),
  /** When one last said so; null: never. */
  routedAt: instant.nullable(),
  /** Since when it is today. */
  dayBeganAt: instant,
  queues: z.array(queueNow),
  agents: z.array(agentNow),
});
export type RoutingNow = z.infer<typeof routingNow>;

/** A wallboard that has a link. `queueIds` empty: all queues. */
export const wallboard = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  queueIds: z.array(queueId),
  createdAt: instant,
  /** To the minute; null: nobody has opened it yet. */
  lastSeenAt: instant.nullable(),
});
export type Wallboard = z.infer<typeof wallboard>;

/** What a wallboard shows: numbers only, of nobody by name. */
export const wallboardNow = z.strictObject({
  name: z.string(),
  at: instant,
  routed: z.boolean(),
  routedAt: instant.nullable(),
  /** The first twelve. */
  queues: z.array(queueNow.extend({ name: z.string(), target: z.number().int(), withinSeconds: z.number() })).max(12),
  /** So many more have no place on it. */
  more: z.number().int(),
  agents: z.strictObject({
    available: z.number().int(),
    busy: z.number().int(),
    wrapUp: z.number().int(),
    away: z.number().int(),
  }),
});
export type WallboardNow = z.infer<typeof wallboardNow>;

/** What somebody wants done; made once under its id. What became of it is told by the entry `work.settled` and by the answer. */
export const wishId = z.uuid();
export const destination = z.union([
  /** `backFrom` takes back a transfer to this agent: to its place in its queue as it was, and they are not asked first for it any more. */
  z.strictObject({ queueId, backFrom: agentId.optional() }),
  z.strictObject({ teamId }),
  z.strictObject({ agentId }),
]);
export const wish = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("accept"), workId, token: z.number().int() }),
  z.strictObject({ what: z.literal("decline"), workId, token: z.number().int(), reason: z.string().trim().max(200) }),
  z.strictObject({ what: z.literal("pull"), workId }),
  z.strictObject({ what: z.literal("park"), workId, until: instant.nullable() }),
  z.strictObject({ what: z.literal("takeBack"), workId }),
  /** By its holder, or by who supervises, from wherever it is. */
  z.strictObject({ what: z.literal("transfer"), workId, to: destination, note: z.string().trim().max(2_000) }),
  /** Of oneself, or by who supervises. Wrap-up ends by being available. */
  z.strictObject({
    what: z.literal("presence"),
    agentId,
    state: z.enum(["available", "busy", "away", "offline"]),
    reason: z.string().max(60),
  }),
  z.strictObject({ what: z.literal("pause"), queueId, paused: z.boolean() }),
]);
export type Wish = z.infer<typeof wish>;
