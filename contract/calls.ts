// Calls: live interactions by voice, as the desk, the second screen and the log know them. What an engine is told is contract/voice.ts.
import { z } from "zod";
import { instant } from "#contract/endpoint.ts";
import {
  agentId,
  brandId,
  callId,
  channelId,
  concernId,
  customerId,
  flowRunId,
  queueId,
  skillId,
} from "#contract/ids.ts";
import { legCause } from "#contract/voice.ts";

/**
 * Where a call is. arriving: not answered; selfService: a flow speaks; waiting: in a queue (also while an agent is being rung); talking: with an agent, or
 * held by one; voicemail: words are being left; dialling: we call and nobody has answered.
 */
export const callState = z.enum(["arriving", "selfService", "waiting", "talking", "voicemail", "dialling", "ended"]);
export type CallState = z.infer<typeof callState>;

/** How it ended, as reports count it. A callback, a chat or a mail taken instead is no abandonment. */
export const callEnd = z.enum([
  "talked",
  "selfServed",
  "abandoned",
  /** Within a few seconds of waiting. */
  "abandonedAtOnce",
  "callback",
  "movedToChat",
  "movedToMail",
  "voicemail",
  "turnedAway",
  "noAnswer",
  "busy",
  "notReached",
  "lost",
]);
export type CallEnd = z.infer<typeof callEnd>;

export const callParty = z.strictObject({
  legId: z.string(),
  as: z.enum(["customer", "agent", "outside", "supervisor"]),
  agentId: agentId.nullable(),
  /** A number, or a name for who has none. */
  name: z.string(),
  state: z.enum(["ringing", "connected", "held", "ended"]),
  /** Of supervisors; null: they talk. */
  mode: z.enum(["listens", "whispers"]).nullable(),
  muted: z.boolean(),
  since: instant,
  cause: legCause.nullable(),
});
export type CallParty = z.infer<typeof callParty>;

export const callRecording = z.strictObject({
  id: z.uuid(),
  kind: z.enum(["call", "voicemail"]),
  startedAt: instant,
  seconds: z.number(),
  /** Null: it runs, is being fetched, or its time is over (`gone`). */
  url: z.string().nullable(),
  state: z.enum(["running", "paused", "kept", "gone", "failed"]),
  /** Loudness from 0 to 100, 200 of each side. */
  wave: z.strictObject({ left: z.array(z.number()), right: z.array(z.number()) }).nullable(),
  /** Stretches that were not kept. */
  pauses: z.array(z.strictObject({ from: z.number(), to: z.number(), why: z.enum(["agent", "api"]) })),
  /** What was said, where recognition is configured. */
  text: z.string().nullable(),
});
export type CallRecording = z.infer<typeof callRecording>;

export const callbackState = z.strictObject({
  number: z.string(),
  /** Not before; null: when the place is due. */
  at: instant.nullable(),
  tries: z.number().int(),
  lastTryAt: instant.nullable(),
  lastCause: legCause.nullable(),
  expiresAt: instant,
  state: z.enum(["waiting", "dialling", "done", "gaveUp", "withdrawn"]),
});
export type CallbackState = z.infer<typeof callbackState>;

export const call = z.strictObject({
  id: callId,
  channelId,
  brandId,
  concernId: concernId.nullable(),
  customerId: customerId.nullable(),
  direction: z.enum(["in", "out"]),
  by: z.enum(["trunk", "web"]),
  /** E.164; null: withheld, or a web page. Proves nothing. */
  number: z.string().nullable(),
  /** What it says of itself: a name, or the page's. */
  name: z.string(),
  language: z.enum(["de", "en"]),
  state: callState,
  startedAt: instant,
  answeredAt: instant.nullable(),
  /** Since when they wait for somebody: kept by callbacks, redials and moves. */
  waitingSince: instant.nullable(),
  talkedFrom: instant.nullable(),
  endedAt: instant.nullable(),
  end: callEnd.nullable(),
  /** Who talks with them now or did last. */
  agentId: agentId.nullable(),
  held: z.boolean(),
  parties: z.array(callParty),
  recordings: z.array(callRecording),
  /** consent was: asked for and given, refused; null: never asked. */
  consent: z.boolean().nullable(),
  callback: callbackState.nullable(),
  flowRunId: flowRunId.nullable(),
  /** Of the customer's leg, as it was heard last. */
  quality: z
    .strictObject({ mos: z.number(), lossPercent: z.number(), jitterMs: z.number(), oneWay: z.boolean() })
    .nullable(),
  version: z.number().int(),
});
export type Call = z.infer<typeof call>;

/** What a call wants of the routing. `kind`: it may become another without losing its place. */
export const callNeed = z.strictObject({
  kind: z.enum(["voice", "callback"]),
  since: instant,
  /** Not offered before. */
  notBefore: instant.nullable(),
  /** With an agent: nothing is to be offered. */
  talking: z.boolean(),
  queueId: queueId.nullable(),
  skills: z.record(skillId, z.number().int()),
});
export type CallNeed = z.infer<typeof callNeed>;

/** What an agent or a supervisor wants done with a call. Made once under its id. */
export const callWish = z.discriminatedUnion("what", [
  /** The customer hears music. */
  z.strictObject({ what: z.literal("hold"), on: z.boolean() }),
  z.strictObject({ what: z.literal("mute"), on: z.boolean() }),
  z.strictObject({ what: z.literal("digits"), digits: z.string().regex(/^[0-9*#]{1,32}$/u) }),
  z.strictObject({ what: z.literal("hangUp") }),
  /** At once (blind): back to a queue, to somebody of us, or to a number; whoever transfers is out of it. */
  z.strictObject({
    what: z.literal("transfer"),
    to: z.union([
      z.strictObject({ agentId }),
      z.strictObject({ queueId }),
      z.strictObject({ number: z.string().max(40) }),
    ]),
    note: z.string().trim().max(2_000),
  }),
  /** Asks somebody while the customer hears music; then `complete` (attended transfer), `conference`, or `back`. */
  z.strictObject({
    what: z.literal("consult"),
    to: z.union([z.strictObject({ agentId }), z.strictObject({ number: z.string().max(40) })]),
  }),
  z.strictObject({ what: z.literal("complete") }),
  z.strictObject({ what: z.literal("conference") }),
  z.strictObject({ what: z.literal("back") }),
  /** Card numbers: nothing is kept while it is paused. */
  z.strictObject({ what: z.literal("record"), on: z.boolean() }),
  /** Supervisors. Null: leaves. */
  z.strictObject({ what: z.literal("join"), mode: z.enum(["listens", "whispers", "talks"]).nullable() }),
]);
export type CallWish = z.infer<typeof callWish>;
