// What is known of a message that could not be read: a bounded look at its first lines. Used by inbound.ts and by the server when a reader dies.
import { createHash } from "node:crypto";
import type { InboundMessage, Raw } from "#contract/channel.ts";
import { readAddresses } from "./addresses.ts";
import { decodeWords, field, readHeaders } from "./headers.ts";
import { subjectLine } from "./names.ts";
import { messageKey } from "./thread.ts";

/** Bytes of the head that are looked at. */
const headBytes = 64 * 1024;

/** A message with empty text, the warning "unreadable", and sender, subject and id as far as the first 64 kB tell. Nothing is believed of it. */
export function unreadable(raw: Raw): InboundMessage {
  const bytes = Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.length);
  const head = bytes.subarray(0, headBytes);
  const blank = /\r?\n\r?\n/.exec(head.toString("latin1"));
  const headers = readHeaders(head, 0, blank === null ? head.length : blank.index + 1);
  const from = readAddresses((field(headers, "from") ?? "").slice(0, 2_000)).persons[0] ?? { value: "", name: null };
  const id = messageKey(field(headers, "message-id"));
  return {
    kind: "message",
    providerId: `${id ?? ""}#${createHash("sha256").update(raw.bytes).digest("hex")}`,
    sentAt: null,
    from,
    replyTo: null,
    assurance: "none",
    verdicts: [],
    to: [],
    cc: [],
    subject: subjectLine(decodeWords((field(headers, "subject") ?? "").slice(0, 4_000))),
    text: "",
    foldedText: "",
    html: null,
    files: [],
    thread: { tokens: [], references: [], own: id === null ? [] : [id], number: null, stream: null },
    automatic: null,
    forwarded: null,
    language: null,
    warnings: ["unreadable"],
  };
}
