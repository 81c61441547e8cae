// Automation: rules that act by themselves on what happens and on time that passes, and macros, by which people do the same in one step.
import { z } from "zod";
import { channelKind } from "#contract/channel.ts";
import { concernRow, mostAtOnce, mostTags, priority, status, viewShare } from "#contract/concerns.ts";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { errorCode } from "#contract/errors.ts";
import { fieldOwner, fieldValue } from "#contract/fields.ts";
import {
  agentId,
  automationRuleId,
  brandId,
  concernId,
  macroId,
  messageId,
  teamId,
  tierId,
  topicId,
} from "#contract/ids.ts";
import { notified } from "#contract/promises.ts";
import { score } from "#contract/ratings.ts";

/** Minutes; at most a year. */
const minutes = z.number().int().min(1).max(525_600);
/** Is it time on the clock, or the opening hours of the concern's brand (none set: always open)? */
export const counted = z.enum(["clock", "service"]);

/** What can happen to a concern. "messageIn" and "messageOut" are what is said to and fro, with what begins it; programs' own words are none. */
export const happenings = [
  "begun",
  "messageIn",
  "messageOut",
  "noteAdded",
  "status",
  "priority",
  "topic",
  "assignee",
  "team",
  "tags",
  "promiseNear",
  "promiseMissed",
  "rated",
] as const;
export const happening = z.enum(happenings);
export type Happening = z.infer<typeof happening>;

/** Since when time is counted: it waits for the customer, the customer waits for us, it is settled. */
export const stretches = ["customer", "us", "resolved"] as const;
export const stretch = z.enum(stretches);
export type Stretch = z.infer<typeof stretch>;

/** What sets a rule off: one of these happens, or a stretch has lasted so long. */
const ruleWhen = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("event"), events: z.array(happening).min(1).max(happenings.length) }),
  z.strictObject({ by: z.literal("time"), since: stretch, minutes, counted }),
]);

const word = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => text.isWellFormed() && !text.includes("\u0000"));
const longText = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => text.trim() !== "" && text.isWellFormed() && !text.includes("\u0000"));
const tags = z.array(word.max(60)).min(1).max(mostTags);

/** What is asked of a concern. `not`: it must not be so. Null stands for none. */
export const condition = z.discriminatedUnion("what", [
  /** By which kind of channel the concern came. */
  z.strictObject({ what: z.literal("channel"), not: z.boolean(), kinds: z.array(channelKind).min(1).max(20) }),
  z.strictObject({ what: z.literal("brand"), not: z.boolean(), brandId }),
  /** This topic, or one below it. */
  z.strictObject({ what: z.literal("topic"), not: z.boolean(), topicId: topicId.nullable() }),
  z.strictObject({ what: z.literal("priority"), not: z.boolean(), priorities: z.array(priority).min(1).max(4) }),
  z.strictObject({ what: z.literal("status"), not: z.boolean(), statuses: z.array(status).min(1).max(6) }),
  z.strictObject({ what: z.literal("tag"), not: z.boolean(), tag: word.max(60) }),
  z.strictObject({ what: z.literal("team"), not: z.boolean(), teamId: teamId.nullable() }),
  z.strictObject({ what: z.literal("assignee"), not: z.boolean(), agentId: agentId.nullable() }),
  /** In which language the customer writes. */
  z.strictObject({ what: z.literal("language"), not: z.boolean(), language: z.enum(["de", "en"]) }),
  z.strictObject({ what: z.literal("organisation"), not: z.boolean(), name: word }),
  /** The customer has one of these tiers. */
  z.strictObject({ what: z.literal("tier"), not: z.boolean(), tierIds: z.array(tierId).min(1).max(20) }),
  /** A custom field; case and accents make no difference. */
  z.strictObject({
    what: z.literal("field"),
    not: z.boolean(),
    owner: fieldOwner,
    key: word.max(100),
    value: fieldValue.refine((value) => typeof value !== "string" || (value.trim() !== "" && value.isWellFormed())),
  }),
  /** One of these words or phrases stands in what was said last; case and accents make no difference. */
  z.strictObject({
    what: z.literal("words"),
    not: z.boolean(),
    in: z.enum(["subject", "text", "both"]),
    words: z.array(word).min(1).max(30),
  }),
  /** It is open by the hours of the concern's brand. */
  z.strictObject({ what: z.literal("open"), not: z.boolean() }),
  /** Somebody vouches for the sender of what was said last. */
  z.strictObject({ what: z.literal("sure"), not: z.boolean() }),
  /** A machine wrote what was said last. */
  z.strictObject({ what: z.literal("machine"), not: z.boolean() }),
  z.strictObject({ what: z.literal("rating"), not: z.boolean(), scores: z.array(score).min(1).max(5) }),
  /** Who did what sets the rule off. */
  z.strictObject({ what: z.literal("by"), not: z.boolean(), who: z.enum(["agent", "customer", "program"]) }),
]);
export type Condition = z.infer<typeof condition>;

