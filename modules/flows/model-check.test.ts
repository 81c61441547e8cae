// Every finding about a flow: planted, found where it is, and nowhere else.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { flowFinding, type FlowDocument, type FlowFinding } from "#contract/flows.ts";
import { checkFlow } from "#modules/flows/model-check.ts";
import {
  asks,
  both,
  ends,
  everyStep,
  flowOf,
  free,
  lookUp,
  number,
  yesNo,
  type DocumentInput,
  type StepInput,
} from "#test/flows.ts";

const entries: DocumentInput["entries"] = [{ entry: { by: "first" }, brandIds: [], media: [], hours: "always" }];
const known = { services: ["lines"] };

const found = (document: FlowDocument): readonly FlowFinding[] =>
  checkFlow(document, known).map((each) => flowFinding.parse(each));
const codes = (steps: readonly StepInput[], more: Partial<DocumentInput> = {}): readonly string[] =>
  found(flowOf(steps, { entries, ...more })).map(
    ({ level, step, code }) => `${level === "error" ? "!" : "?"}${step ?? ""} ${code}`,
  );

const say = (id: string, next: string | null, text = both("Text")): StepInput => ({ id, do: "say", text, next });
const wait = (id: string, next: string): StepInput => ({ id, do: "wait", until: { by: "minutes", minutes: 1 }, next });
const filled = (name: string, next: string, otherwise: string, is: "filled" | "empty" = "filled"): StepInput => ({
  id: "branch",
  do: "branch",
  cases: [{ all: [{ what: "value", name, is, than: null }], next }],
  otherwise,
});

test("a flow with every kind of step has nothing wrong with it", () => {
  assert.deepEqual(checkFlow({ ...everyStep, entries: flowOf([], { entries }).entries }, known), []);
});

