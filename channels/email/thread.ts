// What a message says about the thread it belongs to: reply tokens, message ids, thread index, subject number. Used by inbound.ts and bounce.ts.
import type { Raw, ThreadHints } from "#contract/channel.ts";
import { readAddresses } from "./addresses.ts";
import { allFields, field, type Headers } from "./headers.ts";
import type { EmailSettings } from "./settings.ts";

const maxReferences = 100;
const tokenForm = /^[a-z2-7]{20,60}$/;

/** Tokens found in the addresses a message was delivered to: of replies, and "b-" ones of bounces (VERP). */
export interface Tokens {
  readonly reply: readonly string[];
  readonly bounce: readonly string[];
}

/** Reads tokens from the envelope first, then Delivered-To, X-Original-To and Envelope-To, then To and Cc: "<localpart>+<token>@" of our own addresses. */
export function readTokens(headers: Headers, raw: Raw, settings: EmailSettings): Tokens {
  const reply = new Set<string>();
  const bounce = new Set<string>();
  const own = [settings.address, ...settings.aliases].map((address) => {
    const at = address.lastIndexOf("@");
    return { start: `${address.slice(0, at).toLowerCase()}+`, end: address.slice(at).toLowerCase() };
  });
  const look = (address: string): void => {
    const lower = address.trim().replace(/^<|>$/g, "").toLowerCase();
    for (const { start, end } of own) {
      if (!lower.startsWith(start) || !lower.endsWith(end)) continue;
      const token = lower.slice(start.length, lower.length - end.length);
      if (tokenForm.test(token)) reply.add(token);
      else if (token.startsWith("b-") && tokenForm.test(token.slice(2))) bounce.add(token.slice(2));
    }
  };
  for (const recipient of raw.transport.recipients ?? []) look(recipient);
  for (const name of [
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "original-recipient",
    "x-delivered-to",
  ]) {
    for (const value of allFields(headers, name).slice(0, 20))
      if (value.includes("+")) look(value.replace(/^rfc822;\s*/i, ""));
  }
  for (const name of ["to", "cc"]) {
    for (const value of allFields(headers, name).slice(0, 20)) {
      if (!value.includes("+")) continue;
      for (const person of readAddresses(value).persons) look(person.value);
    }
  }
  return { reply: [...reply], bounce: [...bounce] };
}

/** Everything that links the message to a thread. `stream` is null: mail has none. */
export function readThread(headers: Headers, tokens: Tokens, subject: string | null): ThreadHints {
  const references: string[] = [];
  const add = (key: string | null): void => {
    if (key !== null && references.length < maxReferences && !references.includes(key)) references.push(key);
  };
  for (const value of allFields(headers, "in-reply-to").slice(0, 5)) for (const id of messageIds(value)) add(id);
  for (const value of allFields(headers, "references").slice(0, 5))
    for (const id of messageIds(value).toReversed()) add(id);
  const own: string[] = [];
  const id = messageKey(field(headers, "message-id"));
  if (id !== null) own.push(id);
  const index = threadIndex(field(headers, "thread-index"));
  if (index !== null) {
    own.push(index.key);
    if (index.reply) add(index.key);
  }
  return {
    tokens: tokens.reply,
    references: id === null ? references : references.filter((key) => key !== id),
    own,
    number: subjectNumber(subject),
    stream: null,
  };
}

/** The key of a Message-ID: "mid:" and the id without brackets, its domain in lower case; null when there is none. */
export function messageKey(value: string | null): string | null {
  return value === null ? null : (messageIds(value)[0] ?? null);
}

/** The number in "[#1234]", at most twelve digits; null when there is none. */
export function subjectNumber(subject: string | null): number | null {
  const match = /\[#(\d{1,12})\]/.exec(subject ?? "");
  return match === null ? null : Number(match[1]);
}

function messageIds(value: string): string[] {
  const ids: string[] = [];
  const source = value.slice(0, 60_000);
  for (let open = source.indexOf("<"); open !== -1 && ids.length < maxReferences * 2;) {
    const close = source.indexOf(">", open);
    if (close === -1) break;
    push(ids, source.slice(open + 1, close));
    open = source.indexOf("<", close);
  }
  if (ids.length === 0 && !source.includes("<"))
    for (const word of source.split(/[\s,]+/).slice(0, maxReferences)) if (word.includes("@")) push(ids, word);
  return ids;
}

function push(ids: string[], raw: string): void {
  const id = raw.replace(/[\s\u0000-\u001f\u007f]+/g, "");
  if (id === "" || id.length > 500) return;
  const at = id.lastIndexOf("@");
  ids.push(`mid:${(at === -1 ? id : id.slice(0, at) + id.slice(at).toLowerCase()).toWellFormed()}`);
}

// Outlook's and Exchange's Thread-Index: the first 22 bytes name the conversation, each reply adds five.
function threadIndex(value: string | null): { readonly key: string; readonly reply: boolean } | null {
  if (value === null || value.length > 4_000) return null;
  const bytes = Buffer.from(value, "base64");
  if (bytes.length < 22 || bytes[0] !== 0x01) return null;
  return { key: `ti:${bytes.subarray(0, 22).toString("base64")}`, reply: bytes.length > 22 };
}
