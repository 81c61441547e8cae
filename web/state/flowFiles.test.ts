// Flows as files and as what is pasted: what is wrong is said with its place; values as they are typed; pointers into answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyDocument } from "#web/state/flowEdit.ts";
import { copiedSteps, fileOf, isKey, keyFrom, placeIn, readFlowFile, stepsIn } from "#web/state/flowFiles.ts";
import { pointersIn } from "#web/state/flowPointers.ts";
import { plainValue, valueFrom } from "#web/state/flowValues.ts";

const document = {
  ...emptyDocument,
  start: "say",
  steps: [{ id: "say", do: "say" as const, text: { de: "Hallo", en: "Hello" }, next: null }],
};

test("a file that was written is read as the same flow; its keys stand in the contract's order", () => {
  const shuffled = {
    restHours: 24,
    entries: [],
    steps: document.steps,
    start: "say",
    languages: document.languages,
    form: 1 as const,
  };
  assert.equal(fileOf(shuffled), fileOf(document));
  const read = readFlowFile(`\uFEFF${fileOf(document)}`);
  assert.deepEqual(read.ok && read.document, document);
});

test("what is no flow is said to be none, and where it breaks off", () => {
  const why = (text: string): string => {
    const read = readFlowFile(text);
    return read.ok
      ? ""
      : `${read.why.replace("flowEditor.file.", "")} ${read.facts["line"] ?? ""} ${read.facts["column"] ?? ""}`.trim();
  };
  assert.equal(why('{\n  "form": 1,\n  "steps": [}\n}'), "noJsonAt 3 13");
  assert.equal(why('{"form": 1, "steps": ['), "noJsonAt 1 23");
  assert.equal(why('{"form": 1,\n}'), "noJsonAt 2 1");
  assert.equal(why('{"a" "b"}'), "noJsonAt 1 6");
  assert.equal(why('[1, 02, "x"]'), "noJsonAt 1 6");
  assert.equal(why('{"a": "x\ny"}'), "noJsonAt 1 7");
  assert.equal(why("{} {}"), "noJsonAt 1 4");
  assert.equal(why("[1}"), "noJsonAt 1 3");
  assert.equal(why("[]"), "noFlow");
  assert.equal(why('{"steps": "many", "form": 1}'), "noFlow");
  assert.equal(why('{"steps": [], "form": 2}'), "otherForm");
  assert.equal(why(" ".repeat(2_000_001)), "tooLarge");
  assert.deepEqual(placeIn(document, "document.steps.0.text.de"), { step: "say", rest: "text.de" });
  assert.deepEqual(placeIn(document, "document.steps.7.next"), { step: "#8", rest: "next" });
  assert.equal(placeIn(document, "document.restHours"), null);
  assert.equal(placeIn(document, null), null);
});

test("steps are copied as text and pasted from it; what could not be drawn is none", () => {
  assert.deepEqual(stepsIn(copiedSteps(document.steps)), document.steps);
  for (const text of [
    "Guten Tag",
    "{}",
    '{"flowSteps": []}',
    '{"flowSteps": [{"id": "x", "do": "dance"}]}',
    '{"flowSteps": [{"id": "x", "do": "branch"}]}',
    '{"flowSteps": [{"id": "x", "do": "say"}]}',
    '{"flowSteps": [{"id": "../x", "do": "wait", "next": null}]}',
    '{"flowSteps": [null]}',
  ])
    assert.equal(stepsIn(text), null, text);
});

test("a short word comes from the name and is nobody else's", () => {
  assert.equal(keyFrom("Fernseher bleibt schwarz!", new Set()), "fernseher-bleibt-schwarz");
  assert.equal(keyFrom("Größe & Öl", new Set(["groesse-oel"])), "groesse-oel-2");
  assert.equal(keyFrom("…", new Set()), "flow");
  for (const name of ["x".repeat(100), "a b c d e f g h i j k l m", "-a-", "Ça va? Été"])
    assert.ok(isKey(keyFrom(name, new Set(["flow"]))), name);
  assert.equal(isKey("Groß"), false);
});

test("typed values: numbers and yes or no where nobody knows better, quotation marks for a text all the same", () => {
  assert.deepEqual(
    ["12", "1,5", "-3", "007", "true", '"12"', "zwölf", ""].map((typed) => valueFrom(typed, "unknown")),
    [12, 1.5, -3, "007", true, "12", "zwölf", ""],
  );
  assert.equal(valueFrom("zwölf", "number"), null);
  assert.equal(valueFrom("12", "text"), "12");
  assert.deepEqual([plainValue(1.5), plainValue(null), plainValue(["a", "b"])], ["1.5", "", "a, b"]);
});

test("an answer's single values with their pointers and names; slashes and tildes in keys are written as RFC 6901 says", () => {
  assert.deepEqual(
    pointersIn('{"line": {"state": "down", "a/b~c": 1}, "next": [{"state": true}], "9": null}')?.map((one) => [
      one.pointer,
      one.into,
      one.shown,
    ]),
    [
      ["/9", "value", "null"],
      ["/line/state", "state", '"down"'],
      ["/line/a~1b~0c", "aBC", "1"],
      ["/next/0/state", "state2", "true"],
    ],
  );
  assert.equal(pointersIn("{"), null);
  assert.equal(pointersIn(""), null);
  assert.equal(pointersIn(JSON.stringify(Array.from({ length: 99 }, (_one, n) => n)))?.length, 30);
});
