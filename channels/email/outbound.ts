// Translates one Outbound into the mail that carries it; pure. Called by server/dispatch through index.ts, sent by smtp.ts.
import type { Capabilities, Outbound, Person, ProviderCall } from "#contract/channel.ts";
import type { Reason } from "#contract/reasons.ts";
import { domainOf, readAddress } from "./addresses.ts";
import { fileName, personName, subjectLine } from "./names.ts";
import type { EmailSettings } from "./settings.ts";

/** What a mail can carry. 25 MB of files become 34 MB on the wire, which the large providers still take. */
export const can: Capabilities = {
  maxTextLength: null,
  html: true,
  subject: true,
  copies: true,
  attachments: { maxCount: 100, maxTotalBytes: 25_000_000 },
  windowHours: null,
  firstContact: true,
  receipts: ["failed"],
};

/** Most ids in References: the nearest ones; longer lists make header lines that relays cut. */
const maxReferences = 20;
/** Longest local part (RFC 5321 section 4.5.3.1.1). */
const maxLocalLength = 64;

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** A mail in the shape nodemailer's composer takes: addresses are structures, never text that is parsed again. */
export interface Mail {
  readonly messageId: string;
  readonly date: Date;
  readonly from: MailAddress;
  readonly replyTo: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly content: Uint8Array;
    readonly contentDisposition: "attachment" | "inline";
    readonly cid?: string;
  }[];
  /** Fixed, so that a retry sends the very same bytes. */
  readonly baseBoundary: string;
}

/** What deliver() takes: the envelope (RFC 5321; `from` empty is the null sender) and the mail. */
export interface MailPayload {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly mail: Mail;
}

/** An Outbound that can be no mail: deliver() answers with exactly this refusal. */
export interface RefusalPayload {
  readonly code: string;
  readonly reason: Reason;
}

/**
 * One call of kind "mail", or one of kind "refusal" when the message exceeds `can` or a recipient's address is none.
 * The Message-ID comes from the message's token alone, so every attempt and every recipient's copy carries the same one. No text of ours or of a
 * customer can add a header or a recipient: control characters are gone from names, subjects, types and file names.
 */
export function render(outbound: Outbound, settings: EmailSettings): readonly ProviderCall[] {
  const refusal = refuse(outbound);
  if (refusal !== null) return [{ kind: "refusal", keys: [], payload: refusal }];
  const to = addresses(outbound.to);
  const cc = addresses(outbound.cc);
  const id = `dt-${outbound.messageToken}.${outbound.concernNumber}@${domainOf(settings.address)}`;
  const html = outbound.html;
  const answered = outbound.answers.flatMap(messageIdOf).slice(0, maxReferences);
  const nearest = answered[0];
  const name = personName(outbound.fromName) ?? "";
  const mail: Mail = {
    messageId: `<${id}>`,
    date: new Date(outbound.at),
    from: { name, address: settings.address },
    replyTo: { name, address: replyAddress(outbound.replyToken, settings) },
    to,
    cc,
    subject: subjectLine(outbound.subject) ?? "",
    text: outbound.text,
    ...(html === null ? {} : { html }),
    ...(nearest === undefined ? {} : { inReplyTo: nearest, references: answered.toReversed() }),
    headers: {
      "X-Draht-Loop": settings.address.toLowerCase(),
      ...threadIndex(outbound),
      ...(outbound.automatic ? machineHeaders(outbound) : {}),
    },
    attachments: outbound.files.map((file) => {
      const inlineId =
        file.inlineId !== null &&
        html?.includes(`cid:${file.inlineId}`) === true &&
        /^[\w.@+-]{1,200}$/.test(file.inlineId)
          ? file.inlineId
          : null;
      return {
        filename: fileName(file.name, "file"),
        contentType: /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+_-]{0,100}$/i.test(file.mediaType)
          ? file.mediaType.toLowerCase()
          : "application/octet-stream",
        content: file.bytes,
        contentDisposition: inlineId === null ? ("attachment" as const) : ("inline" as const),
        ...(inlineId === null ? {} : { cid: inlineId }),
      };
    }),
    baseBoundary: `dt${outbound.messageToken}`,
  };
  const payload: MailPayload = {
    envelope: {
      from: outbound.automatic ? "" : bounceAddress(outbound.deliveryToken, settings),
      to: [...new Set(outbound.recipients.map((each) => sendable(each) ?? ""))],
    },
    mail,
  };
  return [{ kind: "mail", keys: [`mid:${id}`], payload }];
}

