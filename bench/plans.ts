// The plans of the hot queries, recorded in bench/plans/*.txt and compared: another plan is a diff that somebody has to look at. Called by bench/main.ts.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { everything } from "#contract/concerns.ts";
import { actsQuery, newestQuery, pastsQuery, touchedQuery } from "#modules/audit/store.ts";
import { pastKinds as ruledKinds } from "#modules/automation/model-past.ts";
import { dueTimersQuery } from "#modules/automation/store.ts";
import { pageQuery, walkQuery } from "#modules/concerns/store-lists.ts";
import { mayHaveWaitedQuery } from "#modules/concerns/store-past.ts";
import { dueQuery } from "#modules/concerns/store-promises.ts";
import { messagesQuery, openedQuery } from "#modules/concerns/store-threads.ts";
import { countsQuery } from "#modules/concerns/store-views.ts";
import { measuredQuery, queueQuery } from "#modules/concerns/store-waiting.ts";
import { workQuery } from "#modules/concerns/store-work.ts";
import { findQuery } from "#modules/customers/store.ts";
import { pastKinds as routedKinds } from "#modules/routing/model-past.ts";
import { handledQuery, holdsQuery, sharesQuery, stretchesQuery } from "#modules/routing/store-floor.ts";
import { presencesQuery, waitsQuery } from "#modules/routing/store-preview.ts";
import { byTimeQuery, byWordsQuery, candidatesQuery } from "#modules/search/store.ts";
import type { Sql } from "#platform/db/db.ts";

const folder = join(import.meta.dirname, "plans");

interface Named {
  readonly name: string;
  readonly query: Sql;
}

const queries = async (database: Client): Promise<Named[]> => {
  const { rows } = await database.query<{
    me: string;
    concern: string;
    topic: string;
    at: string;
    id: string;
    latest: string;
    fortnightBefore: string;
  }>(
    `WITH latest AS (SELECT max(last_message_at) AS at FROM concern)
     SELECT latest.at::text AS latest, (latest.at - interval '14 days')::text AS "fortnightBefore", (SELECT id FROM agent WHERE role = 'agent' ORDER BY email LIMIT 1) AS me, (SELECT id FROM topic ORDER BY name LIMIT 1) AS topic,
            c.id AS concern, c.last_message_at::text AS at, c.id FROM concern c, latest WHERE c.message_count >= 50 ORDER BY c.number LIMIT 1`,
  );
  const known = rows[0];
  if (!known) throw new Error("plans are explained in a filled centre");
  const scope = (filter: Partial<typeof everything>) => ({
    filter: { ...everything, ...filter },
    me: known.me as never,
    brandIds: null,
  });
  const deep = { kind: "newest" as const, lastMessageAt: known.at, id: known.id };
  return [
    { name: "list-inbox", query: pageQuery(scope({ statuses: ["new", "open"] }), null, 51, "newest") },
    {
      name: "list-inbox-deep",
      query: pageQuery(scope({ statuses: ["resolved", "closed"] }), deep, 51, "newest"),
    },
    { name: "list-everything-deep", query: pageQuery(scope({}), deep, 51, "newest") },
    {
      name: "list-mine",
      query: pageQuery(scope({ assignee: "me", statuses: ["new", "open", "waiting"] }), null, 51, "newest"),
    },
    {
      name: "list-unassigned",
      query: pageQuery(scope({ assignee: "none", statuses: ["new", "open"] }), null, 51, "newest"),
    },
    {
      name: "list-waiting",
      query: pageQuery(scope({ statuses: ["new", "open"], sort: "waiting" }), null, 51, "waiting"),
    },
    { name: "routing-work", query: workQuery([known.concern]) },
    {
      name: "list-topic",
      query: pageQuery(scope({ topicId: known.topic as never, statuses: ["new", "open"] }), null, 51, "newest"),
    },
    {
      name: "list-field",
      query: pageQuery(
        scope({ field: { key: "Kundennummer", value: 2000 }, statuses: ["new", "open"] }),
        null,
        51,
        "newest",
      ),
    },
    {
      name: "views-counters",
      query: countsQuery([
        scope({ statuses: ["new", "open"] }),
        scope({ assignee: "me", statuses: ["open"] }),
        scope({ priorities: ["urgent"] }),
        scope({ topicId: known.topic as never, statuses: ["new", "open"] }),
        scope({ tag: "eskalation" }),
        scope({ mentioned: true, statuses: ["new", "open", "waiting"] }),
        scope({ followed: true, statuses: ["new", "open", "waiting"] }),
        scope({ topicId: known.topic as never, assignee: "me", statuses: ["open"] }),
      ]),
    },
    { name: "concern-open", query: openedQuery(known.concern, known.me) },
    { name: "concern-messages", query: messagesQuery(known.concern, null, 51) },
    // Not of the chat, of which the filling has none: whoever waits for an answer by mail is as many as a centre has.
    { name: "waiting-queue", query: queueQuery("email") },
    {
      name: "waiting-measured",
      query: measuredQuery("email", known.fortnightBefore, known.latest, 3_600_000),
    },
    { name: "search-words-rare", query: byWordsQuery("'muggenburg'", null, 60) },
    { name: "search-code", query: byWordsQuery("'#41170':*", null, 60) },
    { name: "search-by-time", query: byTimeQuery("'internet'", null, 2_000, 60) },
    {
      name: "customers-find",
      query: findQuery(
        { words: ["muller"], codes: [{ key: "41170", prefix: null, bare: "41170" }], address: null },
        null,
        8,
      ),
    },
    { name: "search-near", query: candidatesQuery(["verstaerker"], ["rehcnung"]) },
  ];
};

