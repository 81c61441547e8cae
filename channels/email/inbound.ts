// Reads a raw mail into messages and receipts. Called by server/reader in a process of its own that is killed when it takes too long.
import { createHash, type Hash } from "node:crypto";
import type {
  Inbound,
  InboundFile,
  InboundMessage,
  InboundReceipt,
  Person,
  Raw,
  ReadingIo,
} from "#contract/channel.ts";
import { readAddresses, type AddressList } from "./addresses.ts";
import { judge, type SenderForm } from "./authenticity.ts";
import { automaticKind, isOurs, seemsAway } from "./automatic.ts";
import { readBody, type Body } from "./body.ts";
import { readReport, type Report } from "./bounce.ts";
import { nestedOriginal, readForwarded } from "./forward.ts";
import { allFields, decodeWords, field, type Headers } from "./headers.ts";
import { escapeText, readHtml } from "./html.ts";
import { languageOf } from "./language.ts";
import { decodeBody, readMime, type Message, type Part } from "./mime.ts";
import { subjectLine } from "./names.ts";
import { asksForToken } from "./outbound.ts";
import { foldText } from "./quote.ts";
import type { EmailSettings } from "./settings.ts";
import { messageKey, readThread, readTokens, type Tokens } from "./thread.ts";
import { unreadable } from "./unreadable.ts";

export { unreadable } from "./unreadable.ts";

/** Longest text that is handed on, in characters; the rest is in the raw message. */
const maxText = 2_000_000;

/**
 * One message, or the receipts of a report about our own mail. Never throws for content: what cannot be read becomes a message with
 * the warning "unreadable". The same bytes and the same DNS answers give the same result.
 */
export async function receive(raw: Raw, settings: EmailSettings, io: ReadingIo): Promise<readonly Inbound[]> {
  try {
    return await read(raw, settings, io);
  } catch {
    return [unreadable(raw)];
  }
}

async function read(raw: Raw, settings: EmailSettings, io: ReadingIo): Promise<readonly Inbound[]> {
  const message = readMime(raw.bytes);
  const { headers } = message.root;
  const senders = readSender(headers);
  const subject = subjectLine(decodeWords(field(headers, "subject") ?? ""));
  const tokens = readTokens(headers, raw, settings);
  const providerId = identify(message);
  const sentAt = instant(field(headers, "date"));
  const nullPath =
    raw.transport.mailFrom === "" ||
    raw.transport.mailFrom === "<>" ||
    /^<\s*>$/.test(field(headers, "return-path") ?? "");
  const report = readReport(message, senders.from.value, senders.from.name, subject, tokens, nullPath);
  if (report !== null && report.references.length > 0 && io.asMessage !== true)
    return receipts(report, providerId, sentAt, asksForToken(settings));
  return [await readMessage(message, raw, settings, io, { senders, subject, tokens, providerId, sentAt, report })];
}

interface Head {
  readonly senders: Senders;
  readonly subject: string | null;
  readonly tokens: Tokens;
  readonly providerId: string;
  readonly sentAt: string | null;
  readonly report: Report | null;
}

async function readMessage(
  message: Message,
  raw: Raw,
  settings: EmailSettings,
  io: ReadingIo,
  head: Head,
): Promise<InboundMessage> {
  const { headers } = message.root;
  const { senders, subject, tokens } = head;
  const body = readBody(message);
  const warnings = new Set(body.warnings);
  const html = body.html === null ? null : readHtml(body.html, true);
  const plain = body.plain === null ? null : foldText(body.plain.slice(0, maxText));
  if (html !== null) {
    if (html.html === null) warnings.add("htmlTooComplex");
    if (html.remoteImages) warnings.add("remoteImages");
    if (html.disguisedLinks) warnings.add("disguisedLinks");
  }
  if (message.broken) warnings.add("brokenParts");
  if (body.plain !== null && body.plain.length > maxText) warnings.add("textCut");
  const written = plain ?? { text: html?.text ?? "", foldedText: html?.foldedText ?? "" };
  const thread = readThread(headers, tokens, subject);
  const attached = body.nested.slice(0, 3).flatMap((part) => nestedOriginal(part) ?? []);
  const forwarded = readForwarded(
    subject,
    [written.text, written.foldedText].filter((text) => text !== "").join("\n"),
    body.nested,
    thread.references.length > 0,
    body.html,
  );
  const nestedText = attached.map(
    (each) =>
      `${[each.from.name, `<${each.from.value}>`].filter((piece) => piece !== null).join(" ")}: ${each.subject ?? ""}\n${each.text}`,
  );
  const own = [written.text, ...body.calendar].filter((piece) => piece !== "").join("\n\n");
  // Whoever sends nothing but an attached message says what stands in it.
  const text = own.trim() === "" && nestedText.length > 0 ? nestedText.join("\n\n") : own;
  const foldedText = [written.foldedText, ...(text === own ? nestedText : [])]
    .filter((piece) => piece !== "")
    .join("\n\n");
  const answerTo = readAddresses(field(headers, "reply-to") ?? "").persons;
  const replyTo = answerTo.find((person) => !isOurs(person.value, settings)) ?? answerTo[0] ?? null;
  if (replyTo !== null && senders.from.value !== "" && replyTo.value.toLowerCase() !== senders.from.value.toLowerCase())
    warnings.add("replyToDiffers");
  if (senders.form === "several") warnings.add("severalSenders");
  if (senders.form === "odd") warnings.add("oddSender");
  if (senders.form === "none") warnings.add("noSender");
  if (namesOtherAddress(senders.from)) warnings.add("nameLooksLikeAddress");
  const automatic =
    head.report === null
      ? automaticKind(headers, senders.from.value, subject, raw.transport.mailFrom, settings, tokens)
      : "bounce";
  const judgement = await judge(message.bytes, headers, senders.from.value, senders.form, raw, settings, io);
  return {
    kind: "message",
    providerId: head.providerId,
    sentAt: head.sentAt,
    from: senders.from,
    replyTo,
    assurance: judgement.assurance,
    verdicts: judgement.verdicts,
    to: people(headers, "to"),
    cc: people(headers, "cc"),
    subject,
    text,
    foldedText: foldedText.slice(0, maxText),
    html:
      html?.html == null
        ? null
        : html.html +
          nestedText
            .map((each) => `<div data-folded="quote">${escapeText(each).replaceAll("\n", "<br>")}</div>`)
            .join(""),
    files: withInline(body, html?.inlineIds ?? new Set()),
    thread,
    automatic,
    ...(automatic === null && seemsAway(subject) ? { seemsAway: true as const } : {}),
    forwarded,
    language: languageOf(text === "" ? (forwarded?.text ?? "") : text),
    warnings: [...warnings].sort(),
  };
}

