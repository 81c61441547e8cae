// A flow's document while it is written: what every change leaves whole, and the way back.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowDocument, FlowStep } from "#contract/flows.ts";
import { flowDocument } from "#contract/flows.ts";
import {
  added,
  afterWhich,
  back,
  besides,
  connected,
  emptyDocument,
  forth,
  moved,
  noPast,
  noted,
  pasted,
  removed,
  renamed,
  stepOf,
} from "#web/state/flowEdit.ts";
import { outlineOf } from "#web/state/flowShape.ts";
import {
  exampleOf,
  exitsOf,
  namesIn,
  newAnswer,
  newStep,
  noText,
  stepKinds,
  valuesOf,
  withExit,
} from "#web/state/flowSteps.ts";

const known = { services: ["lines"], brandId: "7d3f1c7e-8d0c-4a57-9f4b-111111111111" };
const text = { de: "Hallo", en: "Hello" };

/** say > ask (yes > end, no > say2 > say) and one that nothing leads to. */
const example: FlowDocument = {
  ...emptyDocument,
  start: "say",
  steps: [
    { id: "say", do: "say", text, next: "ask" },
    {
      id: "ask",
      do: "ask",
      text,
      into: "answer",
      answer: {
        kind: "choice",
        options: [
          { id: "yes", label: text, next: "end" },
          { id: "no", label: text, next: "say2" },
        ],
      },
      tries: 3,
      failed: null,
      optional: false,
      next: null,
    },
    { id: "say2", do: "say", text, next: "say" },
    { id: "end", do: "end", text, solved: true },
    { id: "loose", do: "say", text, next: "end" },
  ],
};

/** Where every way leads: "ask/option-yes>end". */
const ways = (document: FlowDocument): string[] =>
  document.steps.flatMap((step) =>
    exitsOf(step).flatMap(({ id, to }) => (to === null ? [] : [`${step.id}/${id}>${to}`])),
  );

test("every kind of step begins as the contract wants it, and each of its ways can be led elsewhere, and that one alone", () => {
  for (const kind of stepKinds) {
    const step = newStep(kind, "new", { ...known, values: [] });
    assert.deepEqual(flowDocument.safeParse({ ...emptyDocument, steps: [step] }).error, undefined, kind);
    for (const exit of exitsOf(step)) {
      const led = withExit(step, exit.key, "there");
      const to = exitsOf(led).map((one) => [one.id, one.to]);
      assert.deepEqual(
        to,
        exitsOf(step).map((one) => [one.id, one.id === exit.id ? "there" : one.to]),
        `${kind} ${exit.id}`,
      );
    }
  }
  for (const kind of ["choice", "yesNo", "number", "text", "date", "file"] as const) {
    const ask = { ...newStep("ask", "ask", { ...known, values: [] }), answer: newAnswer(kind) } as FlowStep;
    assert.ok(flowDocument.safeParse({ ...emptyDocument, steps: [ask] }).success, kind);
  }
});

test("an option without a way of its own goes where the question leads, which then is a way of its own", () => {
  const ask = stepOf(example, "ask");
  assert.ok(ask?.do === "ask" && ask.answer.kind === "choice");
  assert.deepEqual(
    exitsOf(ask).map(({ id }) => id),
    ["option-yes", "option-no", "failed"],
  );
  const [first, second] = ask.answer.options;
  assert.ok(first && second);
  const inheriting: FlowStep = {
    ...ask,
    next: "end",
    answer: { kind: "choice", options: [first, { id: second.id, label: second.label }] },
  };
  assert.deepEqual(
    exitsOf(inheriting).map(({ id, to, inherits }) => [id, to, inherits]),
    [
      ["option-yes", "end", false],
      ["option-no", "end", true],
      ["next", "end", false],
      ["failed", null, false],
    ],
  );
});

test("a step that is added stands between a way and where that led; the first is the start", () => {
  const first = added(emptyDocument, "say", null, known);
  assert.equal(first?.document.start, "say");
  const between = added(example, "lookUp", { step: "say", key: { by: "next" } }, known);
  assert.deepEqual(between && ways(between.document).slice(0, 1), ["say/next>lookUp"]);
  assert.ok(between && ways(between.document).includes("lookUp/next>ask"));
  // What ends a flow cuts it off; what came after stays, loose.
  const cut = added(example, "end", { step: "say", key: { by: "next" } }, known);
  assert.equal(cut?.id, "end2");
  assert.ok(cut && !ways(cut.document).some((way) => way.endsWith(">ask")));
  assert.equal(
    added(
      { ...example, steps: Array.from({ length: 200 }, (_o, n) => ({ id: `s${n}`, do: "say", text, next: null })) },
      "say",
      null,
      known,
    ),
    null,
  );
});