/** The queries of promises, with a centre's due times in the table. */
const promiseQueries = async (database: Client): Promise<Named[]> => {
  const { rows } = await database.query<{ at: string; me: string }>(
    "SELECT min(promise_at)::text AS at, (SELECT id FROM agent WHERE role = 'agent' ORDER BY email LIMIT 1) AS me FROM concern",
  );
  const [{ at, me } = { at: "", me: "" }] = rows;
  const scope = (filter: Partial<typeof everything>) => ({
    filter: { ...everything, ...filter },
    me: me as never,
    brandIds: null,
  });
  const near = scope({ promise: "near", statuses: ["new", "open"] });
  return [
    { name: "list-due", query: pageQuery(scope({ statuses: ["new", "open"], sort: "due" }), null, 51, "due") },
    // By the last message it goes through the same index and sorts; that shape is hidden while sorts are made dear.
    {
      name: "list-near-due",
      query: pageQuery(scope({ promise: "near", statuses: ["new", "open"], sort: "due" }), null, 51, "due"),
    },
    { name: "list-missed", query: pageQuery(scope({ promise: "missed" }), null, 51, "newest") },
    { name: "count-near", query: walkQuery(near, 1_000) },
    { name: "promises-look", query: dueQuery(at, 100) },
  ];
};

/**
 * The filling promises nothing, so that all else is measured as it always was. Afterwards every concern that waits gets a due time as by a rule of two days,
 * one in twenty of them is over, one near, and of all others one in ten was missed.
 */
const promiseByHand = async (database: Client): Promise<void> => {
  await database.query(`
    UPDATE concern c SET due_at = c.waiting_since + interval '2 days', promise_at = c.waiting_since + interval '36 hours', promise_kind = 'nextReply',
           promise_state = CASE WHEN c.number % 20 = 0 THEN 'over' WHEN c.number % 20 = 1 THEN 'near' ELSE 'running' END
     WHERE c.waiting_since IS NOT NULL AND c.status IN ('new', 'open')`);
  await database.query("UPDATE concern SET missed = '{nextReply}' WHERE number % 10 = 0 AND due_at IS NULL");
};

/** What of the floor grows with the years: of 200,000 waits and of a year's presence only today is read. */
const floorQueries = async (database: Client): Promise<Named[]> => {
  const { rows } = await database.query<{ day: string; now: string; agents: string[] }>(
    "SELECT (max(answered_at) - interval '10 hours')::text AS day, max(answered_at)::text AS now, (SELECT array_agg(id) FROM agent) AS agents FROM routing_wait",
  );
  const [{ day, now, agents } = { day: "", now: "", agents: [] }] = rows;
  return [
    { name: "floor-shares", query: sharesQuery(day) },
    { name: "floor-handled", query: handledQuery(agents, day) },
    { name: "floor-holds", query: holdsQuery(agents, day, now) },
    { name: "floor-stretches", query: stretchesQuery(agents, day, now) },
  ];
};

