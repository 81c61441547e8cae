// How far the demo world has come: nothing, begun, whole. Read by demo.ts at every start, written by seed.ts.
import { settingSet } from "#modules/settings/actions.ts";
import { raw, sql } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Made = "making" | "made";
const found = async (world: World): Promise<Made | null> =>
  (await world.db.maybe<{ value: Made }>(sql`SELECT value FROM setting WHERE name = 'demo'`))?.value ?? null;

/** Is the demo world there and whole? */
export const hasDemo = async (world: World): Promise<boolean> => (await found(world)) === "made";

/** Marks the beginning. What a run that was killed in the middle left is taken away: nobody has seen it, the doors open only when the whole is there. */
export const beginDemo = async (world: World): Promise<void> => {
  if ((await found(world)) === null) return world.db.transaction((tx) => settingSet(tx, "demo", "making"));
  const tables = await world.db.rows<{ name: string }>(sql`
    SELECT quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE '%migration%' AND c.relname NOT IN ('setting', 'promise_book', 'automation_book', 'routing_book', 'routing_leader')`);
  await world.db.run(sql`TRUNCATE ${raw(tables.map((table) => table.name).join(", "))} RESTART IDENTITY`);
  // Their one row came with the migration and stays; what stands in it goes.
  await world.db.run(sql`UPDATE promise_book SET rules = '[]', recount = NULL, revision = revision + 1`);
  await world.db.run(sql`UPDATE automation_book SET rules = '[]'`);
  await world.db.run(sql`UPDATE routing_book SET book = DEFAULT, revision = revision + 1`);
  await world.db.run(sql`UPDATE routing_leader SET epoch = epoch + 1, seq = NULL, swept = 0, at = NULL`);
  await world.db.run(sql`ALTER SEQUENCE concern_number RESTART`);
};

/** Marks the end. */
export const endDemo = (world: World): Promise<void> => world.db.transaction((tx) => settingSet(tx, "demo", "made"));
