// What can be sent into a chat beside words. Pure; called by screens/concerns/InsertParts.tsx.

export const partKinds = ["choices", "form", "article"] as const;
export type PartKind = (typeof partKinds)[number];

const mostOptions = 12;
const longestOption = 80;

/** The options of a text with one in each line: trimmed, each once, at most twelve. */
export const optionsIn = (text: string): readonly string[] =>
  [
    ...new Set(
      text
        .split("\n")
        .map((line) => line.trim().slice(0, longestOption).trim())
        .filter((line) => line !== ""),
    ),
  ].slice(0, mostOptions);
