// What a test run leaves running is killed with all its children. A PostgreSQL that had been made to stand still kept its children for ever.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { isAlive } from "#platform/postgres/postmaster.ts";
import { closeRunFolder, openRunFolder } from "./leftovers.ts";

test(
  "a process that names the folder goes, and so does its child that names nothing and stands still",
  { skip: existsSync("/proc/self/environ") ? false : "looks for processes in /proc" },
  async () => {
    const folder = openRunFolder();
    const child = `const { pid } = require("node:child_process").spawn("sleep", ["600"], { env: {}, detached: true, stdio: "ignore" });
      process.kill(pid, "SIGSTOP");
      process.stdout.write(String(pid));
      setInterval(() => {}, 1_000);`;
    const parent = spawn(process.execPath, ["--eval", child, folder], { stdio: ["ignore", "pipe", "inherit"] });
    const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
    const pids = [parent.pid ?? 0, Number(chunk.toString())];
    assert.ok(pids.every(isAlive));
    const over = once(parent, "exit");
    assert.equal(closeRunFolder(folder).length, 2);
    await over;
    assert.ok(!existsSync(folder) && !isAlive(pids[0] ?? 0));
    // Nobody waits for the child any more: it is gone as soon as the system has taken it in.
    while (isAlive(pids[1] ?? 0)) await new Promise((resolve) => setImmediate(resolve));
  },
);
