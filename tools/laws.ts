// Prints the laws into ARCHITECTURE.md, between its two marks. Run by hand after a change of test/laws/laws.ts, and
// by `npm run check -- --fix`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { lawsAsMarkdown } from "#test/laws/laws.ts";

const page = join(dirname(import.meta.dirname), "ARCHITECTURE.md");
const opening = "<!-- laws: written by tools/laws.ts -->\n";
const closing = "<!-- end of laws -->";

const text = readFileSync(page, "utf8");
const start = text.indexOf(opening);
const end = text.indexOf(closing);
if (start < 0 || end < start) {
  process.stderr.write(`ARCHITECTURE.md lacks the marks between which the laws go:\n${opening}${closing}\n`);
  process.exit(1);
}
writeFileSync(page, text.slice(0, start) + opening + "\n" + lawsAsMarkdown() + text.slice(end));
