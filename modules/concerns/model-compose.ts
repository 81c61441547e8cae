// Decides what an answer looks like: subject, signature, the folded last message, and the same as HTML. Called by actions-send.ts and actions-outbox.ts; pure.
import { belowText, quoteHead, signatureOf, type Quoted } from "#lib/below.ts";
import { cleanSubject } from "#modules/concerns/model.ts";

export { signatureOf };

/** What runs when it is opened. Mail providers turn such files away, so they are refused before the message is written. */
const programs: ReadonlySet<string> = new Set([
  "application/x-msdownload",
  "application/x-elf",
  "application/x-mach-binary",
  "application/x-ms-shortcut",
  "application/java-vm",
  "application/java-archive",
  "application/vnd.android.package-archive",
]);

/** True for a sniffed type that is a program. */
export const isProgram = (mediaType: string): boolean => programs.has(mediaType);

/** What stands below an answer when nobody chose otherwise: signature and the last message, with its day. */
export const foldedPart = (signature: string, quoted: Quoted | null, language: "de" | "en"): string =>
  belowText(signature, quoted === null ? null : { head: quoteHead(language, quoted, null), text: quoted.text });

/** The text part of a mail. */
export const wholeText = (text: string, folded: string): string =>
  folded === "" ? text : `${text.trimEnd()}\n\n${folded}\n`;

/**
 * The HTML part: the agent's sanitised HTML with inline images by Content-ID, then signature and last message as text,
 * the latter in the blockquote that mail programs fold. `quotedHtml`: the last message with its formatting, sanitised.
 */
export const wholeHtml = (
  html: string,
  folded: string,
  asHtml: (text: string) => string,
  quotedHtml: string | null = null,
): string => {
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
      `<div>${asHtml(rest.slice(0, headEnd))}</div>\n<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:2px solid #ccc;padding-left:1ex">${quotedHtml ?? asHtml(quoted)}</blockquote>`,
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
