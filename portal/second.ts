// The second screen of a call: place and wait while somebody listens to music, and what may be had instead. Works without programs; with them it is live. Called by server/second-pages.ts.
import { framed, type Around } from "#portal/frame.ts";
import { html, type Html } from "#portal/html.ts";
import type { SecondForm, SecondView } from "#portal/view.ts";
import { paragraphs, type Reader } from "#portal/words.ts";

/** Without programs the page comes again after so long. */
const againSeconds = 10;

export interface SecondPlace {
  readonly styles: readonly string[];
  /** Makes it live. */
  readonly script: string;
}

const around = (brand: string, startPath: string, title: string, styles: readonly string[]): Around => ({
  title: `${title} – ${brand}`,
  brand: { name: brand, path: startPath },
  otherLanguage: null,
  listed: false,
  styles,
});

const wrongOf = (wrong: string): Html =>
  wrong === "" ? html`` : html`<div class="wrong" role="alert" tabindex="-1"><p>${wrong}</p></div>`;

/** Where the code is typed that the voice says. */
export const codePage = (
  reader: Reader,
  place: SecondPlace,
  view: { readonly path: string; readonly wrong: string },
): string => {
  const { say } = reader;
  return framed(
    reader,
    {
      title: `${view.wrong === "" ? "" : `${say("portal.wrongTitle")} `}${say("second.title")}`,
      brand: null,
      otherLanguage: null,
      listed: false,
      styles: place.styles,
    },
    html`<h1>${say("second.title")}</h1>
      ${wrongOf(view.wrong)}
      <p>${say("second.codeHint")}</p>
      <form method="post" action="${view.path}">
        <label for="code">${say("second.code")}</label>
        <input
          id="code"
          name="code"
          inputmode="numeric"
          autocomplete="one-time-code"
          maxlength="12"
          required
          class="short"
          ${view.wrong !== "" && html`aria-invalid="true"`}
        />
        <p class="row"><button class="press">${say("second.codeGo")}</button></p>
      </form>`,
  );
};

/** The page itself. */
export const secondPage = (reader: Reader, place: SecondPlace, view: SecondView): string => {
  const { say, language } = reader;
  const { path, notices } = view;
  const any = view.mayCallback || view.mayChat || view.mayMail;
  return framed(
    reader,
    {
      ...around(view.brand, view.startPath, say("second.title"), place.styles),
      ...(view.isLive ? { againSeconds, scripts: [{ url: place.script }] } : {}),
    },
    html`<div id="live" class="live" role="status">
        <h1>${view.state}</h1>
        ${view.place !== "" && html`<p class="place">${view.place}</p>`}
        ${view.wait !== "" && html`<p>${view.wait}</p>`}
        ${view.planned !== "" && html`<p class="found">${view.planned}</p>`}
        ${view.hours !== "" && html`<p class="soft">${view.hours}</p>`}
      </div>
      <div id="rest">
        ${
          notices.length > 0 &&
          html`<section class="notice" aria-labelledby="notices">
            <h2 id="notices">${say("portal.notices")}</h2>
            <ul class="plain">
              ${notices.map((text) => html`<li>${paragraphs(text)}</li>`)}
            </ul>
          </section>`
        }
        ${
          any &&
          html`<section aria-labelledby="instead">
            <h2 id="instead">${say(view.waits ? "second.instead" : "second.otherwise")}</h2>
            ${view.waits && html`<p>${say("second.insteadHint")}</p>`}
            <div class="ways">
              ${
                view.mayCallback &&
                html`<a class="press" href="${path}/callback?language=${language}">${say("second.callback")}</a>`
              }
              ${
                view.mayChat &&
                html`<form method="post" action="${path}/chat">
                  <input type="hidden" name="language" value="${language}" />
                  <button class="press second">${say("second.chat")}</button>
                </form>`
              }
              ${
                view.mayMail &&
                html`<a class="press second" href="${path}/mail?language=${language}">${say("second.mail")}</a>`
              }
            </div>
          </section>`
        }
        ${
          view.planned !== "" &&
          html`<form class="row" method="post" action="${path}/withdraw">
            <input type="hidden" name="language" value="${language}" />
            <button class="press second">${say("second.withdraw")}</button>
          </form>`
        }
        ${
          view.offers.length > 0 &&
          html`<section aria-labelledby="offers">
            <h2 id="offers">${say("second.meanwhile")}</h2>
            <ul class="plain">
              ${view.offers.map(
                ({ path: to, label }) =>
                  html`<li>
                    <a class="alone" href="${to}" target="_blank" rel="noopener noreferrer" dir="auto">${label}</a>
                  </li>`,
              )}
            </ul>
          </section>`
        }
        ${view.isLive && html`<noscript><p class="soft">${say("second.again", { seconds: againSeconds })}</p></noscript>`}
      </div>`,
  );
};

