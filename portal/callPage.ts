// A brand's page for calls: when somebody is there and which number it is, for everybody; and a button that calls from the page itself where programs run. Called by server/second-pages.ts.
import { framed } from "#portal/frame.ts";
import { html } from "#portal/html.ts";
import type { CallView } from "#portal/view.ts";
import { paragraphs, type Reader } from "#portal/words.ts";

export const callPage = (
  reader: Reader,
  place: { readonly path: string; readonly styles: readonly string[]; readonly script: string },
  view: CallView,
): string => {
  const { say, language } = reader;
  const to = language === "de" ? "en" : "de";
  const { number, channel, notices } = view;
  return framed(
    reader,
    {
      title: say("portal.callTitle", { brand: view.brand }),
      brand: { name: view.brand, path: `${view.startPath}?language=${language}` },
      otherLanguage: html`<a href="${place.path}?language=${to}" lang="${to}" hreflang="${to}"
        >${say("portal.otherLanguage")}</a
      >`,
      listed: true,
      styles: place.styles,
      ...(channel === null ? {} : { scripts: [{ url: place.script, channel }] }),
    },
    html`<h1>${say("portal.callTitle", { brand: view.brand })}</h1>
      ${
        notices.length > 0 &&
        html`<section class="notice" aria-labelledby="notices">
          <h2 id="notices">${say("portal.notices")}</h2>
          <ul class="plain">
            ${notices.map((text) => html`<li>${paragraphs(text)}</li>`)}
          </ul>
        </section>`
      }
      ${view.state !== "" && html`<p>${view.state}</p>`}
      ${
        channel !== null &&
        html`<section>
          <p>${say("portal.callHere")}</p>
          <p class="row">
            <button type="button" class="press" data-draht-call hidden>${say("portal.callStart")}</button>
          </p>
          <noscript><p>${say("portal.callNoScript")}</p></noscript>
        </section>`
      }
      ${
        number !== null &&
        html`<section>
          <h2>${say("portal.callNumber")}</h2>
          <p><a class="alone" href="tel:${number}">${number}</a></p>
        </section>`
      }
      <p><a class="press second" href="${view.startPath}">${say("portal.toStart")}</a></p>`,
  );
};
