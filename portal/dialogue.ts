// A dialogue's page: what was said, what is asked now, and the way to somebody of us. Called by server/portal.ts.
import { answerId, askedIn, fieldsOf, formNames } from "#portal/fields.ts";
import { framed } from "#portal/frame.ts";
import { html, type Html } from "#portal/html.ts";
import type { ContactGiven, DialogueView, Part, SaidView, Wrong } from "#portal/view.ts";
import { paragraphs, type Reader } from "#portal/words.ts";

/** What was sent and not taken, to be shown again as it was written. */
export interface Tried {
  readonly wrong: Wrong | null;
  /** What stood in the answer's field. */
  readonly answer: string;
  readonly contact: ContactGiven;
}

/** Nothing was sent. */
export const untried: Tried = { wrong: null, answer: "", contact: { words: "", email: "", phone: "" } };

const partOf = ({ say }: Reader, part: Part): Html => {
  switch (part.kind) {
    case "say":
      return paragraphs(part.text);
    case "notice":
      return html`<div class="notice">
        <p class="who">${say("portal.notice")}</p>
        ${paragraphs(part.text)}
      </div>`;
    case "link":
      return html`<p><a class="alone" href="${part.url}" rel="noopener noreferrer" dir="auto">${part.text}</a></p>`;
    case "article":
      return html`<div class="found">
        <p><a href="${part.url}" rel="noopener noreferrer" dir="auto">${part.title}</a></p>
        ${paragraphs(part.summary)}
      </div>`;
  }
};

const saidList = (reader: Reader, said: readonly SaidView[]): Html =>
  html`<ol class="plain said">
    ${said.map(
      ({ by, parts }) =>
        html`<li class="${by}">
          <span class="who">${reader.say(by === "us" ? "portal.weSaid" : "portal.youSaid")}</span
          >${parts.map((part) => partOf(reader, part))}
        </li>`,
    )}
  </ol>`;

const hidden = (view: DialogueView, what: string | null): Html =>
  html`<input type="hidden" name="${formNames.proof}" value="${view.proof}" /><input
      type="hidden"
      name="${formNames.id}"
      value="${view.id}"
    />${what !== null && html`<input type="hidden" name="${formNames.what}" value="${what}" />`}`;

/** What is wrong, before everything else, with the way to where it is mended. */
const summary = ({ say }: Reader, wrong: Wrong): Html =>
  html`<div class="wrong" role="alert" tabindex="-1" autofocus>
    <h2>${say("portal.wrong")}</h2>
    <p><a href="#${wrong.field}">${wrong.sentence}</a></p>
  </div>`;

/** What stands in the field: what was sent and not taken; of an answer that the flow did not take, what they said last. A secret does not come back. */
const standing = (view: DialogueView, tried: Tried): string => {
  if (tried.wrong !== null || view.now.kind !== "asks") return tried.answer;
  const { again, secret, field } = view.now.question;
  const last = view.said[view.earlier];
  if (again === null || secret || (field.kind !== "text" && field.kind !== "number") || last?.by !== "them") return "";
  return last.parts.map((part) => (part.kind === "say" ? part.text : "")).join("\n");
};

const asking = (reader: Reader, view: DialogueView, tried: Tried): Html => {
  const { say } = reader;
  if (view.now.kind !== "asks") return html``;
  const { question } = view.now;
  const { before } = askedIn(question.text);
  const wrong = tried.wrong?.field === answerId ? tried.wrong.sentence : question.again;
  const isFile = question.field.kind === "file";
  return html`${before !== "" && html`<div class="before" dir="auto">${paragraphs(before)}</div>`}
    <form method="post" action="${view.path}" novalidate${isFile && html` enctype="multipart/form-data"`}>
      ${hidden(view, null)}<input type="hidden" name="${formNames.asked}" value="${question.asked}" />
      ${fieldsOf(reader, question, { given: standing(view, tried), wrong }, view.mostBytes)}
      <div class="row">
        ${
          question.field.kind !== "options" &&
          html`<button class="press" name="${formNames.what}" value="answer">
            ${say(isFile ? "portal.sendFile" : "portal.next")}
          </button>`
        }${question.optional && html`<button class="quiet" name="${formNames.what}" value="skip">${say("portal.skip")}</button>`}
      </div>
    </form>`;
};

const contactFields = ({ say }: Reader, tried: Tried, withWords: boolean): Html => {
  const { contact, wrong } = tried;
  const marks = (field: string): Html =>
    wrong?.field === field ? html` aria-invalid="true" aria-describedby="${field}-fault"` : html``;
  const fault = (field: string): Html =>
    wrong?.field === field ? html`<p class="fault" id="${field}-fault">${wrong.sentence}</p>` : html``;
  return html`${
      withWords &&
      html`<div class="field">
        <label for="words">${say("portal.words")}</label>${fault("words")}<textarea
          id="words"
          name="words"
          rows="4"
          maxlength="4000"
          dir="auto"
          ${marks("words")}
        >
${contact.words}</textarea>
      </div>`
    }
    <p class="hint">${say("portal.contactHint")}</p>
    <div class="field">
      <label for="email">${say("portal.email")}</label>${fault("email")}<input
        type="email"
        id="email"
        name="email"
        value="${contact.email}"
        autocomplete="email"
        spellcheck="false"
        maxlength="320"
        ${marks("email")}
      />
    </div>
    <div class="field">
      <label for="phone">${say("portal.phone")}</label>${fault("phone")}<input
        type="tel"
        id="phone"
        name="phone"
        value="${contact.phone}"
        autocomplete="tel"
        maxlength="40"
        ${marks("phone")}
      />
    </div>`;
};

