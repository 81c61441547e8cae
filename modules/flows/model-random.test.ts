// What holds of every flow and everything it is told: thousands of random documents, most of them senseless, and inputs in any order.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  flowInput,
  flowOutput,
  flowState,
  type FlowInput,
  type FlowOutput,
  type FlowOutcome,
  type FlowQuestion,
  type FlowState,
} from "#contract/flow-runs.ts";
import { flowDocument, flowFinding, type FlowDocument, type FlowText } from "#contract/flows.ts";
import { checkFlow } from "#modules/flows/model-check.ts";
import { step } from "#modules/flows/model.ts";
import { render } from "#modules/flows/model-render.ts";
import { fc } from "#test/chance.ts";
import { around, begin, inWords, wellDone } from "#test/flows.ts";

const { constantFrom, record, array, oneof, option, constant, integer, boolean, string } = fc;

const id = constantFrom("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7");
const to = oneof(
  { weight: 40, arbitrary: id },
  { weight: 1, arbitrary: constant("gone") },
  { weight: 1, arbitrary: constant(null) },
);
const name = constantFrom("a", "b", "c", "email", "phone", "brand", "constructor", "toString");
const words = constantFrom(
  "Text",
  "",
  "{a}",
  "{a, number}",
  "{b, plural, one {# x} other {# y}}",
  "{c, select, true {ja} other {nein}}",
  "{a, date, long} {a, time, short}",
  "{",
  "{x, nosuch}",
  "{constructor} {toString} {__proto__}",
  "{a, number, ::currency/XX}",
  "<b>{a}</b>",
  "'{'",
);
const text: fc.Arbitrary<FlowText> = record({ de: words, en: words });
const value = oneof(
  string({ maxLength: 20 }),
  integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean(),
  array(string({ maxLength: 5 }), { maxLength: 3 }),
  constant("2026-12-01"),
  constant("kim@example.org"),
);
const answer = oneof(
  array(record({ id: constantFrom("x", "y", "z", "valueOf"), label: text, next: to }), {
    minLength: 2,
    maxLength: 4,
  }).map((options) => ({ kind: "choice", options }) as const),
  constant({ kind: "yesNo" } as const),
  record({
    kind: constant("number" as const),
    min: option(integer({ min: -9, max: 9 })),
    max: option(integer({ min: -9, max: 9 })),
    decimals: integer({ min: 0, max: 6 }),
  }),
  record({
    kind: constant("text" as const),
    minLength: integer({ min: 1, max: 20 }),
    maxLength: integer({ min: 1, max: 20 }),
    form: constantFrom("any", "email", "phone", "digits", "postcode"),
  }),
  record({
    kind: constant("date" as const),
    fromDays: option(integer({ min: -40_000, max: 40_000 })),
    toDays: option(integer({ min: -40_000, max: 40_000 })),
  }),
  record({ kind: constant("file" as const), most: integer({ min: 1, max: 3 }) }),
);
const condition = oneof(
  record({
    what: constant("value"),
    name,
    is: constantFrom("equal", "notEqual", "less", "atMost", "more", "atLeast", "contains", "empty", "filled"),
    than: option(value),
  }),
  constant({ what: "open", not: false }),
  constant({ what: "verified", not: true }),
  constant({ what: "medium", not: false, media: ["chat"] }),
);
const path = constantFrom("/x/{a}", "/x", "x", "//x", "/{a}/{b}", "/{", "/..", "/{constructor}");
const side = oneof(name, integer({ min: -3, max: 3 }));
const bodies = [
  record({ do: constant("say"), text, next: to }),
  record({
    do: constant("ask"),
    text,
    into: name,
    answer,
    tries: integer({ min: 1, max: 3 }),
    failed: to,
    optional: boolean(),
    secret: boolean(),
    next: to,
  }),
  record({
    do: constant("ask"),
    text,
    into: name,
    answer,
    sorry: text,
    tries: integer({ min: 1, max: 3 }),
    failed: to,
    optional: boolean(),
    next: to,
  }),
  record({
    do: constant("branch"),
    cases: array(record({ all: array(condition, { minLength: 1, maxLength: 2 }), next: to }), {
      minLength: 1,
      maxLength: 3,
    }),
    otherwise: to,
  }),
  record({
    do: constant("set"),
    values: array(
      record({
        into: name,
        from: oneof(
          record({ by: constant("value"), value }),
          record({ by: constant("text"), text }),
          record({ by: constant("reckon"), left: side, how: constantFrom("+", "-", "*", "/"), right: side }),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    next: to,
  }),
  record({
    do: constant("lookUp"),
    service: constant("lines"),
    method: constantFrom("GET", "POST"),
    path,
    query: constant({ q: "{b}" }),
    body: constant({ x: "{c}" }),
    timeoutMs: constant(100),
    takes: array(record({ pointer: constantFrom("/a", "", "x", "/list/0", "/__proto__/x", "/~2"), into: name }), {
      maxLength: 3,
    }),
    patience: text,
    missing: to,
    failed: to,
    next: to,
  }),
  record({ do: constant("article"), title: text, summary: text, url: constant("https://help.example/"), next: to }),
  record({ do: constant("incidents"), words: constantFrom([], ["internet"]), none: to, next: to }),
  record({ do: constant("verify"), failed: to, next: to }),
  record({ do: constant("verify"), email: name, failed: to, next: to }),
  record({
    do: constant("handOver"),
    text,
    topicId: constant(null),
    queueId: constant(null),
    skills: constant([]),
    priority: constant(null),
    subject: text,
  }),
  record({
    do: constant("callback"),
    text,
    phone: name,
    when: constantFrom("next", "choose"),
    queueId: constant(null),
    topicId: constant(null),
    subject: text,
  }),
  record({
    do: constant("schedule"),
    text,
    into: name,
    minutes: constant(30),
    offers: constant(3),
    afterMinutes: constant(0),
    none: to,
    next: to,
  }),
  record({
    do: constant("sendLink"),
    text,
    link: constantFrom({ to: "page", url: "https://help.example/" }, { to: "here" }),
    by: oneof(constant({ way: "here" }), record({ way: constant("mail"), email: name })),
    next: to,
  }),
  record({ do: constant("wait"), until: constantFrom({ by: "minutes", minutes: 5 }, { by: "opening" }), next: to }),
  record({ do: constant("end"), text, solved: boolean() }),
];
/** Questions are what a dialogue is of; ends are many enough by ways that lead nowhere. */
const body = oneof(
  ...bodies.map((arbitrary, at) => ({
    weight: at === 1 || at === 2 ? 10 : at === bodies.length - 1 ? 1 : 2,
    arbitrary,
  })),
);
const document: fc.Arbitrary<FlowDocument> = record({
  bodies: array(body, { minLength: 8, maxLength: 8 }),
  start: oneof({ weight: 9, arbitrary: constant("s0") }, { weight: 1, arbitrary: to }),
  languages: constantFrom(["de"], ["en"], ["de", "en"]),
}).map(({ bodies, start, languages }) =>
  flowDocument.parse({
    form: 1,
    languages,
    start,
    steps: bodies.map((each, at) => ({ id: `s${at}`, ...each })),
    entries: [],
    restHours: 1,
  }),
);

const said = oneof(
  constantFrom(
    "ja",
    "nein",
    "1",
    "2",
    "x",
    "Text",
    "12,5",
    "morgen",
    "3.12.",
    "kim@example.org",
    "030 123456",
    "123456",
    "80331",
    "weiter",
    "Mensch",
    "",
    " ",
    "\u0000",
    "0",
    "hallo, ist da jemand?",
    "{a}",
    "__proto__",
  ),
  string({ unit: "binary", maxLength: 40 }),
);
const outcome: fc.Arbitrary<FlowOutcome> = constantFrom<FlowOutcome[]>(
  { of: "lookUp", became: "found", body: { a: 1, list: ["x"], x: null } },
  { of: "lookUp", became: "found", body: null },
  { of: "lookUp", became: "missing" },
  { of: "lookUp", became: "failed" },
  { of: "sendCode", became: "sent" },
  { of: "sendCode", became: "refused" },
  { of: "tryCode", became: "verified" },
  { of: "tryCode", became: "wrong" },
  { of: "tryCode", became: "over" },
  { of: "times", times: ["2026-12-02T09:00:00.000Z", "2026-12-03T09:00:00.000Z"] },
  { of: "times", times: [] },
  { of: "link", url: "https://here.example/" },
  { of: "mailLink", became: "sent" },
  { of: "mailLink", became: "refused" },
  { of: "timer" },
);
/** What is told: `back`: how far from the number that is waited for. `right`: the outcome that the effect wants. */
type Told = {
  readonly back: number | null;
  readonly right: boolean;
  readonly input: (number: number | null) => FlowInput;
};
const told: fc.Arbitrary<Told> = record({
  back: oneof(
    { weight: 6, arbitrary: constant(0) },
    { weight: 1, arbitrary: constantFrom(1, 2, -1) },
    { weight: 2, arbitrary: constant(null) },
  ),
  right: boolean(),
  input: oneof(
    { weight: 8, arbitrary: said.map((each) => (asked: number | null) => inWords(each, asked)) },
    {
      weight: 3,
      arbitrary: constantFrom("x", "y", "yes", "no", "t1", "valueOf", "2").map(
        (pickId) =>
          (asked: number | null): FlowInput => ({ kind: "answer", asked, answer: { by: "pick", id: pickId } }),
      ),
    },
    {
      weight: 3,
      arbitrary: said.map((each) => (asked: number | null): FlowInput => ({
        kind: "answer",
        asked,
        answer: { by: "value", value: each },
      })),
    },
    {
      weight: 1,
      arbitrary: integer({ min: 0, max: 4 }).map((count) => (asked: number | null): FlowInput => ({
        kind: "answer",
        asked,
        answer: {
          by: "files",
          files: Array.from({ length: count }, () => ({ id: "0f8fad5b-d9cb-469f-a165-70867728950e", name: "a" })),
        },
      })),
    },
    {
      weight: 1,
      arbitrary: constant((asked: number | null): FlowInput => ({ kind: "answer", asked, answer: { by: "skip" } })),
    },
    {
      weight: 8,
      arbitrary: outcome.map((each) => (effect: number | null): FlowInput => ({
        kind: "outcome",
        effect: effect ?? 1,
        outcome: each,
      })),
    },
    {
      weight: 1,
      arbitrary: constantFrom<FlowInput[]>(
        { kind: "moved", language: "en" },
        { kind: "moved", language: null },
        { kind: "rested" },
        { kind: "stopped" },
        { kind: "human" },
        { kind: "begin", language: "de", values: {} },
      ).map((each) => () => each),
    },
    { weight: 1, arbitrary: constant((effect: number | null): FlowInput => ({ kind: "slow", effect: effect ?? 1 })) },
  ),
});

/** Words that such a question takes, if its limits let any through. */
const goodWords = (answer: FlowQuestion["answer"]): string => {
  switch (answer.kind) {
    case "choice":
    case "time":
      return "1";
    case "yesNo":
      return "nein";
    case "number":
      return String(answer.min ?? answer.max ?? 0);
    case "text":
      return { any: "Wort", email: "a@b.de", phone: "030 12345", digits: "1234567", postcode: "80331" }[answer.form];
    case "date":
      return "heute";
    case "code":
      return "123456";
    case "file":
      return "";
  }
};

const inputOf = ({ back, right, input }: Told, state: FlowState, outputs: readonly FlowOutput[]): FlowInput => {
  const asked = outputs.find((each) => each.kind === "ask");
  if (right && asked?.kind === "ask") return inWords(goodWords(asked.question.answer), asked.question.asked);
  const waits = state.awaiting;
  const number = waits?.for === "answer" ? waits.asked : (waits?.effect ?? 1);
  const effect = outputs.find((each) => each.kind === "effect");
  const made = input(back === null ? null : number - back);
  // Half of the time an effect comes to what it is for, so that dialogues get somewhere.
  if (made.kind === "outcome" && right && effect?.kind === "effect" && waits?.for === "effect")
    return { kind: "outcome", effect: effect.effect, outcome: wellDone(effect.what) };
  return flowInput.parse(made);
};

/** What every step of a dialogue keeps. */
const judge = (before: FlowState | null, state: FlowState, outputs: readonly FlowOutput[]): void => {
  assert.deepEqual(flowState.parse(state), state);
  for (const each of outputs) flowOutput.parse(each);
  assert.deepEqual(JSON.parse(JSON.stringify(state)), state, "a state is JSON");
  assert.equal(state.awaiting === null, state.over !== null, "it waits, or it is over");
  const waiting = outputs.filter(({ kind }) => kind === "ask" || kind === "effect" || kind === "end");
  assert.ok(waiting.length <= 1, "at most one question, effect or end at once");
  if (waiting.length === 1 && before?.awaiting !== state.awaiting)
    assert.equal(
      outputs.findLast(({ kind }) => kind !== "passed"),
      waiting[0],
      "and it is the last that is said",
    );
  if (before?.over !== undefined && before.over !== null) {
    assert.deepEqual(outputs, [], "after the end nothing is said");
    assert.deepEqual(state, before);
  }
  for (const medium of ["chat", "text", "voice", "page"] as const)
    render(outputs, { medium, language: state.language, zone: "Europe/Berlin" });
};

test("whatever a flow is and whatever it is told: it waits or is over, and the same again changes nothing", () => {
  let ends = 0;
  let answered = 0;
  fc.assert(
    fc.property(
      document,
      array(told, { minLength: 1, maxLength: 14 }),
      constantFrom("chat", "text", "voice"),
      boolean(),
      (flow, inputs, medium, open) => {
        for (const finding of checkFlow(flow, { services: [] })) flowFinding.parse(finding);
        const where = around({
          medium,
          open,
          opensAt: open ? null : "2026-12-02T07:00:00.000Z",
          notices: [{ de: "Internet aus", en: "" }],
        });
        let { state, outputs } = step(flow, null, begin, where);
        judge(null, state, outputs);
        for (const each of inputs) {
          const input = inputOf(each, state, outputs);
          const kept = JSON.stringify(state);
          const next = step(flow, state, input, where);
          assert.equal(JSON.stringify(state), kept, "what was given stays as it is");
          judge(state, next.state, next.outputs);
          const numbered =
            input.kind === "outcome" || input.kind === "slow" || (input.kind === "answer" && input.asked !== null);
          // Words that are said while something is under way are heard one by one, and answered by patience.
          const meanwhile = input.kind === "answer" && state.awaiting?.for === "effect";
          const nowMeanwhile = input.kind === "answer" && next.state.awaiting?.for === "effect";
          if (
            numbered &&
            !meanwhile &&
            !nowMeanwhile &&
            !(input.kind === "answer" && asksAgain(state, next.state, input))
          )
            assert.deepEqual(step(flow, next.state, input, where).state, next.state, "told twice");
          if (next.state.heard !== state.heard) answered += 1;
          ({ state, outputs } = next);
          if (state.over !== null) ends += 1;
        }
      },
    ),
    { numRuns: 2_000 },
  );
  assert.ok(ends > 1_000 && answered > 1_000, `${ends} ended, ${answered} answers were taken`);
});

/** A later asking of the same question takes an answer to an earlier one, if it can be read; then that is what changes. */
const asksAgain = (before: FlowState, after: FlowState, input: FlowInput): boolean =>
  before.awaiting?.for === "answer" &&
  after.awaiting?.for === "answer" &&
  input.kind === "answer" &&
  after.awaiting.asked === input.asked;
