// A page with one sentence: what was not found, what was too large, what has to wait. Called by server/portal.ts.
import { framed } from "#portal/frame.ts";
import { html } from "#portal/html.ts";
import type { Reader } from "#portal/words.ts";

/** What has to be said, and where to go from there. */
export interface SaidPage {
  readonly title: string;
  /** What to do about it; "": nothing. */
  readonly below: string;
  readonly brand: { readonly name: string; readonly path: string } | null;
}

/** The page. */
export const saidPage = (reader: Reader, styles: readonly string[], { title, below, brand }: SaidPage): string =>
  framed(
    reader,
    { title, brand, otherLanguage: null, listed: false, styles },
    html`<h1>${title}</h1>
      ${below !== "" && html`<p>${below}</p>`}${
        brand !== null && html`<p><a class="press second" href="${brand.path}">${reader.say("portal.toStart")}</a></p>`
      }`,
  );

/** Where a link by which a dialogue goes on leads: looking moves nothing, so that no program that looks at mails takes the dialogue along. */
export const goOnPage = (
  reader: Reader,
  styles: readonly string[],
  view: { readonly brand: string; readonly startPath: string; readonly flow: string; readonly path: string },
): string =>
  framed(
    reader,
    {
      title: `${reader.say("portal.goOnHere")} – ${view.flow} – ${view.brand}`,
      brand: { name: view.brand, path: view.startPath },
      otherLanguage: null,
      listed: false,
      styles,
    },
    html`<h1 dir="auto">${view.flow}</h1>
      <p>${reader.say("portal.goOnHint")}</p>
      <form method="post" action="${view.path}"><button class="press">${reader.say("portal.goOnHere")}</button></form>`,
  );
