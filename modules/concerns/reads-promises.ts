// What promise rules would have made of past concerns. Called by concerns/routes-promises.ts.
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { Forecast, PromiseRule } from "#contract/promises.ts";
import type { ConcernId } from "#contract/ids.ts";
import { ofConcerns } from "#modules/audit/reads.ts";
import { allTopics } from "#modules/brands/reads.ts";
import { begunSince } from "#modules/concerns/store-promises.ts";
import { standingsIn } from "#modules/concerns/store-work.ts";
import { allHours } from "#modules/hours/reads.ts";
import { judgeRules, type Book } from "#modules/promises/model.ts";
import { countPast, emptyTally, pastKinds, type PastEntry } from "#modules/promises/model-past.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const daysMs = 30 * 24 * 3_600_000;
/** The newest so many are looked at: enough to see what a rule does, and an answer within a second or two. */
const mostLooked = 1_000;
const atOnce = 100;

/** What these rules would have made of the concerns that began within the last 30 days, with today's opening hours. Refuses what `setRules` refuses of the rules. */
export const forecastFor = async (
  world: Pick<World, "db" | "now">,
  given: readonly PromiseRule[],
): Promise<Forecast | Refusal> => {
  const rules = judgeRules(given);
  if (isRefusal(rules)) return rules;
  const now = world.now();
  const topics = await allTopics(world.db);
  const book: Book = {
    revision: 0,
    rules,
    hours: await allHours(world.db),
    parents: new Map(topics.map(({ id, parentId }) => [id, parentId])),
  };
  const found = await begunSince(world.db, new Date(now.getTime() - daysMs).toISOString(), mostLooked + 1);
  const ids = found.slice(0, mostLooked);
  const tally = emptyTally();
  const fits = new Map<string, number>(rules.map(({ id }) => [id, 0]));
  // A hundred at a time: while the next are fetched others have their turn.
  for (let begin = 0; begin < ids.length; begin += atOnce)
    for (const past of await tieredPasts(world.db, rules, ids.slice(begin, begin + atOnce))) {
      const ruleId = countPast(tally, book, past, now.toISOString());
      if (ruleId !== null) fits.set(ruleId, (fits.get(ruleId) ?? 0) + 1);
    }
  return {
    looked: ids.length,
    more: found.length > mostLooked,
    ...tally,
    fits: rules.map(({ id }) => fits.get(id) ?? 0),
  };
};

/** The log's entries of each concern, with its customer's tier of today where some rule asks for it. */
const tieredPasts = async (
  tx: Tx,
  rules: readonly PromiseRule[],
  ids: readonly ConcernId[],
): Promise<{ readonly entries: readonly PastEntry[]; readonly tierId: string | null }[]> => {
  const tiers = rules.some(({ when }) => (when.tierIds?.length ?? 0) > 0) ? await standingsIn(tx, ids) : null;
  return [...(await pastsOf(tx, ids))].map(([id, entries]) => ({ entries, tierId: tiers?.get(id)?.tierId ?? null }));
};

/** The log's entries by concern. */
export const pastsOf = async (tx: Tx, ids: readonly ConcernId[]): Promise<ReadonlyMap<string, readonly PastEntry[]>> =>
  ids.length === 0
    ? new Map()
    : Map.groupBy(
        (await ofConcerns(tx, ids, pastKinds)) as ({ readonly concernId: string } & PastEntry)[],
        ({ concernId }) => concernId,
      );
