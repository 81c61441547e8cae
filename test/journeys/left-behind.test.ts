// A server whose starter is killed must not stay: killed tests left servers behind, each with a PostgreSQL that nobody asked for any more.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isAlive } from "#platform/postgres/postmaster.ts";
import { until } from "#test/faults.ts";
import { postgresOf } from "#test/server.ts";

const gone = (what: string, pids: readonly number[]): Promise<number> =>
  until(`${what} has ended`, 60_000, async () => pids.every((pid) => !isAlive(pid)));

test(
  "a server whose starter was killed ends in order, and its PostgreSQL with it",
  { timeout: 240_000, skip: existsSync("/proc/self/stat") ? false : "looks for processes in /proc" },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "draht-orphan-"));
    const program = `
        import { startTestServer } from ${JSON.stringify(join(import.meta.dirname, "..", "server.ts"))};
        const server = await startTestServer({ dataDir: process.argv[1] });
        process.stdout.write(String(server.pid));
        setInterval(() => {}, 1_000);`;
    const starter = spawn(process.execPath, ["--input-type=module", "--eval", program, dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [chunk] = (await once(starter.stdout, "data")) as [Buffer];
    const server = Number(chunk.toString());
    const pids = await postgresOf(dataDir);
    try {
      assert.ok(isAlive(server) && pids.length > 3);
      starter.kill("SIGKILL");
      await gone("the server", [server]);
      await gone("PostgreSQL", pids);
      assert.equal(existsSync(join(dataDir, "postgres", "cluster", "postmaster.pid")), false, "it ended in order");
    } finally {
      for (const pid of [server, ...pids]) if (isAlive(pid)) process.kill(pid, "SIGKILL");
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);
