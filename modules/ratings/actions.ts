// Asks customers how their concern was settled, and takes what they say. Called by ratings/routes.ts, ratings/reactions.ts, server/jobs.ts and server/rating.ts.
import { seesBrand, system, type Who } from "#contract/actor.ts";
import type { AddressKind } from "#contract/channel.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, ConcernId, CustomerId } from "#contract/ids.ts";
import type { RatingRule } from "#contract/ratings.ts";
import { badScore, ratingTextLength, scores, type Score } from "#contract/score.ts";
import { storable } from "#lib/text.ts";
import { say } from "#modules/audit/actions.ts";
import { brandById } from "#modules/brands/reads.ts";
import { askForRating, lockRated, noteRating } from "#modules/concerns/actions-asking.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { membersOf } from "#modules/customers/reads.ts";
import { dayMs, dueAfter, noRule, notAsked, ratingIdIn } from "#modules/ratings/model.ts";
import {
  concernOfRating,
  dropQuestion,
  dueQuestions,
  isSilent,
  lastAsked,
  lockRating,
  planQuestion,
  putRule,
  putSilence,
  ratingById,
  ruleOf,
  setAsked,
  setGiven,
} from "#modules/ratings/store.ts";
import type { Tx } from "#platform/db/db.ts";
import { sameText } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";

/** Sets whether a brand's customers are asked, when and how often. What is planned already is asked by the new rule; who was asked keeps the time to answer. */
export const setRatingRule = (
  world: World,
  who: Who,
  brandId: BrandId,
  rule: RatingRule,
): Promise<RatingRule | Refusal> =>
  world.db.transaction(async (tx) => {
    if ((who.kind === "agent" && !seesBrand(who, brandId)) || (await brandById(tx, brandId)) === null)
      return refuse("notFound");
    await putRule(tx, brandId, rule);
    return rule;
  });

/** Plans the question when a concern is settled, and drops it when it is open again (`at` null). Doing it again changes nothing. */
export const followResolution = async (
  world: Pick<World, "newId">,
  tx: Tx,
  of: { readonly concernId: ConcernId; readonly brandId: BrandId; readonly customerId: CustomerId },
  at: string | null,
): Promise<void> => {
  if (at === null) return dropQuestion(tx, of.concernId);
  const rule = (await ruleOf(tx, of.brandId)) ?? noRule;
  if (!rule.enabled) return;
  await planQuestion(tx, { ...of, id: world.newId() }, new Date(dueAfter(at, rule)).toISOString());
};

const atOnce = 50;

/**
 * Asks what is due, each in a transaction of its own: the mark that somebody was asked and the message are one. Who is not to be asked (`notAsked`) is not
 * looked at again. One that fails keeps the others from nothing; it is tried again, and the first failure is thrown at the end. Says how many were asked.
 */
export const askWhatIsDue = async (world: World): Promise<number> => {
  let sent = 0;
  let failure: Error | null = null;
  for (const concernId of await dueQuestions(world.db, world.now().toISOString(), atOnce))
    try {
      sent += await world.db.transaction((tx) => askOne(world, tx, concernId));
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error("a question could not be asked", { cause: error });
    }
  if (failure !== null) throw failure;
  return sent;
};

/** What is written down of who was asked. */
interface Mark {
  readonly id: string;
  readonly to: { readonly kind: AddressKind; readonly norm: string } | null;
  readonly days: number;
  readonly brandId: BrandId | null;
}

const askOne = async (world: World, tx: Tx, concernId: ConcernId): Promise<0 | 1> => {
  const now = world.now();
  const mark: Mark = { id: "", to: null, days: noRule.windowDays, brandId: null };
  let later: number | null = null;
  const asked = await askForRating(world, tx, concernId, async (facts) => {
    const planned = await lockRating(tx, concernId);
    if (planned === null || planned.dueAt === null || planned.askedAt !== null) return null;
    const rule = (await ruleOf(tx, facts.brandId)) ?? noRule;
    const last = await lastAsked(tx, await membersOf(tx, [facts.customerId]), facts.norm);
    const dueAt = facts.resolvedAt === null ? Date.parse(planned.dueAt) : dueAfter(facts.resolvedAt, rule);
    const reason = notAsked({
      ...facts,
      now: now.getTime(),
      dueAt,
      silent: await isSilent(tx, facts.norm),
      lastAskedAt: last === null ? null : Date.parse(last),
      rule,
    });
    if (reason === "early") later = dueAt;
    if (reason !== null) return null;
    Object.assign(mark, {
      id: planned.id,
      to: { kind: facts.kind, norm: facts.norm },
      days: rule.windowDays,
      brandId: facts.brandId,
    });
    return planned.id;
  });
  if (!asked || mark.to === null) {
    await dropQuestion(tx, concernId, later === null ? null : new Date(later).toISOString());
    return 0;
  }
  const closesAt = new Date(now.getTime() + mark.days * dayMs).toISOString();
  await setAsked(tx, concernId, { ...mark.to, at: now.toISOString(), closesAt });
  await say(world, tx, system, [{ kind: "rating.asked", brandId: mark.brandId, concernId, data: { id: mark.id } }]);
  return 1;
};

