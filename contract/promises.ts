// Promises: within which service time something must happen in a concern, and what is done when it comes near or passes.
import { z } from "zod";
import { channelKind } from "#contract/channel.ts";
import { priority } from "#contract/concerns.ts";
import { endpoint, instant } from "#contract/endpoint.ts";
import { brandId, channelId, promiseRuleId, teamId, tierId, topicId } from "#contract/ids.ts";

/** Minutes of service time; null: nothing is promised. At most a year. */
const minutes = z.number().int().min(1).max(525_600);

/** Which concerns a rule is for; what is null or empty does not matter. */
const ruleConditions = z.strictObject({
  /** This topic, or one below it. */
  topicId: topicId.nullable(),
  priorities: z.array(priority).max(4),
  brandId: brandId.nullable(),
  /** By which the concern came. */
  channelKind: channelKind.nullable(),
  /** Whose customer has one of these tiers. */
  tierIds: z.array(tierId).max(20).optional(),
});

/** Whose opening hours are service time. A channel's: those it has of its own, else those of the concern's brand. None set: always. */
const ruleHours = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("always") }),
  z.strictObject({ kind: z.literal("brand") }),
  z.strictObject({ kind: z.literal("channel"), id: channelId }),
]);

export const notified = z.enum(["assignee", "team", "supervisors"]);
export type Notified = z.infer<typeof notified>;

export const promiseRule = z.strictObject({
  id: promiseRuleId,
  name: z.string().trim().min(1).max(100),
  when: ruleConditions,
  targets: z.strictObject({
    firstReply: minutes.nullable(),
    nextReply: minutes.nullable(),
    resolution: minutes.nullable(),
  }),
  hours: ruleHours,
  /** In these states its time stands still. */
  pauses: z.array(z.enum(["waiting", "snoozed"])).max(2),
  /** When it comes near: so much of its time is used up, or so many minutes of service time are left. */
  warn: z.discriminatedUnion("by", [
    z.strictObject({ by: z.literal("share"), percent: z.number().int().min(1).max(99) }),
    z.strictObject({ by: z.literal("minutes"), minutes }),
  ]),
  /** Who is told then. */
  warns: z.array(notified).max(3),
  /** What is done so many minutes of service time after it was missed; null: nothing. */
  escalation: z
    .strictObject({
      afterMinutes: z.number().int().min(0).max(525_600),
      notify: z.array(notified).max(3),
      /** One step up. */
      raise: z.boolean(),
      /** It goes to this team, and nobody has it; null: it stays. */
      teamId: teamId.nullable(),
    })
    .nullable(),
});
export type PromiseRule = z.infer<typeof promiseRule>;

/** The rules in their order: the first that fits a concern counts. */
const promiseRules = z.array(promiseRule).max(100);

/** What became of the open concerns when the rules, the hours or the topics last changed. */
export const recount = z.strictObject({
  at: instant,
  earlier: z.number().int(),
  later: z.number().int(),
  /** Had none that ran, and have one; the other way round. */
  begun: z.number().int(),
  ended: z.number().int(),
  /** Of all that were looked at. */
  open: z.number().int(),
});
export type Recount = z.infer<typeof recount>;

const forecastOf = z.strictObject({ kept: z.number().int(), missed: z.number().int(), running: z.number().int() });
/** What rules would have made of the concerns of the last 30 days. */
export const forecast = z.strictObject({
  /** How many concerns were looked at, the newest ones; and whether there are more. */
  looked: z.number().int(),
  more: z.boolean(),
  firstReply: forecastOf,
  nextReply: forecastOf,
  resolution: forecastOf,
  /** How many concerns each rule fits, in the rules' order. */
  fits: z.array(z.number().int()),
});
export type Forecast = z.infer<typeof forecast>;

export const promises = {
  rules: endpoint({
    method: "GET",
    path: "/api/promise-rules",
    permission: "signedIn",
    summary: "The promise rules in their order, and what came of the last change that was counted",
    result: z.strictObject({ rules: promiseRules, recount: recount.nullable() }),
  }),
  setRules: endpoint({
    method: "PUT",
    path: "/api/promise-rules",
    permission: "setting.manage",
    summary: "Set the promise rules; what is open is counted anew, what was missed stays missed",
    body: z.strictObject({
      rules: promiseRules,
      /** The rules as they were when they were changed; where others stand now it is refused. Left out: whatever stands there. */
      was: promiseRules.optional(),
    }),
    result: z.strictObject({ rules: promiseRules }),
  }),
  forecast: endpoint({
    method: "POST",
    path: "/api/promise-forecasts",
    permission: "setting.manage",
    summary: "What these rules would have made of the concerns of the last 30 days",
    body: z.strictObject({ rules: promiseRules }),
    result: forecast,
  }),
};
