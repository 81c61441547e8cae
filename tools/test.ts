// `npm test`: checks, unit tests, then journeys and screens beside one another, the longest first. Words after `npm test --` choose stages
// (check, unit, journeys, screens) or files by a part of their path. Ends with the line "N passed, N failed".
// `--repeat 10` runs the chosen files ten times. With CI=true a test that is not run because a peer program is missing counts as failed.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { startPostgres } from "#platform/postgres/postgres.ts";
import { layCluster } from "#test/cluster.ts";
import { testPostgresSettings, testPostgresVariable } from "#test/database.ts";
import { checkNames, runChecks } from "./test/checks.ts";
import { closeRunFolder, openRunFolder } from "./test/leftovers.ts";
import { count, isMissingPeer } from "./test/outcome.ts";
import type { Outcome } from "./test/outcome.ts";
import { ensurePeers } from "./test/peers.ts";
import { indented, printOutcomes, slowest } from "./test/print.ts";
import { killAll } from "./test/process.ts";
import { doAll, longestFirst, processorMs } from "./test/queue.ts";
import { fileTimeoutMs, findTests, isChosen, isWithPeers, runFile, stages } from "./test/suites.ts";
import type { FileResult, Stage } from "./test/suites.ts";

type Named = Outcome & { readonly where: string };

/** How many lines of what went wrong the end of the run repeats for each failed test. */
const linesOfFailure = 25;
const root = dirname(import.meta.dirname);
const strict = process.env["CI"] === "true";
const { words, repeat } = asked(process.argv.slice(2));
const start = performance.now();
const say = (sentence: string): boolean => process.stdout.write(`${sentence}\n`);

const plan = stages.map((stage) => ({
  stage,
  checks: stage === "check" ? checkNames.filter((name) => isChosen(words, stage, name)) : [],
  files: repeated(findTests(root, stage).filter((path) => isChosen(words, stage, path))),
}));
const chosen = plan.filter(({ checks, files }) => checks.length + files.length > 0);
if (chosen.length === 0) {
  say(`No test fits ${words.join(" ")}.\n0 passed, 1 failed`);
  process.exit(1);
}

mkdirSync(join(root, ".cache"), { recursive: true });
const folder = openRunFolder();
process.env["TMPDIR"] = folder;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => {
    killAll();
    closeRunFolder(folder);
    process.exit(130);
  });

const outcomes: Named[] = [];
const times: string[] = [];
const pieces: { readonly file: string; readonly ms: number }[] = [];
const atStart = processorMs();
try {
  await runAll();
} finally {
  const left = closeRunFolder(folder);
  if (left.length > 0)
    record("processes", 0, [
      {
        name: "every process that the tests started has ended",
        result: "failed",
        ms: 0,
        reason: undefined,
        error: `These were still running and were killed:\n${left.join("\n")}`,
      },
    ]);
}
process.exitCode = summary();

/** The files so many times, one pass behind the other. */
function repeated(files: readonly string[]): readonly string[] {
  return Array.from({ length: repeat }, () => files).flat();
}

/** What the command line asks for; `--repeat 10` runs the chosen files ten times, to find what fails by chance. */
function asked(given: readonly string[]): { readonly words: readonly string[]; readonly repeat: number } {
  const at = given.indexOf("--repeat");
  if (at === -1) return { words: given, repeat: 1 };
  const repeat = Number(given[at + 1]);
  if (!Number.isSafeInteger(repeat) || repeat < 1) {
    process.stdout.write("--repeat wants a number, as in npm test -- --repeat 10 email\n");
    process.exit(1);
  }
  return { words: given.toSpliced(at, 2), repeat };
}