test("after which way a step comes: the chosen one, else the first that leads nowhere, else the only one", () => {
  const chosen = { step: "ask", key: { by: "failed" } } as const;
  assert.equal(afterWhich(example, ["say"], chosen), chosen);
  assert.deepEqual(afterWhich(example, ["say"], null), { step: "say", key: { by: "next" } });
  assert.equal(afterWhich(example, ["ask"], null), null);
  assert.equal(afterWhich(example, ["end"], null), null);
  assert.equal(afterWhich(example, ["say", "ask"], null), null);
  const open = connected(example, { step: "ask", key: { by: "option", id: "no" } }, null);
  assert.deepEqual(afterWhich(open, ["ask"], null), { step: "ask", key: { by: "option", id: "no" } });
});

test("what led to a step that is removed leads on where that had a single way, else nowhere; nothing leads to what is gone", () => {
  const without = removed(example, new Set(["say2"]));
  assert.ok(ways(without).includes("ask/option-no>say"));
  const more = removed(example, new Set(["ask", "say2"]));
  assert.deepEqual(ways(more), ["loose/next>end"]);
  assert.equal(removed(example, new Set(["say"])).start, "ask");
  assert.equal(removed(example, new Set(["ask", "say"])).start, null);
  // A circle of what is removed ends.
  const circle = connected(example, { step: "say", key: { by: "next" } }, "say2");
  assert.equal(removed(circle, new Set(["say", "say2"])).start, null);
});

test("copies have names of their own, are joined among themselves and lead on to what is there", () => {
  const { document, ids } = pasted(
    example,
    [example.steps[1], example.steps[3]].flatMap((step) => (step ? [step] : [])),
  );
  assert.deepEqual(ids, ["ask2", "end2"]);
  assert.ok(ways(document).includes("ask2/option-yes>end2"));
  assert.ok(ways(document).includes("ask2/option-no>say2"));
  const elsewhere = pasted(emptyDocument, example.steps.slice(1, 2));
  assert.deepEqual(ways(elsewhere.document), []);
  assert.equal(elsewhere.document.start, "ask");
  const placed = moved(example, new Map([["end", { x: 10.4, y: 2 }]]));
  assert.deepEqual(pasted(placed, placed.steps.slice(3, 4)).document.steps.at(-1)?.place, { x: 50, y: 42 });
});

test("a step with another name is still where everything leads", () => {
  const other = renamed(example, "say", "greeting");
  assert.equal(other.start, "greeting");
  assert.deepEqual(
    ways(other).map((way) => way.replaceAll("greeting", "say")),
    ways(example),
  );
});

test("what is added stands right of the way it comes after once places are the writer's own", () => {
  assert.equal(besides(example, { step: "say", key: { by: "next" } }), undefined);
  const placed = moved(example, new Map(example.steps.map(({ id }, n) => [id, { x: 100 * n, y: 7 }])));
  assert.deepEqual(besides(placed, { step: "ask", key: { by: "option", id: "no" } }), { x: 444, y: 55 });
});

test("changes are taken back and done again; letters typed into one field are one change", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((start) => ({ ...emptyDocument, start }));
  assert.ok(a && b && c && d);
  const past = noted(noted(noted(noPast, a, null), b, "x.text"), c, "x.text");
  const once = back(past, d);
  assert.equal(once?.document, b);
  const twice = once && back(once.past, once.document);
  assert.equal(twice?.document, a);
  assert.equal(twice && back(twice.past, a), null);
  const again = twice && forth(twice.past, twice.document);
  assert.equal(again?.document, b);
  assert.equal(again && forth(again.past, b)?.document, d);
  assert.deepEqual(noted(again?.past ?? noPast, b, null).after, [], "a new change ends what could be done again");
});

test("the outline has every step once, says where it is led to again, and what nothing leads to comes last", () => {
  const lines = outlineOf(example).map((line) =>
    line.kind === "jump" ? `${line.level} >${line.to.id}` : `${line.level} ${line.id}`,
  );
  assert.deepEqual(lines, [
    "1 say",
    "1 ask",
    "2 ask/option-yes",
    "3 end",
    "2 ask/option-no",
    "3 say2",
    "3 >say",
    "2 ask/failed",
    "1 loose",
    "1 loose",
    "1 >end",
  ]);
  assert.deepEqual(outlineOf(emptyDocument), []);
});

test("what a message names, and examples by which it can be said", () => {
  const message =
    "{name}: {count, plural, one {# Brief} other {# Briefe}}, {sort, select, gold {Gold} other {-}} {when, date}";
  assert.deepEqual(namesIn(message), ["name", "count", "sort", "when"]);
  assert.deepEqual(
    ["name", "count", "sort"].map((name) => exampleOf(message, name)),
    ["‹name›", 3, "gold"],
  );
  assert.ok(exampleOf(message, "when") instanceof Date);
  assert.deepEqual(valuesOf(example), ["answer"]);
  assert.deepEqual(noText, { de: "", en: "" });
});
