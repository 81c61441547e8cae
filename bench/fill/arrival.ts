// A planned mail as the channel would hand it over after reading. Used by rows.ts, and by the test that gives the same to the real actions.
import type { InboundMessage } from "#contract/channel.ts";
import type { CorpusFile } from "#lib/corpus/files.ts";
import type { Client } from "#lib/corpus/mail.ts";
import type { Person } from "#lib/corpus/people.ts";

export interface PlannedMail {
  readonly customer: Person;
  readonly client: Client;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly CorpusFile[];
  readonly messageId: string;
  readonly atMs: number;
  /** Our answer that it answers: the token of the reply address, its Message-ID, what is quoted. */
  readonly answers: { readonly token: string; readonly messageId: string; readonly quoted: string } | null;
  readonly to: { readonly name: string; readonly address: string };
}

const escape = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const block = (text: string): string => escape(text).replaceAll("\n", "<br>\n");

/** Deterministic; proved by DMARC, as mail of the large providers is. */
export const arrivalOf = (mail: PlannedMail): InboundMessage => {
  const { customer, answers, client } = mail;
  const text = mail.text.trimEnd();
  const foldedText = answers === null ? "" : answers.quoted;
  const hasHtml = client !== "thunderbird";
  const domain = customer.address.split("@")[1] ?? "";
  return {
    kind: "message",
    providerId: `mid:${mail.messageId}`,
    sentAt: new Date(mail.atMs - 4_000).toISOString(),
    from: { value: customer.address, name: `${customer.first} ${customer.last}` },
    replyTo: null,
    assurance: "proved",
    verdicts: [
      {
        check: "spf",
        result: "pass",
        reason: { code: "spfFrom", facts: { domain, ip: "198.51.100.7" } },
        detail: "",
      },
      { check: "dkim", result: "none", detail: "" },
      { check: "dmarc", result: "pass", reason: { code: "policyReject", facts: { domain } }, detail: "" },
    ],
    to: [{ value: mail.to.address, name: mail.to.name }],
    cc: [],
    subject: answers === null ? mail.subject : `Re: ${mail.subject}`,
    text,
    foldedText,
    html: hasHtml
      ? `<div>${block(text)}</div>${foldedText === "" ? "" : `<div data-folded="quote">${block(foldedText)}</div>`}`
      : null,
    files: mail.files.map((file) => ({
      name: file.name,
      claimedType: file.mediaType,
      inlineId: file.inlineId,
      bytes: file.bytes,
    })),
    thread: {
      tokens: answers === null ? [] : [answers.token],
      references: answers === null ? [] : [`mid:${answers.messageId}`],
      own: [`mid:${mail.messageId}`],
      number: null,
      stream: null,
    },
    automatic: null,
    forwarded: null,
    language: customer.language,
    warnings: [],
  };
};
