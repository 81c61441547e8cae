// The checks that look at the code without running it: types, lint, format, unused code. Called by tools/check.ts
// and, as the first stage, by tools/test.ts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "./outcome.ts";
import { runProgram } from "./process.ts";

/** One check: the npm package whose program judges, and its arguments. */
type Check = {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Arguments that mend what can be mended. */
  readonly mend?: readonly string[];
};

const checks: readonly Check[] = [
  { name: "types", program: "typescript/tsc", args: ["--project", "tsconfig.json"] },
  {
    name: "lint",
    program: "oxlint/oxlint",
    args: ["--type-aware", "--deny-warnings"],
    mend: ["--type-aware", "--fix"],
  },
  { name: "format", program: "oxfmt/oxfmt", args: ["--check", "."], mend: ["."] },
  { name: "unused", program: "knip/knip", args: ["--no-progress", "--no-config-hints"] },
];

/** The names of the checks, for choosing some by name. */
export const checkNames: readonly string[] = checks.map((check) => check.name);

/** Runs the named checks, two at a time; an outcome for each, in order, the program's own words as the error. */
export async function runChecks(root: string, names: readonly string[], mend = false): Promise<readonly Outcome[]> {
  const chosen = checks.filter((check) => names.includes(check.name));
  if (mend) {
    for (const check of chosen) if (check.mend !== undefined) await runCheck(root, { ...check, args: check.mend });
  }
  return Promise.all(chosen.map((check) => runCheck(root, check)));
}

async function runCheck(root: string, check: Check): Promise<Outcome> {
  const ended = await runProgram(process.execPath, [programPath(root, check.program), ...check.args], {
    cwd: root,
    timeoutMs: 600_000,
  });
  return {
    name: check.name,
    result: ended.code === 0 ? "passed" : "failed",
    ms: ended.ms,
    reason: undefined,
    error: ended.code === 0 ? undefined : `${ended.output.trim()}\n(${check.program} ended with code ${ended.code})`,
  };
}

/** Path of a program of an installed package: `package/program`, looked up in the package's own `bin`. */
function programPath(root: string, program: string): string {
  const [name = "", bin = ""] = program.split("/");
  const home = join(root, "node_modules", name);
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    readonly bin: string | Readonly<Record<string, string>>;
  };
  const path = typeof manifest.bin === "string" ? manifest.bin : manifest.bin[bin];
  if (path === undefined || !existsSync(join(home, path)))
    throw new Error(`The package ${name} has no program ${bin}.`);
  return join(home, path);
}
