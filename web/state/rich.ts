// Between the editor's HTML and what is kept: plain answers stay plain text, pictures know their upload. Pure.
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
