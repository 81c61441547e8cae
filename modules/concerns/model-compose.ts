// Decides what an answer looks like: subject, signature, the folded last message, and the same as HTML. Called by actions-send.ts and actions-outbox.ts; pure.
import { cleanSubject } from "#modules/concerns/model.ts";

/** The message an answer answers, as far as it is repeated below it. */
export interface Quoted {
  readonly authorName: string;
  readonly at: string;
  readonly text: string;
}

type Language = "de" | "en";

const mostQuoted = 20_000;

const dateIn = (language: Language, at: string): string =>
  new Intl.DateTimeFormat(language === "de" ? "de-DE" : "en-GB", { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(at),
  );

const quoteHead = (language: Language, quoted: Quoted): string =>
  language === "de"
    ? `Am ${dateIn("de", quoted.at)} schrieb ${quoted.authorName}:`
    : `On ${dateIn("en", quoted.at)} ${quoted.authorName} wrote:`;

/** The agent's own lines and the brand's signature with {agent} and {brand} filled in; "" when both are empty. */
export const signatureOf = (
  agent: { readonly name: string; readonly signature: string },
  brand: { readonly name: string; readonly signature: string },
): string => {
  // One pass: a name that holds "{brand}" stays what it is.
  const filled = brand.signature.replace(/\{(agent|brand)\}/g, (_whole, word: string) =>
    word === "agent" ? agent.name : brand.name,
  );
  return [agent.signature.trim(), filled.trim()].filter((part) => part !== "").join("\n");
};

/** What stands below the agent's own words, to be folded away: signature (RFC 3676 section 4.3) and the last message, each line behind "> ". */
export const foldedPart = (signature: string, quoted: Quoted | null, language: Language): string => {
  const parts: string[] = [];
  if (signature !== "") parts.push(`-- \n${signature}`);
  if (quoted !== null && quoted.text.trim() !== "") {
    const lines = quoted.text
      .slice(0, mostQuoted)
      .trimEnd()
      .split("\n")
      .map((line) => `> ${line}`);
    parts.push(`${quoteHead(language, quoted)}\n${lines.join("\n")}`);
  }
  return parts.join("\n\n");
};

/** The text part of a mail. */
export const wholeText = (text: string, folded: string): string =>
  folded === "" ? text : `${text.trimEnd()}\n\n${folded}\n`;

/**
 * The HTML part: the agent's sanitised HTML with inline images by Content-ID, then signature and last message as text,
 * the latter in the blockquote that mail programs fold.
 */
export const wholeHtml = (html: string, folded: string, asHtml: (text: string) => string): string => {
  const own = html.replace(/ data-inline="([\w.@+-]{1,200})"/g, ' src="cid:$1"');
  const signatureEnd = folded.startsWith("-- \n") ? endOfSignature(folded) : 0;
  const signature = folded.slice(0, signatureEnd).trimEnd();
  const rest = folded.slice(signatureEnd);
  const headEnd = rest.indexOf("\n");
  const parts = [`<div>${own}</div>`];
  if (signature !== "") parts.push(`<div class="signature">${asHtml(signature)}</div>`);
  if (rest !== "") {
    const quoted = rest
      .slice(headEnd + 1)
      .split("\n")
      .map((line) => line.replace(/^> ?/, ""))
      .join("\n");
    parts.push(
      `<div>${asHtml(rest.slice(0, headEnd))}</div>\n<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:2px solid #ccc;padding-left:1ex">${asHtml(quoted)}</blockquote>`,
    );
  }
  return `<!doctype html><html><body>${parts.join("\n")}</body></html>`;
};

// The signature ends where the quote's head begins: the last empty line before the first quoted line.
const endOfSignature = (folded: string): number => {
  const quoteAt = folded.indexOf("\n> ");
  if (quoteAt === -1) return folded.length;
  const blank = folded.lastIndexOf("\n\n", quoteAt);
  return blank === -1 ? folded.length : blank + 2;
};

/** The subject of an answer. */
export const replySubject = (subject: string): string => `Re: ${cleanSubject(subject)}`;

/** A subject as it leaves, with "[#1234]": the last resort for programs that keep neither address nor references. */
export const leavingSubject = (subject: string, number: number): string =>
  subject.includes(`[#${number}]`) ? subject : `${subject} [#${number}]`;

/** The sender's name customers see. */
export const senderName = (agentName: string | null, brandName: string): string =>
  agentName === null || agentName === brandName ? brandName : `${agentName} (${brandName})`;