/** An agent, or ("me", of macros only) whoever does it. */
const anAgent = z.union([agentId, z.literal("me")]);

/** What is done. Rules and macros know the same. */
export const action = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("priority"), priority }),
  z.strictObject({ do: z.literal("topic"), topicId: topicId.nullable() }),
  z.strictObject({ do: z.literal("status"), status: z.enum(["open", "waiting", "resolved", "closed"]) }),
  z.strictObject({ do: z.literal("snooze"), minutes, counted }),
  z.strictObject({ do: z.literal("addTags"), tags }),
  z.strictObject({ do: z.literal("removeTags"), tags }),
  z.strictObject({ do: z.literal("assignee"), agentId: anAgent.nullable() }),
  z.strictObject({ do: z.literal("team"), teamId: teamId.nullable() }),
  z.strictObject({ do: z.literal("note"), text: longText(5_000) }),
  /** To the concern's customer, where they wrote from last. {name}, {number}, {subject} and {brand} are filled in. */
  z.strictObject({ do: z.literal("reply"), text: longText(10_000) }),
  z.strictObject({ do: z.literal("follow"), agentId: anAgent }),
  z.strictObject({ do: z.literal("notify"), who: z.array(notified).max(3), agentIds: z.array(agentId).max(20) }),
  /** No rule below this one acts on what happened. */
  z.strictObject({ do: z.literal("stop") }),
]);
export type Action = z.infer<typeof action>;
const actions = z.array(action).min(1).max(20);

/** When it is set off and all of `all` and (if there are any) one of `any` hold, the actions are done in their order. */
export const automationRule = z.strictObject({
  id: automationRuleId,
  name: z.string().trim().min(1).max(100),
  on: z.boolean(),
  when: ruleWhen,
  all: z.array(condition).max(20),
  any: z.array(condition).max(20),
  actions,
});
export type AutomationRule = z.infer<typeof automationRule>;

/** Rules in their order: what happened goes through them once, from the first to the last. */
const automationRules = z.array(automationRule).max(100);

/** What became of one action: done, or why not. */
export const deed = z.strictObject({
  action,
  /** Null: it was done. */
  refused: z
    .strictObject({ code: errorCode, facts: z.record(z.string(), z.union([z.string(), z.number()])) })
    .nullable(),
});
export type Deed = z.infer<typeof deed>;

/** What set a rule off: what happened, or the stretch that lasted so long. */
export const cause = z.union([happening, stretch]);
export type Cause = z.infer<typeof cause>;

/** One time a rule acted. */
export const run = z.strictObject({
  id: z.uuid(),
  at: instant,
  concernId,
  number: z.number().int(),
  subject: z.string(),
  cause,
  deeds: z.array(deed),
});
export type Run = z.infer<typeof run>;

/** One of the times a rule would have acted. */
const tried = z.strictObject({
  concernId,
  number: z.number().int(),
  subject: z.string(),
  at: instant,
  cause,
  /** Those that held. */
  conditions: z.array(condition),
  /** What of its actions would have changed something; empty: nothing would. */
  actions: z.array(action),
  /** People did all of it that can be compared within a day; null: nothing can be compared, or it is too early to say. */
  same: z.boolean().nullable(),
});

/** What one rule would have done in the last 30 days. */
const triedRule = z.strictObject({
  ruleId: automationRuleId,
  /** How often it would have been set off with its conditions holding. */
  fitted: z.number().int(),
  /** In how many concerns it would have changed or said something. */
  concerns: z.number().int(),
  /**
   * For each of its actions, in their order: how often it would have been done; how often of these, whose day is over or in which they already have, agents
   * could have done the same (`of`; 0 for what cannot be compared: notes, and telling people), and how often they did.
   */
  deeds: z.array(z.strictObject({ count: z.number().int(), same: z.number().int(), of: z.number().int() })),
  /** The newest 20. */
  examples: z.array(tried),
});
export type TriedRule = z.infer<typeof triedRule>;

