// What rules would have done in the last 30 days, by the log. Called by automation/routes.ts; writes nothing.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import type { AutomationRule, Trial, TriedRule } from "#contract/automation.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { horizon, newestConcerns, numberAt, pastsOf } from "#modules/audit/reads.ts";
import { judgeRules, type Facts } from "#modules/automation/model.ts";
import { isComparable, pastKinds, replay, type PastAct, type TrialBook } from "#modules/automation/model-past.ts";
import { allTopics } from "#modules/brands/reads.ts";
import { rowsByIds } from "#modules/concerns/reads.ts";
import { allSpokenWords, concernsIn } from "#modules/concerns/reads-ruled.ts";
import { customerById } from "#modules/customers/reads.ts";
import { standingsOf } from "#modules/customers/reads-tiers.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const minuteMs = 60_000;
const spanMs = 30 * 24 * 60 * minuteMs;
/** At most so many concerns and entries are looked at, of so many entries of the log's end: an answer within some seconds. */
const mostConcerns = 2_000;
const mostEntries = 50_000;
const mostLog = 500_000;
const atOnce = 50;
const mostExamples = 20;
/** Numbers of the log are in the order of time but for what was written at once. */
const slackMs = 60_000;
const first = "00000000-0000-0000-0000-000000000000" as ConcernId;

/**
 * What these rules would have done, had they been set 30 days ago, with the concerns that this agent may see: the newest in which something happened, and for
 * rules that wait for time those in which their stretch lasts. Refuses what `setRules` refuses of the rules. Read in pages; others have their turn in between.
 */
export const tryRules = async (
  world: Pick<World, "db" | "now">,
  who: AgentActor,
  given: readonly AutomationRule[],
): Promise<Trial | Refusal> => {
  const rules = judgeRules(given);
  if (isRefusal(rules)) return rules;
  const { db } = world;
  const now = world.now();
  const [topics, hours] = await Promise.all([allTopics(db), allHours(db)]);
  const book: TrialBook = {
    rules,
    parents: new Map(topics.map(({ id, parentId }) => [id, parentId])),
    hoursOf: (brandId) => hoursOf(hours, { id: "", brandId }),
    from: new Date(now.getTime() - spanMs).toISOString(),
    now: now.toISOString(),
  };
  const found = rules.some(({ on }) => on) ? await concernsOf(db, book) : { ids: [], more: false };
  const tallies = rules.map(tallyOf);
  let [looked, entries, more] = [0, 0, found.more];
  const ids = found.ids.slice(0, mostConcerns);
  for (let begin = 0; begin < ids.length && entries < mostEntries; begin += atOnce) {
    const rows = new Map(
      (await rowsByIds(db, ids.slice(begin, begin + atOnce) as ConcernId[]))
        .filter(({ brandId }) => seesBrand(who, brandId))
        .map((row) => [row.id as string, row]),
    );
    const left = mostEntries - entries;
    const events = await pastsOf(db, [...rows.keys()], pastKinds, left + 1);
    const pasts = [...Map.groupBy(events, ({ concernId }) => concernId as string)];
    // Of the last one some may be missing.
    if (events.length > left) {
      pasts.pop();
      more = true;
    }
    const words = await wordsFor(db, rules, [...rows.keys()]);
    for (const [id, past] of pasts) {
      const row = rows.get(id);
      if (row === undefined || past[0]?.kind !== "concern.created") continue;
      const customer = await customerFor(db, rules, row.customerId);
      for (const act of await replay(book, { events: past, words, customer }, turn))
        tallies[rules.findIndex((rule) => rule.id === act.ruleId)]?.add(row, act);
      looked += 1;
      entries += past.length;
    }
    if (events.length > left) break;
    more ||= entries >= mostEntries && begin + atOnce < ids.length;
  }
  return { looked, entries, more, rules: tallies.map(({ told }) => told()) };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The concerns to look at, the newest first; and whether there may be more. */
const concernsOf = async (
  tx: Tx,
  { rules, from }: TrialBook,
): Promise<{ readonly ids: readonly string[]; readonly more: boolean }> => {
  const begin = await numberAt(tx, new Date(Date.parse(from) - slackMs).toISOString());
  const found = new Set(await newestConcerns(tx, begin, pastKinds, mostLog, mostConcerns + 1));
  // Time passes where nothing happens, too.
  for (const { on, when } of rules)
    if (on && when.by === "time" && found.size <= mostConcerns) {
      const since = new Date(Date.parse(from) - when.minutes * minuteMs).toISOString();
      for (const id of await concernsIn(tx, when.since, since, first, mostConcerns + 1)) found.add(id);
    }
  return { ids: [...found], more: found.size > mostConcerns || (await horizon(tx)) - begin > mostLog };
};

const asks = (rules: readonly AutomationRule[], ...whats: string[]): boolean =>
  rules.some(({ on, all, any }) => on && [...all, ...any].some(({ what }) => whats.includes(what)));

/** Only what some rule asks is looked up. */
const wordsFor = async (
  tx: Tx,
  rules: readonly AutomationRule[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<Facts["message"]>>> =>
  asks(rules, "words", "sure", "machine") || rules.some(({ actions }) => actions.some((one) => one.do === "reply"))
    ? new Map((await allSpokenWords(tx, ids)).map((words) => [words.messageId, words]))
    : new Map();

const customerFor = async (
  tx: Tx,
  rules: readonly AutomationRule[],
  id: Parameters<typeof customerById>[1],
): Promise<Facts["customer"]> => {
  const customer = asks(rules, "field", "organisation", "language") ? await customerById(tx, id, null) : null;
  const [standing] = asks(rules, "tier") ? await standingsOf(tx, [id]) : [];
  return {
    language: customer?.language ?? null,
    organisation: customer?.organisation?.name ?? null,
    tierId: standing?.tierId ?? null,
    fields: customer?.fields ?? {},
  };
};

interface Named {
  readonly id: ConcernId;
  readonly number: number;
  readonly subject: string;
}

/** Counts what one rule would have done. */
const tallyOf = (
  rule: AutomationRule,
): { readonly add: (row: Named, act: PastAct) => void; readonly told: () => TriedRule } => {
  const deeds = rule.actions.map(() => ({ count: 0, same: 0, of: 0 }));
  const acted = new Set<string>();
  let fitted = 0;
  let examples: TriedRule["examples"] = [];
  const newest = (): TriedRule["examples"] =>
    examples.toSorted((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : b.number - a.number)).slice(0, mostExamples);
  return {
    add: ({ id, number, subject }, act) => {
      fitted += 1;
      if (act.deeds.length > 0) acted.add(id);
      for (const { place, same } of act.deeds) {
        const counted = deeds[place];
        if (counted === undefined) continue;
        counted.count += 1;
        if (same !== null) counted.of += 1;
        if (same === true) counted.same += 1;
      }
      const compared = act.deeds.flatMap(({ place, same }) => {
        const action = rule.actions[place];
        return action !== undefined && isComparable(action) ? [same] : [];
      });
      examples.push({
        concernId: id,
        number,
        subject,
        at: act.at,
        cause: act.cause,
        conditions: [...act.conditions],
        actions: act.deeds.flatMap(({ place }) => rule.actions[place] ?? []),
        same: compared.includes(false) ? false : compared.length === 0 || compared.includes(null) ? null : true,
      });
      if (examples.length > 10 * mostExamples) examples = newest();
    },
    told: () => ({ ruleId: rule.id, fitted, concerns: acted.size, deeds, examples: newest() }),
  };
};
