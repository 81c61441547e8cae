// Which language the widget speaks, and how a sentence takes its facts. Pure; called by loader.ts and the chat.

export type Language = "de" | "en";

/** The page's own language when it is one of ours; else the first of the reader's that is; else English. */
export const languageOf = (page: string, reader: readonly string[]): Language =>
  /^de/i.test([page, ...reader].find((tag) => /^(de|en)\b/i.test(tag)) ?? "") ? "de" : "en";

/** Puts facts into their places: "{name} writes". Values are put in as they are and are never read as a template again. */
export const fill = (words: string, facts: Readonly<Record<string, string | number>>): string =>
  words
    .split(/(\{[a-z]{1,20}\})/i)
    .map((part) => (part.startsWith("{") && part.endsWith("}") ? String(facts[part.slice(1, -1)] ?? part) : part))
    .join("");

/** One or several, as both of our languages tell them apart. */
export const count = (forms: { readonly one: string; readonly other: string }, number: number): string =>
  (number === 1 ? forms.one : forms.other).replace("{count}", String(number));
