// Chooses from the parts of a message its text, its HTML and its files. Used by inbound.ts.
import type { InboundFile } from "#contract/channel.ts";
import { calendarText } from "./calendar.ts";
import { decodeText } from "./charset.ts";
import { unflow } from "./flowed.ts";
import { decodeWords, field } from "./headers.ts";
import { readHtml, textAsHtml } from "./html.ts";
import { decodeBody, readMime, type Message, type Part } from "./mime.ts";
import { bodyText, fileName } from "./names.ts";
import { signedContent } from "./smime.ts";
import { readTnef } from "./tnef.ts";
import { takeUuencoded } from "./uuencode.ts";

/** Most files of one message that are handed on; the raw message keeps the others. */
export const maxFiles = 200;

/** Longest text and HTML source that is read, in bytes; the rest is in the raw message. */
const maxTextBytes = 2 * 1024 * 1024;

/** What a message says and carries, nothing folded yet. */
export interface Body {
  /** Joined plain text, null when the message has HTML only. */
  readonly plain: string | null;
  /** Joined HTML source, null when there is none. Never to be shown before readHtml has read it. */
  readonly html: string | null;
  readonly files: readonly InboundFile[];
  /** Messages attached as message/rfc822. */
  readonly nested: readonly Part[];
  /** Appointments as readable lines. */
  readonly calendar: readonly string[];
  readonly warnings: readonly string[];
}

/** A signature within a signature is common with gateways; more than a few are nobody's. */
const mostUnwrapped = 3;

interface Item {
  plain: string | null;
  html: string | null;
}

interface Collecting {
  readonly items: Item[];
  readonly files: InboundFile[];
  readonly nested: Part[];
  readonly calendar: string[];
  readonly warnings: Set<string>;
  textBytes: number;
  inlineFiles: number;
  /** Signed envelopes around what is being read. */
  unwrapped: number;
}

/** Reads the body of a message within its limits and never throws for content. */
export function readBody(message: Message): Body {
  const collecting: Collecting = {
    items: [],
    files: [],
    nested: [],
    calendar: [],
    warnings: new Set(),
    textBytes: 0,
    inlineFiles: 0,
    unwrapped: 0,
  };
  collect(message.root, collecting);
  if (message.cut) collecting.warnings.add("tooManyParts");
  const { items } = collecting;
  const anyHtml = items.some((item) => item.html !== null);
  const anyPlain = items.some((item) => item.plain !== null && item.plain.trim() !== "");
  return {
    plain:
      anyPlain || !anyHtml
        ? items.map((item) => item.plain ?? (item.html === null ? "" : htmlText(item.html))).join("\n\n")
        : null,
    html: anyHtml ? items.map((item) => item.html ?? textAsHtml(item.plain ?? "")).join("\n") : null,
    files: collecting.files,
    nested: collecting.nested,
    calendar: collecting.calendar,
    warnings: [...collecting.warnings],
  };
}

/** The decoded text of one text part, line ends "\n". `bytes`: what is left of it when files were taken out. */
export function partText(part: Part, bytes: Buffer = decodeBody(part)): string {
  const html = part.type === "text/html";
  let label = part.parameters["charset"] ?? null;
  if (html && label === null)
    label =
      /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,40})/i.exec(bytes.subarray(0, 2_048).toString("latin1"))?.[1] ??
      null;
  const text = bodyText(decodeText(bytes.subarray(0, maxTextBytes), label, html ? "html" : "plain"));
  if (part.type === "text/plain" && /^flowed$/i.test(part.parameters["format"] ?? ""))
    return unflow(text, /^yes$/i.test(part.parameters["delsp"] ?? ""));
  return text;
}

function collect(part: Part, into: Collecting): void {
  if (part.children.length > 0) {
    if (part.type === "multipart/alternative") collectAlternative(part, into);
    else {
      if (part.type === "multipart/encrypted") into.warnings.add("encrypted");
      for (const child of part.children) collect(child, into);
    }
    return;
  }
  if (isText(part, into)) {
    const bytes = part.type === "text/plain" ? withoutUuencoded(part, into) : decodeBody(part);
    const text = partText(part, bytes);
    into.textBytes += bytes.length;
    if (bytes.length > maxTextBytes) into.warnings.add("textCut");
    into.items.push(part.type === "text/html" ? { plain: null, html: text } : { plain: text, html: null });
    return;
  }
  collectFile(part, into);
}

/** A text's bytes without the files that old programs write into them; those are files of the message. */
function withoutUuencoded(part: Part, into: Collecting): Buffer {
  const { rest, files } = takeUuencoded(decodeBody(part), maxFiles - into.files.length);
  const label = part.parameters["charset"] ?? null;
  for (const { name, bytes } of files)
    into.files.push({
      name: fileName(decodeText(name, label, "plain"), "file"),
      claimedType: "application/octet-stream",
      inlineId: null,
      bytes,
    });
  return rest;
}

function isText(part: Part, into: Collecting): boolean {
  if (part.disposition === "attachment" || into.textBytes > 2 * maxTextBytes) return false;
  if (part.type !== "text/plain" && part.type !== "text/html") return false;
  return part.fileName === null || into.items.length === 0;
}

