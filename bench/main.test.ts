// The bench runs: a small filling, a real server, figures that are figures. What they come to is measured elsewhere, on a quiet machine.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { Figures } from "#bench/measure.ts";
import type { Results } from "#bench/report.ts";

test(
  "a small bench fills, measures and says what each operation cost",
  { timeout: 240_000, skip: process.platform !== "linux" && "CPU is read from /proc" },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "draht-bench-test-"));
    const out = join(folder, "results.json");
    try {
      // In a folder of records that is empty every plan is another than recorded: the bench measures to the end, and fails.
      const run = promisify(execFile)(process.execPath, [
        join(import.meta.dirname, "main.ts"),
        "--sizes",
        "600",
        "--share",
        "0.02",
        "--only",
        "inbox,open,reply",
        "--plans",
        join(folder, "plans"),
        "--out",
        out,
      ]);
      await assert.rejects(run, (error: { readonly code?: number; readonly stdout?: string }) => {
        assert.equal(error.code, 1);
        assert.match(error.stdout ?? "", /the plan of list-inbox is none of the recorded ones/);
        const recorded = readdirSync(join(import.meta.dirname, "plans")).filter((name) => name.endsWith(".txt"));
        assert.equal(/(\d+) differ/.exec(error.stdout ?? "")?.[1], String(recorded.length));
        return true;
      });
      const { sizes } = JSON.parse(await readFile(out, "utf8")) as Results;
      const [size] = sizes;
      assert.ok(size !== undefined);
      assert.equal(size.messages, 600);
      assert.ok(size.concerns > 50);
      for (const row of [
        "inbox page, 16 at once",
        "counters of 20 views, 1 at once",
        "open a concern of 50 messages, 1 at once",
        "reply, 16 at once",
      ]) {
        const figures: Figures | undefined = size.figures[row];
        assert.ok(figures !== undefined, row);
        assert.ok(
          figures.p50Ms > 0 && figures.p95Ms >= figures.p50Ms && figures.appCpuMs + figures.databaseCpuMs > 0,
          row,
        );
      }
      assert.ok((size.warmStartMs ?? 0) > 0 && (size.loaded?.mainMb ?? 0) > 10 && (size.loaded?.databaseMb ?? 0) > 10);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