/** What rules would have done with what the log has of the last 30 days. */
const trial = z.strictObject({
  /** How many concerns, the newest, and entries of the log were looked at; and whether there are more. */
  looked: z.number().int(),
  entries: z.number().int(),
  more: z.boolean(),
  /** In the rules' order. */
  rules: z.array(triedRule),
});
export type Trial = z.infer<typeof trial>;

export const automation = {
  rules: endpoint({
    method: "GET",
    path: "/api/automation-rules",
    permission: "signedIn",
    summary: "The rules that act by themselves, in their order",
    result: z.strictObject({ rules: automationRules }),
  }),
  setRules: endpoint({
    method: "PUT",
    path: "/api/automation-rules",
    permission: "setting.manage",
    summary: "Set the rules that act by themselves",
    body: z.strictObject({
      rules: automationRules,
      /** The rules as they were when they were changed; where others stand now it is refused. Left out: whatever stands there. */
      was: automationRules.optional(),
    }),
    result: z.strictObject({ rules: automationRules }),
  }),
  runs: endpoint({
    method: "GET",
    path: "/api/automation-rules/:id/runs",
    permission: "setting.manage",
    summary: "The last 50 times a rule acted, newest first, with what could not be done and why",
    params: z.strictObject({ id: automationRuleId }),
    result: z.strictObject({ runs: z.array(run) }),
  }),
  tryRules: endpoint({
    method: "POST",
    path: "/api/automation-trials",
    permission: "setting.manage",
    summary: "What these rules would have done in the last 30 days, and whether people did the same; changes nothing",
    body: z.strictObject({ rules: automationRules }),
    result: trial,
  }),
};

/** A key of its own: pressed after "q". */
export const macroKey = z.enum(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
export type MacroKey = z.infer<typeof macroKey>;

const macroActions = actions.refine(
  (all): boolean => all.every((one) => one.do !== "stop"),
  "a macro has no rules below it to stop",
);

/** What people do in one step, to one concern or to many. */
export const macro = z.strictObject({
  id: macroId,
  name: z.string(),
  key: macroKey.nullable(),
  share: viewShare,
  actions: z.array(action),
  /** This agent may change and remove it. */
  mayChange: z.boolean(),
  version: z.number().int(),
});
export type Macro = z.infer<typeof macro>;

export const macroInput = z.strictObject({
  name: z.string().trim().min(1).max(60),
  key: macroKey.nullable(),
  share: viewShare,
  actions: macroActions,
});
export type MacroInput = z.infer<typeof macroInput>;

const byMacro = z.strictObject({ id: macroId });

export const macros = {
  list: endpoint({
    method: "GET",
    path: "/api/macros",
    permission: "signedIn",
    summary: "The macros this agent may use: their own, their teams' and everybody's, by name",
    result: z.array(macro),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/macros",
    permission: "concern.change",
    summary: "Make a macro; one for others needs the right to supervise",
    body: macroInput,
    result: macro,
  }),
  change: endpoint({
    method: "PUT",
    path: "/api/macros/:id",
    permission: "concern.change",
    summary: "Change a macro; refused when somebody else has changed it since",
    params: byMacro,
    body: macroInput.extend({ /** As it was when it was changed. */ version: z.number().int() }),
    result: macro,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/api/macros/:id",
    permission: "concern.change",
    summary: "Remove a macro",
    params: byMacro,
    result: done,
  }),
  run: endpoint({
    method: "POST",
    path: "/api/macros/:id/runs",
    permission: "concern.change",
    summary: "Do what a macro says to these concerns, each once under the key; taken back like a change to many",
    params: byMacro,
    body: z.strictObject({ key: z.uuid(), ids: z.array(concernId).min(1).max(mostAtOnce) }),
    result: z.strictObject({
      changed: z.array(concernRow),
      refused: z.array(
        z.strictObject({
          id: concernId,
          code: errorCode,
          facts: z.record(z.string(), z.union([z.string(), z.number()])),
        }),
      ),
      /** Answers that were sent and can still be taken back. */
      sent: z.array(messageId),
    }),
  }),
};
