// A small flow as an author might write one, and its way into a centre. Used by test/journeys, test/screens and bench.
import { api } from "#contract/api.ts";
import type { FlowDocument, FlowEntryRule, FlowStep } from "#contract/flows.ts";
import type { FlowId } from "#contract/ids.ts";
import type { Desk } from "#test/desk.ts";
import { both } from "#test/flows.ts";

const ask = { do: "ask", tries: 3, failed: null, optional: false } as const;

/** What is wrong, a customer's number, a day, a picture that may be left out, and whether it helped: solved, or to somebody of us. */
const steps: readonly FlowStep[] = [
  {
    ...ask,
    id: "what",
    text: both("Was ist los?", "What is wrong?"),
    into: "what",
    answer: {
      kind: "choice",
      options: [
        { id: "dead", label: both("Gar kein Internet", "No internet at all"), next: "number" },
        { id: "slow", label: both("Es ist langsam", "It is slow"), next: "tip" },
      ],
    },
    next: null,
  },
  {
    ...ask,
    id: "number",
    text: both("Wie ist Ihre Kundennummer?", "What is your customer number?"),
    into: "customerNumber",
    answer: { kind: "text", minLength: 6, maxLength: 6, form: "digits" },
    next: "since",
  },
  {
    ...ask,
    id: "since",
    text: both("Seit wann ist das so?", "Since when has it been so?"),
    into: "since",
    answer: { kind: "date", fromDays: -400, toDays: 0 },
    next: "photo",
  },
  {
    ...ask,
    id: "photo",
    text: both("Ein Foto der Lampen hilft uns.", "A photo of the lights helps us."),
    into: "photo",
    answer: { kind: "file", most: 3 },
    optional: true,
    next: "tip",
  },
  {
    id: "tip",
    do: "article",
    title: both("Router neu starten", "Restart the router"),
    summary: both("Stecker ziehen, eine Minute warten.", "Pull the plug, wait a minute."),
    url: "https://www.kabel.test/hilfe/neustart",
    next: "helped",
  },
  {
    ...ask,
    id: "helped",
    text: both("Geht es jetzt?", "Does it work now?"),
    into: "helped",
    answer: { kind: "yesNo" },
    next: "way",
  },
  {
    id: "way",
    do: "branch",
    cases: [{ all: [{ what: "value", name: "helped", is: "equal", than: true }], next: "bye" }],
    otherwise: "us",
  },
  { id: "bye", do: "end", text: both("Schön! Auf Wiederhören.", "Good! Goodbye."), solved: true },
  {
    id: "us",
    do: "handOver",
    text: both("Ich gebe das weiter.", "I pass this on."),
    topicId: null,
    queueId: null,
    skills: [],
    priority: "high",
    subject: both("Internet geht nicht", "Internet is down"),
  },
];

const entry = (one: FlowEntryRule["entry"]): FlowEntryRule => ({
  entry: one,
  brandIds: [],
  media: [],
  hours: "always",
});

/** Begun by a button, by words, and from the desk. */
export const helpFlow: FlowDocument = {
  form: 1,
  languages: ["de", "en"],
  start: "what",
  steps: [...steps],
  entries: [
    entry({ by: "button", label: both("Mein Internet geht nicht", "My internet is down"), order: 0 }),
    entry({ by: "words", words: ["Internet geht nicht"] }),
    entry({ by: "desk" }),
  ],
  restHours: 24,
};

/** Writes a flow and lets it run for whoever begins from now on. */
export const addFlow = async (
  desk: Desk,
  document: FlowDocument = helpFlow,
  key = "internet-hilfe",
): Promise<FlowId> => {
  const made = await desk.call(api.flows.create, { body: { key, name: "Internet-Hilfe", document } });
  const { id, version } = made;
  await desk.call(api.flows.publish, { params: { id }, body: { version, note: "" } });
  return id;
};
