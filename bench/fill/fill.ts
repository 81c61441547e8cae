// Fills a centre with any number of messages, in the order of time, by COPY. Called by bench/main.ts.
import pg from "pg";
import { randomFrom } from "#lib/corpus/random.ts";
import { topicsOf } from "#lib/corpus/letters.ts";
import { threadFor } from "#lib/corpus/threads.ts";
import { arrivalMs } from "#lib/corpus/times.ts";
import { wordsOf } from "#modules/search/model.ts";
import { copyInto, line, type Value } from "#bench/fill/copy.ts";
import { columns, emptyRows, type Centre, type FillCustomer, type Rows, type Table } from "#bench/fill/rows.ts";
import { addThread } from "#bench/fill/thread.ts";

export interface FillOptions {
  readonly url: string;
  readonly centre: Centre;
  readonly topics: ReadonlyMap<string, { readonly id: string; readonly teamId: string | null }>;
  readonly seed: number;
  /** How many messages there shall be, counting what this run has filled before. */
  readonly messages: number;
  readonly nowMs: number;
  readonly progress: (line: string) => void;
}

/** What is carried from one size to the next. */
export interface Filled {
  messages: number;
  threads: number;
  /** The next concern's number: mails that were measured in between have taken some. */
  number: number;
  readonly customers: Map<string, FillCustomer>;
  readonly words: Set<string>;
}

export const nothingFilled = (): Filled => ({
  messages: 0,
  threads: 0,
  number: 1001,
  customers: new Map(),
  words: new Set(),
});

const yearMs = 365 * 86_400_000;
const atOnce = 1_500;
// The order in which rows refer to each other.
const order: readonly Table[] = [
  "customer",
  "address",
  "concern",
  "party",
  "intake",
  "intake_item",
  "message",
  "message_body",
  "attachment",
  "delivery",
  "reference",
  "reply_token",
  "event",
];
/** Concerns of fifty messages, so that opening one can be measured at every size. */
const longEvery = 400;

export const send = async (client: pg.Client, rows: Rows, filled: Filled): Promise<void> => {
  for (const table of order) await copyInto(client, table, columns[table], rows[table].map(line));
  await client.query(
    "CREATE TEMP TABLE IF NOT EXISTS searched (message_id uuid, concern_id uuid, brand_id uuid, at timestamptz, text text, language text, codes text[])",
  );
  await client.query("TRUNCATE searched");
  await copyInto(client, "searched", columns.searched, rows.searched.map(line));
  await client.query(
    "INSERT INTO message_search (message_id, concern_id, brand_id, at, words) SELECT message_id, concern_id, brand_id, at, strip(CASE language WHEN 'de' THEN to_tsvector('draht_de', text) WHEN 'en' THEN to_tsvector('draht_en', text) ELSE to_tsvector('draht_de', text) || to_tsvector('draht_en', text) END) || array_to_tsvector(codes) FROM searched",
  );
  const fresh = new Set<string>();
  for (const row of rows.searched)
    for (const word of wordsOf(row[4] as string)) if (!filled.words.has(word)) fresh.add(word);
  for (const word of fresh) filled.words.add(word);
  await client.query("INSERT INTO search_word (word) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", [[...fresh]]);
};

/** Addresses of customers met in a batch: inserted when new, moved on when known. */
export const addresses = (
  rows: Rows,
  centre: Centre,
  touched: ReadonlyMap<string, FillCustomer>,
  known: ReadonlySet<string>,
): [string, string | null, string | null][] => {
  const moved: [string, string | null, string | null][] = [];
  const when = (ms: number): string | null => (ms === 0 ? null : new Date(ms).toISOString());
  const created = new Map(rows.customer.map((row) => [row[0], row[3]]));
  for (const [address, customer] of touched) {
    if (known.has(address)) moved.push([address, when(customer.lastInMs), when(customer.lastOutMs)]);
    else
      rows.address.push([
        centre.newId(customer.lastInMs),
        customer.id,
        "email",
        address,
        address,
        created.get(customer.id) as Value,
        "dmarc",
        when(customer.lastInMs),
        when(customer.lastOutMs),
        true,
        [centre.brand.id],
      ]);
  }
  return moved;
};

