// Finds where quoted text and the signature begin in plain text; nothing is ever dropped, only folded. Used by inbound.ts and html.ts.
// Line by line with patterns that cannot backtrack far, so the cost grows with the length of the text.

/** Where a text divides: visible lines end at `visible`, quoted text starts at `quote`; between them stands the signature. */
export interface Division {
  readonly visible: number;
  readonly quote: number;
  /** True when the quote starts with a header block or separator that a forward would have. */
  readonly forward: boolean;
}

/** A text in two parts. */
export interface Folded {
  readonly text: string;
  readonly foldedText: string;
}

/** Header words of quoted blocks in the languages of the common mail programs. */
const blockField =
  /^[\s>*_|]*(?<key>von|from|de|da|van|fra|från|od|gesendet|sent|datum|date|envoyé(?: le)?|enviado|inviato|verzonden|an|to|à|para|a|aan|til|betreff|subject|objet|asunto|oggetto|onderwerp|emne|ämne|cc|kopie|antwort an|reply-to)[\s*]{0,3}:(?!\/)/i;
const fromKeys = new Set(["von", "from", "de", "da", "van", "fra", "från", "od"]);
const subjectKeys = new Set(["betreff", "subject", "objet", "asunto", "oggetto", "onderwerp", "emne", "ämne"]);
const dateKeys = new Set([
  "gesendet",
  "sent",
  "datum",
  "date",
  "envoyé",
  "envoyé le",
  "enviado",
  "inviato",
  "verzonden",
]);

