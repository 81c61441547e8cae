// What of an agent's mail is the agent's own words: the notice it answers, wherever it stands repeated, holds what is said among colleagues.
// Called by actions-agent-mail.ts; pure.

/** What an agent was told by mail about a concern: the texts of those mails, and the notes they may repeat. */
export interface Told {
  readonly notices: readonly string[];
  readonly notes: readonly string[];
}

/** So many words in a row are no chance: who writes them repeats them. */
const runLength = 6;
/** A note this short is repeated only as a whole. */
const shortNote = 3;
/** Longest text that is looked through: an answer of more was written by nobody. */
const longestAnswer = 200_000;

/**
 * The agent's own words: without every quoted line, without the notice where it stands unmarked, and without the head that mail programs put above
 * either. Null when something of a note or of the notice's own words is left: then nobody can tell what is meant for the customer.
 */
export const ownWords = (text: string, told: Told): string | null => {
  if (text.length > longestAnswer) return null;
  const notices = told.notices.map(padded);
  const ends = told.notices.flatMap((notice) => {
    const parts = notice.split("\n\n");
    return [parts[0] ?? "", parts.at(-1) ?? ""].map(padded).filter((part) => part.length > 2);
  });
  const holds = (said: string): boolean => notices.some((notice) => notice.includes(said));
  const lines = text.split("\n");
  const said = lines.map(padded);
  const dropped = lines.map((line) => /^\s*[>|]/.test(line));
  dropRuns(said, dropped, holds, ends);
  dropTails(said, dropped, holds);
  dropHeads(lines, dropped);
  const own = lines
    .filter((_, index) => dropped[index] !== true)
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return repeats(padded(own), [...ends, ...told.notes.map(padded)]) ? null : own;
};

/** The words of a text, each between two blanks: marks, line ends and how a mail program breaks lines do not count. */
const padded = (text: string): string => ` ${(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ")} `;

const isBlank = (words: string): boolean => words.trim() === "";

// An unmarked quote: lines that run on in the notice, the notice's first or last words among them.
const dropRuns = (
  said: readonly string[],
  dropped: boolean[],
  holds: (words: string) => boolean,
  ends: readonly string[],
): void => {
  for (let from = 0; from < said.length; from += 1) {
    if (dropped[from] || isBlank(said[from] ?? "")) continue;
    let run = " ";
    let to = from;
    let last = from - 1;
    for (; to < said.length; to += 1) {
      const words = said[to] ?? "";
      if (isBlank(words)) continue;
      const longer = run.trimEnd() + words;
      if (dropped[to] || longer.length > 6_000 || !holds(longer)) break;
      run = longer;
      last = to;
    }
    if (last < from) continue;
    if (ends.some((end) => run.includes(end))) dropped.fill(true, from, last + 1);
    from = last;
  }
};

// A quoted line that was broken on its way: its rest stands unmarked below it.
const dropTails = (said: readonly string[], dropped: boolean[], holds: (words: string) => boolean): void => {
  for (let line = 1; line < said.length; line += 1) {
    const above = said[line - 1] ?? "";
    const words = said[line] ?? "";
    if (dropped[line] || dropped[line - 1] !== true || isBlank(above) || isBlank(words)) continue;
    if (holds(above.trimEnd() + words)) dropped[line] = true;
  }
};

const field = /^[\s*_]{0,4}\p{L}[\p{L} -]{1,20}[*_]{0,2}:[*_]{0,2}\s/u;
const rule = /^[\s>]*[-_=*]{2,}[^@]{0,60}$/;

// What stands directly above a quote: "Am … schrieb …:", or a block of From, Sent, To and Subject.
const dropHeads = (lines: readonly string[], dropped: boolean[]): void => {
  for (let below = 1; below < lines.length; below += 1) {
    if (dropped[below] !== true || dropped[below - 1] === true) continue;
    let end = below;
    while (end > 0 && dropped[end - 1] !== true && (lines[end - 1] ?? "").trim() === "") end -= 1;
    let start = end;
    while (start > 0 && dropped[start - 1] !== true && (lines[start - 1] ?? "").trim() !== "") start -= 1;
    const block = lines.slice(start, end);
    const isBlock = block.length > 0 && block.every((line) => field.test(line) || rule.test(line));
    if (isBlock) dropped.fill(true, start, end);
    else {
      const count = attributionLines(block);
      if (count > 0) dropped.fill(true, end - count, end);
    }
  }
};

const attribution = /^[\s-]{0,20}(?:(?:on|am|le|el|il|em|op|den|at|von)[\s,]|\d)/i;

// How many of the last lines are the attribution, also when it follows a line of the answer; long addresses are broken, so up to three.
const attributionLines = (block: readonly string[]): number => {
  for (let count = 1; count <= Math.min(3, block.length); count += 1) {
    const head = block.slice(-count).join(" ");
    if (head.length > 500 || !/:\s*$/.test(head)) return 0;
    if (attribution.test(head) && /\d|@/.test(head)) return count;
  }
  return block.at(-1)?.includes("@") ? 1 : 0;
};

const repeats = (own: string, hidden: readonly string[]): boolean =>
  hidden.some((part) => {
    const words = part.trim().split(" ");
    if (words.length < runLength) return words.length >= shortNote && own.includes(part);
    for (let at = 0; at + runLength <= words.length; at += 1)
      if (own.includes(` ${words.slice(at, at + runLength).join(" ")} `)) return true;
    return false;
  });
