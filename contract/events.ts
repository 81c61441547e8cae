// The event log's entries: what happened, as data. History, live feed, reactions and webhooks read nothing else.
import { z } from "zod";
import { automationRule, cause, condition, deed } from "#contract/automation.ts";
import { brand, channel, channelCost, topic } from "#contract/brands.ts";
import { call, callWish } from "#contract/calls.ts";
import { agent, team } from "#contract/agents.ts";
import { concernRow, delivery, draft, draftKind, link, message, move, party, scheduled } from "#contract/concerns.ts";
import { instant } from "#contract/endpoint.ts";
import { errorCode } from "#contract/errors.ts";
import { field, fieldChange, fieldValues } from "#contract/fields.ts";
import { held, uploadId } from "#contract/files.ts";
import { flowOver, flowWhy } from "#contract/flow-runs.ts";
import { hours, hoursOwner } from "#contract/hours.ts";
import {
  automationRuleId,
  brandId,
  calendarId,
  callId,
  channelId,
  flowId,
  flowRunId,
  macroId,
  noticeId,
  organisationId,
  promiseRuleId,
  queueId,
  serviceId,
  teamId,
  workId,
} from "#contract/ids.ts";
import { notice } from "#contract/notices.ts";
import { promiseKind } from "#contract/promise-state.ts";
import { promiseRule, recount } from "#contract/promises.ts";
import { score } from "#contract/ratings.ts";
import { tier } from "#contract/tiers.ts";
import { agentWork, routingBook } from "#contract/routing-book.ts";
import { because, presence, wish, work } from "#contract/routing.ts";
import { agentId, concernId, customerId, deliveryId, messageId } from "#contract/ids.ts";

/** Parts of a row that changed, always with the new version. */
export const concernPatch = concernRow
  .omit({ id: true, version: true })
  .partial()
  .extend({ version: z.number().int() });

/** A message as the log keeps it: signed addresses are made when it is read. Long bodies are left to the fetch. */
export const loggedMessage = message.omit({
  html: true,
  files: true,
  rawUrl: true,
  foldedText: true,
  text: true,
  parts: true,
});

/** Which promise of a concern, by which rule, and until when; null: its time stood still. */
const aPromise = { promise: promiseKind, ruleId: promiseRuleId, rule: z.string(), dueAt: instant.nullable() };

