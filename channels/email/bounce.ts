// Turns reports about our own mail into receipts: RFC 3464 delivery status, RFC 8098 read receipts, RFC 5965 complaints, and the
// many bounces that follow no standard. Used by inbound.ts.
import type { InboundReceipt } from "#contract/channel.ts";
import { readAddress, readAddresses } from "./addresses.ts";
import { partText } from "./body.ts";
import { bounceWords, failureWords } from "./bounceWords.ts";
import { field, readHeaders, type Headers } from "./headers.ts";
import { decodeBody, type Message, type Part } from "./mime.ts";
import { messageKey, type Tokens } from "./thread.ts";

/** A report: what it says of each recipient, and the keys of the message it speaks of. */
export interface Report {
  readonly kind: "bounce" | "read" | "complaint";
  readonly references: readonly string[];
  readonly news: readonly News[];
}

/** What happened to one recipient. */
export type News = Pick<InboundReceipt, "recipient" | "state" | "code" | "reason" | "diagnostic" | "permanent">;

const maxNews = 50;
const robotSender =
  /^(?:mailer-?daemon|mail-?daemon|post[-_]?master.*|maildaemon|mmdf|mailer|mail_?delivery.*|no-?reply|bounce.*|fetchmail-daemon|internet-?mail|root)@|^mailer-daemon$|^postmaster$/i;
const robotName =
  /mail (?:delivery|daemon|administrator)|mailer[- ]daemon|delivery (?:sub)?system|postmaster|system administrator|mail transport|undeliver|internet mail delivery/i;

/** Reads a report, null when the message is none. `tokens` are the bounce tokens of the addresses it was delivered to. */
export function readReport(
  message: Message,
  sender: string,
  senderName: string | null,
  subject: string | null,
  tokens: Tokens,
  nullPath: boolean,
): Report | null {
  const { root } = message;
  const signs = evidence(root, sender, senderName, tokens, nullPath);
  // Nothing of the envelope or the head says report: a person may attach whatever looks like one.
  if (!signs.any) return null;
  const parts = leaves(root);
  const keys = references(parts, tokens);
  const status = parts.filter(
    (part) => part.type === "message/delivery-status" || part.type === "message/global-delivery-status",
  );
  if (status.length > 0) {
    const news = status.flatMap((part) => deliveryStatus(part, parts)).slice(0, maxNews);
    if (news.length > 0)
      return {
        kind: "bounce",
        references: keys,
        news: news.filter((each) => each.state !== "delivered" || each.recipient !== null),
      };
  }
  const read = parts.find(
    (part) =>
      part.type === "message/disposition-notification" || part.type === "message/global-disposition-notification",
  );
  if (read !== undefined) return disposition(read, keys);
  const complaint = parts.find((part) => part.type === "message/feedback-report");
  if (complaint !== undefined) return feedback(complaint, parts, keys);
  return plainBounce(message, parts, subject, signs, tokens, keys, nullPath);
}

interface Evidence {
  readonly any: boolean;
  readonly robot: boolean;
  readonly daemon: boolean;
  readonly report: boolean;
  readonly failedHeader: string | null;
}

function evidence(root: Part, sender: string, senderName: string | null, tokens: Tokens, nullPath: boolean): Evidence {
  const rawFrom = field(root.headers, "from")?.trim() ?? "";
  const failedHeader = field(root.headers, "x-failed-recipients");
  const robot =
    robotSender.test(sender) ||
    (senderName !== null && robotName.test(senderName)) ||
    robotSender.test(rawFrom) ||
    sender === "";
  const daemon = /^(?:mailer-?daemon|post_master)\b/i.test(sender === "" ? rawFrom : sender);
  const report = root.type === "multipart/report" || root.parameters["report-type"] !== undefined;
  return {
    any: robot || nullPath || report || failedHeader !== null || tokens.bounce.length > 0,
    robot,
    daemon,
    report,
    failedHeader,
  };
}

function leaves(part: Part): Part[] {
  return part.children.length === 0 ? [part] : part.children.flatMap(leaves);
}

function fieldsOf(part: Part): Headers[] {
  const bytes = decodeBody(part);
  const blocks = bytes
    .subarray(0, 256 * 1024)
    .toString("latin1")
    .split(/\r?\n[ \t]*\r?\n/, maxNews + 1);
  return blocks
    .filter((block) => block.trim() !== "")
    .map((block) => {
      const buffer = Buffer.from(block.replace(/^(?:\s*\r?\n)+/, ""), "latin1");
      return readHeaders(buffer, 0, buffer.length);
    });
}

