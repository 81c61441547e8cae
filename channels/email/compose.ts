// Turns a rendered mail into the bytes that are sent: MIME by nodemailer, signed with DKIM (RFC 6376) when the operator gave a key.
// Called by smtp.ts and sim.ts.
import { createRequire } from "node:module";
import { buffer } from "node:stream/consumers";
import type DkimSigner from "nodemailer/lib/dkim";
import type Composer from "nodemailer/lib/mail-composer";
import type { MailComposerOptions } from "nodemailer/lib/mail-composer";
import type { Mail } from "./outbound.ts";
import type { EmailSettings } from "./settings.ts";

// Not by an ES import, which would load all of fetch: docs/decisions/0262-no-fetch-at-rest.md.
const commonJs = createRequire(import.meta.url);
const DKIM = commonJs("nodemailer/lib/dkim") as typeof DkimSigner;
const MailComposer = commonJs("nodemailer/lib/mail-composer") as typeof Composer;

/** The same mail gives the same bytes, but for the DKIM signature's time. Rejects when the DKIM key cannot sign: nothing leaves unsigned by accident. */
export async function compose(mail: Mail, dkim: EmailSettings["dkim"]): Promise<Buffer> {
  const options: MailComposerOptions = {
    messageId: mail.messageId,
    date: mail.date,
    from: mail.from,
    replyTo: mail.replyTo,
    to: [...mail.to],
    cc: [...mail.cc],
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    inReplyTo: mail.inReplyTo,
    references: mail.references === undefined ? undefined : [...mail.references],
    headers: { ...mail.headers },
    attachments: mail.attachments.map((file) => ({
      ...file,
      content: Buffer.from(file.content.buffer, file.content.byteOffset, file.content.byteLength),
    })),
    baseBoundary: mail.baseBoundary,
    xMailer: false,
    // A path or a URL inside a mail is text; nothing is ever fetched for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const plain = await new MailComposer(options).compile().build();
  if (dkim === null) return plain;
  const signer = new DKIM({ domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey });
  const signed = await buffer(signer.sign(plain));
  // nodemailer passes a mail on unsigned when the key is of no use.
  if (!signed.subarray(0, 15).equals(Buffer.from("DKIM-Signature:"))) throw new Error("the DKIM key cannot sign");
  return signed;
}
