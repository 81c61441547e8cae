// Looks for words that are missing in one of the languages. Called by check.ts.
import type { Breach, File } from "./check.ts";

const languages = ["locales/de.json", "locales/en.json"] as const;

/** Errors without words, and keys that only one language has. */
export function wordBreaches(files: readonly File[], errorCodes: readonly string[]): readonly Breach[] {
  const tables = languages.map((path) => {
    const file = files.find((candidate) => candidate.path === path);
    return { path, keys: new Set(file === undefined ? [] : keysOf(JSON.parse(file.text), "")) };
  });
  const twice = languages.flatMap((path) =>
    twiceIn(path, files.find((candidate) => candidate.path === path)?.text ?? ""),
  );
  return [
    ...twice,
    ...tables.flatMap(({ path, keys }) => {
      const wanted = new Set([
        ...errorCodes.map((code) => `errors.${code}`),
        ...tables.flatMap((table) => [...table.keys].filter((key) => !isPlural(key))),
      ]);
      return [...wanted]
        .filter((key) => !keys.has(key))
        .map((key): Breach => ({ law: "words", path, line: 1, says: `has no words for ${key}` }));
    }),
  ];
}

/** Keys that stand twice in one group: the first words would silently be lost. */
function twiceIn(path: string, text: string): readonly Breach[] {
  const groups: Set<string>[] = [];
  const found: Breach[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, indent = "", key] = /^( *)"([^"]+)":/.exec(line) ?? [];
    if (key === undefined) continue;
    groups.length = indent.length / 2;
    const group = (groups[indent.length / 2 - 1] ??= new Set());
    if (group.has(key)) found.push({ law: "words", path, line: index + 1, says: `has two words for ${key}` });
    group.add(key);
  }
  return found;
}

/** Languages differ in their plural forms beyond one and other (CLDR). */
function isPlural(key: string): boolean {
  return /[._](?:zero|two|few|many)$/.test(key);
}

/** Dotted keys of all texts that are not empty, whether the file is flat or nested. */
function keysOf(value: unknown, prefix: string): readonly string[] {
  if (typeof value === "string") return value.trim() === "" ? [] : [prefix];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, prefix === "" ? key : `${prefix}.${key}`));
}
