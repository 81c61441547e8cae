// Builds the desk into dist/web and the widget into dist/widget, each when its sources have changed since its last build. `npm run build`, and the
// server's start as a child process. Prints a line for each; ends with code 1 when a build fails. Several may run at once: one builds, the others wait
// for it, and a running server never sees half a build.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Something that is built into a folder of its own. */
interface Product {
  readonly name: string;
  /** Its folder below dist. */
  readonly folder: string;
  readonly sources: readonly string[];
  /** Where in it the files are whose names say what they hold. */
  readonly assets: string;
  readonly build: (outDir: string) => Promise<unknown>;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const force = process.argv.includes("--force");
const products: readonly Product[] = [
  {
    name: "desk",
    folder: "web",
    sources: ["web", "contract", "lib", "locales", "vite.config.ts", "package-lock.json"],
    assets: "assets",
    build: async (outDir) => {
      const { build } = await import("vite");
      const common = {
        root: join(root, "web"),
        configFile: join(root, "vite.config.ts"),
        logLevel: process.argv.includes("--verbose") ? ("info" as const) : ("warn" as const),
      };
      await build({ ...common, build: { outDir, emptyOutDir: true } });
      // Built for itself: what it shares with the desk would be split off the desk, which then loads in many small pieces.
      const input = join(root, "web/wallboard.html");
      return build({ ...common, build: { outDir, emptyOutDir: false, license: false, rolldownOptions: { input } } });
    },
  },
  {
    name: "widget",
    folder: "widget",
    sources: ["widget", "contract", "lib", "locales", "tools/widget.ts", "package-lock.json"],
    assets: "widget",
    build: async (outDir) => (await import("./widget.ts")).buildWidget(outDir),
  },
];
for (const product of products) await bringUpToDate(product);

async function bringUpToDate(product: Product): Promise<void> {
  const wanted = fingerprint(product.sources);
  const isBuilt = (): boolean => !force && readText(join(targetOf(product), ".built-from")) === wanted;
  if (isBuilt()) {
    console.log(`${product.name}: built already`);
    return;
  }
  const release = await takeLock(join(root, "dist", `${product.folder}.lock`));
  try {
    if (isBuilt()) console.log(`${product.name}: built by another process`);
    else await buildInto(product, wanted);
  } finally {
    release();
  }
}

function targetOf({ folder }: Product): string {
  return join(root, "dist", folder);
}

/** Builds beside the target and puts it in its place when it is whole. */
async function buildInto(product: Product, fingerprintOfSources: string): Promise<void> {
  const begun = performance.now();
  const target = targetOf(product);
  const fresh = `${target}-${process.pid}`;
  const old = `${target}-${process.pid}-old`;
  try {
    await product.build(fresh);
    const assets = readdirSync(join(fresh, product.assets));
    writeFileSync(join(fresh, ".assets"), assets.join("\n"));
    writeFileSync(join(fresh, ".built-from"), fingerprintOfSources);
    compress(fresh);
    keepPrevious(product, fresh, assets);
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  }
  console.log(`${product.name}: built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

/** Puts a .br and a .gz beside every text of the build: the server hands them out as they are. */
function compress(folder: string): void {
  for (const file of filesBelow(folder).filter((path) => /\.(js|css|svg|html)$/.test(path))) {
    const bytes = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }),
    );
  }
}

/** Keeps the parts of the build before: pages that are open still ask for those they have not loaded yet. */
function keepPrevious(product: Product, fresh: string, own: readonly string[]): void {
  const target = targetOf(product);
  const before = (readText(join(target, ".assets")) ?? "")
    .split("\n")
    .filter((name) => name !== "" && !own.includes(name));
  for (const name of before)
    for (const ending of ["", ".gz", ".br"]) {
      const file = join(target, product.assets, name + ending);
      if (existsSync(file)) copyFileSync(file, join(fresh, product.assets, name + ending));
    }
}

/** Waits until no other process builds into this checkout; a lock whose holder is gone is taken over. */
async function takeLock(lockFile: string): Promise<() => void> {
  mkdirSync(dirname(lockFile), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (isHeld(lockFile, readText(lockFile))) await rest(100);
    else rmSync(lockFile, { force: true });
  }
}

/** A lock that is empty has been made this very moment, and its holder is about to be written into it. */
function isHeld(lockFile: string, holder: string | undefined): boolean {
  if (holder !== "") return isAlive(Number(holder ?? 0));
  const made = statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - made < 10_000;
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** SHA-256 over the names and bytes of everything the build reads; tests beside the code do not count. */
function fingerprint(sources: readonly string[]): string {
  const hash = createHash("sha256");
  const files = sources
    .flatMap((source) => filesBelow(join(root, source)))
    .filter((file) => !/\.test\.tsx?$/.test(file));
  for (const file of files.toSorted())
    hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true, encoding: "utf8" });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