// RFC 2046 section 5.1.4: the same in several forms. One text and one HTML are taken, files of all of them kept.
function collectAlternative(part: Part, into: Collecting): void {
  const chosen: Item = { plain: null, html: null };
  for (const child of part.children) {
    const inner: Collecting = { ...into, items: [] };
    collect(child, inner);
    into.textBytes = inner.textBytes;
    for (const item of inner.items) {
      if (item.plain !== null)
        chosen.plain =
          inner.items.length > 1 && chosen.plain !== null ? `${chosen.plain}\n\n${item.plain}` : item.plain;
      if (item.html !== null)
        chosen.html = inner.items.length > 1 && chosen.html !== null ? `${chosen.html}\n${item.html}` : item.html;
    }
  }
  if (chosen.plain !== null || chosen.html !== null) {
    if (chosen.plain !== null && chosen.plain.trim() === "" && chosen.html !== null) chosen.plain = null;
    into.items.push(chosen);
  }
}

function collectFile(part: Part, into: Collecting): void {
  if (into.files.length >= maxFiles) {
    into.warnings.add("tooManyFiles");
    return;
  }
  if (part.type === "message/rfc822" || part.type === "message/global") {
    into.nested.push(part);
    addFile(into, part, part.fileName ?? nestedName(part), decodeBody(part));
    return;
  }
  const bytes = decodeBody(part);
  if (
    part.type === "application/ms-tnef" ||
    part.type === "application/vnd.ms-tnef" ||
    part.fileName?.toLowerCase() === "winmail.dat"
  ) {
    const tnef = readTnef(bytes);
    if (tnef !== null) {
      if (into.items.every((item) => (item.plain ?? "").trim() === "" && item.html === null)) {
        if (tnef.html !== null) into.items.push({ plain: null, html: bodyText(tnef.html) });
        else if (tnef.text !== null) into.items.push({ plain: bodyText(tnef.text), html: null });
      }
      for (const file of tnef.files.slice(0, maxFiles - into.files.length)) {
        into.files.push({
          name: fileName(file.name, "file"),
          claimedType: file.type ?? "application/octet-stream",
          inlineId: file.contentId,
          bytes: file.bytes,
        });
      }
      if (tnef.files.length > 0 || tnef.html !== null || tnef.text !== null) return;
    }
    into.warnings.add("unreadablePart");
  }
  if (part.type === "text/calendar" || part.type === "application/ics") {
    const text = calendarText(
      bodyText(decodeText(bytes.subarray(0, maxTextBytes), part.parameters["charset"] ?? "utf-8", "plain")),
      part.parameters["method"] ?? null,
    );
    if (text !== null && !into.calendar.includes(text)) into.calendar.push(text);
  }
  if (part.type === "application/pkcs7-mime" || part.type === "application/x-pkcs7-mime") {
    const signed = into.unwrapped < mostUnwrapped ? signedContent(bytes) : null;
    if (signed !== null) {
      // What was signed is what the sender wrote; the envelope around it stays in the raw message.
      into.unwrapped += 1;
      const inner = readMime(signed);
      if (inner.cut) into.warnings.add("tooManyParts");
      collect(inner.root, into);
      into.unwrapped -= 1;
      return;
    }
    const isSigned = /^signed-data$/i.test(part.parameters["smime-type"] ?? "");
    into.warnings.add(isSigned ? "unreadablePart" : "encrypted");
  }
  addFile(into, part, part.fileName ?? unnamed(part, into.files.length + 1), bytes);
}

function addFile(into: Collecting, part: Part, name: string, bytes: Uint8Array): void {
  if (bytes.length === 0 && part.fileName === null && part.contentId === null) return;
  into.files.push({ name, claimedType: part.type, inlineId: part.contentId, bytes });
}

function nestedName(part: Part): string {
  const subject = /^subject:[ \t]*([^\r\n]{1,300})/im.exec(part.body.subarray(0, 16_384).toString("utf8"))?.[1];
  return fileName(
    `${decodeWords(subject ?? field(part.headers, "content-description") ?? "")
      .replace(/[\\/]/g, "-")
      .slice(0, 100)}.eml`,
    "message.eml",
  ).replace(/^eml$/, "message.eml");
}

const extensions: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/gif": "gif",
  "image/webp": "webp",
  "application/pdf": "pdf",
  "text/calendar": "ics",
  "application/ics": "ics",
  "text/plain": "txt",
  "text/html": "html",
  "text/csv": "csv",
  "application/pgp-signature": "asc",
  "application/pgp-encrypted": "asc",
  "application/pkcs7-signature": "p7s",
  "application/pkcs7-mime": "p7m",
  "message/delivery-status": "txt",
  "text/rfc822-headers": "txt",
  "text/vcard": "vcf",
  "text/x-vcard": "vcf",
  "application/zip": "zip",
};

function unnamed(part: Part, number: number): string {
  return `file-${number}.${extensions[part.type] ?? "bin"}`;
}

function htmlText(html: string): string {
  return readHtml(html, false).text;
}
