// Decides which of the lines that a mail repeats below its own words stand nowhere else in its concern: only these are searched. Called by concerns/actions-saving.ts; pure.

/** So many of the messages before are compared: what stands further back, the nearer ones repeat. */
export const mostCompared = 6;

/** More lines than anybody writes; each word is looked at once, so the cost grows with the length. */
const mostLines = 2_000;

/** How programs name the head of what they repeat: "Von: …", "Sent: …". Names and dates of messages that are there anyway. */
const headField =
  /^(?:von|from|gesendet|sent|datum|date|an|to|cc|kopie|betreff|subject|antwort an|reply-to|message-id)\s{0,3}:/i;
const attributionStart = /^(?:am|on|le|el|il|op|em|den|pe)\s/i;
const quoteMarks = /^[\s>|]+/;

/**
 * The lines of `folded` with a word that was not said before, in their order. Compared by lines first, because most stand there as they were, and what
 * is left by words, because programs wrap anew. The head of a repeated message ("Am … schrieb …:") is left out: it would make every answer a hit of
 * names and of "schrieb".
 */
export const addedBelow = (folded: string, said: readonly string[]): string => {
  const lines = linesOf(folded);
  const same = new Set(said.flatMap(linesOf));
  const others = lines.filter((line, at) => !same.has(line) && !isHead(lines, at));
  if (others.length === 0) return "";
  const known = new Set(said.flatMap(wordsOf));
  return others.filter((line) => wordsOf(line).some((word) => !known.has(word))).join("\n");
};

/** Without the marks in front, and without empty ones. */
const linesOf = (text: string): string[] =>
  text
    .split("\n", mostLines)
    .map((line) => line.replace(quoteMarks, "").trim())
    .filter((line) => line !== "");

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** A field of a head, or one of the at most two lines that say who wrote when: the second ends with a colon. */
const isHead = (lines: readonly string[], at: number): boolean => {
  const line = lines[at] ?? "";
  const isEnd = (text: string): boolean => text.endsWith(":") && (/[@\d]/.test(text) || attributionStart.test(text));
  return headField.test(line) || isEnd(line) || (attributionStart.test(line) && isEnd(lines[at + 1] ?? ""));
};
