// Flows for tests and measurements: one with every kind of step, how it is around them, and what comes of what they want done outside. Used by the tests of
// modules/flows, by test/suites/flow-medium.ts and by bench/flows.ts.
import assert from "node:assert/strict";
import {
  flowOutput,
  flowState,
  type FlowEffect,
  type FlowEnding,
  type FlowInput,
  type FlowOutcome,
  type FlowOutput,
  type FlowState,
  type FlowSurroundings,
} from "#contract/flow-runs.ts";
import { flowDocument, type FlowDocument, type FlowText, type FlowValue } from "#contract/flows.ts";
import { step } from "#modules/flows/model.ts";
import { render } from "#modules/flows/model-render.ts";
import type { z } from "zod";

/** Both languages; the same when only one is given. */
export const both = (de: string, en: string = de): FlowText => ({ de, en });

export type DocumentInput = z.input<typeof flowDocument>;
export type StepInput = DocumentInput["steps"][number];

/** A flow of these steps, beginning with the first. */
export const flowOf = (steps: readonly StepInput[], more: Partial<DocumentInput> = {}): FlowDocument =>
  flowDocument.parse({
    form: 1,
    languages: ["de", "en"],
    start: steps[0]?.id ?? null,
    steps: [...steps],
    entries: [],
    restHours: 24,
    ...more,
  });

/** A question; asked three times, then somebody of us. */
export const asks = (
  id: string,
  answer: Extract<StepInput, { do: "ask" }>["answer"],
  next: string | null,
  more: Partial<Extract<StepInput, { do: "ask" }>> = {},
): Extract<StepInput, { do: "ask" }> => ({
  id,
  do: "ask",
  text: both(`${id}?`),
  into: id,
  answer,
  tries: 3,
  failed: null,
  optional: false,
  next,
  ...more,
});

export const ends = (id = "end", text: FlowText = both("Danke.", "Thanks."), solved = true): StepInput => ({
  id,
  do: "end",
  text,
  solved,
});

/** Tuesday, early in the afternoon in Berlin; open, somebody there. */
export const around = (more: Partial<FlowSurroundings> = {}): FlowSurroundings => ({
  now: "2026-12-01T13:00:00.000Z",
  zone: "Europe/Berlin",
  medium: "chat",
  brandId: "7d9f0c1e-5b7a-4a58-9a37-0d9b6a3a1f01",
  brand: "Kabelwerk",
  open: true,
  someoneThere: true,
  opensAt: null,
  closesAt: "2026-12-01T17:00:00.000Z",
  verified: null,
  notices: [],
  ...more,
});

