// A portal to try: a flow with most of what a page can ask, and a browser without programs that keeps its cookie. Called by tests of the portal.
import assert from "node:assert/strict";
import { api } from "#contract/api.ts";
import type { FlowDocument } from "#contract/flows.ts";
import type { Desk } from "#test/desk.ts";
import { asks, both, ends, flowOf } from "#test/flows.ts";
import { formsIn, sentBy, wordsIn, type PageForm } from "#test/pages.ts";

/** From a choice to its end, with everything between; "people" goes to somebody of us. */
export const portalFlow = (): FlowDocument =>
  flowOf(
    [
      { id: "hello", do: "say", text: both("Guten Tag bei {brand}.", "Welcome to {brand}."), next: "topic" },
      asks(
        "topic",
        {
          kind: "choice",
          options: [
            { id: "fault", label: both("Störung", "Outage") },
            { id: "later", label: both("Später weitermachen", "Go on later"), next: "here" },
            { id: "people", label: both("Etwas anderes", "Something else"), next: "over" },
          ],
        },
        "number",
        { text: both("Worum geht es?", "What is it about?") },
      ),
      asks("number", { kind: "text", form: "digits", minLength: 4, maxLength: 8 }, "amount", {
        text: both("Wie lautet Ihre Kundennummer?", "What is your customer number?"),
      }),
      asks("amount", { kind: "number", min: 10, max: 500, decimals: 2 }, "since", {
        text: both("Wie viel zahlen Sie im Monat?", "How much do you pay a month?"),
        sorry: both("Zwischen 10 und 500 Euro.", "Between 10 and 500 euros."),
      }),
      asks("since", { kind: "date", fromDays: -30, toDays: 0 }, "photo", {
        text: both("Seit wann ist das so?", "Since when has it been so?"),
      }),
      asks("photo", { kind: "file", most: 2 }, "words", {
        text: both("Haben Sie ein Foto?", "Have you a picture?"),
        optional: true,
      }),
      asks("words", { kind: "text", form: "any", minLength: 1, maxLength: 300 }, "helped", {
        text: both("Was ist geschehen?", "What happened?"),
      }),
      asks("helped", { kind: "yesNo" }, "end", {
        text: both("Ist damit alles gesagt?", "Is that all?"),
      }),
      {
        id: "here",
        do: "sendLink",
        text: both("Hier geht es weiter", "Go on here"),
        link: { to: "here" },
        by: { way: "here" },
        next: "number",
      },
      {
        id: "over",
        do: "handOver",
        text: both("Wir sehen uns das an.", "We will look at it."),
        topicId: null,
        queueId: null,
        skills: [],
        priority: null,
        subject: both("Frage von der Seite", "Question from the page"),
      },
      ends("end", both("Danke, wir haben alles.", "Thanks, we have everything.")),
    ],
    {
      entries: [
        {
          entry: { by: "button", label: both("Anschluss prüfen", "Check the line"), order: 1 },
          brandIds: [],
          media: [],
          hours: "always",
        },
      ],
    },
  );

/** Writes and publishes a flow as an administrator does. */
export const publishFlow = async (desk: Desk, key: string, document: FlowDocument): Promise<string> => {
  const flow = await desk.call(api.flows.create, { body: { key, name: `Ablauf ${key}`, document } });
  await desk.call(api.flows.change, {
    params: { id: flow.id },
    body: { key, name: flow.name, on: true, draft: flow.draft, version: flow.version },
  });
  const { version } = await desk.call(api.flows.one, { params: { id: flow.id } });
  await desk.call(api.flows.publish, { params: { id: flow.id }, body: { version, note: "" } });
  return flow.id;
};

export interface Seen {
  readonly status: number;
  /** Where it is, redirects followed. */
  readonly path: string;
  readonly html: string;
  readonly words: string;
  readonly title: string;
  readonly forms: readonly PageForm[];
  readonly headers: Headers;
}

export interface PlainBrowser {
  cookie: string;
  readonly get: (path: string) => Promise<Seen>;
  /** Sends what was filled in, as from that form; `headers` in place of a browser's own. */
  readonly post: (
    path: string,
    body: URLSearchParams | FormData | string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Seen>;
  /** Presses the button with these words on the page seen last; fields by their names. */
  readonly press: (label: string, filled?: Readonly<Record<string, string>>) => Promise<Seen>;
  /** The page seen last. */
  readonly at: () => Seen;
}

/** The form and button with these words. */
export const buttonOn = (seen: Seen, label: string) => {
  for (const form of seen.forms)
    for (const field of form.fields)
      if (field.tag === "button" && field.label === label) return { form, button: field };
  return assert.fail(`no button "${label}" on: ${seen.words}`);
};

/** A browser without programs. */
export const plainBrowser = (url: string, language = "de"): PlainBrowser => {
  let last: Seen | null = null;
  const see = async (path: string, init: RequestInit, hops = 0): Promise<Seen> => {
    const answer = await fetch(new URL(path, url), {
      ...init,
      redirect: "manual",
      headers: {
        "accept-language": language,
        ...(browser.cookie === "" ? {} : { cookie: browser.cookie }),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ""] = set.split(";");
      assert.match(set, /; Path=\/help; .*HttpOnly; SameSite=Lax/i, set);
      browser.cookie = pair.endsWith("=") ? "" : pair;
    }
    const to = answer.headers.get("location");
    if (answer.status === 303 && to !== null && to.startsWith("/help/")) {
      assert.ok(hops < 5);
      return see(to, {}, hops + 1);
    }
    const html = await answer.text();
    last = {
      status: answer.status,
      path: to ?? path,
      html,
      words: wordsIn(html),
      title: /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? "",
      forms: answer.headers.get("content-type")?.startsWith("text/html") ? formsIn(html) : [],
      headers: answer.headers,
    };
    return last;
  };
  const at = (): Seen => last ?? assert.fail("nothing was looked at");
  const browser: PlainBrowser = {
    cookie: "",
    at,
    get: (path) => see(path, {}),
    post: (path, body, headers = { origin: url, "sec-fetch-site": "same-origin" }) =>
      see(path, {
        method: "POST",
        body,
        headers: {
          ...(typeof body === "string" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
          ...headers,
        },
      }),
    press: (label, filled = {}) => {
      const { form, button } = buttonOn(at(), label);
      return browser.post(form.action, sentBy(form, button, filled));
    },
  };
  return browser;
};
