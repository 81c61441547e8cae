// How routing is set up: skills, queues, capacity, reasons. What goes on in it is contract/routing.ts.
import { z } from "zod";
import { addressKindOf, channelKind, type AddressKind, type ChannelKind } from "#contract/channel.ts";
import { priority } from "#contract/concerns.ts";
import { hours } from "#contract/hours.ts";
import { brandId, channelId, queueId, skillId, teamId, tierId, topicId } from "#contract/ids.ts";

/** Kinds of work, by how it presses. A channel's messages are of the kind its line in contract/channel.ts says. */
export const workKinds = ["voice", "callback", "chat", "message", "mail", "task"] as const;
export const workKind = z.enum(workKinds);
export type WorkKind = z.infer<typeof workKind>;

/** What agents are able to do, as the centre names it. */
export const skill = z.strictObject({
  id: skillId,
  name: z.string().trim().min(1).max(60),
  about: z.enum(["language", "topic", "product", "channel", "other"]),
});
export type Skill = z.infer<typeof skill>;

const level = z.number().int().min(1).max(5);
/** Skill to level, 1 (a little) to 5 (best). */
export const skillLevels = z.record(skillId, level);

/** Seconds, at most a week. */
const seconds = z.number().int().min(0).max(604_800);

/** How much of an agent (100 parts) one piece of a kind takes, how many at once, what it may come on top of. */
const kindCapacity = z.strictObject({
  weight: z.number().int().min(1).max(100),
  max: z.number().int().min(0).max(50),
  interrupts: z.array(workKind).max(6),
  /** What a resting one takes: nobody has written in it for a while. */
  restingWeight: z.number().int().min(0).max(100),
});
export const capacityNames = ["voiceOnly", "chatUpTo3", "mailUpTo5", "blended"] as const;
/** A set that makes sense, or a free one by kind of work; a kind that is missing is not this agent's. */
export const capacity = z.union([z.enum(capacityNames), z.partialRecord(workKind, kindCapacity)]);
export type Capacity = z.infer<typeof capacity>;

/** What an agent is set up for. `queueIds` null: every queue that fits. */
export const agentWork = z.strictObject({
  skills: skillLevels,
  capacity,
  queueIds: z.array(queueId).max(100).nullable(),
});
export type AgentWork = z.infer<typeof agentWork>;

/** What concerns a queue takes; what is null or empty does not matter. */
const queueConditions = z.strictObject({
  brandId: brandId.nullable(),
  /** This topic, or one below it. */
  topicId: topicId.nullable(),
  channelKinds: z.array(channelKind).max(20),
  priorities: z.array(priority).max(4),
  language: z.enum(["de", "en"]).nullable(),
  teamId: teamId.nullable(),
  /** Whose customer has one of these tiers. */
  tierIds: z.array(tierId).max(20).optional(),
});

/** Whoever brings these facts needs these skills, and is better off with those (skill to weight). */
const skillRule = z.strictObject({
  when: z.strictObject({
    topicId: topicId.nullable(),
    language: z.enum(["de", "en"]).nullable(),
    brandId: brandId.nullable(),
    tierIds: z.array(tierId).max(20).optional(),
  }),
  requires: skillLevels,
  prefers: z.record(skillId, z.number().int().min(1).max(10)),
});

/** After so long in the queue less is asked for, or more are asked; steps add up. */
const relaxation = z.strictObject({
  afterSeconds: seconds,
  /** So many levels fewer; what falls to 0 is no longer asked for. */
  lower: z.record(skillId, level),
  drop: z.array(skillId).max(50),
  /** These teams, too. */
  teamIds: z.array(teamId).max(50),
  /** To another queue; null: stays. */
  queueId: queueId.nullable(),
});