function refuse(outbound: Outbound): RefusalPayload | null {
  const limit = can.attachments;
  const bytes = outbound.files.reduce((sum, file) => sum + file.bytes.byteLength, 0);
  if (limit !== null && (outbound.files.length > limit.maxCount || bytes > limit.maxTotalBytes)) {
    return {
      code: "5.3.4",
      reason: {
        code: "filesTooMuch",
        facts: {
          files: outbound.files.length,
          megabytes: Math.ceil(bytes / 1_000_000),
          mostFiles: limit.maxCount,
          mostMegabytes: Math.floor(limit.maxTotalBytes / 1_000_000),
        },
      },
    };
  }
  if (outbound.recipients.length === 0) return { code: "5.1.3", reason: { code: "noRecipient", facts: {} } };
  // Not one recipient is left out silently: whoever reads the message must be able to trust its list of recipients.
  for (const value of [...[...outbound.to, ...outbound.cc].map((person) => person.value), ...outbound.recipients]) {
    if (sendable(value) === null)
      return { code: "5.1.3", reason: { code: "badAddress", facts: { address: value.slice(0, 200).toWellFormed() } } };
  }
  if (![outbound.messageToken, outbound.deliveryToken].every((token) => /^[a-z0-9-]{1,60}$/i.test(token)))
    return { code: "5.6.0", reason: { code: "notCarried", facts: {} } };
  return null;
}

function sendable(value: string): string | null {
  const address = readAddress(value);
  return address !== null && address.length <= 254 && !/[\s<>]/.test(address) ? address : null;
}

function addresses(persons: readonly Person[]): readonly MailAddress[] {
  return persons.map((person) => ({
    name: personName(person.name ?? "") ?? "",
    address: sendable(person.value) ?? "",
  }));
}

/** Where answers go: "local+token@domain" when the mail system keeps the detail (RFC 5233), the plain address otherwise. */
function replyAddress(token: string | null, settings: EmailSettings): string {
  return token === null || !settings.plusAddressing ? settings.address : withDetail(settings.address, token);
}

/** Where bounces go (VERP): "local+b-token@domain", the plain address without plus addressing. */
function bounceAddress(token: string, settings: EmailSettings): string {
  return settings.plusAddressing ? withDetail(settings.address, `b-${token}`) : settings.address;
}

/** Do bounces of what we send come under the delivery's token? Not without plus addressing, and not to a mailbox whose name leaves no room. */
export function asksForToken(settings: EmailSettings): boolean {
  return bounceAddress("a".repeat(26), settings) !== settings.address;
}

function withDetail(address: string, detail: string): string {
  const at = address.lastIndexOf("@");
  const local = `${address.slice(0, at)}+${detail}`;
  return local.length > maxLocalLength || !/^[\w.+=-]+$/.test(detail) ? address : `${local}${address.slice(at)}`;
}

// RFC 3834 section 5 and what Exchange and older responders look at. Such mail also leaves from the null sender.
function machineHeaders(outbound: Outbound): Record<string, string> {
  return {
    "Auto-Submitted": outbound.answers.length > 0 ? "auto-replied" : "auto-generated",
    "X-Auto-Response-Suppress": "All",
    Precedence: "bulk",
  };
}

function messageIdOf(key: string): readonly string[] {
  const id = /^mid:<?([\x21-\x3b\x3d\x3f-\x7e]{1,400})>?$/.exec(key)?.[1];
  return id === undefined ? [] : [`<${id}>`];
}

/**
 * Outlook's thread (MS-OXOMSG 2.2.1.3): the answered mail's index with five more bytes, a time difference and a number.
 * Only when the answered mail had one; whoever reads our mail elsewhere ignores it.
 */
function threadIndex(outbound: Outbound): Record<string, string> {
  for (const key of outbound.answers) {
    const encoded = /^ti:([A-Za-z0-9+/]{28,1000}={0,2})$/.exec(key)?.[1];
    if (encoded === undefined) continue;
    const parent = Buffer.from(encoded, "base64");
    if (parent.length < 22) continue;
    // The header's first six bytes are the high part of a FILETIME (100 ns since 1601); the difference is kept in units of 2^18 of it.
    const started = Number(parent.readUIntBE(0, 6)) * 2 ** 16;
    const now = (new Date(outbound.at).getTime() + 11_644_473_600_000) * 10_000;
    const units = Math.max(0, Math.floor((now - started) / 2 ** 18)) % 2 ** 31;
    const block = Buffer.alloc(5);
    block.writeUInt32BE(units, 0);
    block[4] = outbound.messageToken.charCodeAt(0) & 0xff;
    return { "Thread-Index": Buffer.concat([parent, block]).toString("base64") };
  }
  return {};
}
