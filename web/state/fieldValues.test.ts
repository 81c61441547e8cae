// Custom fields: which are shown, and what typed numbers mean.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Topic } from "#contract/brands.ts";
import type { Field } from "#contract/fields.ts";
import { fieldLines, fieldName, numberIn } from "#web/state/fieldValues.ts";

const field = (part: Partial<Field>): Field => ({
  id: part.key as Field["id"],
  owner: "concern",
  key: "",
  name: part.key ?? "",
  kind: "text",
  choices: [],
  topicId: null,
  position: 1,
  ...part,
});
const topic = (id: string, parentId: string | null): Topic =>
  ({ id, parentId, name: id, teamId: null, whenClosed: "reopen" }) as Topic;

test("what is asked stands first, in its order; of a topic only there and below; then whatever else was written down", () => {
  const fields = [
    field({ key: "Gerät", position: 2 }),
    field({ key: "Rechnung", topicId: "bill" as Field["topicId"], position: 3 }),
    field({ key: "Seit", position: 1 }),
    field({ key: "Tarif", owner: "customer" }),
  ];
  const topics = [topic("bill", null), topic("twice", "bill"), topic("router", null)];
  const keys = (topicId: string | null, values = {}): string[] =>
    fieldLines(fields, "concern", values, topics, topicId).map((line) => line.key);
  assert.deepEqual(keys(null), ["Seit", "Gerät"]);
  assert.deepEqual(keys("twice"), ["Seit", "Gerät", "Rechnung"]);
  assert.deepEqual(keys("router"), ["Seit", "Gerät"]);
  assert.deepEqual(keys("router", { Rechnung: "R-1", Alt: 7 }), ["Seit", "Gerät", "Rechnung", "Alt"]);
  assert.deepEqual(
    fieldLines(fields, "concern", { Alt: 7, Ja: true }).map((line) => line.kind),
    ["text", "text", "number", "yesNo"],
  );
  assert.equal(fieldName([field({ key: "Gerät", name: "Router" })], "concern", "Gerät"), "Router");
});

test("numbers are read as the language writes them", () => {
  for (const [text, de, en] of [
    ["12", 12, 12],
    ["-3", -3, -3],
    ["12,5", 12.5, null],
    ["12.5", null, 12.5],
    ["1.234,5", 1234.5, null],
    ["1,234.5", null, 1234.5],
    ["1.234", 1234, 1.234],
    ["zwölf", null, null],
    ["1e9", null, null],
    ["", null, null],
    ["-", null, null],
    ["1,2,3", null, null],
  ] as const) {
    assert.equal(numberIn(text, "de"), de, `${text} in German`);
    assert.equal(numberIn(text, "en"), en, `${text} in English`);
  }
});