const field = (id: string, label: string, input: Html): Html =>
  html`<p class="field"><label for="${id}">${label}</label>${input}</p>`;

const formPage = (
  reader: Reader,
  place: SecondPlace,
  one: {
    readonly brand: string;
    readonly startPath: string;
    readonly title: string;
    readonly wrong: string;
    readonly back: string;
  },
  main: Html,
): string =>
  framed(
    reader,
    around(
      one.brand,
      one.startPath,
      one.wrong === "" ? one.title : `${reader.say("portal.wrongTitle")} ${one.title}`,
      place.styles,
    ),
    html`<h1>${one.title}</h1>
      ${wrongOf(one.wrong)} ${main}
      <p><a class="alone" href="${one.back}">${reader.say("second.back")}</a></p>`,
  );

/** Where a callback is asked for: a page of its own, which nothing loads again while somebody types. */
export const callbackPage = (
  reader: Reader,
  place: SecondPlace,
  view: { readonly brand: string; readonly startPath: string; readonly path: string } & SecondForm,
): string => {
  const { say, language } = reader;
  return formPage(
    reader,
    place,
    { ...view, title: say("second.callback"), back: view.path },
    html`<p>${say("second.callbackHint")}</p>
      ${!view.byNumber && html`<p>${say("second.pageOnly")}</p>`}
      <form method="post" action="${view.path}/callback">
        <input type="hidden" name="language" value="${language}" />
        ${
          view.byNumber &&
          field(
            "number",
            say("second.number"),
            html`<input
              id="number"
              name="number"
              type="tel"
              autocomplete="tel"
              maxlength="40"
              value="${view.number}"
            />`,
          )
        }
        ${field(
          "at",
          say("second.when"),
          html`<select id="at" name="at">
            <option value="">${say("second.placeComes")}</option>
            ${view.times.map(({ at, text }) => html`<option value="${at}">${text}</option>`)}
          </select>`,
        )}
        <p class="row"><button class="press">${say("second.callback")}</button></p>
      </form>`,
  );
};

/** Where it goes on by mail. */
export const mailPage = (
  reader: Reader,
  place: SecondPlace,
  view: { readonly brand: string; readonly startPath: string; readonly path: string } & SecondForm,
): string => {
  const { say, language } = reader;
  return formPage(
    reader,
    place,
    { ...view, title: say("second.mail"), back: view.path },
    html`<p>${say("second.mailHint")}</p>
      <form method="post" action="${view.path}/mail">
        <input type="hidden" name="language" value="${language}" />
        ${field(
          "email",
          say("portal.email"),
          html`<input
            id="email"
            name="email"
            type="email"
            autocomplete="email"
            maxlength="320"
            required
            value="${view.email}"
          />`,
        )}
        ${field(
          "text",
          say("second.text"),
          html`<textarea id="text" name="text" rows="5" maxlength="4000" required>${view.text}</textarea>`,
        )}
        <p class="row"><button class="press">${say("second.send")}</button></p>
      </form>`,
  );
};
