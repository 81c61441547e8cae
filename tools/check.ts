// `npm run check`: types, lint, format, unused code and the laws. `npm run check -- --fix` mends what can be mended;
// names after `--` choose some (`types`, `lint`, `format`, `unused`, `laws`).
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkNames, runChecks } from "./test/checks.ts";
import { count } from "./test/outcome.ts";
import { printOutcomes } from "./test/print.ts";
import { findTests, runFiles } from "./test/suites.ts";
import type { Outcome } from "./test/outcome.ts";

const root = dirname(import.meta.dirname);
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const unknown = words.filter((word) => word !== "laws" && !checkNames.includes(word));
if (unknown.length > 0) {
  process.stderr.write(`No such check: ${unknown.join(", ")}. Checks: ${checkNames.join(", ")}, laws.\n`);
  process.exit(1);
}
const outcomes: Outcome[] = [];
const names = words.length === 0 ? checkNames : checkNames.filter((name) => words.includes(name));
const mend = process.argv.includes("--fix");
if (mend) await import("./laws.ts");
for (const outcome of await runChecks(root, names, mend)) {
  outcomes.push(outcome);
  printOutcomes(outcome.name, outcome.ms, [outcome]);
}
if (words.length === 0 || words.includes("laws")) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  await runFiles(root, "check", findTests(root, "check"), 2, (result) => {
    outcomes.push(...result.outcomes);
    printOutcomes(result.file, result.ms, result.outcomes);
  });
}
const { passed, failed } = count(outcomes, false);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
