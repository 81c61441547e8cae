// Builds the desk into dist/web when its sources have changed since the last build. `npm run build`, and the server's
// start as a child process. Prints one line; ends with code 1 when the build fails.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "dist", "web", ".built-from");
const sources = ["web", "contract", "lib", "locales", "vite.config.ts", "package-lock.json"];

const begun = performance.now();
const wanted = fingerprint();
if (!process.argv.includes("--force") && built() === wanted) {
  console.log("desk: built already");
} else {
  const { build } = await import("vite");
  await build({
    configFile: join(root, "vite.config.ts"),
    logLevel: process.argv.includes("--verbose") ? "info" : "warn",
  });
  writeFileSync(stampFile, wanted);
  console.log(`desk: built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

/** SHA-256 over the names and bytes of everything the build reads; tests beside the code do not count. */
function fingerprint(): string {
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

function built(): string | undefined {
  return existsSync(stampFile) ? readFileSync(stampFile, "utf8") : undefined;
}