/** A flow with every kind of step, in one line from the first to the last; the order of its questions is `everyAnswer`'s. */
export const everyStep: FlowDocument = flowOf([
  {
    id: "hello",
    do: "say",
    text: { ...both("Guten Tag bei {brand}.", "Welcome to {brand}."), by: { voice: both("Guten Tag.", "Hello.") } },
    next: "topic",
  },
  asks(
    "topic",
    {
      kind: "choice",
      options: [
        { id: "bill", label: both("Rechnung", "Bill"), words: { de: ["Abrechnung"], en: ["invoice"] }, next: "stop" },
        { id: "fault", label: both("Störung", "Outage"), words: { de: ["geht nicht"], en: ["broken"] } },
        { id: "move", label: both("Umzug", "Moving house") },
      ],
    },
    "number",
    { text: both("Worum geht es?", "What is it about?") },
  ),
  asks("number", { kind: "text", form: "digits", minLength: 6, maxLength: 8 }, "line", {
    text: both("Wie lautet Ihre Kundennummer?", "What is your customer number?"),
  }),
  {
    id: "line",
    do: "lookUp",
    service: "lines",
    method: "GET",
    path: "/lines/{number}",
    query: { topic: "{topic}" },
    timeoutMs: 3_000,
    takes: [
      { pointer: "/line/speed", into: "speed" },
      { pointer: "/line/town", into: "town" },
    ],
    patience: both("Ich prüfe Ihren Anschluss.", "I am checking your line."),
    missing: "stop",
    failed: "stop",
    next: "speedKnown",
  },
  {
    id: "speedKnown",
    do: "branch",
    cases: [
      {
        all: [
          { what: "value", name: "speed", is: "atLeast", than: 50 },
          { what: "open", not: false },
        ],
        next: "half",
      },
    ],
    otherwise: "stop",
  },
  {
    id: "half",
    do: "set",
    values: [
      { into: "halfSpeed", from: { by: "reckon", left: "speed", how: "/", right: 2 } },
      { into: "label", from: { by: "text", text: both("Anschluss {number}", "Line {number}") } },
      { into: "sure", from: { by: "value", value: true } },
    ],
    next: "faults",
  },
  { id: "faults", do: "incidents", words: ["Internet"], none: "stop", next: "article" },
  {
    id: "article",
    do: "article",
    title: both("Router neu starten", "Restart your router"),
    summary: both("Stecker ziehen, warten.", "Unplug it, wait."),
    url: "https://help.example/router",
    next: "helped",
  },
  asks("helped", { kind: "yesNo" }, "amount", { text: both("Hat das geholfen?", "Did that help?") }),
  asks("amount", { kind: "number", min: 0, max: 5_000, decimals: 2 }, "since", {
    text: both("Wie hoch war die letzte Rechnung?", "How much was your last bill?"),
  }),
  asks("since", { kind: "date", fromDays: -60, toDays: 0 }, "words", { text: both("Seit wann?", "Since when?") }),
  asks("words", { kind: "text", form: "any", minLength: 3, maxLength: 500 }, "pin", {
    text: both("Was ist passiert?", "What happened?"),
  }),
  asks("pin", { kind: "text", form: "digits", minLength: 4, maxLength: 4 }, "extra", {
    text: both("Ihre Geheimzahl?", "Your PIN?"),
    secret: true,
  }),
  asks("extra", { kind: "text", form: "email", minLength: 3, maxLength: 200 }, "photo", {
    text: both("Noch eine Adresse?", "Another address?"),
    optional: true,
  }),
  asks("photo", { kind: "file", most: 2 }, "who", { text: both("Ein Bild bitte.", "A picture, please.") }),
  { id: "who", do: "verify", failed: "stop", next: "page" },
  {
    id: "page",
    do: "sendLink",
    text: both("Alles Weitere hier:", "More here:"),
    link: { to: "page", url: "https://help.example/more" },
    by: { way: "here" },
    next: "onward",
  },
  {
    id: "onward",
    do: "sendLink",
    text: both("Weiter unterwegs:", "Go on elsewhere:"),
    link: { to: "here" },
    by: { way: "mail", email: "email" },
    next: "visit",
  },
  {
    id: "visit",
    do: "schedule",
    text: both("Wann soll jemand kommen?", "When should somebody come?"),
    into: "visitAt",
    minutes: 60,
    offers: 3,
    afterMinutes: 120,
    none: "stop",
    next: "pause",
  },
  { id: "pause", do: "wait", until: { by: "minutes", minutes: 5 }, next: "call" },
  {
    id: "call",
    do: "callback",
    text: both("Wir rufen vorher an.", "We call before."),
    phone: "phone",
    when: "choose",
    queueId: null,
    topicId: null,
    subject: both("Termin in {town} zu {number}", "Visit in {town} for {number}"),
  },
  {
    id: "stop",
    do: "handOver",
    text: both("Ich gebe weiter.", "I hand you over."),
    topicId: null,
    queueId: null,
    skills: [],
    priority: "high",
    subject: both("Anliegen {topic}", "Concern {topic}"),
  },
]);

/** The surroundings in which it goes all the way. */
export const everyStepAround = (more: Partial<FlowSurroundings> = {}): FlowSurroundings =>
  around({ notices: [{ de: "Internet in Köln gestört", en: "Internet down in Cologne" }], ...more });

