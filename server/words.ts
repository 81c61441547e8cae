// The server's own words on the surface: refusals in the reader's language. The desk has the same files.
import { readFileSync } from "node:fs";

export type Language = "de" | "en";
type Tree = { readonly [key: string]: string | Tree };

const load = (language: Language): Tree =>
  JSON.parse(readFileSync(new URL(`../locales/${language}.json`, import.meta.url), "utf8")) as Tree;
const trees: Record<Language, Tree> = { de: load("de"), en: load("en") };

/** The language a request asks for by Accept-Language; German only when it comes before English. */
export const languageOf = (acceptLanguage: string | undefined): Language => {
  for (const part of (acceptLanguage ?? "").slice(0, 200).split(",")) {
    const tag = part.trim().slice(0, 2).toLowerCase();
    if (tag === "de" || tag === "en") return tag;
  }
  return "en";
};

/** The words under a dotted key with {placeholders} filled in; the key itself when there are none (a test keeps that from happening). */
export const words = (
  language: Language,
  key: string,
  facts: Readonly<Record<string, string | number>> = {},
): string => {
  let at: string | Tree | undefined = trees[language];
  for (const part of key.split(".")) at = typeof at === "object" ? at[part] : undefined;
  if (typeof at !== "string") return key;
  return at.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole));
};
