// Judges a list of files by the laws: pure, so that tests can plant breaches. Called by laws.test.ts.
import { dirname, join, normalize } from "node:path/posix";
import { missingPaths } from "./documents.ts";
import { defaultExportFiles, fetchFiles, htmlFile, importLaws, mostLines } from "./laws.ts";
import type { ImportLaw, LawId } from "./laws.ts";
import { growth } from "./regex.ts";
import { readSource } from "./source.ts";
import type { Source } from "./source.ts";
import { wordBreaches } from "./words.ts";

/** A file of the repository; `path` is relative to its root, with forward slashes. */
export type File = { readonly path: string; readonly text: string };

/** One breach: which law, where, and what to do about it. */
export type Breach = { readonly law: LawId; readonly path: string; readonly line: number; readonly says: string };

type Parsed = File & { readonly source: Source };

/** Every breach of every law. `errorCodes` are the codes of contract/errors.ts, whose words are looked for. */
export function breaches(files: readonly File[], errorCodes: readonly string[]): readonly Breach[] {
  const parsed: readonly Parsed[] = files
    .filter((file) => /\.tsx?$/.test(file.path) && !file.path.endsWith(".d.ts"))
    .map((file) => ({ ...file, source: readSource(file.path, file.text) }));
  return [
    ...parsed.flatMap(importBreaches),
    ...moduleCycles(parsed),
    ...parsed.flatMap(fileBreaches),
    ...files.flatMap(colourBreaches),
    ...wordBreaches(files, errorCodes),
    ...missingPaths(files),
  ];
}

function importBreaches(file: Parsed): readonly Breach[] {
  const law = importLaws.find(({ files }) => files.test(file.path));
  if (law === undefined)
    return [
      { law: "imports", path: file.path, line: 1, says: "lies in no folder that the laws know; see ARCHITECTURE.md" },
    ];
  return file.source.imports.flatMap(({ specifier, line }): readonly Breach[] => {
    const at = { path: file.path, line };
    if (specifier.startsWith("../"))
      return [{ ...at, law: "crossing", says: `write #folder/file.ts instead of ${specifier}` }];
    const target = resolve(file.path, specifier);
    if (crossesScreens(file.path, target))
      return [
        { ...at, law: "screens", says: `${specifier} is another screen; move the shared part to web/kit or web/state` },
      ];
    if (isAllowed(law, file.path, target)) return [];
    return [
      { ...at, law: "imports", says: `${law.name} may not import ${specifier} (may: ${[law.may].flat().join(", ")})` },
    ];
  });
}

/** Where an import points: a path from the root, `node:…`, or `npm:package`. */
function resolve(path: string, specifier: string): string {
  if (specifier.startsWith(".")) return normalize(join(dirname(path), specifier));
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (specifier.startsWith("node:")) return specifier;
  const parts = specifier.split("/");
  return `npm:${specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "")}`;
}

function isAllowed(law: ImportLaw, path: string, target: string): boolean {
  if (law.may === "anything") return true;
  if (/\.test\.tsx?$/.test(target)) return false;
  return law.may.some((source) => {
    if (source === "node:") return target.startsWith("node:");
    if (source === "npm") return target.startsWith("npm:");
    if (source.startsWith("npm:")) return target === source;
    if (source === "own") return homeOf(target) === homeOf(path);
    const [whose, role] = source.split(" ");
    if (role !== undefined) {
      if (!target.startsWith("modules/") || (homeOf(target) === homeOf(path)) !== (whose === "own")) return false;
      return new RegExp(`/(?:[\\w-]+-)?${role}(?:-[\\w-]+)?\\.ts$`).test(target);
    }
    return target === source || target.startsWith(`${source}/`) || target === `${source}.ts`;
  });
}

/** The folder that a file calls its own: its module or channel, elsewhere its top folder. */
function homeOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return top === "modules" || top === "channels" ? `${top}/${second}` : top;
}

function crossesScreens(path: string, target: string): boolean {
  const screen = (file: string): string | undefined => /^web\/screens\/([^/]+)\//.exec(file)?.[1];
  const from = screen(path);
  const to = screen(target);
  return !/\.test\.tsx?$/.test(path) && from !== undefined && to !== undefined && from !== to;
}