/** The times that are offered to whoever asks. */
export const times = ["2026-12-02T09:00:00.000Z", "2026-12-02T13:30:00.000Z", "2026-12-03T08:00:00.000Z"] as const;

/** What an effect comes to where everything goes well; the right code is 123456. */
export const wellDone = (what: FlowEffect): FlowOutcome => {
  switch (what.do) {
    case "lookUp":
      return { of: "lookUp", became: "found", body: { line: { speed: 100, town: "Köln" } } };
    case "sendCode":
      return { of: "sendCode", became: "sent" };
    case "tryCode":
      return { of: "tryCode", became: what.code === "123456" ? "verified" : "wrong" };
    case "times":
      return { of: "times", times: [...times] };
    case "link":
      return { of: "link", url: "https://here.example/f/abc" };
    case "mailLink":
      return { of: "mailLink", became: "sent" };
    case "timer":
      return { of: "timer" };
  }
};

export const begin: FlowInput = { kind: "begin", language: "de", values: {} };
/** It begins, and so much is known already. */
export const beginWith = (values: Record<string, FlowValue>): FlowInput => ({ kind: "begin", language: "de", values });
/** The words of an answer that somebody writes. */
export const inWords = (text: string, asked: number | null = null): FlowInput => ({
  kind: "answer",
  asked,
  answer: { by: "words", text },
});
/** A button that is pressed. */
export const pick = (id: string, asked: number | null = null): FlowInput => ({
  kind: "answer",
  asked,
  answer: { by: "pick", id },
});

/** A dialogue: its state, what was said last, and a way to tell it more. Whatever it says is what the contract has. */
export const dialogue = (document: FlowDocument, more: Partial<FlowSurroundings> = {}, first: FlowInput = begin) => {
  const where = around(more);
  let last = step(document, null, first, where);
  const tell = (input: FlowInput, now: Partial<FlowSurroundings> = {}) => {
    const before = JSON.stringify(last.state);
    const next = step(document, last.state, input, { ...where, ...now });
    assert.equal(JSON.stringify(last.state), before, "the state that was given stays as it is");
    last = { state: flowState.parse(next.state), outputs: next.outputs.map((each) => flowOutput.parse(each)) };
    return last.outputs;
  };
  return {
    tell,
    say: (text: string, asked: number | null = null) => tell(inWords(text, asked)),
    state: (): FlowState => last.state,
    outputs: (): readonly FlowOutput[] => last.outputs,
    words: (): string =>
      render(last.outputs, { medium: where.medium, language: last.state.language, zone: where.zone }).text,
  };
};

export const kinds = (outputs: readonly FlowOutput[]): readonly string[] => outputs.map(({ kind }) => kind);
/** How it ended; null: it did not. */
export const endAs = (outputs: readonly FlowOutput[]): FlowEnding | null => {
  const end = outputs.find((each) => each.kind === "end");
  return end?.kind === "end" ? end.ending : null;
};
export const effectOf = (outputs: readonly FlowOutput[]): Extract<FlowOutput, { kind: "effect" }> => {
  const found = outputs.find((each) => each.kind === "effect");
  assert.ok(found?.kind === "effect", "an effect is wanted");
  return found;
};

export const yesNo = { kind: "yesNo" } as const;
export const number = { kind: "number", min: null, max: null, decimals: 0 } as const;
export const free = { kind: "text", form: "any", minLength: 1, maxLength: 500 } as const;
/** A look-up of a line by its number. */
export const lookUp = (more: Partial<Extract<StepInput, { do: "lookUp" }>> = {}): StepInput => ({
  id: "look",
  do: "lookUp",
  service: "lines",
  method: "GET",
  path: "/lines/{number}",
  timeoutMs: 1_000,
  takes: [{ pointer: "/speed", into: "speed" }],
  missing: "end",
  failed: "bad",
  next: "end",
  ...more,
});