/** When a queue gives work to another one, and at which measure it stops doing so. */
const overflowRule = z.discriminatedUnion("when", [
  z.strictObject({ when: z.literal("predictedWait"), overSeconds: seconds, backSeconds: seconds, queueId }),
  z.strictObject({
    when: z.literal("length"),
    over: z.number().int().min(1).max(100_000),
    back: z.number().int().min(0).max(100_000),
    queueId,
  }),
  /** Percent answered within the queue's threshold. */
  z.strictObject({
    when: z.literal("serviceLevel"),
    under: z.number().int().min(1).max(100),
    back: z.number().int().min(1).max(100),
    queueId,
  }),
  z.strictObject({ when: z.literal("closed"), queueId }),
]);

/** Whose opening hours a queue keeps, or its own; closed: nothing is offered from it (what waits stays). */
const queueHours = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("always") }),
  z.strictObject({ kind: z.literal("brand"), id: brandId }),
  z.strictObject({ kind: z.literal("channel"), id: channelId }),
  /** A calendar that is gone no longer counts. */
  z.strictObject({ kind: z.literal("own"), hours }),
]);

export const queueOrder = z.enum(["longestIdle", "bestSkill", "leastLoaded"]);

export const queue = z.strictObject({
  id: queueId,
  name: z.string().trim().min(1).max(60),
  /** The first queue whose conditions fit takes a concern. */
  when: queueConditions,
  hours: queueHours,
  /** Empty: everybody who has what is asked for. */
  teamIds: z.array(teamId).max(50),
  requires: skillLevels,
  asks: z.array(skillRule).max(50),
  order: queueOrder,
  steps: z.array(relaxation).max(6),
  /** How long a preferred agent who is there and busy is waited for. */
  patienceSeconds: seconds,
  offerSeconds: z.number().int().min(5).max(3_600),
  /** Kinds that need no accepting. */
  autoAccept: z.array(workKind).max(6),
  /** False: nothing is offered, it has to be pulled. */
  offers: z.boolean(),
  /** Agents may take what waits here out of its order. */
  mayPull: z.boolean(),
  /** What is not live stays with an agent who has gone for so long. */
  keepSeconds: seconds,
  /** The promise of what comes without one. */
  promiseSeconds: seconds,
  /** Threshold of the service level. */
  withinSeconds: seconds,
  /** Percent that are to be answered within it. */
  target: z.number().int().min(1).max(100),
  overflow: z.array(overflowRule).max(10),
});
export type Queue = z.infer<typeof queue>;

/** How a kind of work is treated everywhere. */
const kindSetting = z.strictObject({
  /** Time for work after the end of one; 0: none. */
  wrapUpSeconds: z.number().int().min(0).max(3_600),
  /** After so long without a word a held one rests; 0: never. Of live kinds only. */
  restSeconds: seconds,
});

const named = z.strictObject({ id: z.uuid(), name: z.string().trim().min(1).max(60) });

/** Everything that routing is set up by. */
export const routingBook = z.strictObject({
  skills: z.array(skill).max(200),
  queues: z.array(queue).max(100),
  kinds: z.partialRecord(workKind, kindSetting),
  /** Why somebody is away or busy. */
  reasons: z.array(named.extend({ for: z.enum(["away", "busy"]) })).max(50),
  /** What became of a piece of work, asked for in its wrap-up. */
  dispositions: z.array(named).max(100),
  /** Whose last connection is gone is offline after so long. */
  graceSeconds: z.number().int().min(5).max(600),
  /** For so long what came back from an agent goes to them before others. */
  stickySeconds: seconds,
  /** So many offers in a row without an answer: away. 0: never. */
  missesUntilAway: z.number().int().min(0).max(20),
});
export type RoutingBook = z.infer<typeof routingBook>;

const kindOfAddress: Readonly<Record<AddressKind, WorkKind>> = {
  email: "mail",
  post: "mail",
  signed: "mail",
  chat: "chat",
  phone: "message",
  whatsapp: "message",
  telegram: "message",
  app: "message",
  social: "message",
  forum: "task",
};

/** What kind of work the messages of a channel are, by the kind of address it speaks; what is left of calls that nobody took is to be called back. */
export const workKindOf = (kind: ChannelKind): WorkKind =>
  kind === "phone" ? "callback" : kindOfAddress[addressKindOf[kind]];