/** What a page about a question shows. */
export interface RatingPage {
  readonly brand: string;
  readonly number: number;
  readonly score: Score | null;
  readonly text: string;
  readonly until: string;
}

/**
 * The question a link leads to. Refuses notFound for a link that is none of ours, ratingOver when its time is over. Looking at it counts for nothing: mail
 * programs open links by themselves.
 */
export const questionBehind = async (world: World, token: string): Promise<RatingPage | Refusal> => {
  const id = ratingIdIn({ mac: world.mac, same: sameText }, token);
  const row = id === null ? null : await ratingById(world.db, id);
  if (row === null || row.closesAt === null) return refuse("notFound");
  if (row.closesAt <= world.now().toISOString()) return refuse("ratingOver");
  const concern = await rowById(world.db, row.concernId);
  if (concern === null) return refuse("notFound");
  const brand = await brandById(world.db, concern.brandId);
  return { brand: brand?.name ?? "", number: concern.number, score: row.score, text: row.text, until: row.closesAt };
};

/** What somebody says, as it came over a wire. */
export interface Given {
  readonly score: number;
  readonly text: string;
}

/**
 * Takes an answer by a link. It can be changed until its time is over (ratingOver); refuses invalidInput for a score that is none or too many words, and
 * notFound for a link that is none of ours. The same answer again changes nothing.
 */
export const giveRating = async (
  world: World,
  token: string,
  given: Given,
): Promise<Record<string, never> | Refusal> => {
  const id = ratingIdIn({ mac: world.mac, same: sameText }, token);
  return id === null ? refuse("notFound") : give(world, id, given);
};

/** The same from a chat, for a question that was asked there of whoever answers; `norms`: their addresses. Refuses notFound for anybody else's. */
export const giveRatingInChat = async (
  world: World,
  norms: readonly string[],
  id: string,
  given: Given,
): Promise<Record<string, never> | Refusal> => {
  const row = await ratingById(world.db, id);
  return row?.kind === "chat" && norms.includes(row.norm ?? "") ? give(world, id, given) : refuse("notFound");
};

const give = (world: World, id: string, given: Given): Promise<Record<string, never> | Refusal> =>
  world.db.transaction(async (tx) => {
    const score = scores.find((one) => one === given.score);
    const text = storable(given.text.slice(0, ratingTextLength * 2)).trim();
    if (score === undefined) return refuse("invalidInput", undefined, "score");
    if (given.text.length > ratingTextLength * 2 || text.length > ratingTextLength)
      return refuse("invalidInput", undefined, "text");
    const concernId = await concernOfRating(tx, id);
    const rated = concernId === null ? null : await lockRated(tx, concernId);
    const row = rated === null ? null : await lockRating(tx, rated.asked.id);
    if (rated === null || row === null || row.closesAt === null) return refuse("notFound");
    if (row.closesAt <= world.now().toISOString()) return refuse("ratingOver");
    if (row.score === score && row.text === text) return {};
    const changed = row.score !== null;
    await setGiven(tx, rated.asked.id, { score, text, at: world.now().toISOString(), changed });
    const { placed } = rated;
    const about = { concernId: placed.id, brandId: placed.brandId, customerId: placed.customerId };
    const who: Who = { kind: "customer", id: placed.customerId, name: placed.customerName };
    const { reopens } = (await ruleOf(tx, placed.brandId)) ?? noRule;
    await noteRating(world, tx, who, rated, score, reopens && score <= badScore);
    await say(world, tx, who, [{ kind: "rating.given", ...about, data: { id, score, text, changed } }]);
    return {};
  });

/** Whoever has this link does not want to be asked any more. Refuses notFound and ratingOver like `questionBehind`. */
export const stopAsking = async (world: World, token: string): Promise<Record<string, never> | Refusal> => {
  const asked = await questionBehind(world, token);
  if (isRefusal(asked)) return asked;
  const row = await ratingById(world.db, ratingIdIn({ mac: world.mac, same: sameText }, token) ?? "");
  if (row === null || row.norm === null) return refuse("notFound");
  await putSilence(world.db, row.norm, world.now().toISOString());
  return {};
};
