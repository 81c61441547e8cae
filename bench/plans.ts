// The plans of the hot queries, recorded in bench/plans/*.txt and compared: another plan is a diff that somebody has to look at. Called by bench/main.ts.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { everything } from "#contract/concerns.ts";
import { pageQuery } from "#modules/concerns/store-lists.ts";
import { messagesQuery, openedQuery } from "#modules/concerns/store-threads.ts";
import { countsQuery } from "#modules/concerns/store-views.ts";
import { findQuery } from "#modules/customers/store.ts";
import { byTimeQuery, byWordsQuery, candidatesQuery } from "#modules/search/store.ts";
import type { Sql } from "#platform/db/db.ts";

const folder = join(import.meta.dirname, "plans");

interface Named {
  readonly name: string;
  readonly query: Sql;
}

const queries = async (database: Client): Promise<Named[]> => {
  const { rows } = await database.query<{ me: string; concern: string; topic: string; at: string; id: string }>(
    `SELECT (SELECT id FROM agent WHERE role = 'agent' ORDER BY email LIMIT 1) AS me, (SELECT id FROM topic ORDER BY name LIMIT 1) AS topic,
            c.id AS concern, c.last_message_at::text AS at, c.id FROM concern c WHERE c.message_count >= 50 ORDER BY c.number LIMIT 1`,
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

/** Explains every hot query; says how many plans are none of the recorded ones. `write`: adds them instead. */
export const checkPlans = async (
  database: Client,
  options: { readonly write: boolean; readonly say: (line: string) => void },
): Promise<number> => {
  mkdirSync(folder, { recursive: true });
  let differing = 0;
  for (const { name, query } of await queries(database)) {
    const { rows } = await database.query<{ "QUERY PLAN": string }>(`EXPLAIN (COSTS OFF) ${query.text}`, [
      ...query.values,
    ]);
    const plan = normalised(rows.map((row) => row["QUERY PLAN"]));
    const file = join(folder, `${name}.txt`);
    const recorded = existsSync(file) ? readFileSync(file, "utf8").split(or) : [];
    if (recorded.includes(plan)) continue;
    if (options.write) {
      writeFileSync(file, [...recorded, plan].join(or));
      continue;
    }
    differing += 1;
    options.say(`  the plan of ${name} is none of the recorded ones:\n${plan.trimEnd().replace(/^/gm, "    + ")}`);
  }
  options.say(
    options.write
      ? "  plans recorded in bench/plans"
      : `  plans: ${differing === 0 ? "as recorded" : `${differing} differ; look at them, then record them with --write-plans`}`,
  );
  return differing;
};
