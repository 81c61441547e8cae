// `npm test`: checks, unit tests, journeys and screens, in this order. Words after `npm test --` choose stages
// (check, unit, journeys, screens) or files by a part of their path. Ends with the line "N passed, N failed".
// `--repeat 10` runs the chosen files ten times. With CI=true a test that is not run because a peer program is missing counts as failed.
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { startPostgres } from "#platform/postgres/postgres.ts";
import { layCluster } from "#test/cluster.ts";
import { testPostgresSettings, testPostgresVariable } from "#test/database.ts";
import { checkNames, runChecks } from "./test/checks.ts";
import { closeRunFolder, openRunFolder } from "./test/leftovers.ts";
import { count, isMissingPeer } from "./test/outcome.ts";
import type { Outcome } from "./test/outcome.ts";
import { ensurePeers } from "./test/peers.ts";
import { indented, printOutcomes } from "./test/print.ts";
import { killAll } from "./test/process.ts";
import { findTests, isChosen, runFiles, stages } from "./test/suites.ts";
import type { Stage } from "./test/suites.ts";

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
  ensurePeers(
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
  try {
    for (const { stage, checks, files } of chosen) await runStage(stage, checks, files);
  } finally {
    await postgres?.stop();
  }
}

async function runStage(stage: Stage, checks: readonly string[], files: readonly string[]): Promise<void> {
  const total = checks.length + files.length;
  const began = performance.now();
  let done = 0;
  say(`\n== ${stage} (${total}) ==`);
  const progress = (title: string, ms: number, found: readonly Outcome[]): void =>
    record(`[${++done}/${total}] ${title}`, ms, found, title);
  for (const outcome of await runChecks(root, checks)) progress(outcome.name, outcome.ms, [outcome]);
  await runFiles(root, stage, files, Math.min(4, availableParallelism()), (result) =>
    progress(result.file, result.ms, result.outcomes),
  );
  times.push(`${stage} ${((performance.now() - began) / 1000).toFixed(1)} s`);
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
  say(`\n${times.join(", ")}; whole run ${((performance.now() - start) / 1000).toFixed(1)} s`);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
