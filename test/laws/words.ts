// Looks for words that are missing in one of the languages. Called by check.ts.
import type { Breach, File } from "./check.ts";

const languages = ["locales/de.json", "locales/en.json"] as const;

/** Errors without words, and keys that only one language has. */
export function wordBreaches(files: readonly File[], errorCodes: readonly string[]): readonly Breach[] {
  const tables = languages.map((path) => {
    const file = files.find((candidate) => candidate.path === path);
    return { path, keys: new Set(file === undefined ? [] : keysOf(JSON.parse(file.text), "")) };
  });
  return tables.flatMap(({ path, keys }) => {
    const wanted = new Set([
      ...errorCodes.map((code) => `errors.${code}`),
      ...tables.flatMap((table) => [...table.keys].filter((key) => !isPlural(key))),
    ]);
    return [...wanted]
      .filter((key) => !keys.has(key))
      .map((key): Breach => ({ law: "words", path, line: 1, says: `has no words for ${key}` }));
  });
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