async function runAll(): Promise<void> {
  // What has to be installed comes while the checks and the unit tests run, which need none of it.
  const peers = ensurePeers(
    chosen.map(({ stage }) => stage),
    say,
  );
  const withFiles = chosen.some(({ files }) => files.length > 0);
  const dataDir = join(folder, "postgres");
  if (withFiles) await layCluster(dataDir);
  const postgres = withFiles
    ? await startPostgres({ dataDir, log: () => undefined, settings: testPostgresSettings })
    : undefined;
  if (postgres !== undefined) process.env[testPostgresVariable] = postgres.url;
  say(`\n== ${chosen.map(({ stage, checks, files }) => `${stage} (${checks.length + files.length})`).join(", ")} ==`);
  const spans = new Map<Stage, { began: number; ended: number; done: number }>();
  /** Runs one piece of a stage and prints what came of it. */
  const inStage = async (stage: Stage, total: number, run: () => Promise<FileResult>): Promise<void> => {
    const span = spans.get(stage) ?? { began: performance.now(), ended: 0, done: 0 };
    spans.set(stage, span);
    const { file, ms, outcomes: found } = await run();
    span.ended = performance.now();
    span.done += 1;
    pieces.push({ file, ms });
    record(`[${stage} ${span.done}/${total}] ${file}`, ms, found, file);
  };
  const work = chosen.map(({ stage, checks, files }) => {
    const total = checks.length + files.length;
    const checking = checks.map((name) => ({
      path: name,
      run: () =>
        inStage(stage, total, async () => {
          const found = await runChecks(root, [name]);
          return { file: name, ms: found[0]?.ms ?? 0, outcomes: found };
        }),
    }));
    const testing = files.map((path) => ({
      path,
      run: async () => {
        if (isWithPeers(stage)) await peers;
        await inStage(stage, total, () => runFile(root, path, fileTimeoutMs[stage]));
      },
    }));
    return { stage, pieces: [...checking, ...testing] };
  });
  const piecesOf = (withPeers: boolean) =>
    work.filter(({ stage }) => isWithPeers(stage) === withPeers).flatMap(({ pieces }) => pieces);
  try {
    await doAll([...piecesOf(false), ...longestFirst(piecesOf(true))].map(({ run }) => run));
    await peers;
  } finally {
    await postgres?.stop();
  }
  for (const [stage, { began, ended }] of spans) times.push(`${stage} ${((ended - began) / 1000).toFixed(1)} s`);
}

function record(title: string, ms: number, found: readonly Outcome[], where = title): void {
  outcomes.push(...found.map((outcome) => ({ ...outcome, where })));
  printOutcomes(title, ms, found);
}

/** Prints what was not run and why, what failed, the times and the closing line; returns the exit code. */
function summary(): number {
  const skipped = outcomes.filter((outcome) => outcome.result === "skipped");
  if (skipped.length > 0) {
    say(`\nNot run (${skipped.length}):`);
    for (const outcome of skipped) {
      const counted = strict && isMissingPeer(outcome) ? " [counts as failed: CI=true]" : "";
      say(`  ${outcome.where}: ${outcome.name}: ${outcome.reason ?? "no reason given"}${counted}`);
    }
  }
  const failures = outcomes.filter((outcome) => outcome.result === "failed");
  if (failures.length > 0) {
    say(`\nFailed (${failures.length}):`);
    for (const outcome of failures) {
      say(`  ${outcome.where}: ${outcome.name}`);
      // Said again: whoever is shown only the end of a long run needs to know what went wrong.
      say(indented((outcome.error ?? "no message").split("\n").slice(0, linesOfFailure).join("\n")));
    }
  }
  const { passed, failed } = count(outcomes, strict);
  const long = slowest(pieces);
  if (long !== "") say(`\n${long}`);
  const [idle, all] = [processorMs().idle - atStart.idle, processorMs().all - atStart.all];
  say(
    `\n${times.join(", ")}, from the first to the last of each; whole run ${((performance.now() - start) / 1000).toFixed(1)} s, the processors ${Math.round(100 * (1 - idle / Math.max(1, all)))} % busy`,
  );
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
