// The test run's own promises: what hangs is killed, what holds no test fails, what is left behind is found.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { closeRunFolder, openRunFolder } from "./leftovers.ts";
import { count, isMissingPeer } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { lacking } from "./peers.ts";
import { slowest } from "./print.ts";
import { doAll, longestFirst, longPaths } from "./queue.ts";
import { findTests, isChosen, runFile, stageOf } from "./suites.ts";

suite("a test file's run", () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "run-"));
    mkdirSync(join(root, ".cache"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const run = async (name: string, text: string, timeoutMs = 20_000): Promise<readonly Outcome[]> => {
    writeFileSync(join(root, name), text);
    return (await runFile(root, name, timeoutMs)).outcomes;
  };
  const results = (outcomes: readonly Outcome[]): readonly string[] =>
    outcomes.map(({ name, result }) => `${result}: ${name}`);

  test("tells each test once, suites not at all, skips with their reason", async () => {
    const outcomes = await run(
      "mixed.test.ts",
      `import { suite, test } from "node:test"; import assert from "node:assert/strict";
      suite("group", () => { test("good", () => {}); test("bad", () => assert.equal(1, 2)); });
      test("left out", { skip: "needs dovecot, which this machine lacks" }, () => {});
      test("later", { todo: true }, () => {});`,
    );
    assert.deepEqual(results(outcomes), ["passed: good", "failed: bad", "skipped: left out", "skipped: later"]);
    assert.match(outcomes[1]?.error ?? "", /1 !== 2/);
    assert.deepEqual(outcomes.map(isMissingPeer), [false, false, true, false]);
    assert.deepEqual(count(outcomes, false), { passed: 1, failed: 1, skipped: 2 });
    assert.deepEqual(count(outcomes, true), { passed: 1, failed: 2, skipped: 1 });
  });

  test("fails a broken hook once", async () => {
    const outcomes = await run(
      "hook.test.ts",
      `import { after, suite, test } from "node:test";
      suite("group", () => { after(() => { throw new Error("at the end"); }); test("good", () => {}); });`,
    );
    assert.deepEqual(results(outcomes), ["passed: good", "failed: group"]);
  });

  test("fails a file that does not load, holds no test, or ends early", async () => {
    assert.match(
      (await run("load.test.ts", 'throw new Error("at load");'))[0]?.error ?? "",
      /before any test[^]*at load/,
    );
    assert.match((await run("none.test.ts", "export const x = 1;"))[0]?.error ?? "", /holds no test/);
    const early = await run("early.test.ts", 'import { test } from "node:test"; test("x", () => process.exit(3));');
    assert.ok(early.some(({ result }) => result === "failed"));
  });

  test("kills a file that does not end, with its children", async () => {
    const outcomes = await run(
      "hang.test.ts",
      `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs"; import { test } from "node:test";
      test("good", () => {
        const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
        writeFileSync(new URL("./child.pid", import.meta.url), String(child.pid));
      });`,
      10_000,
    );
    assert.deepEqual(results(outcomes), ["passed: good", "failed: hang.test.ts"]);
    assert.match(outcomes[1]?.error ?? "", /did not end within 10 s/);
  });
});

test(
  "what still uses the run's folder is killed and named; the folder goes",
  { skip: process.platform !== "linux" },
  async () => {
    const folder = openRunFolder();
    const child = spawn("sleep", ["1000"], { env: { TMPDIR: folder }, detached: true, stdio: "ignore" });
    const ended = once(child, "exit");
    await once(child, "spawn");
    const killed = closeRunFolder(folder);
    await ended;
    assert.deepEqual(killed, [`${child.pid} sleep 1000`]);
    assert.equal(existsSync(folder), false);
  },
);

test("a path belongs to one stage, and words choose", () => {
  assert.equal(stageOf("modules/concerns/model.test.ts"), "unit");
  assert.equal(stageOf("test/laws/laws.test.ts"), "check");
  assert.equal(stageOf("test/journeys/email.test.ts"), "journeys");
  assert.equal(stageOf("test/screens/inbox.test.ts"), "screens");
  assert.ok(isChosen([], "unit", "lib/a.test.ts"));
  assert.ok(isChosen(["unit"], "unit", "lib/a.test.ts"));
  assert.ok(!isChosen(["unit"], "journeys", "test/journeys/unit.test.ts"));
  assert.ok(isChosen(["email"], "journeys", "test/journeys/email.test.ts"));
  assert.ok(!isChosen(["email"], "unit", "lib/a.test.ts"));
  assert.ok(findTests(join(import.meta.dirname, "..", ".."), "unit").includes("tools/test/runner.test.ts"));
});

test("nothing is lacking when nothing is asked for", () => {
  assert.equal(lacking(), false);
});

test("what took longest is told at the end, and what all took together", () => {
  const pieces = Array.from({ length: 12 }, (_, n) => ({ file: `t${n}`, ms: 1_000 * ((n * 5) % 12) }));
  assert.equal(
    slowest(pieces, 3),
    "The 3 that took longest, 30.0 s of the 66.0 s that all 12 took together:\n   11.0 s  t7\n   10.0 s  t2\n    9.0 s  t9",
  );
  assert.equal(slowest(pieces.slice(0, 3), 3), "");
});

suite("the order of the work", () => {
  test("the longest begin first, the others in their order; every path that is named as long is there", () => {
    const root = join(import.meta.dirname, "..", "..");
    const long = longPaths.find((path) => path.endsWith("screens.test.ts")) ?? "";
    const pieces = ["b", long, "a"].map((path) => ({ path }));
    assert.deepEqual(
      longestFirst(pieces).map(({ path }) => path),
      [long, "b", "a"],
    );
    assert.deepEqual(
      longPaths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  test("so many run at once as there are processors; while these are idle one more, and all is done once", async () => {
    let now = 0;
    let most = 0;
    const done: number[] = [];
    // The first two wait for the last, as those that only wait do: without one more beside them this would never end.
    let end: () => void = () => {};
    const last = new Promise<void>((resolve) => (end = resolve));
    const piece = (number: number) => async (): Promise<void> => {
      now += 1;
      most = Math.max(most, now);
      if (number === 5) end();
      await (number < 2 ? last : new Promise((resolve) => setImmediate(resolve)));
      now -= 1;
      done.push(number);
    };
    await doAll(
      Array.from({ length: 6 }, (_, number) => piece(number)),
      { width: 2, idleMs: () => performance.now(), lookMs: 5 },
    );
    assert.deepEqual([most, done.toSorted((a, b) => a - b)], [3, [0, 1, 2, 3, 4, 5]]);
    const busy: number[] = [];
    let fullest = 0;
    const work = Array.from({ length: 4 }, (_, number) => async (): Promise<void> => {
      busy.push(number);
      fullest = Math.max(fullest, busy.length);
      await new Promise((resolve) => setTimeout(resolve, 20));
      busy.pop();
    });
    await doAll(work, { width: 2, idleMs: () => 0, lookMs: 1 });
    assert.equal(fullest, 2, "nothing beside them while the processors are busy");
  });

  test("what cannot be run at all ends everything", async () => {
    await assert.rejects(doAll([() => Promise.reject(new Error("no such program"))], { width: 2 }), /no such program/);
  });
});
