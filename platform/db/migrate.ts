// Brings a database to the newest shape: plain SQL files, in order, each once, each in its own transaction.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

/** The database does not fit this program; the message says what to do. */
export class MigrationProblem extends Error {}

/** Key of the advisory lock that keeps two starting servers from migrating at once. */
const migrationLock = 7_284_001;

/**
 * Applies what is missing of `dir`/NNNN_name.sql and returns the names applied.
 * Throws a MigrationProblem when a file that was applied has changed since, or when the database is older than 15 or newer than the program.
 */
export const migrate = async (url: string, dir: string, log: (line: string) => void = () => {}): Promise<string[]> => {
  const files = (await readdir(dir)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).toSorted();
  const client = new pg.Client({
    connectionString: url,
    application_name: "draht-migrate",
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  const applied: string[] = [];
  try {
    const version = Number((await client.query("SHOW server_version_num")).rows[0]?.server_version_num);
    if (version < 150_000)
      throw new MigrationProblem(
        `PostgreSQL 15 or newer is needed; this server says ${Math.floor(version / 10_000)}.${version % 10_000}. Point DATABASE_URL at a newer one, or unset it to use the embedded store.`,
      );
    await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    await client.query(
      "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, hash text NOT NULL, at timestamptz NOT NULL DEFAULT now())",
    );
    const done = new Map<string, string>(
      (await client.query("SELECT name, hash FROM migration")).rows.map((row: { name: string; hash: string }) => [
        row.name,
        row.hash,
      ]),
    );
    for (const name of done.keys()) {
      if (!files.includes(name))
        throw new MigrationProblem(
          `The database has the migration ${name}, which this program does not know: it was used by a newer version. Start that version.`,
        );
    }
    for (const name of files) {
      const text = await readFile(join(dir, name), "utf8");
      const hash = createHash("sha256").update(text).digest("hex");
      const known = done.get(name);
      if (known === hash) continue;
      if (known !== undefined)
        throw new MigrationProblem(
          `The migration ${name} was applied in another wording. Migrations are never edited; add a new one.`,
        );
      log(name);
      await client.query("BEGIN");
      try {
        await client.query(text);
        await client.query("INSERT INTO migration (name, hash) VALUES ($1, $2)", [name, hash]);
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      }
      applied.push(name);
    }
  } finally {
    await client.end();
  }
  return applied;
};
