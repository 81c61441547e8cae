// Between the editor's HTML and what is kept: plain answers stay plain text, pictures know their upload. Pure.
import { isEmpty } from "#web/state/composing.ts";
import type { Composing } from "#web/state/composing.ts";

/** HTML to keep, or null when there is nothing in it that plain text would not say as well. */
export const wireHtml = (html: string): string | null =>
  /<(strong|em|b|i|u|s|a|ul|ol|li|img|blockquote|code|pre)\b/i.test(html) ? html : null;

/** Plain text as the editor's paragraphs. */
export const htmlOfText = (text: string): string =>
  text === ""
    ? ""
    : text
        .split("\n")
        .map((line) => `<p>${escapeHtml(line)}</p>`)
        .join("");

/** Two texts as one: what stands, and behind it what is added. Whom it goes to stays, unless nothing stands. */
export const joined = (standing: Composing, added: Composing): Composing => {
  if (isEmpty(standing)) return added;
  if (isEmpty(added)) return standing;
  const html = (one: Composing): string => one.html ?? htmlOfText(one.text);
  return {
    ...standing,
    text: `${standing.text}\n\n${added.text}`,
    html: standing.html === null && added.html === null ? null : `${html(standing)}<p></p>${html(added)}`,
    uploads: [
      ...standing.uploads,
      ...added.uploads.filter((one) => standing.uploads.every((two) => two.uploadId !== one.uploadId)),
    ],
  };
};

/** Kept HTML made ready for the editor: signed addresses of pictures run out, so each gets its upload's present one. */
export const editorHtml = (html: string, uploads: Composing["uploads"]): string =>
  html.replace(/<img\b[^>]*>/gi, (tag) => {
    const id = /\bdata-upload="([^"]*)"/i.exec(tag)?.[1];
    const file = uploads.find((one) => one.uploadId === id)?.file;
    return file
      ? tag.replaceAll(/\s+src="[^"]*"/gi, "").replace(/^<img\b/i, () => `<img src="${escapeHtml(file.url)}"`)
      : tag;
  });

/** Text made safe to stand in HTML. */
export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