const separator =
  /^[\s>]*[-_=*]{2,}\s*(?:original[- ]?(?:message|nachricht|mail)|urspr(?:ü|ue)ngliche (?:nachricht|mail|e-mail)|urspr(?:ü|ue)nglich(?:e)? (?:nachricht|mail)|message d'origine|mensaje original|messaggio originale|oprindelig besked|oorspronkelijk bericht|originalmeddelande|original message)[^\n]{0,40}$/i;
const forwardSeparator =
  /^[\s>]*(?:[-_=*]{2,}\s*(?:forwarded message|forwarded by|weitergeleitete nachricht|weitergeleitete mail|message transféré|messaggio inoltrato|mensaje reenviado|doorgestuurd bericht)[^\n]{0,60}|begin forwarded message\s*:|anfang der weitergeleiteten (?:nachricht|e-mail|mail)\s*:|début du message (?:réexpédié|transféré)\s*:)\s*$/i;
const underscores = /^[\s>]*_{10,}\s*$/;

/** How attributions end or what they contain; tested on at most four joined lines of at most 500 characters. */
const attributionStart =
  // bounded: lines of at most 400 characters (maxLine).
  /^[\s>]*-{0,10}\s*(?:on|am|le|el|il|in data|em|op|den|pe|w dniu|dnia|at|von|ср|пн|вт|чт|пт|сб|вс)[\s,]|\s(?:skrev|schreef)\s/i;
const attributionEnd =
  // bounded: at most four lines joined to 500 characters.
  /(?:\bwrote\s?:?|\bschrieb(?:en)?\s?:|\bgeschrieben\s?:|\sécrit\s?:|escribió\s?:|\bscritto\s?:|escreveu\s?:|\bschreef\b[^:]{0,200}:|\bschrieb\b[^:]{0,300}:|\bpisze\s?:|napisał(?:\(a\)|a)?\s?:|\bskrev\b[^:]{0,200}:|\bkirjoitti\s?:|пишет\s?:|писал\(?а?\)?\s?:|写道\s?[:：]|のメッセージ\s?:|작성\s?:)\s*-{0,10}\s*$/iu;
const attributionAnywhere =
  /^[\s>]*[^\n]{1,200}(?:\bschrieb am\b[^\n]{4,160}:|\bwrote on\b[^\n]{4,160}:|\bhat am\b[^\n]{4,160}\bgeschrieben\s?:|\bon\b[^\n]{4,160}\bat\b[^\n]{1,80}\bwrote\s?:|<[^<>\n]{3,200}>\s*(?:schrieb|wrote|a écrit|escribió|ha scritto)\s?:)\s*$/i;
/** A date in front and an address at the end, whatever the language: "30.09.2017, 18:30, "John" <john@…>:". */
const datedAddress = /^[\s>]*[^\n]{0,30}\d[^\n]{4,200}<[^<>\s@]{1,64}@[^<>\s]{3,190}>\s?:\s*$/;
/** Prose that looks like an attribution: the writer speaks of an own mail. */
const ownWords = /\b(?:schrieb ich|schrieben wir|habe ich|haben wir|(?:i|we) (?:have )?(?:wrote|written))\b/i;
const dateOrAddress = /\d{1,2}[.:/-]\d|\d{4}|@/;

const signatureMark = /^-- ?$/;
const footers =
  /^[\s*_-]*(?:von (?:meinem?|mein) [^\n]{2,60} gesendet|gesendet von (?:meinem |mein )?[^\n]{2,60}|gesendet mit [^\n]{2,60}|diese nachricht wurde von meinem? [^\n]{2,80} gesendet|(?:holen|laden) sie sich outlook für [^\n]{2,80}|von outlook für [^\n]{2,40} gesendet|outlook für (?:ios|android)[^\n]{0,80}|sent from [^.\n]{2,80}|sent (?:via|with) [^\n]{2,60}|get outlook for [^\n]{2,80}|envoyé (?:de|depuis|à partir de) [^\n]{2,60}|enviado desde [^\n]{2,60}|inviato da [^\n]{2,60}|verzonden vanaf [^\n]{2,60}|verstuurd vanaf [^\n]{2,60}|sendt fra [^\n]{2,60}|mit der (?:gmx|web\.de) mail[- ]app gesendet)[.!]?\s*$/i;

/** Longest line the patterns are tried on; longer lines are never a header of a quote. */
const maxLine = 400;

/** Divides lines into what was newly written, the signature and the quoted rest. Everything stays visible when answers stand between ">" lines. */
export function divide(lines: readonly string[]): Division {
  const start = quoteStart(lines);
  const end = start === null ? lines.length : start.line;
  const visible = signatureStart(lines, end);
  if (blank(lines, 0, visible)) {
    if (start === null || blank(lines, 0, end))
      return { visible: lines.length, quote: lines.length, forward: start?.forward ?? false };
    return { visible: end, quote: end, forward: start.forward };
  }
  return { visible, quote: end, forward: start?.forward ?? false };
}

/** Divides a plain text. Joined in order, `text` and `foldedText` hold every line that is not blank. */
export function foldText(text: string): Folded {
  const lines = text.split("\n");
  const division = divide(lines);
  if (division.visible === lines.length) return { text: withoutLastBlanks(text), foldedText: "" };
  return {
    text: withoutLastBlanks(lines.slice(0, division.visible).join("\n")),
    foldedText: withoutLastBlanks(lines.slice(division.visible).join("\n")),
  };
}

/** The header block at a line: which fields stand there and where the block ends; null when there is none. */
export function headerBlock(
  lines: readonly string[],
  at: number,
): { readonly fields: Readonly<Record<string, string>>; readonly end: number } | null {
  const fields: Record<string, string> = {};
  let line = at;
  let count = 0;
  for (let blanks = 0; line < lines.length && line < at + 24; line += 1) {
    const text = lines[line] ?? "";
    if (text.trim() === "" || /^[\s>]+$/.test(text)) {
      if (count > 0 || (blanks += 1) > 2) break;
      continue;
    }
    const match = text.length <= 2_000 ? blockField.exec(text) : null;
    const key = match?.groups?.["key"]?.toLowerCase();
    if (match === null || key === undefined) {
      // A long value runs on in the next line.
      if (
        count === 0 ||
        (count > 2 &&
          !/^\s/.test(text) &&
          !(lines[line - 1] ?? "").endsWith(",") &&
          !(lines[line - 1] ?? "").endsWith(";"))
      )
        break;
      if (count > 0 && !/^[\s>]/.test(text) && !/[,;<]$/.test((lines[line - 1] ?? "").trimEnd()) && !text.includes("@"))
        break;
      continue;
    }
    const name = fromKeys.has(key)
      ? "from"
      : subjectKeys.has(key)
        ? "subject"
        : dateKeys.has(key)
          ? "date"
          : ["an", "to", "à", "para", "a", "aan", "til"].includes(key)
            ? "to"
            : "other";
    if (fields[name] === undefined) {
      fields[name] = text
        .slice(match[0].length)
        .replace(/^[\s*]+|\*+\s*$/g, "")
        .trim();
      count += 1;
    } else if (name === "from") break;
  }
  const enough =
    (fields["from"] !== undefined && (fields["subject"] !== undefined || fields["date"] !== undefined) && count >= 2) ||
    (fields["date"] !== undefined && fields["to"] !== undefined && fields["subject"] !== undefined);
  return enough ? { fields, end: line } : null;
}

/** Whether the line separates a forwarded message in the common mail programs. */
export function isForwardSeparator(line: string): boolean {
  return line.length <= maxLine && forwardSeparator.test(line);
}

/** Whether the line only separates: a row of underscores or "Original message". */
export function isSeparator(line: string): boolean {
  return line.length <= maxLine && (separator.test(line) || underscores.test(line));
}

function quoteStart(lines: readonly string[]): { readonly line: number; readonly forward: boolean } | null {
  const quoted = trailingQuote(lines);
  for (let line = 0; line < lines.length; line += 1) {
    if (line === quoted.start) return { line, forward: false };
    const text = lines[line] ?? "";
    if (text.length < 3 || text.length > maxLine) continue;
    const first = text.trimStart().charCodeAt(0);
    if (Number.isNaN(first)) continue;
    if (isForwardSeparator(text)) return { line, forward: true };
    if (separator.test(text)) return { line, forward: false };
    if (underscores.test(text) && headerBlock(lines, line + 1) !== null) return { line, forward: true };
    if (blockField.test(text) && startsBlock(lines, line)) return { line, forward: true };
    if (isAttribution(lines, line) && !quoted.answered) return { line, forward: false };
  }
  return null;
}

// A block starts with its From, or with the date as GMX and WEB.DE write it, and not in the middle of prose.
function startsBlock(lines: readonly string[], line: number): boolean {
  const block = headerBlock(lines, line);
  if (block === null) return false;
  const before = line === 0 ? "" : (lines[line - 1] ?? "");
  return before.trim() === "" || isSeparator(before) || Object.keys(block.fields).length >= 3;
}

function isAttribution(lines: readonly string[], line: number): boolean {
  const text = lines[line] ?? "";
  const tail = text.trimEnd();
  const last = tail[tail.length - 1];
  if (ownWords.test(text)) return false;
  if (last === ":" && (attributionAnywhere.test(text) || datedAddress.test(text))) return true;
  if (!attributionStart.test(text) && !/^[\s>]*20\d\d[-./年]/.test(text) && !text.startsWith("在")) return false;
  let joined = "";
  for (let ahead = 0; ahead < 4 && line + ahead < lines.length; ahead += 1) {
    const next = lines[line + ahead] ?? "";
    if (ahead > 0 && next.trim() === "") return false;
    joined = ahead === 0 ? next : `${joined} ${next}`;
    if (joined.length > 500) return false;
    if (!attributionEnd.test(joined)) continue;
    return dateOrAddress.test(joined) || nextIsQuote(lines, line + ahead + 1);
  }
  return false;
}

function nextIsQuote(lines: readonly string[], from: number): boolean {
  for (let line = from; line < Math.min(lines.length, from + 3); line += 1) {
    if ((lines[line] ?? "").trim() !== "") return (lines[line] ?? "").startsWith(">");
  }
  return false;
}

// The ">" lines that end the text. `answered`: unquoted text stands below some ">" line, so the quote is part of the answer.
function trailingQuote(lines: readonly string[]): { readonly start: number; readonly answered: boolean } {
  let start = -1;
  let line = lines.length - 1;
  for (; line >= 0; line -= 1) {
    const text = lines[line] ?? "";
    if (text.startsWith(">")) start = line;
    else if (text.trim() !== "" && !(start === -1 && isTail(lines, line))) break;
  }
  const above = lines.slice(0, Math.max(line + 1, 0)).some((text) => text.startsWith(">"));
  if (above) return { start: -1, answered: true };
  return { start, answered: false };
}

// Signature or footer below the quote does not count as an answer.
function isTail(lines: readonly string[], line: number): boolean {
  if (lines.length - line > 12) return false;
  for (let above = line; above >= Math.max(0, line - 10); above -= 1) {
    const text = lines[above] ?? "";
    if (text.startsWith(">")) return false;
    if (signatureMark.test(text) || (text.length <= maxLine && footers.test(text))) return true;
  }
  return false;
}

function signatureStart(lines: readonly string[], end: number): number {
  let last = end - 1;
  while (last >= 0 && (lines[last] ?? "").trim() === "") last -= 1;
  let start = end;
  let seen = 0;
  for (let line = last; line >= 0 && last - line < 30; line -= 1) {
    const text = lines[line] ?? "";
    if (text.trim() === "") continue;
    seen += 1;
    if (signatureMark.test(text) && (text === "-- " || last - line <= 15)) start = line;
    else if (seen <= 4 && text.length <= maxLine && footers.test(text)) start = line;
  }
  return start;
}

function blank(lines: readonly string[], from: number, to: number): boolean {
  for (let line = from; line < to; line += 1) if ((lines[line] ?? "").trim() !== "") return false;
  return true;
}

function withoutLastBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "\n") end -= 1;
  return text.slice(0, end);
}