/** Nothing is routed in the filling: 200,000 waits of a hundred queues, one in ten minutes and agent, one in ten left unanswered, and how everybody was for a year. */
const routeByHand = async (database: Client): Promise<void> => {
  await database.query(`
    WITH what AS (SELECT array_agg(id ORDER BY number) AS ids, count(*)::int AS many FROM concern), who AS (SELECT array_agg(id) AS ids, count(*)::int AS many FROM agent),
         latest AS (SELECT max(last_message_at) AS at FROM concern)
    INSERT INTO routing_wait (item_id, concern_id, queue_id, kind, arrived_at, answered_at, within, agent_id, held_ms, ended_at, end_why)
    SELECT gen_random_uuid(), what.ids[1 + n % what.many], ('00000000-0000-4000-8000-' || lpad((n % 100)::text, 12, '0'))::uuid, 'chat', latest.at - n * interval '2 minutes',
           CASE WHEN n % 10 > 0 THEN latest.at - n * interval '2 minutes' + interval '30 seconds' END, CASE WHEN n % 10 > 0 THEN n % 3 > 0 END,
           CASE WHEN n % 10 > 0 THEN who.ids[1 + n % who.many] END, 300000, latest.at - n * interval '2 minutes' + interval '5 minutes',
           CASE WHEN n % 10 > 0 THEN 'finished' ELSE 'left' END
      FROM what, who, latest, generate_series(1, 200000) AS n`);
  await database.query(`
    INSERT INTO routing_hold (item_id, agent_id, kind, rest, began_at, ended_at)
    SELECT item_id, agent_id, kind, 'none', answered_at, ended_at FROM routing_wait WHERE agent_id IS NOT NULL`);
  await database.query(`
    INSERT INTO routing_stretch (agent_id, began_at, ended_at, state, reason)
    SELECT a.id, latest.at - n * interval '2 hours', latest.at - (n - 1) * interval '2 hours', (ARRAY['available', 'away', 'wrapUp'])[1 + n % 3], ''
      FROM agent a, (SELECT max(last_message_at) AS at FROM concern) latest, generate_series(1, 2000) AS n`);
};

/** What trying rules and books on the past reads, whose log holds everything that ever was, and the timers of rules. */
const pastQueries = async (database: Client): Promise<Named[]> => {
  const { rows } = await database.query<{
    begin: string;
    end: string;
    from: string;
    to: string;
    concerns: string[];
    agents: string[];
  }>(
    `WITH day AS (SELECT max(last_message_at) - interval '3 days' AS at FROM concern)
     SELECT (SELECT min(seq) FROM event WHERE at >= day.at)::text AS begin, (SELECT max(seq) FROM event)::text AS end,
            day.at::text AS from, (day.at + interval '1 day')::text AS to, (SELECT array_agg(id) FROM (SELECT id FROM concern ORDER BY number LIMIT 50) c) AS concerns, (SELECT array_agg(id) FROM agent) AS agents FROM day`,
  );
  const [known] = rows;
  if (known === undefined) throw new Error("plans are explained in a filled centre");
  const [begin, end] = [Number(known.begin), Number(known.end)];
  // A day's entries, of however many there are.
  const last = Math.min(end, begin + 5_000);
  return [
    { name: "past-touched", query: touchedQuery(begin, last, routedKinds, 10_000) },
    { name: "past-acts", query: actsQuery(begin, last, 200_000) },
    { name: "past-waited", query: mayHaveWaitedQuery(known.from, known.to, 1_000) },
    { name: "past-waits", query: waitsQuery(known.concerns) },
    { name: "past-presences", query: presencesQuery(known.agents, known.from, known.to) },
    { name: "rules-newest", query: newestQuery(begin, ruledKinds, 5_000, 2_001) },
    { name: "rules-pasts", query: pastsQuery(known.concerns, ruledKinds, 50_000) },
    { name: "rules-due", query: dueTimersQuery(known.from, 100) },
  ];
};

/** A rule that waits for time has looked at every concern: one in ten is still to come, one in a hundred of those is due. */
const ruleByHand = async (database: Client): Promise<void> => {
  await database.query(`
    INSERT INTO automation_timer (concern_id, rule_id, anchor, due_at, state)
    SELECT c.id, '00000000-0000-4000-8000-000000000001', c.created_at,
           CASE WHEN c.number % 1000 = 0 THEN latest.at - interval '4 days' WHEN c.number % 10 = 0 THEN latest.at + interval '1 day' END,
           CASE WHEN c.number % 10 = 0 THEN 'waits' ELSE 'passed' END
      FROM concern c, (SELECT max(last_message_at) AS at FROM concern) latest`);
};

/** What a plan's shape is: its nodes and what they go through, without what changes from day to day. */
const normalised = (lines: readonly string[]): string =>
  `${lines
    .map((line) =>
      line
        .replace(/'(?:[^']|'')*'::[\w ]*\w/g, "?")
        .replace(/\{[0-9a-f,-]+\}/g, "{?}")
        .replace(/\$\d+/g, "?")
        .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "?"),
    )
    .filter((line) => /->|^\w|Index Cond|Recheck Cond|Sort Key|Group Key|CTE|SubPlan/.test(line))
    .join("\n")}\n`;

/** Between plans of one query that are all good: where two indexes cost the same, statistics decide from day to day. */
const or = "or\n";

