// How pages get their words, and how text that somebody wrote stands on them. Used by every page of portal/.
import { html, type Html } from "#portal/html.ts";

/** The words under a key of the locales, in the reader's language, with facts filled in. */
export type Say = (key: string, facts?: Readonly<Record<string, string | number>>) => string;

/** What a page is written in, and for whom. */
export interface Reader {
  readonly language: "de" | "en";
  readonly say: Say;
}

const address = /https?:\/\/[^\s<>"']{1,500}/g;
const trailing = /[.,;:!?)\]]$/;

/** A line of text whose addresses of pages can be pressed. */
const linked = (line: string): Html => {
  const parts: Html[] = [];
  let from = 0;
  for (const { 0: found, index } of line.matchAll(address)) {
    let url = found;
    while (trailing.test(url)) url = url.slice(0, -1);
    if (!URL.canParse(url)) continue;
    parts.push(html`${line.slice(from, index)}<a href="${url}" rel="noopener noreferrer">${url}</a>`);
    from = index + url.length;
  }
  return html`${parts}${line.slice(from)}`;
};

/** Plain text as paragraphs, its lines kept. */
export const paragraphs = (text: string): Html =>
  html`${text
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== "")
    .map(
      (part) =>
        html`<p dir="auto">${part.split("\n").map((line, at) => html`${at > 0 && html`<br />`}${linked(line)}`)}</p>`,
    )}`;