/** The way to somebody of us: always there while the dialogue goes on, closed until it is wanted. */
const human = (reader: Reader, view: DialogueView, tried: Tried): Html => {
  const { say } = reader;
  const isOpen = ["words", "email", "phone"].includes(tried.wrong?.field ?? "");
  return html`<details class="human" ${isOpen && html` open`}>
    <summary>${say("portal.human")}</summary>
    <form method="post" action="${view.path}" novalidate>
      ${hidden(view, "human")}
      ${
        view.reachable
          ? html`<div class="field">
              <label for="words">${say("portal.words")}</label
              ><textarea id="words" name="words" rows="4" maxlength="4000" dir="auto">${tried.contact.words}</textarea>
            </div>`
          : contactFields(reader, tried, true)
      }
      <div class="row"><button class="press">${say("portal.sendHuman")}</button></div>
    </form>
  </details>`;
};

const heading = (title: string, below: Html): Html =>
  html`<h1>${title}</h1>
    ${below}`;

const again = ({ say }: Reader, view: DialogueView): Html =>
  html`<div class="row">
    <a class="alone" href="${view.startPath}">${say("portal.toStart")}</a
    ><a class="alone" href="${view.flowPath}">${say("portal.beginAgain")}</a>
  </div>`;

/** What stands below what was said; `title`: of the page. */
const nowOf = (reader: Reader, view: DialogueView, tried: Tried): { readonly title: string; readonly main: Html } => {
  const { say } = reader;
  const { now } = view;
  switch (now.kind) {
    case "asks":
      return { title: askedIn(now.question.text).asks, main: asking(reader, view, tried) };
    case "waits": {
      const title = now.until === null ? say("portal.oneMoment") : say("portal.waitsUntil", { at: now.until });
      return {
        title,
        main: heading(
          title,
          html`<p>${say("portal.waitsHint")}</p>
            <p><a class="press second" href="${view.path}">${say("portal.lookAgain")}</a></p>`,
        ),
      };
    }
    case "contact": {
      const title = say("portal.contact");
      return {
        title,
        main: html`<form method="post" action="${view.path}" novalidate>
          ${hidden(view, "contact")}
          <h1>${title}</h1>
          ${contactFields(reader, tried, false)}
          <div class="row"><button class="press">${say("portal.sendContact")}</button></div>
        </form>`,
      };
    }
    case "concern": {
      const title = say("portal.concern", { number: now.number });
      const to = now.to === null ? say("portal.answerComes") : say("portal.answerTo", { to: now.to });
      return {
        title,
        main: heading(
          title,
          html`<p>${to}</p>
            ${again(reader, view)}`,
        ),
      };
    }
    case "over": {
      const title = say(`portal.over.${now.as}`);
      return { title, main: heading(title, again(reader, view)) };
    }
    case "elsewhere": {
      const title = say(`portal.elsewhere.${now.where}`);
      return {
        title,
        main: heading(
          title,
          html`<form method="post" action="${view.path}">
            ${hidden(view, "take")}
            <div class="row"><button class="press">${say("portal.takeBack")}</button></div>
          </form>`,
        ),
      };
    }
  }
};

const small = (reader: Reader, view: DialogueView, what: string, key: string): Html =>
  html`<form method="post" action="${view.path}">
    ${hidden(view, what)}<button class="quiet">${reader.say(key)}</button>
  </form>`;

/** The page. Focus begins at what is wrong; without anything wrong where what is new begins. */
export const dialoguePage = (
  reader: Reader,
  styles: readonly string[],
  view: DialogueView,
  tried: Tried = untried,
): string => {
  const { say, language } = reader;
  const { now } = view;
  const againSaid = now.kind === "asks" ? now.question.again : null;
  const wrong: Wrong | null = tried.wrong ?? (againSaid === null ? null : { field: answerId, sentence: againSaid });
  const earlier = view.said.slice(0, view.earlier);
  const fresh = view.said.slice(view.earlier);
  const isLive = now.kind === "asks" || now.kind === "waits";
  const { title, main } = nowOf(reader, view, tried);
  const to = language === "de" ? "en" : "de";
  return framed(
    reader,
    {
      title: `${wrong === null ? "" : `${say("portal.wrongTitle")} `}${title} – ${view.flow} – ${view.brand}`,
      brand: { name: view.brand, path: view.startPath },
      otherLanguage: isLive
        ? html`<form method="post" action="${view.path}">
            ${hidden(view, "language")}<button class="quiet" name="language" value="${to}" lang="${to}">
              ${say("portal.otherLanguage")}
            </button>
          </form>`
        : null,
      listed: false,
      styles,
    },
    html`${wrong !== null && summary(reader, wrong)}
      ${
        earlier.length > 0 &&
        html`<details class="earlier">
          <summary>
            ${say(earlier.length === 1 ? "portal.earlierOne" : "portal.earlier", { count: earlier.length })}
          </summary>
          ${saidList(reader, earlier)}
        </details>`
      }
      ${
        fresh.length > 0 &&
        html`<section id="now" tabindex="-1" ${wrong === null && html`autofocus`} aria-label="${view.flow}">
          ${saidList(reader, fresh)}
        </section>`
      }
      <section>${main}</section>
      ${isLive && human(reader, view, tried)}
      ${
        now.kind !== "elsewhere" &&
        html`<section class="row">
          ${isLive && view.chat && small(reader, view, "chat", "portal.goOnInChat")}${small(reader, view, "leave", "portal.leave")}
        </section>`
      }`,
  );
};
