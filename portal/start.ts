// A brand's first page of self-service, and the page on which a flow is begun. Called by server/portal.ts.
import { framed } from "#portal/frame.ts";
import { html, type Html } from "#portal/html.ts";
import type { OfferView, StartView } from "#portal/view.ts";
import { paragraphs, type Reader } from "#portal/words.ts";

/** What both pages know beside what they show. */
export interface StartPlace {
  readonly path: string;
  readonly styles: readonly string[];
  /** For each dialogue that this page can begin: the same sent again is the same dialogue. */
  readonly newId: () => string;
}

const other = ({ language, say }: Reader, path: string): Html => {
  const to = language === "de" ? "en" : "de";
  return html`<a href="${path}?language=${to}" lang="${to}" hreflang="${to}">${say("portal.otherLanguage")}</a>`;
};

const offers = (reader: Reader, place: StartPlace, list: readonly OfferView[]): Html =>
  html`<ul class="plain">
    ${list.map(
      ({ path, label }) =>
        html`<li>
          <form class="offer" method="post" action="${path}">
            <input type="hidden" name="run" value="${place.newId()}" /><input
              type="hidden"
              name="language"
              value="${reader.language}"
            />
            <button dir="auto">${label}</button>
          </form>
        </li>`,
    )}
  </ul>`;

/** The first page. Nothing of it needs a cookie; what is pressed begins a dialogue. */
export const startPage = (reader: Reader, place: StartPlace, view: StartView): string => {
  const { say, language } = reader;
  const { notices, incidents, open } = view;
  const none = view.offers.length === 0 && incidents.length === 0;
  const around = {
    title: say("portal.title", { brand: view.brand }),
    brand: { name: view.brand, path: `${place.path}?language=${language}` },
    otherLanguage: other(reader, place.path),
    listed: true,
    styles: place.styles,
  };
  return framed(
    reader,
    around,
    html`<h1>${say("portal.welcome")}</h1>
      ${
        notices.length > 0 &&
        html`<section class="notice" aria-labelledby="notices">
          <h2 id="notices">${say("portal.notices")}</h2>
          <ul class="plain">
            ${notices.map((text) => html`<li>${paragraphs(text)}</li>`)}
          </ul>
        </section>`
      }
      ${incidents.length > 0 && html`<section>${offers(reader, place, incidents)}</section>`}
      ${
        open.length > 0 &&
        html`<section aria-labelledby="open">
          <h2 id="open">${say("portal.open")}</h2>
          <ul class="plain">
            ${open.map(({ path, label }) => html`<li><a class="alone" href="${path}" dir="auto">${label}</a></li>`)}
          </ul>
        </section>`
      }
      ${
        view.offers.length > 0 &&
        html`<section aria-labelledby="offers">
          <h2 id="offers">${say("portal.offers")}</h2>
          ${offers(reader, place, view.offers)}
        </section>`
      }
      ${none && html`<p>${say("portal.nothing")}</p>`}
      <section aria-labelledby="people">
        <h2 id="people">${say("portal.people")}</h2>
        ${view.state !== "" && html`<p>${view.state}</p>`}
        <div class="row">
          ${view.call !== null && html`<a class="press" href="${view.call}">${say("portal.call")}</a>`}
          ${view.chat !== null && html`<a class="press second" href="${view.chat}">${say("portal.chat")}</a>`}
          ${view.email !== null && html`<a class="alone" href="mailto:${view.email}">${view.email}</a>`}
        </div>
      </section>`,
  );
};

/** Where a flow is begun by who comes by a link to it: looking begins nothing. */
export const beginPage = (
  reader: Reader,
  place: StartPlace,
  view: { readonly brand: string; readonly startPath: string; readonly flow: string; readonly open: string | null },
): string => {
  const { say, language } = reader;
  return framed(
    reader,
    {
      title: `${view.flow} – ${view.brand}`,
      brand: { name: view.brand, path: `${view.startPath}?language=${language}` },
      otherLanguage: other(reader, place.path),
      listed: true,
      styles: place.styles,
    },
    html`<h1 dir="auto">${view.flow}</h1>
      <p>${say("portal.beginHint")}</p>
      <form method="post" action="${place.path}">
        <input type="hidden" name="run" value="${place.newId()}" /><input
          type="hidden"
          name="language"
          value="${language}"
        />
        <button class="press">${say("portal.begin")}</button>
      </form>
      ${view.open !== null && html`<p><a class="alone" href="${view.open}">${say("portal.goOn")}</a></p>`}`,
  );
};
