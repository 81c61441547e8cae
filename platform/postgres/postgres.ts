// The built-in PostgreSQL: creates, starts, adopts and stops one cluster in a folder. Called by the server's start,
// by the test run and by the bench. Two processes may call it on one folder at once: one starts, the other adopts.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { chooseAccount, giveTo } from "./account.ts";
import type { Account } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import type { Binaries } from "./binaries.ts";
import { hasOrphans, isAlive, isOurs, readPostmaster } from "./postmaster.ts";
import { renderSettings } from "./settings.ts";

/** What `startPostgres` needs. */
export type PostgresOptions = {
  /** Folder for cluster, password and log; made when missing. */
  readonly dataDir: string;
  /** Told one short sentence per step, for the person who waits. */
  readonly log: (sentence: string) => void;
  /** Loopback port; a free one is chosen when absent. An adopted server keeps the port it has. */
  readonly port?: number;
  /** Database that `url` names; made when missing. */
  readonly database?: string;
  /** Settings that differ from settings.ts, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
};

/** A running PostgreSQL that accepts connections. */
export type RunningPostgres = {
  /** Connection address of the superuser on `database`, password included. */
  readonly url: string;
  /** Process id of the server. */
  readonly pid: number;
  /** True when the server was running before, left by a process that died. */
  readonly adopted: boolean;
  /** Ends all connections, writes a checkpoint and resolves when the process is gone. Calling it again is harmless. */
  readonly stop: () => Promise<void>;
  /** Asks it to end and waits for nothing: the last word of a process that is about to be over. */
  readonly askToEnd: () => void;
};

type Place = {
  readonly dataDir: string;
  readonly cluster: string;
  readonly password: string;
  readonly logFile: string;
};

const user = "draht";
/** Crash recovery replays at most max_wal_size; far more than that takes on a slow disk. */
const startTimeoutMs = 10 * 60_000;
const stopTimeoutMs = 60_000;
const pollMs = 15;
const largestLogBytes = 10_000_000;
/** A socket's path is limited to 103 bytes (macOS) or 107 (Linux), its name included, and the setting is a list with a grammar of its own. */
const fitForSocket = /^[\w/.-]{1,80}$/;

/**
 * Starts PostgreSQL on the folder, or adopts the server that already runs on it (it outlives `kill -9` of the
 * process that started it). Throws a sentence for the operator when it cannot: no binaries, no account, port taken,
 * or the last lines of PostgreSQL's own log.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(options.dataDir);
  const place: Place = {
    dataDir,
    cluster: join(dataDir, "cluster"),
    password: join(dataDir, "password"),
    logFile: join(dataDir, "postgres.log"),
  };
  const release = await holdLock(join(dataDir, "start.pid"));
  try {
    const binaries = findBinaries();
    const found = await adopt(place, options);
    const running = found ?? (await startNew(place, binaries, options));
    const database = options.database ?? "draht";
    const socketFolder = readPostmaster(place.cluster)?.socketFolder;
    await createDatabaseIfMissing(addressOf(place, running.port, "postgres", socketFolder), database);
    return {
      url: addressOf(place, running.port, database, socketFolder),
      pid: running.pid,
      adopted: found !== undefined,
      stop: () => stop(running.pid, place, binaries),
      askToEnd: () => void askToEnd(running.pid, place, binaries),
    };
  } finally {
    release();
  }
}

/** Creates a database and resolves with its address; `template` is copied whole and must have no connections. */
export async function createDatabase(adminUrl: string, name: string, template?: string): Promise<string> {
  const copy = template === undefined ? "" : ` TEMPLATE ${quoted(template)}`;
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${quoted(name)}${copy}`));
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** Drops a database and ends its connections; a database that does not exist is no error. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`));
}

