// The steps of a start that can fail for an operator's reasons: ports, store, files. Called by server/start.ts; each says what to do in a sentence.
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isUnavailable, sql, type Db, type Tx } from "#platform/db/db.ts";
import { migrate, MigrationProblem } from "#platform/db/migrate.ts";
import { openDiskFiles } from "#platform/files/disk.ts";
import type { Files } from "#platform/files/files.ts";
import { openS3Files } from "#platform/files/s3.ts";
import type { Bus } from "#platform/live/bus.ts";
import { natsBus, NatsRefused } from "#platform/live/bus-nats.ts";
import { postgresBus } from "#platform/live/bus-postgres.ts";
import type { Log } from "#platform/log.ts";
import { keepPostgres } from "#platform/postgres/keep.ts";
import type { RunningPostgres } from "#platform/postgres/postgres.ts";
import type { Config } from "#server/config.ts";
import { StartProblem } from "#server/problem.ts";

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

/** Does what opens a port; a port that cannot be opened becomes a sentence that names the setting. */
export const opening = async <T>(name: string, host: string, port: number, open: () => Promise<T>): Promise<T> => {
  try {
    return await open();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE")
      throw new StartProblem(
        `${name} ${port} is busy: another program (perhaps another Draht) listens there. Stop it, or choose another port: ${name}=${port + 10} npm start`,
      );
    if (code === "EACCES")
      throw new StartProblem(
        `${name} ${port} may not be opened by this user: ports below 1024 need more rights. Choose another one: ${name}=${port + 7000} npm start`,
      );
    if (syscall === "listen" || code === "ENOTFOUND")
      throw new StartProblem(`${name} ${port} cannot be opened on ${host}: ${wordsOf(error)}.`);
    throw error;
  }
};

/** Resolves with the port when it can be opened (0: with one that is free now); rejects with a StartProblem. */
export const freePort = (host: string, port: number, name: string): Promise<number> =>
  opening(
    name,
    host,
    port,
    () =>
      new Promise((resolve, reject) => {
        const probe = createServer();
        probe.once("error", reject);
        probe.listen(port, host, () => {
          const { port: found } = probe.address() as AddressInfo;
          probe.close(() => resolve(found));
        });
      }),
  );

/** The operator's store, or the embedded one, started. */
export const openStore = async (
  config: Config,
  say: (line: string) => void,
): Promise<{ readonly url: string; readonly embedded: RunningPostgres | null }> => {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, embedded: null };
  const embedded = await keepPostgres({ dataDir: join(config.dataDir, "postgres"), log: say });
  return { url: embedded.url, embedded };
};

/** Brings the store to this program's shape; whatever PostgreSQL says against it is a StartProblem. */
export const migrateStore = async (url: string, folder: string, say: (line: string) => void): Promise<void> => {
  try {
    await migrate(url, folder, (name) => say(`migrating: ${name}`));
  } catch (error) {
    if (error instanceof MigrationProblem) throw new StartProblem(error.message);
    if (isUnavailable(error) || (error instanceof Error && "code" in error))
      throw new StartProblem(`The database cannot be used: ${wordsOf(error)}. Check DATABASE_URL.`);
    throw error;
  }
};

/** How the nodes of this centre hint at what is new: over NATS where that is set, else over PostgreSQL. Other centres on the same NATS do not hear it. */
export const openBus = async (
  config: Pick<Config, "nats">,
  parts: { readonly db: Db; readonly log: Log; readonly mac: (purpose: string, text: string) => string },
): Promise<Bus> => {
  const { db, log, mac } = parts;
  if (config.nats === null) return postgresBus(db, log);
  try {
    return await natsBus({ servers: config.nats, subject: `draht.${mac("bus", "live").slice(0, 20)}`, log });
  } catch (error) {
    if (error instanceof NatsRefused)
      throw new StartProblem(
        `The NATS server does not let this program in (${error.message}). Check user and password in NATS_URL: nats://user:password@host:4222.`,
      );
    throw error;
  }
};

/** Where bytes are kept: a folder of DATA_DIR, or a bucket. */
export const openFiles = (config: Config): Files =>
  config.files.kind === "s3" ? openS3Files(config.files) : openDiskFiles(join(config.dataDir, "files"));

const startPatienceMs = 60_000;

/**
 * Does what reads the database at the start, and again while it is away: it has just been reached, and one that is busy with whoever waited for it, or
 * goes away once more, is no reason to give up. After a minute the last error stands.
 */
export const whenThere = async <T>(log: Log, work: () => Promise<T>): Promise<T> => {
  for (const begun = performance.now(); ;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() - begun > startPatienceMs) throw error;
      log.warn("start.databaseAway", { error: wordsOf(error) });
      await pause(250);
    }
  }
};

/** Durability is the promise everything rests on; a store that would lose acknowledged commits is refused. Asks as the server's own statements are asked. */
export const assertDurable = async (db: Pick<Tx, "one">): Promise<void> => {
  const { fsync, commit } = await db.one<{ fsync: string; commit: string }>(
    sql`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  );
  const wrong = [
    ...(fsync === "on" ? [] : [`fsync = ${fsync}`]),
    ...(["on", "remote_apply"].includes(commit) ? [] : [`synchronous_commit = ${commit}`]),
  ];
  if (wrong.length > 0)
    throw new StartProblem(
      `The database runs with ${wrong.join(" and ")} and would lose what was acknowledged. Set both to on (a connection pooler must hand on the option synchronous_commit).`,
    );
};

const patienceMs = 2_000;

/** Whether it succeeds within two seconds. */
const succeeds = (work: Promise<unknown>): Promise<boolean> => {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), patienceMs).unref());
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late]);
};

/** What keeps this node from working, in words: /readyz shows them. */
export const missingParts = async (node: {
  readonly db: Pick<Tx, "rows">;
  /** Calls are refused because the database did not answer lately. */
  readonly away: () => boolean;
  readonly files: Files;
  readonly doors: readonly { readonly name: string; readonly isOpen: () => boolean }[];
}): Promise<readonly string[]> => {
  const [database, files] = await Promise.all([succeeds(node.db.rows(sql`SELECT 1`)), succeeds(node.files.check())]);
  return [
    ...(database && !node.away() ? [] : ["the database does not answer"]),
    ...(files ? [] : ["the file store cannot be used"]),
    ...node.doors.filter((door) => !door.isOpen()).map((door) => `the ${door.name} door is closed`),
  ];
};
