// Reads and writes mails as a customer's mail program would; the reader is not ours, so what we send is judged by another. Used by sim.ts.
import PostalMime, { type Address } from "postal-mime";
import { compose } from "./compose.ts";
import type { Mail, MailAddress } from "./outbound.ts";
import type { EmailSettings } from "./settings.ts";

export interface SimFile {
  readonly name: string;
  readonly mediaType: string;
  readonly inlineId: string | null;
  readonly bytes: Uint8Array;
}

/** What a customer sees of a mail; ids without angle brackets. */
export interface SimReading {
  readonly messageId: string | null;
  readonly subject: string;
  readonly from: MailAddress | null;
  readonly replyTo: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly text: string;
  readonly html: string | null;
  readonly files: readonly SimFile[];
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** All header fields in order, names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** What a customer writes. */
export interface SimLetter {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc?: readonly MailAddress[];
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly files?: readonly SimFile[];
  /** Without angle brackets, nearest last in `references`. */
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The customer's own provider signs with this key; see demoZones. */
  readonly dkim?: NonNullable<EmailSettings["dkim"]>;
  readonly at?: Date;
}

/** Reads one mail. */
export async function readMail(raw: Uint8Array): Promise<SimReading> {
  const mail = await PostalMime.parse(raw, { attachmentEncoding: "arraybuffer" });
  return {
    messageId: bare(mail.messageId),
    subject: mail.subject ?? "",
    from: people(mail.from === undefined ? [] : [mail.from])[0] ?? null,
    replyTo: people(mail.replyTo ?? []),
    to: people(mail.to ?? []),
    cc: people(mail.cc ?? []),
    text: mail.text ?? "",
    html: mail.html ?? null,
    files: mail.attachments.map((file) => ({
      name: file.filename ?? "",
      mediaType: file.mimeType,
      inlineId: bare(file.contentId),
      bytes: typeof file.content === "string" ? Buffer.from(file.content) : new Uint8Array(file.content),
    })),
    inReplyTo: bare(mail.inReplyTo),
    references: (mail.references ?? "").split(/\s+/).flatMap((id) => bare(id) ?? []),
    headers: mail.headers.map((header) => ({ name: header.key, value: header.value })),
  };
}

/** The bytes of a letter under the given Message-ID (without angle brackets). */
export function writeMail(letter: SimLetter, messageId: string, now: Date): Promise<Buffer> {
  const mail: Mail = {
    messageId: `<${messageId}>`,
    date: letter.at ?? now,
    from: letter.from,
    replyTo: letter.from,
    to: letter.to,
    cc: letter.cc ?? [],
    subject: letter.subject,
    text: letter.text,
    ...(letter.html === undefined ? {} : { html: letter.html }),
    ...(letter.inReplyTo === undefined ? {} : { inReplyTo: `<${letter.inReplyTo}>` }),
    ...(letter.references === undefined ? {} : { references: letter.references.map((id) => `<${id}>`) }),
    headers: letter.headers ?? {},
    attachments: (letter.files ?? []).map((file) => ({
      filename: file.name,
      contentType: file.mediaType,
      content: file.bytes,
      contentDisposition: file.inlineId === null ? ("attachment" as const) : ("inline" as const),
      ...(file.inlineId === null ? {} : { cid: file.inlineId }),
    })),
    baseBoundary: messageId.replace(/[^a-z0-9]/gi, "").slice(0, 40),
  };
  return compose(mail, letter.dkim ?? null);
}

function people(addresses: readonly Address[]): readonly MailAddress[] {
  return addresses.flatMap((each) =>
    each.address === undefined ? people(each.group ?? []) : [{ name: each.name, address: each.address }],
  );
}

function bare(id: string | undefined): string | null {
  const inside = id?.trim().replace(/^<|>$/g, "") ?? "";
  return inside === "" ? null : inside;
}
