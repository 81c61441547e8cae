// The lint rules that are laws of this project can catch: a breach is planted under the rules as they stand in .oxlintrc.json.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..", "..");
const program = join(root, "node_modules", "oxlint", "bin", "oxlint");

/** What lint says of one file. */
const lint = (path: string, text: string): string => {
  const home = mkdtempSync(join(tmpdir(), "draht-lint-"));
  try {
    copyFileSync(join(root, ".oxlintrc.json"), join(home, ".oxlintrc.json"));
    mkdirSync(join(home, path, ".."), { recursive: true });
    writeFileSync(join(home, path), text);
    const { stdout, stderr } = spawnSync(process.execPath, [program, "--deny-warnings", path], {
      cwd: home,
      encoding: "utf8",
    });
    return `${stdout}${stderr}`;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

/** A function of so many lines, its head and its end among them. */
const long = (lines: number): string =>
  `export const long = (list: string[]): void => {\n${'  list.push("x");\n'.repeat(lines - 2)}};\n`;

test("a function of the server's side with more than 150 lines is a breach; a test's suite may be longer", () => {
  assert.match(lint("modules/concerns/actions-long.ts", long(151)), /max-lines-per-function/);
  for (const [path, text] of [
    ["modules/concerns/actions-long.ts", long(150)],
    [
      "modules/concerns/actions-long.ts",
      long(150).replace("{\n", "{\n\n  // Blank lines and comments do not count.\n"),
    ],
    ["modules/concerns/model.test.ts", long(400)],
  ] as const)
    assert.match(lint(path, text), /^Found 0 warnings and 0 errors/, path);
});
