// Everything that stands in the database, to see that nothing was written. Used by tests of what only looks.
import { sql, type Tx } from "#platform/db/db.ts";

/** Each table with its number of rows and their sum. */
export const everything = async (db: Tx): Promise<string> => {
  const tables = await db.rows<{ name: string }>(
    sql`SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`,
  );
  const sums: string[] = [];
  for (const { name } of tables) {
    const query = `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') AS sum FROM ${name} t`;
    sums.push(`${name} ${(await db.one<{ sum: string }>({ text: query, values: [] } as never)).sum}`);
  }
  return sums.join("\n");
};
