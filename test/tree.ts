// A copy of this tree that may be changed: for tests that plant a breach or add a part. Used by test/journeys.
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const thisTree = fileURLToPath(new URL("..", import.meta.url));
const left = new Set(["node_modules", ".git", ".cache"]);
/** Of what was built only what is whole: beside it another test's server may be building this very moment. */
const isWhole = (path: string): boolean =>
  dirname(path) !== join(thisTree, "dist") || path === join(thisTree, "dist", "web");

/** A copy with the same packages. */
export interface TreeCopy {
  readonly path: string;
  /** Rewrites a file; fails when that changes nothing, because then the tree no longer has the place that was meant. */
  readonly change: (file: string, how: (text: string) => string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Copies everything but packages, history and data. */
export const copyTree = async (name: string): Promise<TreeCopy> => {
  const path = await mkdtemp(join(tmpdir(), `draht-${name}-`));
  for (const entry of await readdir(thisTree, { withFileTypes: true }))
    if (!left.has(entry.name) && !/^data(-|$)/.test(entry.name))
      await cp(join(thisTree, entry.name), join(path, entry.name), { recursive: true, filter: isWhole });
  await symlink(join(thisTree, "node_modules"), join(path, "node_modules"));
  return {
    path,
    change: async (file, how) => {
      const text = await readFile(join(path, file), "utf8");
      const changed = how(text);
      assert.notEqual(changed, text, `${file} has no such place any more`);
      await writeFile(join(path, file), changed);
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
};