/** Adds threads until there are so many messages. Concerns are spread over a year; of the last days many are open. */
export const fill = async (options: FillOptions, filled: Filled): Promise<void> => {
  const client = new pg.Client({ connectionString: options.url, options: "-c synchronous_commit=off -c timezone=UTC" });
  await client.connect();
  const { rows: taken } = await client.query<{ next: number }>(
    "SELECT coalesce(max(number), 1000)::int + 1 AS next FROM concern",
  );
  filled.number = taken[0]?.next ?? filled.number;
  const { rows: there } = await client.query<{
    norm: string;
    id: string;
    name: string;
    in: Date | null;
    out: Date | null;
  }>(
    "SELECT a.norm, c.id, c.name, a.last_in_at AS in, a.last_out_at AS out FROM address a JOIN customer c ON c.id = a.customer_id WHERE a.removed_at IS NULL",
  );
  for (const each of there)
    if (!filled.customers.has(each.norm))
      filled.customers.set(each.norm, {
        id: each.id,
        name: each.name,
        lastInMs: each.in?.getTime() ?? 0,
        lastOutMs: each.out?.getTime() ?? 0,
      });
  const begun = performance.now();
  const first = filled.messages;
  const agents = options.centre.agents;
  // Constant in time: every further filling lies between the threads of the one before.
  const population = Math.max(2_000, Math.round(options.messages / 12));
  try {
    while (filled.messages < options.messages) {
      const rows = emptyRows();
      const known = new Set<string>();
      const touched = new Map<string, FillCustomer>();
      for (let n = 0; n < atOnce && filled.messages + rows.message.length < options.messages; n += 1) {
        const index = filled.threads;
        const random = randomFrom(options.seed, "fill", index);
        const isLong = index % longEvery === 7;
        const startMs = isLong
          ? options.nowMs - (40 + random.int(80)) * 86_400_000
          : arrivalMs(random, options.nowMs - (random.chance(0.05) ? yearMs / 120 : yearMs), options.nowMs);
        const topic = random.weighted(topicsOf("de")).key;
        const plan = threadFor(options.seed, index, {
          language: "de",
          topic,
          startMs,
          agents,
          customers: population,
          ...(isLong ? { length: 50 } : {}),
        });
        if (filled.customers.has(plan.customer.address) && !touched.has(plan.customer.address))
          known.add(plan.customer.address);
        addThread(rows, options.centre, filled.customers, {
          plan,
          number: filled.number,
          startMs,
          topic: options.topics.get(topic) ?? null,
          priority: random.chance(0.06) ? "urgent" : random.chance(0.12) ? "high" : "normal",
          tags: random.chance(0.25)
            ? [
                random.zipf([
                  "gutschrift",
                  "messung",
                  "eskalation",
                  "sepa",
                  "umzug",
                  "finale",
                  `kampagne-${random.int(300)}`,
                ]),
              ]
            : [],
          // About one in forty stays open for good, as everywhere.
          resolvedAfterMs: random.chance(0.025) ? null : Math.round(random.around(1.5, 0.7) * 86_400_000),
          endMs: options.nowMs,
        });
        const customer = filled.customers.get(plan.customer.address);
        if (customer) touched.set(plan.customer.address, customer);
        filled.threads += 1;
        filled.number += 1;
      }
      const moved = addresses(rows, options.centre, touched, known);
      await client.query("BEGIN");
      await send(client, rows, filled);
      await client.query(
        "UPDATE address a SET last_in_at = u.i, last_out_at = u.o FROM (SELECT unnest($1::text[]) AS norm, unnest($2::timestamptz[]) AS i, unnest($3::timestamptz[]) AS o) u WHERE a.kind = 'email' AND a.norm = u.norm",
        [moved.map((each) => each[0]), moved.map((each) => each[1]), moved.map((each) => each[2])],
      );
      await client.query("SELECT concern_tally_fold()");
      await client.query("COMMIT");
      filled.messages += rows.message.length;
      const seconds = (performance.now() - begun) / 1000;
      options.progress(
        `${filled.messages} messages in ${filled.threads} concerns (${Math.round((filled.messages - first) / seconds)}/s)`,
      );
    }
    // What everybody is asked for: a customer number, found by its digits in whatever writing.
    await client.query(
      "UPDATE customer c SET fields = jsonb_build_object('Kundennummer', n.number), facts = n.number FROM (SELECT id, (30000000 + ('x' || substr(md5(id::text), 1, 6))::bit(24)::int)::text AS number FROM customer WHERE facts = '') AS n WHERE n.id = c.id",
    );
    // What hangs on a few concerns: followers, fields, links.
    await client.query(
      "INSERT INTO concern_follower (concern_id, agent_id) SELECT id, assignee_id FROM concern WHERE number % 5 = 0 AND assignee_id IS NOT NULL ON CONFLICT DO NOTHING",
    );
    await client.query(
      "INSERT INTO concern_extra (concern_id, fields) SELECT id, jsonb_build_object('Kundennummer', number) FROM concern WHERE number % 4 = 0 ON CONFLICT DO NOTHING",
    );
    await client.query(
      "UPDATE concern SET field_marks = ARRAY['Kundennummer=' || number] WHERE number % 4 = 0 AND field_marks = '{}'",
    );
    await client.query(
      "INSERT INTO concern_link (earlier_id, later_id, kind) SELECT a.id, b.id, 'related' FROM concern a JOIN concern b ON b.number = a.number + 3 WHERE a.number % 20 = 0 ON CONFLICT DO NOTHING",
    );
    await client.query("SELECT setval('concern_number', (SELECT max(number) FROM concern))");
    await client.query("VACUUM (ANALYZE)");
    await client.query("CHECKPOINT");
  } finally {
    await client.end();
  }
};
