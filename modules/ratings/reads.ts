// What agents see of ratings. Called by ratings/routes.ts.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import type { Result } from "#contract/endpoint.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, ConcernId } from "#contract/ids.ts";
import type { Rating, ratings } from "#contract/ratings.ts";
import type { Score } from "#contract/score.ts";
import { brandById } from "#modules/brands/reads.ts";
import { mergedHere, rowFor } from "#modules/concerns/reads.ts";
import { noRule } from "#modules/ratings/model.ts";
import { askedRatings, ratingsInChat, ruleOf, sums } from "#modules/ratings/store.ts";
import type { World } from "#platform/world.ts";

type Reading = Pick<World, "db" | "now">;

const summedMs = 90 * 24 * 3_600_000;

/** What was said of a concern that this agent may see, or of one that was merged into it; null: nobody was asked. */
export const ratingOf = async ({ db }: Reading, who: AgentActor, id: ConcernId): Promise<Rating | null | Refusal> => {
  const row = await rowFor(db, who, id);
  if (isRefusal(row)) return row;
  const merged = await mergedHere(db, id);
  const [found] = await askedRatings(db, [id, ...merged.map((each) => each.id)]);
  if (found === undefined) return null;
  const { askedAt, closesAt, score, text, givenAt, changed } = found;
  const of = merged.find((each) => each.id === found.concernId)?.number ?? null;
  return { askedAt, until: closesAt, score, text, givenAt, changed, of };
};

/** A brand's rule, and what its customers said lately. */
export const ruleFor = async (
  { db, now }: Reading,
  who: AgentActor,
  brandId: BrandId,
): Promise<Result<typeof ratings.rule> | Refusal> => {
  if (!seesBrand(who, brandId) || (await brandById(db, brandId)) === null) return refuse("notFound");
  const since = new Date(now().getTime() - summedMs).toISOString();
  return { ...((await ruleOf(db, brandId)) ?? noRule), ...(await sums(db, brandId, since)) };
};

/** What somebody in a chat was asked there, of the named questions, and what they said; `norms`: their addresses. */
export const ratingsFor = async (
  { db }: Pick<World, "db">,
  norms: readonly string[],
  ids: readonly string[],
): Promise<{ readonly id: string; readonly score: Score | null; readonly text: string; readonly untilMs: number }[]> =>
  (await ratingsInChat(db, norms, ids)).map(({ id, score, text, closesAt }) => ({
    id,
    score,
    text,
    untilMs: Date.parse(closesAt),
  }));
