// The frame of every page of the portal: head, language, the brand's name. Called by the pages beside it.
import { html, textOf, type Html } from "#portal/html.ts";
import type { Reader } from "#portal/words.ts";

/** What stands around a page's own part. */
export interface Around {
  /** As the browser's tab has it; what is wrong stands first in it. */
  readonly title: string;
  /** The brand's name and its first page; null: no brand is known. */
  readonly brand: { readonly name: string; readonly path: string } | null;
  /** How the page is had in the other language; null: there is no such way. */
  readonly otherLanguage: Html | null;
  /** May search engines keep it? */
  readonly listed: boolean;
  /** Where the style sheets are. */
  readonly styles: readonly string[];
  /** What the page is better with, and does without: scripts, with what they are told. Left out: none. */
  readonly scripts?: readonly { readonly url: string; readonly channel?: string }[];
  /** Without scripts it loads itself again after so many seconds; left out: it stays as it is. */
  readonly againSeconds?: number;
}

/** A whole page. */
export const framed = ({ language, say }: Reader, around: Around, main: Html): string => {
  const { brand, title } = around;
  return `<!doctype html>${textOf(
    html`<html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="format-detection" content="telephone=no" />
        ${!around.listed && html`<meta name="robots" content="noindex" />`}
        ${around.styles.map((url) => html`<link rel="stylesheet" href="${url}" />`)}
        <link rel="icon" href="/icon.svg" />
        ${
          around.againSeconds !== undefined &&
          html`<noscript><meta http-equiv="refresh" content="${around.againSeconds}" /></noscript>`
        }
        ${(around.scripts ?? []).map(({ url, channel }) =>
          channel === undefined
            ? html`<script async src="${url}"></script>`
            : html`<script async src="${url}" data-channel="${channel}"></script>`,
        )}
      </head>
      <body>
        <header class="head">
          ${brand === null ? html`<span></span>` : html`<a class="brand" href="${brand.path}">${brand.name}</a>`}
          ${around.otherLanguage}
        </header>
        <main id="main">${main}</main>
        <footer class="foot">${around.scripts === undefined ? say("portal.noProgram") : ""}</footer>
      </body>
    </html>`,
  )}`;
};
