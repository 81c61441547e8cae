// A real server for journeys: its own process, ports, data folder and database, exactly as `npm start` runs it. Used by test/journeys.
import { existsSync, readFileSync } from "node:fs";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { layCluster } from "#test/cluster.ts";
import { freePorts } from "#test/ports.ts";

/** How a test wants its server. */
export interface ServerWish {
  /** A database of somebody else's; absent: the server starts its own PostgreSQL, which keeps what it acknowledges (the test run's does not). */
  readonly database?: string;
  /** Absent: --empty. */
  readonly args?: readonly string[];
  /** Settings of server/config.ts beside ports, data folder and database. */
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: Ports;
  /** Another copy of the tree to run; absent: this one. */
  readonly tree?: string;
  /** Kept by whoever gives it; else a new folder that goes with the server. */
  readonly dataDir?: string;
  /** It makes and migrates its store itself, as at the first start of all, which takes three seconds more; absent: it finds one that is made and empty. */
  readonly makesStore?: boolean;
}

export interface Ports {
  readonly desk: number;
  readonly smtp: number;
  readonly post: number;
}

/** A server that is up. */
export interface TestServer {
  readonly url: string;
  readonly ports: Ports;
  readonly dataDir: string;
  /** Address of the server's database, for a checker; the server must be up. */
  readonly databaseUrl: () => Promise<string>;
  readonly pid: number;
  /** From the start of the process to "is up", in milliseconds. */
  readonly startMs: number;
  /** Everything the process wrote so far. */
  readonly output: () => string;
  /** Reading processes and the embedded PostgreSQL, while they live (Linux). */
  readonly children: (name: "reader-child" | "postgres") => Promise<readonly number[]>;
  /** Sends a signal and resolves with the exit code when the process is gone. */
  readonly end: (signal: NodeJS.Signals) => Promise<number>;
  /** Another start on the same folder, ports and database. */
  readonly again: (wish?: Pick<ServerWish, "env" | "args">) => Promise<TestServer>;
  /** Ends the server and removes what it was given. */
  readonly stop: () => Promise<void>;
}

/** What a process that did not come up said, and its exit code. */
export class NotUp extends Error {
  readonly code: number;
  readonly output: string;
  constructor(code: number, output: string) {
    super(`the server did not come up (code ${code}):\n${output}`);
    this.code = code;
    this.output = output;
  }
}

const thisTree = fileURLToPath(new URL("..", import.meta.url));
/** As the launcher runs it. */
const node = JSON.parse(readFileSync(new URL("../server/node.json", import.meta.url), "utf8")) as {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

/** Starts a server and resolves when it says that it is up; rejects with NotUp when it ends before. */
export async function startTestServer(wish: ServerWish = {}): Promise<TestServer> {
  const ports = wish.ports ?? (await serverPorts());
  const dataDir = wish.dataDir ?? (await mkdtemp(join(tmpdir(), "draht-server-")));
  const store = join(dataDir, "postgres");
  if (wish.database === undefined && wish.makesStore !== true && !existsSync(store)) await layCluster(store);
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    [...node.flags, join(wish.tree ?? thisTree, "server/main.ts"), ...(wish.args ?? ["--empty"])],
    {
      env: {
        ...node.environment,
        ...process.env,
        PORT: String(ports.desk),
        SMTP_PORT: String(ports.smtp),
        POST_PORT: String(ports.post),
        DATA_DIR: dataDir,
        DNS: "off",
        LOG_LEVEL: "warn",
        CHECK_ANSWERS: "yes",
        // Tests write as strangers from one machine; what is done about too many of them has tests of its own.
        UNKNOWN_SENDERS: "0",
        ...(wish.database === undefined ? {} : { DATABASE_URL: wish.database }),
        ...wish.env,
      },
      // The channel closes with this process, and the server ends: a test that is killed leaves none behind.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  child.channel?.unref();
  let output = "";
  const gone = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 128)));
  let ended = false;
  void gone.then(() => (ended = true));
  const removeAll = async (): Promise<void> => {
    if (wish.dataDir === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const up = new Promise<void>((resolve) => {
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-400_000);
      if (/is up\.[^]*Ctrl-C/.test(output)) resolve();
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
  });
  const early = await Promise.race([up, gone]);
  if (typeof early === "number") {
    await removeAll();
    throw new NotUp(early, output);
  }
  const startMs = performance.now() - begun;
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    if (!ended) child.kill(signal);
    return gone;
  };
  return {
    url: `http://127.0.0.1:${ports.desk}`,
    ports,
    dataDir,
    databaseUrl: async () => wish.database ?? addressOf(join(dataDir, "postgres")),
    pid: child.pid ?? 0,
    startMs,
    output: () => output,
    children: (name) => descendants(child, name, dataDir),
    end,
    again: (more = {}) => startTestServer({ ...wish, ...more, env: { ...wish.env, ...more.env }, ports, dataDir }),
    stop: async () => {
      await end("SIGTERM");
      await removeAll();
    },
  };
}

/** What a start that cannot succeed says; fails when it starts, or when it says a stack. */
export const refusal = async (wish: ServerWish): Promise<{ readonly code: number; readonly output: string }> => {
  try {
    const server = await startTestServer({ ...wish, makesStore: true });
    await server.stop();
  } catch (error) {
    if (!(error instanceof NotUp)) throw error;
    if (/\n {4}at /.test(error.output))
      throw new Error(`a stack for what an operator can mend: ${error.output}`, { cause: error });
    return error;
  }
  throw new Error("it started");
};

/** Address of the embedded database as its folder tells it; starts nothing. */
async function addressOf(folder: string): Promise<string> {
  const port = (await readFile(join(folder, "cluster", "postmaster.pid"), "utf8")).split("\n")[3] ?? "";
  const password = (await readFile(join(folder, "password"), "utf8")).trim();
  return `postgresql://draht:${encodeURIComponent(password)}@127.0.0.1:${port}/draht`;
}

/** The PostgreSQL of a data folder, its first process before its children, whose names do not tell where they belong (Linux). */
export async function postgresOf(dataDir: string): Promise<readonly number[]> {
  const [first] = await processes((command) => isPostgres(command, dataDir));
  return first === undefined ? [] : [first, ...(await processes((_, parent) => parent === first))];
}

const isPostgres = (command: string, dataDir: string): boolean =>
  command.includes("postgres") && command.includes(dataDir) && !command.includes("main.ts");

/** Processes by their command line: readers are children of the server; a PostgreSQL belongs to the data folder whoever its parent is. */
const descendants = (
  child: ChildProcess,
  name: "reader-child" | "postgres",
  dataDir: string,
): Promise<readonly number[]> =>
  processes((command, parent) =>
    name === "postgres" ? isPostgres(command, dataDir) : command.includes(name) && parent === child.pid,
  );

/** Every process that fits. */
async function processes(fits: (command: string, parent: number) => boolean): Promise<readonly number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const command = (await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (fits(command, parent)) found.push(Number(entry));
  }
  return found;
}

/** The ports of a server that is still to be started. */
export async function serverPorts(): Promise<Ports> {
  const [desk = 0, smtp = 0, post = 0] = await freePorts(3);
  return { desk, smtp, post };
}
