// Finds the test files and runs them, each in a process of its own. Called by tools/test.ts.
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Outcome } from "./outcome.ts";
import { runProgram } from "./process.ts";

/** A stage of the run, in the order in which they begin. */
export type Stage = "check" | "unit" | "journeys" | "screens";
export const stages: readonly Stage[] = ["check", "unit", "journeys", "screens"];

/** What came out of one test file. */
export type FileResult = { readonly file: string; readonly ms: number; readonly outcomes: readonly Outcome[] };

/** Folders that hold no tests of ours. */
const outside = new Set(["node_modules", "dist", "data", ".cache", ".git"]);

/** How long one file may take before its process group is killed, in milliseconds: many times what it takes, for machines that are crowded. */
export const fileTimeoutMs: Readonly<Record<Stage, number>> = {
  check: 600_000,
  unit: 600_000,
  journeys: 900_000,
  screens: 900_000,
};

/** The test files of a stage, relative to `root`, sorted. The laws belong to the checks. */
export function findTests(root: string, stage: Stage): readonly string[] {
  return globSync("**/*.test.ts", { cwd: root, exclude: (name) => outside.has(name) })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => stageOf(path) === stage)
    .toSorted();
}

/** The stage to which a test file belongs, by its folder. */
export function stageOf(path: string): Stage {
  if (path.startsWith("test/laws/")) return "check";
  if (path.startsWith("test/journeys/")) return "journeys";
  return path.startsWith("test/screens/") ? "screens" : "unit";
}

/** Whether tests of a stage talk to programs that npm cannot bring. */
export function isWithPeers(stage: Stage): boolean {
  return stage === "journeys" || stage === "screens";
}

/**
 * Whether the words after `npm test --` choose a file: no words choose all; a stage's name chooses the stage; any
 * other word chooses the paths that contain it.
 */
export function isChosen(words: readonly string[], stage: Stage, path: string): boolean {
  return words.length === 0 || words.some((word) => word === stage || (!isStage(word) && path.includes(word)));
}

function isStage(word: string): word is Stage {
  return stages.some((stage) => stage === word);
}

/** Runs files, `width` at a time, and hands over each result as it comes. */
export async function runFiles(
  root: string,
  stage: Stage,
  files: readonly string[],
  width: number,
  onResult: (result: FileResult) => void,
): Promise<void> {
  const waiting = [...files];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      onResult(await runFile(root, file, fileTimeoutMs[stage]));
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/**
 * Runs one test file. A file that ends badly outside its tests (it does not load, hangs, exits early) or that holds
 * no test at all is a failed test of its own name.
 */
export async function runFile(root: string, file: string, timeoutMs: number): Promise<FileResult> {
  const folder = mkdtempSync(join(root, ".cache", "test-file-"));
  const report = join(folder, "outcomes.jsonl");
  const reporter = join(import.meta.dirname, "reporter.ts");
  const flags = [`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`, "--enable-source-maps"];
  const ended = await runProgram(process.execPath, [...flags, join(root, file)], { cwd: root, timeoutMs });
  const outcomes = readOutcomes(report);
  rmSync(folder, { recursive: true, force: true });
  const fault = faultOf(ended.timedOut, ended.code, outcomes, timeoutMs);
  const whole: Outcome | undefined =
    fault === undefined
      ? undefined
      : { name: file, result: "failed", ms: ended.ms, reason: undefined, error: `${fault}\n${ended.output.trim()}` };
  const failed = outcomes.some((outcome) => outcome.result === "failed");
  if (failed && ended.output.trim() !== "") process.stdout.write(`  output of ${file}:\n${ended.output.trim()}\n`);
  return {
    file: relative(root, join(root, file)),
    ms: ended.ms,
    outcomes: whole === undefined ? outcomes : [...outcomes, whole],
  };
}

function faultOf(timedOut: boolean, code: number, outcomes: readonly Outcome[], timeoutMs: number): string | undefined {
  if (timedOut) return `did not end within ${timeoutMs / 1000} s (something it opened is still open?) and was killed`;
  if (outcomes.length === 0) return code === 0 ? "holds no test" : `ended with code ${code} before any test`;
  const failed = outcomes.some((outcome) => outcome.result === "failed");
  return code !== 0 && !failed ? `ended with code ${code} though its tests passed` : undefined;
}

function readOutcomes(path: string): readonly Outcome[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  // A killed process may leave half a line.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Outcome);
}
