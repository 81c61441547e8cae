// Finds where a function stands in the source at this moment, so that what the trace prints never goes stale. Called by tools/trace.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** "file:line" of a function or constant of that name; throws when the file has none, so that a renamed one is noticed by the test. */
export function lineOf(root: string, file: string, name: string): string {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  const words = [`function ${name}(`, `function ${name}<`, `const ${name} =`, `const ${name}:`];
  const at = lines.findIndex((line) => words.some((word) => line.includes(word)));
  if (at === -1) throw new Error(`${file} has no ${name}`);
  return `${file}:${at + 1}`;
}