suite("finds", () => {
  test("no steps, no start, a start that is not there, no entry", () => {
    assert.deepEqual(codes([]), ["! noSteps"]);
    assert.deepEqual(codes([ends()], { start: null }), ["! noStart"]);
    assert.deepEqual(codes([ends()], { start: "gone" }), ["! unknownStep"]);
    assert.deepEqual(codes([ends()], { entries: [] }), ["? noEntry"]);
  });

  test("ways that lead nowhere, or to a step that is not there; a question may fail to somebody of us", () => {
    assert.deepEqual(codes([say("a", null)]), ["!a deadEnd"]);
    assert.deepEqual(codes([say("a", "gone")]), ["!a unknownStep"]);
    assert.deepEqual(codes([asks("a", yesNo, "end", { failed: null }), ends()]), []);
    assert.deepEqual(codes([asks("a", yesNo, "end", { failed: "gone" }), ends()]), ["!a unknownStep"]);
    const options = [
      { id: "x", label: both("X"), next: null },
      { id: "y", label: both("Y") },
    ];
    const [finding] = found(flowOf([asks("a", { kind: "choice", options }, "end"), ends()], { entries }));
    assert.deepEqual([finding?.code, finding?.facts], ["deadEnd", { way: "x" }]);
    assert.deepEqual(codes([lookUp({ path: "/x", missing: null, failed: "end" }), ends()]), ["!look deadEnd"]);
  });

  test("a question whose options all have their ways needs none of its own", () => {
    const options = ["x", "y"].map((id) => ({ id, label: both(id), next: "end" }));
    assert.deepEqual(codes([asks("a", { kind: "choice", options }, null), ends()]), []);
    assert.deepEqual(codes([asks("a", { kind: "choice", options }, null, { optional: true }), ends()]), ["!a deadEnd"]);
  });

  test("steps to which no way leads", () => {
    assert.deepEqual(codes([ends(), say("lost", "end"), say("too", "lost")]), [
      "?lost unreachable",
      "?too unreachable",
    ]);
  });

  test("words that are missing in a language that the flow speaks, and only there; also in those of a medium", () => {
    assert.deepEqual(codes([say("a", "end", { de: "Ja", en: " " }), ends()]), ["!a missingLanguage"]);
    assert.deepEqual(codes([say("a", "end", { de: "Ja", en: "" }), ends()], { languages: ["de"] }), []);
    const own = { ...both("Ja", "Yes"), by: { voice: { de: "Ja", en: "" } } };
    const [finding] = found(flowOf([say("a", "end", own), ends()], { entries }));
    assert.deepEqual(finding, {
      level: "error",
      step: "a",
      code: "missingLanguage",
      facts: { what: "text, voice", language: "en" },
    });
    assert.deepEqual(codes([say("a", "end", { ...own, by: { voice: { de: "", en: "" } } }), ends()]), []);
    const button = { by: "button", label: { de: "Los", en: "" }, order: 1 } as const;
    assert.deepEqual(codes([ends()], { entries: [{ entry: button, brandIds: [], media: [], hours: "always" }] }), [
      "! missingLanguage",
    ]);
    const everywhere: readonly StepInput[] = [
      asks(
        "ask",
        {
          kind: "choice",
          options: [
            { id: "x", label: { de: "X", en: "" } },
            { id: "y", label: both("Y") },
          ],
        },
        "look",
        { sorry: { de: "?", en: "" } },
      ),
      lookUp({ path: "/x", patience: { de: "", en: "p" }, failed: "end", next: "set" }),
      { id: "set", do: "set", values: [{ into: "x", from: { by: "text", text: { de: "", en: "t" } } }], next: "read" },
      {
        id: "read",
        do: "article",
        title: { de: "", en: "t" },
        summary: { de: "", en: "s" },
        url: "https://help.example/",
        next: "over",
      },
      {
        id: "over",
        do: "handOver",
        text: both("o"),
        topicId: null,
        queueId: null,
        skills: [],
        priority: null,
        subject: { de: "", en: "s" },
      },
      ends(),
    ];
    assert.deepEqual(
      found(flowOf(everywhere, { entries })).map(({ step, facts }) => `${step} ${facts["what"]}`),
      ["ask sorry", "ask option x", "look patience", "set x", "read title", "read summary", "over subject"],
    );
  });

  test("messages that cannot be read, or read and not formatted", () => {
    for (const bad of [
      "{",
      "{x",
      "{x, plural, one {a}}",
      "{x, number, ::currency/XX}",
      "{x, number, currency}",
      "}{",
      "{x, nosuch}",
      "{a b}",
    ])
      assert.ok(
        codes([asks("x", number, "say"), say("say", "end", both(bad)), ends()]).includes("!say badMessage"),
        bad,
      );
    for (const good of [
      "{x, plural, one {# Tag} other {# Tage}}",
      "{x, number, ::currency/EUR}",
      "it's {x}",
      "'{x}'",
      "<b>{x}</b>",
      "{x, select, a {b} other {c}}",
      "{x, date, ::yyyyMMMd}",
    ])
      assert.deepEqual(codes([asks("x", number, "say"), say("say", "end", both(good)), ends()]), [], good);
  });

  test("values that nothing sets, in texts, conditions, look-ups, reckoning and mails", () => {
    assert.deepEqual(codes([say("a", "end", both("{gone}")), ends()]), ["!a unknownValue"]);
    assert.deepEqual(codes([filled("gone", "end", "end"), ends()]), ["!branch unknownValue"]);
    assert.deepEqual(codes([lookUp({ path: "/{gone}", failed: "end" }), ends()]), ["!look unknownValue"]);
    assert.deepEqual(codes([lookUp({ path: "/x", query: { q: "{gone}" }, failed: "end" }), ends()]), [
      "!look unknownValue",
    ]);
    assert.deepEqual(
      codes([
        {
          id: "s",
          do: "set",
          values: [{ into: "x", from: { by: "reckon", left: "gone", how: "+", right: 1 } }],
          next: "end",
        },
        ends(),
      ]),
      ["!s unknownValue"],
    );
    assert.deepEqual(
      codes([
        {
          id: "l",
          do: "sendLink",
          text: both("l"),
          link: { to: "here" },
          by: { way: "mail", email: "gone" },
          next: "end",
        },
        ends(),
      ]),
      ["!l unknownValue"],
    );
    assert.deepEqual(
      codes([ends("end", both("{brand} {opensAt, date, short} {now} {closesAt}"))]),
      [],
      "every flow has these",
    );
  });

  test("values that are not set on every way", () => {
    const steps = [
      asks("a", yesNo, "branch"),
      filled("a", "b", "say"),
      asks("b", yesNo, "say"),
      say("say", "end", both("{a} {b}")),
      ends(),
    ];
    assert.deepEqual(codes(steps), ["?say valueNotAlways"]);
    assert.deepEqual(codes([asks("a", yesNo, "say", { optional: true }), say("say", "end", both("{a}")), ends()]), [
      "?say valueNotAlways",
    ]);
    assert.deepEqual(codes([asks("a", yesNo, "end", { failed: "say" }), say("say", "end", both("{a}")), ends()]), [
      "?say valueNotAlways",
    ]);
    assert.deepEqual(
      codes([say("say", "end", both("{email}")), ends()]),
      ["?say valueNotAlways"],
      "it may be known before",
    );
    assert.deepEqual(
      codes([lookUp({ path: "/x", next: "say", failed: "end" }), say("say", "end", both("{speed}")), ends()]),
      [],
    );
  });

  test("whoever asks whether a value is there may use it on that way", () => {
    const steps = (branch: StepInput) => [
      asks("a", yesNo, "branch", { optional: true }),
      branch,
      say("say", "end", both("{a}")),
      ends(),
    ];
    assert.deepEqual(codes(steps(filled("a", "say", "end"))), []);
    assert.deepEqual(codes(steps(filled("a", "end", "say", "empty"))), []);
    assert.deepEqual(codes(steps(filled("a", "end", "say"))), ["?say valueNotAlways"]);
  });

  test("rings without an answer, once for each ring", () => {
    assert.deepEqual(codes([say("a", "a")]), ["!a loopWithoutAnswer", "!a noWayOut"]);
    const ring = [filled("email", "end", "b"), say("b", "c"), say("c", "branch"), ends()];
    assert.deepEqual(codes(ring), ["!branch loopWithoutAnswer"]);
    assert.deepEqual(codes([filled("email", "end", "q"), asks("q", yesNo, "branch"), ends()]), []);
    assert.deepEqual(codes([filled("email", "end", "w"), wait("w", "branch"), ends()]), [], "time passes");
    assert.deepEqual(
      codes([filled("email", "end", "look"), lookUp({ path: "/x", missing: "branch", failed: "end" }), ends()]),
      ["!branch loopWithoutAnswer"],
    );
  });

  test("parts from which nobody gets out", () => {
    const trap = [asks("a", yesNo, "b", { failed: "a" }), asks("b", yesNo, "a", { failed: "b" }), ends()];
    assert.deepEqual(codes(trap), ["!a noWayOut", "?end unreachable"]);
    const inside = [filled("email", "end", "a"), asks("a", yesNo, "b", { failed: "a" }), wait("b", "a"), ends()];
    assert.deepEqual(codes(inside), ["!a noWayOut"]);
    assert.deepEqual(codes([asks("a", yesNo, "a")]), [], "it fails to somebody of us");
  });

  test("services that are not connected, pointers and templates that are none", () => {
    const look = (more: Parameters<typeof lookUp>[0]) =>
      codes([asks("number", number, "look"), lookUp({ failed: "end", ...more }), ends()]);
    assert.deepEqual(look({}), []);
    assert.deepEqual(look({ service: "other" }), ["!look unknownService"]);
    assert.deepEqual(look({ takes: [{ pointer: "speed", into: "x" }] }), ["!look badPointer"]);
    assert.deepEqual(look({ takes: [{ pointer: "/a~2", into: "x" }] }), ["!look badPointer"]);
    for (const path of [
      "lines",
      "//evil.example/x",
      "/a?b=c",
      "/a#b",
      "/a/../b",
      "/a/%2e%2E/b",
      "/{number",
      "/{number}}",
      "/{ number }",
      "/a b",
      "/a\\b",
      "/{Number}",
    ])
      assert.deepEqual(look({ path }), ["!look badTemplate"], path);
    assert.deepEqual(look({ body: { x: "{" }, method: "POST" }), ["!look badTemplate"]);
  });

  test("more options than keys, options that mean the same, limits the wrong way round", () => {
    const options = Array.from({ length: 10 }, (_, at) => ({
      id: `o${at}`,
      label: both(`Nummer ${"abcdefghij"[at]}`),
    }));
    const choice = (
      list:
        | typeof options
        | readonly { id: string; label: ReturnType<typeof both>; words?: { de: string[]; en: string[] } }[],
    ) => codes([asks("a", { kind: "choice", options: [...list] }, "end"), ends()]);
    assert.deepEqual(choice(options), ["?a optionsTooManyForKeypad"]);
    assert.deepEqual(choice(options.slice(0, 9)), []);
    assert.deepEqual(
      choice([
        { id: "x", label: both("Störung") },
        { id: "y", label: both("stoerung!") },
      ]),
      [],
    );
    assert.deepEqual(
      choice([
        { id: "x", label: both("Störung") },
        { id: "y", label: both("Störung!") },
      ]),
      ["?a samePick"],
    );
    assert.deepEqual(
      choice([
        { id: "x", label: both("Störung") },
        { id: "y", label: both("Fehler"), words: { de: ["störung"], en: [] } },
      ]),
      ["?a samePick"],
    );
    assert.deepEqual(
      choice([
        { id: "x", label: both("A") },
        { id: "x", label: both("B") },
      ]),
      ["!a samePick"],
    );
    for (const answer of [
      { ...number, min: 5, max: 4 },
      { ...free, minLength: 10, maxLength: 9 },
      { kind: "date", fromDays: 1, toDays: 0 },
    ] as const)
      assert.deepEqual(codes([asks("a", answer, "end"), ends()]), ["!a wrongOrder"]);
  });

  test("two hundred steps in a moment, also when all of them are rings", () => {
    const steps = Array.from({ length: 200 }, (_, at): StepInput => ({
      id: `s${at}`,
      do: "branch",
      cases: Array.from({ length: 12 }, (_x, n) => ({
        all: [{ what: "open", not: false }],
        next: `s${(at * 7 + n * 13) % 200}`,
      })),
      otherwise: `s${(at + 1) % 200}`,
    }));
    const start = process.cpuUsage();
    assert.equal(codes(steps)[0], "!s0 loopWithoutAnswer");
    const { user } = process.cpuUsage(start);
    assert.ok(user < 2_000_000, `${user} µs`);
  });
});
