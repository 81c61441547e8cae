// What customers say of how their concern was settled: one question each, and what came back.
import { z } from "zod";
import { endpoint, instant } from "#contract/endpoint.ts";
import { brandId, concernId } from "#contract/ids.ts";
import { scores } from "#contract/score.ts";

export const score = z.literal(scores);

export const rating = z.strictObject({
  askedAt: instant,
  /** Until then it can be given and changed. */
  until: instant,
  /** Null: nothing came back yet. */
  score: score.nullable(),
  text: z.string(),
  givenAt: instant.nullable(),
  /** Given more than once; the last one holds. */
  changed: z.boolean(),
  /** It was given for a concern that was merged into this one: that one's number. */
  of: z.number().int().nullable(),
});
export type Rating = z.infer<typeof rating>;

export const ratingRule = z.strictObject({
  enabled: z.boolean(),
  /** From the resolution to the question. */
  delayMinutes: z.number().int().min(0).max(43_200),
  /** From the question on: so long it can be answered, and the answer changed. */
  windowDays: z.number().int().min(1).max(90),
  /** Nobody is asked again before. */
  pauseDays: z.number().int().min(0).max(365),
  /** A rating of 1 or 2 opens the concern again. */
  reopens: z.boolean(),
});
export type RatingRule = z.infer<typeof ratingRule>;

const byBrand = z.strictObject({ id: brandId });

export const ratings = {
  ofConcern: endpoint({
    method: "GET",
    path: "/api/concerns/:id/rating",
    permission: "concern.read",
    summary: "What the customer said of how a concern was settled; null: they were not asked",
    params: z.strictObject({ id: concernId }),
    result: rating.nullable(),
  }),
  rule: endpoint({
    method: "GET",
    path: "/api/brands/:id/ratings",
    permission: "setting.manage",
    summary: "Whether customers of a brand are asked, when and how often, and what they said in the last 90 days",
    params: byBrand,
    result: ratingRule.extend({
      asked: z.number().int(),
      given: z.number().int(),
      /** Of the scores given; null: there is none. */
      average: z.number().nullable(),
    }),
  }),
  setRule: endpoint({
    method: "PUT",
    path: "/api/brands/:id/ratings",
    permission: "setting.manage",
    summary: "Set whether customers of a brand are asked, when and how often",
    params: byBrand,
    body: ratingRule,
    result: ratingRule,
  }),
};