/** Finds a living server on the cluster and waits until it answers; clears a lock file that a stranger's id keeps. */
async function adopt(place: Place, options: PostgresOptions): Promise<{ pid: number; port: number } | undefined> {
  const deadline = Date.now() + startTimeoutMs;
  for (let told = false; Date.now() < deadline;) {
    const postmaster = readPostmaster(place.cluster);
    if (postmaster === undefined) return undefined;
    if (!isOurs(postmaster, place.cluster)) {
      if (hasOrphans(postmaster)) await pause(pollMs);
      else {
        // PostgreSQL clears the lock of a dead process itself, but refuses to start when the id lives again elsewhere.
        if (isAlive(postmaster.pid)) rmSync(join(place.cluster, "postmaster.pid"), { force: true });
        return undefined;
      }
    } else if (postmaster.status === "ready" && (await answers(place, postmaster.port))) {
      options.log("PostgreSQL was still running; going on with it");
      return { pid: postmaster.pid, port: postmaster.port };
    } else {
      if (!told) options.log(`PostgreSQL is ${postmaster.status === "ready" ? "busy" : postmaster.status}; waiting`);
      told = true;
      await pause(pollMs);
    }
  }
  throw new Error(`A PostgreSQL runs on ${place.cluster} but does not let us in. Its log: ${place.logFile}`);
}

/** True when the server on this port takes our password and really serves this cluster. */
async function answers(place: Place, port: number): Promise<boolean> {
  try {
    const rows = await withClient(addressOf(place, port, "postgres"), async (client) => {
      const result = await client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
      return result.rows;
    });
    return realpathSync(rows[0]?.folder ?? "") === place.cluster;
  } catch {
    return false;
  }
}

async function startNew(
  place: Place,
  binaries: Binaries,
  options: PostgresOptions,
): Promise<{ pid: number; port: number }> {
  const account = chooseAccount(binaries.postgres);
  giveTo(account, place.dataDir);
  if (!existsSync(join(place.cluster, "PG_VERSION"))) createCluster(place, binaries, account, options.log);
  const ownFile = join(place.dataDir, "postgres.conf");
  const conf = renderSettings(
    { unix_socket_directories: socketFolderOf(place), ...options.settings },
    existsSync(ownFile) ? ownFile : undefined,
  );
  writeFileSync(join(place.cluster, "postgresql.conf"), conf);
  if ((statSync(place.logFile, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes)
    renameSync(place.logFile, `${place.logFile}.old`);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const outcome = await launch(place, binaries, account, port, options.log);
    if (typeof outcome === "number") return { pid: outcome, port };
    const taken = /could not bind|Address already in use|could not create any TCP/.test(outcome);
    if (taken && options.port !== undefined)
      throw new Error(`PostgreSQL could not listen on 127.0.0.1:${port}: the port is taken. Choose another one.`);
    const passing = taken || /is still in use|lock file .* already exists/.test(outcome);
    if (!passing || attempt === 20)
      throw new Error(`PostgreSQL did not start. The end of ${place.logFile}:\n${outcome}`);
    await pause(100);
  }
}

/** Runs initdb in a folder beside and renames it, so that an interrupted first start leaves nothing half-made. */
function createCluster(place: Place, binaries: Binaries, account: Account, log: (sentence: string) => void): void {
  if (existsSync(place.cluster))
    throw new Error(
      `${place.cluster} is no complete PostgreSQL folder (PG_VERSION is missing). Move it away or restore it.`,
    );
  log("creating the database folder (first start)");
  const fresh = `${place.cluster}.new`;
  rmSync(fresh, { recursive: true, force: true });
  writeFileSync(place.password, randomBytes(24).toString("base64url"), { mode: 0o600 });
  if (account.ids !== undefined) chownSync(place.password, account.ids.uid, account.ids.gid);
  // The builtin C.UTF-8 locale sorts and folds the same on every machine, whatever locales it has.
  const flags =
    "--auth scram-sha-256 --encoding UTF8 --locale C --locale-provider builtin --builtin-locale C.UTF-8 --no-instructions";
  const [file, ...words] = [
    ...account.wrapper,
    binaries.initdb,
    ...flags.split(" "),
    "--pgdata",
    fresh,
    "--username",
    user,
    "--pwfile",
    place.password,
  ];
  const result = spawnSync(file, words, {
    cwd: place.dataDir,
    ...cleanEnvironment,
    encoding: "utf8",
    ...account.ids,
  });
  if (result.status !== 0)
    throw new Error(`initdb failed: ${result.error?.message ?? `${result.stdout}${result.stderr}`.trim()}`);
  renameSync(fresh, place.cluster);
}

/** Starts the server process; resolves with its id when it accepts connections, or with its last log lines. */
async function launch(
  place: Place,
  binaries: Binaries,
  account: Account,
  port: number,
  log: (sentence: string) => void,
): Promise<number | string> {
  const output = openSync(place.logFile, "a", 0o600);
  const logStart = statSync(place.logFile).size;
  const [file, ...words] = [...account.wrapper, binaries.postgres, "-D", place.cluster, "-p", String(port)];
  // Detached: Ctrl-C in the terminal must not reach the server before our own orderly stop does.
  const child = spawn(file, words, {
    cwd: place.dataDir,
    ...cleanEnvironment,
    detached: true,
    stdio: ["ignore", output, output],
    windowsHide: true,
    ...account.ids,
  });
  let failure: string | undefined;
  child.on("error", (error) => (failure = error.message));
  child.on("exit", () => (failure ??= ""));
  child.unref();
  closeSync(output);
  const start = Date.now();
  for (let toldMs = 5_000; Date.now() - start < startTimeoutMs;) {
    if (failure !== undefined) return failure + readFileSync(place.logFile, "utf8").slice(logStart).slice(-2_000);
    const postmaster = readPostmaster(place.cluster);
    if (postmaster?.pid === child.pid && postmaster?.status === "ready" && (await answers(place, port)))
      return child.pid as number;
    if (Date.now() - start > toldMs) {
      log(`PostgreSQL is starting (${Math.round(toldMs / 1000)} s); after a crash it repairs itself first`);
      toldMs *= 2;
    }
    await pause(pollMs);
  }
  return readFileSync(place.logFile, "utf8").slice(logStart).slice(-2_000);
}

/** Fast shutdown (SIGINT, PostgreSQL manual 18.5); when that takes too long, immediate shutdown (SIGQUIT). */
async function stop(pid: number, place: Place, binaries: Binaries): Promise<void> {
  if (!askToEnd(pid, place, binaries) || process.platform === "win32") return;
  const deadline = Date.now() + stopTimeoutMs;
  while (isAlive(pid) && Date.now() < deadline) await pause(pollMs);
  if (!isAlive(pid)) return;
  process.kill(pid, "SIGQUIT");
  while (isAlive(pid)) await pause(pollMs);
}

/** Begins the fast shutdown; says false when there is nothing that could end. One that stands still hears it when it goes on. */
function askToEnd(pid: number, place: Place, binaries: Binaries): boolean {
  if (readPostmaster(place.cluster)?.pid !== pid || !isAlive(pid)) return false;
  if (process.platform === "win32")
    spawnSync(binaries.pgCtl, ["stop", "-D", place.cluster, "-m", "fast"], { stdio: "ignore" });
  else process.kill(pid, "SIGINT");
  return true;
}

/** Holds a lock file with our process id; a lock whose process is dead is taken over. */
async function holdLock(path: string): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = existsSync(path) ? readFileSync(path, "utf8") : "";
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // An empty file is one that is being written this very moment, or whose writer died in that moment.
    const abandoned = holder === "" ? age > 2_000 : !isAlive(Number(holder));
    if (abandoned) rmSync(path, { force: true });
    await pause(pollMs);
  }
}