const kinds = {
  "concern.created": z.strictObject({ row: concernRow }),
  /** Its first message was taken back before anything else happened: it is as if it had never been. */
  "concern.removed": z.strictObject({ number: z.number().int() }),
  "concern.changed": z.strictObject({
    patch: concernPatch,
    /** Words for the history, e.g. why ("snooze ended", "customer answered"). */ because: z.string().nullable(),
  }),
  "concern.fieldsChanged": z.strictObject({
    fields: fieldValues,
    /** What of them is new, for the history. */ changed: z.array(fieldChange),
  }),
  "concern.followed": z.strictObject({ agentId, following: z.boolean() }),
  "concern.linked": z.strictObject({ link }),
  /** Number and brand are the other's. */
  "concern.unlinked": z.strictObject({ other: concernId, number: z.number().int(), brandId }),
  "concern.partyJoined": z.strictObject({ party }),
  "concern.firstReply": z.strictObject({ /** Null: the only answer was taken back. */ at: instant.nullable() }),
  "concern.resolvedAt": z.strictObject({ at: instant.nullable() }),
  "message.added": z.strictObject({ message: loggedMessage }),
  /** Messages have left this concern for the other, or have come: places are new in both. `undone`: an earlier move was taken back by it. */
  "message.moved": z.strictObject({ move, messageIds: z.array(messageId), undone: z.boolean() }),
  /** Somebody says that the message belongs where it is. */
  "message.kept": z.strictObject({ messageId }),
  /** A plan was changed, held back, or (null) has become a message said `at` that time. */
  "message.scheduled": z.strictObject({
    messageId,
    scheduled: scheduled.nullable(),
    at: instant.nullable(),
    version: z.number().int(),
  }),
  /** A virus scanner has looked at a file of it; null: it may be had. */
  "message.fileChecked": z.strictObject({
    messageId,
    fileId: z.uuid(),
    name: z.string(),
    held: held.nullable(),
    version: z.number().int(),
  }),
  /** Somebody saw what is covered: of the text, a file as it came, or the whole message as it came. */
  "message.secretShown": z.strictObject({
    messageId,
    what: z.enum(["text", "file", "original"]),
    name: z.string().nullable(),
  }),
  "message.withdrawn": z.strictObject({ messageId }),
  "delivery.changed": z.strictObject({ messageId, deliveryId, delivery, version: z.number().int() }),
  "draft.changed": z.strictObject({
    agentId,
    kind: draftKind,
    /** Files by their ids only: their signed addresses are for whoever asks, not for the log. */
    draft: draft
      .omit({ uploads: true })
      .extend({ uploadIds: z.array(uploadId) })
      .nullable(),
  }),
  /** The customer was asked how it was settled, and has said so (`changed`: not for the first time). */
  "rating.asked": z.strictObject({ id: z.uuid() }),
  "rating.given": z.strictObject({ id: z.uuid(), score, text: z.string(), changed: z.boolean() }),
  "promise.kept": z.strictObject(aPromise),
  /** Its time has passed. */
  "promise.missed": z.strictObject(aPromise),
  /** What was missed has been done, so much service time too late. */
  "promise.late": z.strictObject({ ...aPromise, lateMs: z.number().int() }),
  /** It comes near, or was missed and something was done about it: who is told. */
  "promise.warned": z.strictObject({ ...aPromise, agentIds: z.array(agentId) }),
  "promise.escalated": z.strictObject({ ...aPromise, agentIds: z.array(agentId) }),
  "promise.rulesChanged": z.strictObject({ rules: z.array(promiseRule) }),
  /** What is open was counted anew. */
  "promise.recounted": z.strictObject({ recount }),
  "automation.rulesChanged": z.strictObject({ rules: z.array(automationRule) }),
  /** A rule acted, or somebody used a macro: why, what was done, and who is told. */
  "automation.ran": z.strictObject({
    by: z.discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("rule"),
        ruleId: automationRuleId,
        name: z.string(),
        cause,
        /** Those that held. */
        conditions: z.array(condition),
      }),
      z.strictObject({ kind: z.literal("macro"), macroId, name: z.string() }),
    ]),
    deeds: z.array(deed),
    agentIds: z.array(agentId),
  }),
  /** By whom; `shared`: others may use it, too. */
  "macro.changed": z.strictObject({ agentId, shared: z.boolean() }),
  /** Somebody wants something of the routing (contract/routing.ts); what became of it is `work.settled`. */
  "work.wished": z.strictObject({
    wishId: z.uuid(),
    wish,
    /** Whoever it is may decide about others' work. */ supervises: z.boolean(),
  }),
  /** Done, or refused with a code. */
  "work.settled": z.strictObject({ wishId: z.uuid(), agentId: agentId.nullable(), refused: z.string().nullable() }),
  /** A piece of work is where it is said to be. `why`: how it came there, or `offered`, `held` and how. */
  "work.changed": z.strictObject({ work, why: z.string() }),
  /** To whom it is offered, until when, and why. */
  "work.offered": z.strictObject({ work, because }),
  /** Somebody has it no longer; `why` says who gave it up or what took it. */
  "work.returned": z.strictObject({ workId, agentId, why: z.string(), reason: z.string() }),
  "work.ended": z.strictObject({ workId, agentId: agentId.nullable(), why: z.enum(["finished", "left"]) }),
  "work.disposed": z.strictObject({ workId, agentId, name: z.string() }),
  "presence.changed": z.strictObject({ agentId, presence }),
  "queue.changed": z.strictObject({ queueId, paused: z.boolean(), open: z.boolean(), overflows: z.boolean() }),
  "routing.bookChanged": z.strictObject({ book: routingBook, revision: z.number().int() }),
  "routing.agentChanged": z.strictObject({ agentId, work: agentWork }),
  "team.told": z.strictObject({ id: z.uuid(), teamId: teamId.nullable(), text: z.string() }),
  "wallboard.changed": z.strictObject({ id: z.uuid(), name: z.string(), removed: z.boolean() }),
  /** A flow went on: whoever shows one that is held by itself reads what is new, and whatever it wants done may be due. */
  "flow.stepped": z.strictObject({ runId: flowRunId }),
  /** A flow runs in a concern from now on: it waits in no queue. `by`: who wrote began it, or somebody sent it. */
  "flow.began": z.strictObject({ runId: flowRunId, flowId, name: z.string(), by: z.enum(["entry", "desk"]) }),
  /** It is over, and how; `why` of what was handed over. */
  "flow.ended": z.strictObject({ runId: flowRunId, flowId, name: z.string(), over: flowOver, why: flowWhy.nullable() }),
  /** A call is so from now on, whole. */
  "call.changed": z.strictObject({ call }),
  /** Somebody wants something done with a call; what became of it is `call.settled`. */
  "call.wished": z.strictObject({ wishId: z.uuid(), callId, wish: callWish, supervises: z.boolean() }),
  /** Done, or refused with a code. */
  "call.settled": z.strictObject({
    wishId: z.uuid(),
    callId,
    agentId: agentId.nullable(),
    refused: z.string().nullable(),
  }),
  /** A flow is written, published, or runs by an older version again; `published`: the version that runs for who begins now. */
  "flow.changed": z.strictObject({
    flowId,
    name: z.string(),
    what: z.enum(["created", "changed", "published", "rolledBack"]),
    published: z.number().int().nullable(),
  }),
  "flow.removed": z.strictObject({ flowId, name: z.string() }),
  /** A service that flows may ask was connected or changed. */
  "service.changed": z.strictObject({ serviceId, name: z.string() }),
  "service.removed": z.strictObject({ serviceId, name: z.string() }),
  "customer.created": z.strictObject({ customerId }),
  "customer.changed": z.strictObject({ customerId, what: z.array(z.string()), version: z.number().int() }),
  /** What of it is other: "tier", "agent". */
  "organisation.changed": z.strictObject({ organisationId, what: z.array(z.string()) }),
  /** All of them in their order. */
  "tier.changed": z.strictObject({ tiers: z.array(tier) }),
  "customer.removed": z.strictObject({ customerId }),
  "customer.merged": z.strictObject({ mergeId: z.uuid(), keptId: customerId, goneId: customerId }),
  "customer.unmerged": z.strictObject({ mergeId: z.uuid(), keptId: customerId, goneId: customerId }),
  /** Two may be one; `sure` null: nothing speaks for it any more. */
  "customer.proposed": z.strictObject({ customerId, otherId: customerId, sure: z.string().nullable() }),
  /** Somebody said that two are two, or took that back. */
  "customer.declined": z.strictObject({ customerId, otherId: customerId, declined: z.boolean() }),
  "agent.changed": z.strictObject({ agent }),
  "agent.mentioned": z.strictObject({ agentId, messageId }),
  "team.changed": z.strictObject({ team }),
  "brand.changed": z.strictObject({ brand }),
  /** `set`: somebody set it, so that what could not leave by it is tried again. */
  "channel.changed": z.strictObject({ channel, set: z.literal(true).optional() }),
  /** What a message by a kind of channel costs. */
  "channelCost.changed": z.strictObject({ cost: channelCost }),
  /** A site can sign its users in to a chat by another key, or by one fewer. */
  "signingKey.changed": z.strictObject({ channelId, keyId: z.uuid(), name: z.string(), removed: z.boolean() }),
  /** Null: it has none of its own any more. */
  "hours.changed": z.strictObject({ owner: hoursOwner, hours: hours.nullable() }),
  /** A calendar of holidays came, has other days or another name. */
  "calendar.changed": z.strictObject({ calendarId, name: z.string() }),
  /** Fetching a calendar from its address began to fail (with the code of contract/errors.ts), or works again (null). */
  "calendar.fetched": z.strictObject({ calendarId, name: z.string(), fault: errorCode.nullable() }),
  "calendar.removed": z.strictObject({ calendarId, name: z.string() }),
  "notice.changed": z.strictObject({ notice }),
  "notice.removed": z.strictObject({ noticeId }),
  "topic.changed": z.strictObject({ topic }),
  "topic.removed": z.strictObject({ topicId: z.uuid() }),
  "field.changed": z.strictObject({ field }),
  "field.removed": z.strictObject({ fieldId: z.uuid() }),
  /** By whom; `shared`: others see it, too. */
  "view.changed": z.strictObject({ agentId, shared: z.boolean() }),
  "session.began": z.strictObject({ agentId }),
  "session.refused": z.strictObject({ reason: z.string() }),
  /** Somebody decided about mails that were set aside (by the ids of their arrivals). */
  "intake.settled": z.strictObject({ ids: z.array(z.uuid()), as: z.enum(["concern", "away"]) }),
  "intake.refused": z.strictObject({ reason: z.string(), detail: z.string() }),
} as const;

export type EventKind = keyof typeof kinds;
export type EventData<K extends EventKind> = z.infer<(typeof kinds)[K]>;
export const eventKinds = Object.keys(kinds) as readonly EventKind[];
export const eventSchema = (kind: EventKind): z.ZodType => kinds[kind];

export const actor = z.strictObject({
  kind: z.enum(["agent", "customer", "helper", "system"]),
  id: z.uuid().nullable(),
  name: z.string(),
});
export type Actor = z.infer<typeof actor>;

/** One entry as it crosses the wire. `seq` rises in commit order. */
export interface LoggedEvent<K extends EventKind = EventKind> {
  readonly seq: number;
  readonly at: string;
  readonly kind: K;
  readonly actor: Actor;
  readonly brandId: z.infer<typeof brandId> | null;
  readonly concernId: z.infer<typeof concernId> | null;
  readonly customerId: z.infer<typeof customerId> | null;
  readonly data: EventData<K>;
}

/** The union over all kinds, for `switch (event.kind)`. */
export type AnyEvent = { [K in EventKind]: LoggedEvent<K> }[EventKind];
