// The SQL of ratings. Called by ratings/actions.ts and ratings/reads.ts.
import type { AddressKind } from "#contract/channel.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { RatingRule } from "#contract/ratings.ts";
import type { Score } from "#contract/score.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A brand's rule; null: nobody has said one. */
export const ruleOf = (tx: Tx, brandId: string): Promise<RatingRule | null> =>
  tx.maybe(sql`
    SELECT enabled, (delay_ms / 60000)::int AS "delayMinutes", window_days AS "windowDays", pause_days AS "pauseDays", reopens
      FROM rating_rule WHERE brand_id = ${brandId}`);

/** Sets a brand's rule. */
export const putRule = async (tx: Tx, brandId: string, rule: RatingRule): Promise<void> => {
  await tx.run(sql`
    INSERT INTO rating_rule (brand_id, enabled, delay_ms, window_days, pause_days, reopens)
    VALUES (${brandId}, ${rule.enabled}, ${rule.delayMinutes * 60_000}, ${rule.windowDays}, ${rule.pauseDays}, ${rule.reopens})
    ON CONFLICT (brand_id) DO UPDATE SET enabled = excluded.enabled, delay_ms = excluded.delay_ms, window_days = excluded.window_days,
      pause_days = excluded.pause_days, reopens = excluded.reopens`);
};

/** Plans the question of a concern; one that was asked is not asked again. */
export const planQuestion = async (
  tx: Tx,
  of: { readonly id: string; readonly concernId: string; readonly brandId: string; readonly customerId: string },
  dueAt: string,
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO rating (id, concern_id, brand_id, customer_id, due_at)
    VALUES (${of.id}, ${of.concernId}, ${of.brandId}, ${of.customerId}, ${dueAt})
    ON CONFLICT (concern_id) DO UPDATE SET due_at = excluded.due_at, customer_id = excluded.customer_id WHERE rating.asked_at IS NULL`);
};

/** No question is planned any more, or (`later`) it is for another time. */
export const dropQuestion = async (tx: Tx, concernId: string, later: string | null = null): Promise<void> => {
  await tx.run(sql`UPDATE rating SET due_at = ${later} WHERE concern_id = ${concernId} AND due_at IS NOT NULL`);
};

/** Concerns whose question is due. */
export const dueQuestions = async (tx: Tx, now: string, limit: number): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(
      sql`SELECT concern_id AS id FROM rating WHERE due_at <= ${now} ORDER BY due_at LIMIT ${limit}`,
    )
  ).map(({ id }) => id);

export interface RatingRow {
  readonly id: string;
  readonly concernId: ConcernId;
  readonly dueAt: string | null;
  readonly askedAt: string | null;
  readonly closesAt: string | null;
  readonly kind: AddressKind | null;
  readonly norm: string | null;
  readonly score: Score | null;
  readonly text: string;
  readonly givenAt: string | null;
  readonly changed: boolean;
}

const columns = sql`
  id, concern_id AS "concernId", due_at AS "dueAt", asked_at AS "askedAt", closes_at AS "closesAt", kind, norm, score, words AS text, given_at AS "givenAt", changed`;

/** A concern's rating, locked. */
export const lockRating = (tx: Tx, concernId: string): Promise<RatingRow | null> =>
  tx.maybe<RatingRow>(sql`SELECT ${columns} FROM rating WHERE concern_id = ${concernId} FOR UPDATE`);

/** A rating by its id. */
export const ratingById = (tx: Tx, id: string): Promise<RatingRow | null> =>
  tx.maybe<RatingRow>(sql`SELECT ${columns} FROM rating WHERE id = ${id}`);

/** What these addresses were asked in a chat, of the named questions. */
export const ratingsInChat = (
  tx: Tx,
  norms: readonly string[],
  ids: readonly string[],
): Promise<(RatingRow & { readonly closesAt: string })[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx.rows(sql`
        SELECT ${columns} FROM rating
         WHERE id = ANY (${ids}::uuid[]) AND kind = 'chat' AND norm = ANY (${norms}::text[]) AND closes_at IS NOT NULL`);

/** Which concern a rating is of. */
export const concernOfRating = async (tx: Tx, id: string): Promise<ConcernId | null> =>
  (await ratingById(tx, id))?.concernId ?? null;

/** What was asked of these concerns: what was answered before what was not, the latest first. */
export const askedRatings = (
  tx: Tx,
  concernIds: readonly string[],
): Promise<(RatingRow & { readonly askedAt: string; readonly closesAt: string })[]> =>
  tx.rows(sql`
    SELECT ${columns} FROM rating WHERE concern_id = ANY (${concernIds}::uuid[]) AND asked_at IS NOT NULL
     ORDER BY given_at DESC NULLS LAST, asked_at DESC`);

/** The question was asked. */
export const setAsked = async (
  tx: Tx,
  concernId: string,
  asked: { readonly kind: AddressKind; readonly norm: string; readonly at: string; readonly closesAt: string },
): Promise<void> => {
  await tx.run(sql`
    UPDATE rating SET asked_at = ${asked.at}, closes_at = ${asked.closesAt}, kind = ${asked.kind}, norm = ${asked.norm}, due_at = NULL
     WHERE concern_id = ${concernId}`);
};

/** An answer came. */
export const setGiven = async (
  tx: Tx,
  concernId: string,
  given: { readonly score: Score; readonly text: string; readonly at: string; readonly changed: boolean },
): Promise<void> => {
  await tx.run(sql`
    UPDATE rating SET score = ${given.score}, words = ${given.text}, given_at = ${given.at}, changed = ${given.changed} WHERE concern_id = ${concernId}`);
};

/** When one of these customers, or that address, was asked last. */
export const lastAsked = async (tx: Tx, customerIds: readonly string[], norm: string): Promise<string | null> =>
  (
    await tx.one<{ at: string | null }>(
      sql`SELECT max(asked_at) AS at FROM rating WHERE asked_at IS NOT NULL AND (customer_id = ANY (${customerIds}::uuid[]) OR norm = ${norm})`,
    )
  ).at;

/** Does whoever reads there not want to be asked? */
export const isSilent = async (tx: Tx, norm: string): Promise<boolean> =>
  (await tx.one<{ is: boolean }>(sql`SELECT EXISTS (SELECT FROM rating_silence WHERE norm = ${norm}) AS is`)).is;

/** Whoever reads there does not want to be asked any more. */
export const putSilence = async (tx: Tx, norm: string, at: string): Promise<void> => {
  await tx.run(sql`INSERT INTO rating_silence (norm, at) VALUES (${norm}, ${at}) ON CONFLICT DO NOTHING`);
};

/** What a brand's customers were asked and said since. */
export const sums = (
  tx: Tx,
  brandId: string,
  since: string,
): Promise<{ readonly asked: number; readonly given: number; readonly average: number | null }> =>
  tx.one(sql`
    SELECT count(*)::int AS asked, count(score)::int AS given, round(avg(score), 2)::float8 AS average
      FROM rating WHERE brand_id = ${brandId} AND asked_at > ${since}`);
