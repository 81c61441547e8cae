// A PostgreSQL folder in which every migration has been applied and nothing else was done: made once for a tree, copied for each server of a test's
// own. Making one costs three seconds of a processor, copying it a tenth of one. Called by test/server.ts, test/faults.ts and tools/test.ts.
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { migrate } from "#platform/db/migrate.ts";
import { startPostgres } from "#platform/postgres/postgres.ts";

const root = dirname(import.meta.dirname);
const cache = join(root, ".cache");
const prefix = "test-cluster-";
export const migrationsFolder = join(root, "db", "migrations");

/** Names what every migration says and how a cluster is made; another text has another hash. */
export function hashOfMigrations(): string {
  const hash = createHash("sha256");
  const files = readdirSync(migrationsFolder).map((name) => join(migrationsFolder, name));
  for (const file of [
    ...files,
    join(root, "package-lock.json"),
    join(root, "platform", "postgres", "postgres.ts"),
  ].toSorted())
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** Puts a stopped cluster into the folder, which must not be there yet: the next `startPostgres` on it finds the database `draht`, migrated and empty. */
export async function layCluster(folder: string): Promise<void> {
  const made = join(cache, prefix + hashOfMigrations());
  if (!existsSync(made)) await makeCluster(made);
  cpSync(made, folder, { recursive: true });
}

/** Under another name first: one that is killed here leaves nothing half-made, and of two that make it at once the second throws its own away. */
async function makeCluster(target: string): Promise<void> {
  const fresh = join(cache, `making-cluster-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    const postgres = await startPostgres({ dataDir: fresh, log: () => undefined });
    try {
      await migrate(postgres.url, migrationsFolder);
    } finally {
      await postgres.stop();
    }
    rmSync(join(fresh, "postgres.log"), { force: true });
    for (const old of readdirSync(cache).filter((name) => name.startsWith(prefix) && join(cache, name) !== target))
      rmSync(join(cache, old), { recursive: true, force: true });
    if (!existsSync(target)) renameSync(fresh, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