/** Tables and statistics as they are in a centre that has stood for a while: folded, vacuumed, counted. */
const settle = async (database: Client): Promise<void> => {
  await database.query("SELECT concern_tally_fold()");
  await database.query("VACUUM (ANALYZE)");
};

/**
 * The shape of a plan as it is where every table is large. Of a few rows the planner reads sometimes the index and sometimes the whole, sorts and hashes them
 * or does not: whichever it is today says nothing of a centre that has grown. Where there is an index that fits, it is in the shape.
 */
const shapeOf = async (database: Client, { text, values }: Sql): Promise<string> => {
  await database.query(
    "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off",
  );
  try {
    const { rows } = await database.query<{ "QUERY PLAN": string }>(`EXPLAIN (COSTS OFF) ${text}`, [...values]);
    return normalised(rows.map((row) => row["QUERY PLAN"]));
  } finally {
    await database.query("COMMIT");
  }
};

/** The pages that a query really touches here, planned as it is planned every day; the second time, when what it needs of the catalogue is known. */
const pagesOf = async (database: Client, { text, values }: Sql): Promise<number> => {
  let pages = 0;
  for (let turn = 0; turn < 2; turn += 1) {
    const { rows } = await database.query<{
      "QUERY PLAN": readonly [{ readonly Plan: Readonly<Record<string, number>> }];
    }>(`EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, FORMAT JSON) ${text}`, [...values]);
    const plan = rows[0]?.["QUERY PLAN"][0].Plan;
    pages = (plan?.["Shared Hit Blocks"] ?? 0) + (plan?.["Shared Read Blocks"] ?? 0);
  }
  return pages;
};

/** So much more than recorded may be touched: what comes in while the bench runs lies on further pages. */
const mayTouch = (recorded: number): number => recorded * 2 + 50;

/** How a query is carried out: its plan's shape and the pages it touches. */
export interface Carried {
  readonly plan: string;
  readonly pages: number;
}

/** What is other than recorded, in words; empty: nothing. `pages` null: none are recorded. */
export const differences = (
  name: string,
  { plan, pages }: Carried,
  recorded: { readonly plans: readonly string[]; readonly pages: number | null },
): readonly string[] => [
  ...(recorded.pages !== null && pages <= mayTouch(recorded.pages)
    ? []
    : [`  ${name} touches ${pages} pages, recorded are ${recorded.pages ?? "none"}`]),
  ...(recorded.plans.includes(plan)
    ? []
    : [`  the plan of ${name} is none of the recorded ones:\n${plan.trimEnd().replace(/^/gm, "    + ")}`]),
];

/**
 * Explains every hot query. Says how many have a shape that is none of the recorded ones, or touch far more pages than recorded, however they are planned
 * today. `write`: records both instead. `at`: the folder of the records, null: ours.
 */
export const checkPlans = async (
  database: Client,
  options: { readonly write: boolean; readonly at: string | null; readonly say: (line: string) => void },
): Promise<number> => {
  const at = options.at ?? folder;
  mkdirSync(at, { recursive: true });
  await settle(database);
  const pagesFile = join(at, "pages.json");
  const known = existsSync(pagesFile) ? (JSON.parse(readFileSync(pagesFile, "utf8")) as Record<string, number>) : {};
  const touched: Record<string, number> = {};
  let differing = 0;
  const compare = async ({ name, query }: Named): Promise<void> => {
    const carried = { plan: await shapeOf(database, query), pages: await pagesOf(database, query) };
    touched[name] = carried.pages;
    const file = join(at, `${name}.txt`);
    const plans = existsSync(file) ? readFileSync(file, "utf8").split(or) : [];
    if (options.write) {
      if (!plans.includes(carried.plan)) writeFileSync(file, [...plans, carried.plan].join(or));
      return;
    }
    const found = differences(name, carried, { plans, pages: known[name] ?? null });
    if (found.length > 0) differing += 1;
    for (const line of found) options.say(line);
  };
  for (const named of await queries(database)) await compare(named);
  await promiseByHand(database);
  await settle(database);
  for (const named of await promiseQueries(database)) await compare(named);
  await routeByHand(database);
  await settle(database);
  for (const named of await floorQueries(database)) await compare(named);
  await ruleByHand(database);
  await settle(database);
  for (const named of await pastQueries(database)) await compare(named);
  if (options.write) writeFileSync(pagesFile, `${JSON.stringify(touched, null, 2)}\n`);
  options.say(
    options.write
      ? "  plans recorded in bench/plans"
      : `  plans: ${differing === 0 ? "as recorded" : `${differing} differ; look at them, then record them with --write-plans`}`,
  );
  return differing;
};