function deliveryStatus(part: Part, parts: readonly Part[]): News[] {
  const blocks = fieldsOf(part);
  const about = blocks.filter(
    (block) =>
      field(block, "final-recipient") !== null ||
      field(block, "original-recipient") !== null ||
      field(block, "action") !== null ||
      field(block, "status") !== null,
  );
  return about.map((block): News => {
    const action = (field(block, "action") ?? "").toLowerCase().replace(/\(.*$/, "").trim();
    const said = words(field(block, "diagnostic-code"));
    const status = statusCode(field(block, "status") ?? "") ?? statusCode(said);
    const recipient =
      recipientOf(field(block, "original-recipient")) ??
      recipientOf(field(block, "final-recipient")) ??
      recipientOf(field(block, "x-actual-recipient")) ??
      recipientOf(field(block, "x-display-name"));
    const diagnostic = said === "" ? excerpt(textParts(parts)) : said;
    if (action === "delivered" || action === "relayed" || action === "expanded")
      return { recipient, state: "delivered", code: status, diagnostic: said, permanent: false };
    const better = status === null || /^[45]\.0\.0$/.test(status) ? (statusCode(said) ?? status) : status;
    const delayed = action === "delayed" || (action === "" && better?.startsWith("4.") === true);
    return {
      recipient,
      state: delayed ? "delayed" : "failed",
      code: better,
      diagnostic,
      permanent: !delayed && better?.startsWith("4.") !== true,
    };
  });
}

function disposition(part: Part, keys: readonly string[]): Report | null {
  const block = fieldsOf(part)[0];
  if (block === undefined) return null;
  const kind = (field(block, "disposition") ?? "").toLowerCase();
  const recipient = recipientOf(field(block, "original-recipient")) ?? recipientOf(field(block, "final-recipient"));
  const original = messageKey(field(block, "original-message-id"));
  const state =
    kind.includes("displayed") || kind.includes("read")
      ? "read"
      : kind.includes("failed") || kind.includes("error")
        ? "failed"
        : "delivered";
  return {
    kind: "read",
    references: unique(original === null ? keys : [...keys, original]),
    news: [{ recipient, state, code: null, diagnostic: clean(kind), permanent: false }],
  };
}

function feedback(part: Part, parts: readonly Part[], keys: readonly string[]): Report {
  const block = fieldsOf(part)[0];
  const kind = block === undefined ? "abuse" : (field(block, "feedback-type") ?? "abuse");
  const recipient =
    block === undefined
      ? null
      : (recipientOf(field(block, "original-rcpt-to")) ?? recipientOf(field(block, "removal-recipient")));
  return {
    kind: "complaint",
    references: keys,
    news: [
      {
        recipient: recipient ?? returnedRecipient(parts),
        state: "failed",
        code: null,
        reason: { code: "complaint", facts: {} },
        diagnostic: clean(kind),
        permanent: true,
      },
    ],
  };
}

// No status part: the sender, the subject and the words must say together that this is a bounce.
function plainBounce(
  message: Message,
  parts: readonly Part[],
  subject: string | null,
  { robot, daemon, report, failedHeader }: Evidence,
  tokens: Tokens,
  keys: readonly string[],
  nullPath: boolean,
): Report | null {
  // An auto-reply (RFC 3834) comes from a person's mailbox, also to the bounce address; only a mail system's own makes it a bounce.
  const replied = (field(message.root.headers, "auto-submitted") ?? "").toLowerCase().startsWith("auto-replied");
  if (replied && !daemon && failedHeader === null && !report) return null;
  const titled = bounceWords.test(subject ?? "");
  const text = textParts(parts);
  const says = failureWords.test(text);
  const returned =
    parts.some((part) => part.type === "message/rfc822" || part.type === "text/rfc822-headers") ||
    /^(?:[ \t>]*)(?:received|message-id|return-path):[ \t]/im.test(text);
  const score =
    (failedHeader === null ? 0 : 2) +
    (daemon ? 2 : robot ? 1 : 0) +
    (titled ? 1 : 0) +
    (says ? 1 : 0) +
    (returned && (robot || titled) ? 1 : 0) +
    (nullPath ? 1 : 0) +
    (tokens.bounce.length > 0 ? 2 : 0) +
    (report ? 1 : 0);
  if (score < 3 || !(titled || says || failedHeader !== null || report)) return null;
  const code = statusCode(text);
  const delayed =
    /\b(?:delayed|warning|verzögert|not yet been delivered|will be retried|still being retried|could not be delivered for)\b/i.test(
      `${subject ?? ""}`,
    ) ||
    ((code?.startsWith("4.") ?? false) &&
      /will (?:be retried|keep trying|retry)|do(?:es)? not need to re-?send/i.test(text));
  const recipients = unique(
    [...readAddresses(failedHeader ?? "").persons.map((person) => person.value), ...textRecipients(text)].slice(
      0,
      maxNews,
    ),
  );
  const diagnostic = excerpt(text);
  const one = (recipient: string | null): News => ({
    recipient,
    state: delayed ? "delayed" : "failed",
    code,
    diagnostic,
    permanent: !delayed && !(code?.startsWith("4.") ?? false),
  });
  const fallback = recipients.length === 0 ? returnedRecipient(parts) : null;
  return { kind: "bounce", references: keys, news: recipients.length === 0 ? [one(fallback)] : recipients.map(one) };
}

// The delivery token of our own Message-ID form counts like the one in the envelope address.
function references(parts: readonly Part[], tokens: Tokens): string[] {
  const keys = tokens.bounce.map((token) => `dt:${token}`);
  const add = (key: string | null): void => {
    if (key !== null) keys.push(key);
  };
  for (const part of parts.slice(0, 50)) {
    if (
      part.type === "message/delivery-status" ||
      part.type === "message/disposition-notification" ||
      part.type === "message/feedback-report"
    ) {
      for (const block of fieldsOf(part))
        add(messageKey(field(block, "original-message-id") ?? field(block, "x-original-message-id")));
    } else if (
      part.type === "message/rfc822" ||
      part.type === "text/rfc822-headers" ||
      part.type === "message/rfc822-headers" ||
      part.type === "message/global" ||
      part.type === "message/partial"
    ) {
      const bytes = decodeBody(part);
      add(messageKey(field(readHeaders(bytes, 0, Math.min(bytes.length, 128 * 1024)), "message-id")));
    } else if (part.type === "text/plain" || part.type === "text/html") {
      const match = /^[ \t>|]*message-id[ \t]*:[ \t]*(?:&lt;|<)?([^<>\s&]{3,300})/im.exec(
        partText(part).slice(0, 200_000),
      );
      if (match !== null) add(messageKey(`<${match[1] ?? ""}>`));
    }
  }
  return unique(keys).slice(0, 20);
}

function textParts(parts: readonly Part[]): string {
  let text = "";
  for (const part of parts) {
    if (part.type !== "text/plain" && part.type !== "text/html" && part.type !== "message/delivery-status") continue;
    const raw = partText(part).slice(0, 60_000);
    text += `${
      part.type === "text/html"
        ? raw
            .replace(/<style[^>]*>[^<]*<\/style>/gi, " ")
            .replace(/<[^<>]{0,2000}>/g, " ")
            .replaceAll("&lt;", "<")
            .replaceAll("&gt;", ">")
            .replaceAll("&nbsp;", " ")
        : raw
    }\n`;
    if (text.length > 120_000) break;
  }
  return text;
}

function textRecipients(text: string): string[] {
  const found: string[] = [];
  const address =
    /(?:^|[\s<("':])([^\s<>"'(),;:[\]\\]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})(?=[\s>)"',;:.\]]|$)/gim;
  const head = text.slice(0, 8_000).split(/^[ \t>]*(?:received|return-path):[ \t]/im)[0] ?? "";
  for (const match of head.matchAll(address)) {
    const value = readAddress((match[1] ?? "").replace(/\.$/, ""));
    if (value !== null && !robotSender.test(value) && !found.includes(value)) found.push(value);
    if (found.length >= 5) break;
  }
  return found.slice(0, 1);
}

function returnedRecipient(parts: readonly Part[]): string | null {
  for (const part of parts) {
    if (part.type !== "message/rfc822" && part.type !== "text/rfc822-headers") continue;
    const bytes = decodeBody(part);
    const headers = readHeaders(bytes, 0, Math.min(bytes.length, 64 * 1024));
    const recipient = readAddresses(field(headers, "to") ?? "").persons[0]?.value;
    if (recipient !== undefined) return recipient;
  }
  return null;
}

function recipientOf(value: string | null): string | null {
  if (value === null) return null;
  const plain = value.replace(/^[^;@]{0,40};/, "").trim();
  return readAddress(plain.replace(/^<|>$/g, "")) ?? readAddresses(plain).persons[0]?.value ?? null;
}

/** An enhanced status (RFC 3463), or one made from a plain reply code; null when none stands there. */
function statusCode(text: string): string | null {
  const source = text.slice(0, 20_000);
  const enhanced = /(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?=[^\d.]|\.(?!\d)|$)/.exec(source)?.[1];
  if (enhanced !== undefined) return enhanced;
  const reply = /(?:^|[\s<:"(#])([45])\d\d[\s\-#]/.exec(source)?.[1];
  return reply === undefined ? null : `${reply}.0.0`;
}

function words(value: string | null): string {
  return value === null ? "" : clean(value.replace(/^\s*[\w-]{1,20}\s*;\s*/, ""));
}

// The most telling lines of a bounce that has no Diagnostic-Code.
function excerpt(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const telling = lines.filter((line) => /\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(line));
  return clean((telling.length > 0 ? telling.slice(0, 4) : lines.slice(0, 6)).join(" "));
}

function clean(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, " ")
    .replace(/ {2,}/g, " ")
    .trim()
    .slice(0, 1_000)
    .toWellFormed();
}

function unique(keys: readonly string[]): string[] {
  return [...new Set(keys)];
}
