// Finds the original of a message that somebody forwards to us. Used by inbound.ts.
import type { InboundMessage } from "#contract/channel.ts";
import { readAddresses } from "./addresses.ts";
import { partText, readBody } from "./body.ts";
import { foldTree } from "./foldHtml.ts";
import { decodeWords, field } from "./headers.ts";
import { readMime, type Part, decodeBody } from "./mime.ts";
import { subjectLine } from "./names.ts";
import { cutThrough, isElement, readTree, textLines, writeTree, type Element } from "./tree.ts";
import { headerBlock, isForwardSeparator, isSeparator } from "./quote.ts";
import { readHtml } from "./html.ts";

type Forwarded = NonNullable<InboundMessage["forwarded"]>;

const forwardSubject =
  // bounded: a subject has at most 998 characters (names.ts).
  /^\s*(?:(?:re|aw|antw)\s*:\s*)?(?:fwd?|wg|tr|rv|enc|i|vs|wtr|weitergeleitet|weiterleitung|forwarded)\s*(?:\[\d+\])?\s*:/i;

/**
 * The original sender and text: of a separator that only forwards have, or of a header block when the subject says forward,
 * or of the one attached message. Null when this is no forward or the sender cannot be read.
 */
export function readForwarded(
  subject: string | null,
  text: string,
  nested: readonly Part[],
  answers: boolean,
  html: string | null,
): Forwarded | null {
  const saysForward = forwardSubject.test(subject ?? "");
  const lines = text.split("\n", 20_000);
  const found = findHead(lines, saysForward, answers);
  if (found !== null)
    return {
      from: found.from,
      subject: subjectLine(found.fields["subject"] ?? ""),
      sentAt: instant(found.fields["date"] ?? null),
      text: unquoted(lines.slice(found.end)),
      ...(html === null ? textOnly : belowHead(html, saysForward, answers)),
      files: [],
    };
  const original = nested[0];
  if (original === undefined || nested.length > 1 || (answers && !saysForward)) return null;
  const known = nestedOriginal(original);
  return known === null ? null : { ...known, ...bodyOf(original) };
}

type Original = Pick<Forwarded, "from" | "subject" | "sentAt" | "text">;
const textOnly = { html: null, inlineIds: [] } as const;

/** Where the head that a program writes above a forwarded text begins to speak of its sender, and where it ends. */
function findHead(
  lines: readonly string[],
  saysForward: boolean,
  answers: boolean,
): {
  readonly from: Forwarded["from"];
  readonly fields: Readonly<Record<string, string>>;
  readonly end: number;
} | null {
  for (let line = 0; line < lines.length; line += 1) {
    const start = lines[line] ?? "";
    // In what is quoted or answered it is somebody else's forward that is repeated.
    const separator = isForwardSeparator(start) && (saysForward || (!answers && !start.trimStart().startsWith(">")));
    const plain =
      saysForward &&
      (isSeparator(start) || /^[\s*]*(?:von|from|gesendet|sent|de|betreff|subject|datum|date)[\s*]{0,3}:/i.test(start));
    if (!separator && !plain) continue;
    const block = headerBlock(lines, separator || isSeparator(start) ? line + 1 : line);
    if (block === null) continue;
    const from = sender(block.fields["from"] ?? "");
    if (from === null) continue;
    return { from, ...block };
  }
  return null;
}

/** The original's HTML: what stands below the same head there. Without a head nobody can tell whose words they are: text only. */
function belowHead(source: string, saysForward: boolean, answers: boolean): Pick<Forwarded, "html" | "inlineIds"> {
  const clean = readHtml(source, false).html;
  if (clean === null) return textOnly;
  const { root } = readTree(clean);
  const lines = textLines(root).slice(0, 20_000);
  const found = findHead(
    lines.map((line) => line.text),
    saysForward,
    answers,
  );
  const last = lines.slice(0, found?.end ?? 0).findLast((line) => line.node !== null)?.node ?? null;
  if (found === null || last === null) return textOnly;
  cutThrough(root, last);
  foldTree(root);
  return { html: writeTree(root), inlineIds: inlineIn(root) };
}

function inlineIn(root: Element): string[] {
  const found = new Set<string>();
  const visit = (node: Element): void => {
    const id = node.attributes["data-inline"];
    if (id !== undefined) found.add(id);
    for (const child of node.children) if (isElement(child)) visit(child);
  };
  visit(root);
  return [...found];
}

/** HTML and files of an attached message, as they would be if it had come by itself. */
function bodyOf(part: Part): Pick<Forwarded, "html" | "inlineIds" | "files"> {
  const body = readBody(readMime(decodeBody(part)));
  const read = body.html === null ? null : readHtml(body.html, true);
  return { html: read?.html ?? null, inlineIds: [...(read?.inlineIds ?? [])], files: body.files };
}

/** Sender, subject, time and text of an attached message, null when it names no sender. */
export function nestedOriginal(part: Part): Original | null {
  const message = readMime(decodeBody(part));
  const from = readAddresses(field(message.root.headers, "from") ?? "").persons[0];
  if (from === undefined) return null;
  return {
    from,
    subject: subjectLine(decodeWords(field(message.root.headers, "subject") ?? "")),
    sentAt: instant(field(message.root.headers, "date")),
    text: textOf(message.root) ?? "",
  };
}

/** The first text of a part and its children; HTML as plain text. */
export function textOf(part: Part): string | null {
  if (part.children.length > 0) {
    for (const child of part.children) {
      const text = textOf(child);
      if (text !== null) return text;
    }
    return null;
  }
  if (part.disposition === "attachment") return null;
  if (part.type === "text/plain") return partText(part).trimEnd();
  return part.type === "text/html" ? readHtml(partText(part), false).text : null;
}

function sender(value: string): Forwarded["from"] | null {
  const cleaned = value
    .replace(/\[mailto:([^\]\s]{3,254})\]/i, "<$1>")
    .replace(/<mailto:([^>]{3,254})>/i, "")
    .replace(/\*/g, "");
  return (
    readAddresses(cleaned).persons[0] ??
    readAddresses(/[^\s<>"'(),;:]{1,64}@[^\s<>"'(),;:]{3,190}/.exec(cleaned)?.[0] ?? "").persons[0] ??
    null
  );
}

// Only a date that names its offset is an instant; "10:15" in somebody's time zone is not.
function instant(value: string | null): string | null {
  if (value === null || !/[+-]\d{4}|\bGMT\b|\bUTC\b/.test(value)) return null;
  const time = Date.parse(value.replace(/\([^)]*\)/g, "").trim());
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function unquoted(lines: readonly string[]): string {
  const full = lines.filter((line) => line.trim() !== "");
  const all = full.length > 0 && full.every((line) => line.startsWith(">"));
  return (all ? lines.map((line) => line.replace(/^> ?/, "")) : lines).join("\n").trim();
}