async function createDatabaseIfMissing(adminUrl: string, name: string): Promise<void> {
  const exists = await withClient(adminUrl, async (client) => {
    const result = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    return result.rowCount === 1;
  });
  if (!exists) await createDatabase(adminUrl, name);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that stops while we are connected reports it here as well as through the query.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Where the local socket lies; empty: this machine, or so deep or odd a folder, has none. A word through a local socket costs a third less CPU
 * than through loopback TCP, and every statement is one.
 */
function socketFolderOf(place: Place): string {
  return process.platform !== "win32" && fitForSocket.test(place.dataDir) ? place.dataDir : "";
}

/** `host` in the query is a folder: clients take the local socket in it, and TCP where there is none. */
function addressOf(place: Place, port: number, database: string, socketFolder?: string): string {
  if (!existsSync(place.password))
    throw new Error(`${place.password} is missing; without it nobody can sign in to ${place.cluster}. Restore it.`);
  const password = readFileSync(place.password, "utf8").trim();
  const address = `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  return socketFolder === undefined ? address : `${address}?host=${encodeURIComponent(socketFolder)}`;
}

/** A loopback port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A clean environment: variables such as PGDATA, PGPORT or a foreign locale would steer PostgreSQL elsewhere. */
const cleanEnvironment: { readonly env?: NodeJS.ProcessEnv } =
  process.platform === "win32"
    ? {}
    : { env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C", LC_ALL: "C", TZ: "UTC" } };

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