interface Senders {
  readonly from: Person;
  readonly form: SenderForm;
}

/** The one sender, and whether there is exactly one (RFC 5322 section 3.6.2 with nothing that mail programs read in different ways). */
function readSender(headers: Headers): Senders {
  const fields = allFields(headers, "from");
  const lists: AddressList[] = fields.slice(0, 10).map((value) => readAddresses(value.slice(0, 20_000)));
  const persons = lists.flatMap((list) => list.persons);
  const from = persons[0] ?? { value: "", name: null };
  if (fields.length > 1 || persons.length > 1) return { from, form: "several" };
  if (lists.some((list) => list.odd)) return { from, form: "odd" };
  return { from, form: persons.length === 1 ? "one" : "none" };
}

function namesOtherAddress(from: Person): boolean {
  const named = /[^\s<>"'(),;:]{1,64}@[^\s<>"'(),;:]{3,190}/.exec(from.name ?? "")?.[0];
  return named !== undefined && named.toLowerCase() !== from.value.toLowerCase();
}

function people(headers: Headers, name: string): Person[] {
  const persons: Person[] = [];
  for (const value of allFields(headers, name).slice(0, 20)) {
    for (const person of readAddresses(value).persons) if (persons.length < 500) persons.push(person);
  }
  return persons;
}

function withInline(body: Body, shown: ReadonlySet<string>): InboundFile[] {
  return body.files.map((file) =>
    file.inlineId === null || shown.has(file.inlineId) ? file : { ...file, inlineId: null },
  );
}

function receipts(report: Report, providerId: string, at: string | null, asksFor: boolean): InboundReceipt[] {
  return report.news.map((news, index) => ({
    kind: "receipt",
    providerId: index === 0 ? providerId : `${providerId}/${index}`,
    references: report.references,
    recipient: news.recipient,
    state: news.state,
    code: news.code,
    ...(news.reason === undefined ? {} : { reason: news.reason }),
    diagnostic: news.diagnostic,
    permanent: news.permanent,
    asksForToken: asksFor,
    at,
  }));
}

/**
 * "mid:<message id>#<sha256>" over the body and the fields every copy shares; line ends, folding, trace fields and transfer encodings do
 * not count, so that a mail fetched by two ways is one, also when a relay rewrote 8 bits as quoted-printable on one of them (RFC 6152).
 * Without a Message-ID only "#<sha256>" over the body as it stands: nothing claims that two such mails are one.
 */
function identify(message: Message): string {
  const hash = createHash("sha256");
  const { headers } = message.root;
  let said = message.bodyStart < message.bytes.length;
  for (const name of ["from", "to", "subject", "date"])
    for (const value of allFields(headers, name)) {
      said = true;
      hash.update(`${name}:${value.replace(/\s+/g, " ")}\n`);
    }
  const key = messageKey(field(headers, "message-id"));
  if (key !== null && said) hashParts(hash, message.root);
  // What has neither a body nor any of these is told apart by all its bytes: two wrecks are not one mail.
  else hashBody(hash, said ? message.bytes.subarray(message.bodyStart) : message.bytes);
  return `${key ?? ""}#${hash.digest("hex")}`;
}

/** Relays rewrite text; a file's base64 stays base64, and decoding a large one only for this would cost too much. */
const largePart = 256 * 1024;

function hashParts(hash: Hash, part: Part): void {
  for (const child of part.children) hashParts(hash, child);
  if (part.children.length > 0) return;
  hash.update("part\n");
  hashBody(hash, part.body.length > largePart ? part.body : decodeBody(part));
}

// Without CR and without the line ends at the end, in pieces, so that a large mail is not copied.
function hashBody(hash: Hash, body: Buffer): void {
  let end = body.length;
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end -= 1;
  const piece = Buffer.allocUnsafe(Math.min(end, 256 * 1024));
  for (let start = 0; start < end; start += piece.length) {
    const stop = Math.min(end, start + piece.length);
    let length = 0;
    for (let index = start; index < stop; index += 1) {
      const byte = body[index] ?? 0;
      if (byte !== 0x0d) piece[length++] = byte;
    }
    hash.update(piece.subarray(0, length));
  }
}

function instant(value: string | null): string | null {
  if (value === null || value.length > 200) return null;
  const plain = value
    .replace(/\([^)]*\)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  // Without a zone the local one of this machine would count: the same bytes must give the same time everywhere.
  const time = Date.parse(/(?:[+-]\d{4}|[A-Z]{1,4})$/i.test(plain) ? plain : `${plain} GMT`);
  if (Number.isNaN(time)) return null;
  const date = new Date(time);
  const year = date.getUTCFullYear();
  return year < 1980 || year > 2200 ? null : date.toISOString();
}