/** One breach for each cycle of modules that is found first, with the way round. */
function moduleCycles(files: readonly Parsed[]): readonly Breach[] {
  const edges = new Map<string, Map<string, { readonly path: string; readonly line: number }>>();
  for (const file of files) {
    if (!file.path.startsWith("modules/") || file.path.endsWith(".test.ts")) continue;
    const from = homeOf(file.path);
    for (const { specifier, line } of file.source.imports) {
      const target = resolve(file.path, specifier);
      if (!target.startsWith("modules/") || homeOf(target) === from) continue;
      const out = edges.get(from) ?? new Map<string, { readonly path: string; readonly line: number }>();
      if (!out.has(homeOf(target))) out.set(homeOf(target), { path: file.path, line });
      edges.set(from, out);
    }
  }
  const done = new Set<string>();
  const found: Breach[] = [];
  const visit = (module: string, way: readonly string[]): void => {
    const start = way.indexOf(module);
    if (start >= 0) {
      const round = [...way.slice(start), module].map((name) => name.slice("modules/".length));
      const at = edges.get(way.at(-1) ?? "")?.get(module);
      found.push({
        law: "cycles",
        path: at?.path ?? module,
        line: at?.line ?? 1,
        says: `${round.join(" → ")}: say it by an event instead`,
      });
      return;
    }
    if (done.has(module)) return;
    for (const next of edges.get(module)?.keys() ?? []) visit(next, [...way, module]);
    done.add(module);
  };
  for (const module of edges.keys()) visit(module, []);
  return found;
}

const htmlNames =
  /^(?:.*\.(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe)|document\.write|<dangerouslySetInnerHTML>)$/;
const impureNames = /^(?:Date\.now|new Date\(\)|Math\.random|performance\.now|crypto\.\w+|Temporal\.Now|process\.\w+)$/;
const outward = /^(?:fetch|globalThis\.fetch)(?:\(\))?$/;
// bounded: a path of this repository.
const serverFiles = /^(?:server|modules|platform|lib|portal)\//;
// bounded: a path of this repository.
const pureFiles = /^(?:lib|planner)\/|^modules\/[^/]+\/(?:[\w-]+-)?(?:model|policy)(?:-[\w-]+)?\.ts$/;

function fileBreaches({ path, text, source }: Parsed): readonly Breach[] {
  const found: Breach[] = [];
  const add = (law: LawId, line: number, says: string): void => void found.push({ law, path, line, says });
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines > mostLines) add("length", mostLines, `${lines} lines; split it along its concepts`);
  if (!/^(?:#!.*\n)?\s*(?:\/\/|\/\*)/.test(text))
    add("opening", 1, "open with one to three lines: its role and who calls it");
  if (!defaultExportFiles.includes(path))
    for (const line of source.defaultExports) add("names", line, "give the export a name");
  const isTest = /\.test\.tsx?$/.test(path);
  for (const { name, line } of source.names) {
    if (path !== htmlFile && !/^(?:test|tools|bench)\//.test(path) && htmlNames.test(name))
      add("html", line, `${name} turns text into HTML; build elements, or show foreign HTML through ${htmlFile}`);
    if (!isTest && serverFiles.test(path) && !fetchFiles.includes(path) && outward.test(name))
      add("door", line, "go through fetchOutside of platform/egress.ts, or say in docs/decisions why not");
    if (!isTest && pureFiles.test(path) && impureNames.test(name)) add("pure", line, `${name}: take it as a parameter`);
  }
  if (!isTest)
    for (const regex of source.regexes) {
      const fault = growth(regex.pattern, regex.flags);
      if (fault === undefined || (fault.kind === "polynomial" && regex.bounded)) continue;
      add("regex", regex.line, `/${regex.pattern}/ grows faster than its input (${fault.kind}: ${fault.why})`);
    }
  return found;
}

function colourBreaches({ path, text }: File): readonly Breach[] {
  if (!/^(?:web|widget|portal)\/.*\.(?:css|tsx)$/.test(path) || path.endsWith("tokens.css")) return [];
  return text.split("\n").flatMap((line, index): readonly Breach[] => {
    // In a style sheet a value stands behind a colon; `#name {` is a selector.
    const value = path.endsWith(".css") ? line.slice(line.indexOf(":") + 1 || line.length) : line;
    const colour =
      /#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})(?![\w-])(?!.*\{)|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\(/i.exec(
        value,
      )?.[0];
    return colour === undefined
      ? []
      : [{ law: "colours", path, line: index + 1, says: `${colour}: name it in tokens.css and use var(--…)` }];
  });
}
