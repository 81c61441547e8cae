// Debian's own PostgreSQL, in a folder of its own on a free port, with a database for an ordinary user. For journeys that must hold with a store that is not ours.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { chooseAccount, giveTo } from "#platform/postgres/account.ts";
import { freePorts } from "#test/ports.ts";
import { peerPath } from "#tools/test/peers.ts";

const run = promisify(execFile);
const superuser = { name: "postgres", password: "der-verwalter" };
const owner = { name: "kabel", password: "der-besitzer" };

/** A running server. */
export interface SystemPostgres {
  /** The database of a user who owns it and is nothing more. */
  readonly url: string;
  /** For a checker: may do everything. */
  readonly adminUrl: string;
  /** The first number of its version. */
  readonly version: number;
  readonly stop: () => Promise<void>;
}

/** Makes a cluster and a database, and resolves when it answers. Settings go over Debian's defaults. */
export async function startSystemPostgres(settings: Readonly<Record<string, string>> = {}): Promise<SystemPostgres> {
  const programs = dirname(peerPath("postgresql") ?? "");
  const account = chooseAccount(join(programs, "postgres"));
  const folder = await mkdtemp(join(tmpdir(), "draht-pg-"));
  await writeFile(join(folder, "password"), superuser.password);
  giveTo(account, folder);
  const command = (program: string, args: readonly string[]): [string, string[]] => {
    const [first = "", ...rest] = [...account.wrapper, join(programs, program), ...args];
    return [first, rest];
  };
  const data = join(folder, "data");
  const [port = 0] = await freePorts(1);
  await run(
    ...command("initdb", [
      `--pgdata=${data}`,
      `--username=${superuser.name}`,
      `--pwfile=${join(folder, "password")}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
    ]),
    account.ids ?? {},
  );
  const given = { listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const server = spawn(
    ...command("postgres", [
      `-D${data}`,
      `-p${port}`,
      ...Object.entries(given).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ]),
    { ...account.ids, stdio: ["ignore", "ignore", "pipe"] },
  );
  const gone = once(server, "exit");
  const stop = async (): Promise<void> => {
    server.kill("SIGINT");
    await gone;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    // Its log says when it takes connections.
    await new Promise<void>((resolve, reject) => {
      let said = "";
      server.stderr?.on("data", (chunk: Buffer) => {
        said += chunk.toString("utf8");
        if (said.includes("ready to accept connections")) resolve();
      });
      void gone.then(() => reject(new Error(`PostgreSQL ended:\n${said}`)));
    });
    const address = (user: typeof owner, database: string): string =>
      `postgresql://${user.name}:${user.password}@127.0.0.1:${port}/${database}`;
    const client = new Client({ connectionString: address(superuser, "postgres") });
    await client.connect();
    await client.query(`CREATE ROLE ${owner.name} LOGIN PASSWORD '${owner.password}'`);
    await client.query(`CREATE DATABASE kabel OWNER ${owner.name}`);
    const version = Number((await client.query("SHOW server_version_num")).rows[0]?.server_version_num);
    await client.end();
    return {
      url: address(owner, "kabel"),
      adminUrl: address(superuser, "kabel"),
      version: Math.floor(version / 10_000),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
