// Choices, forms and articles as text, and what answers to them say.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GivenPart } from "#contract/parts.ts";
import { answerTo, composed } from "./model-parts.ts";

const choices: GivenPart = { kind: "choices", question: "Welches Gerät?", options: ["Router", "TV"] };
const form: GivenPart = {
  kind: "form",
  title: "Ihr Termin",
  fields: [
    { label: "Tag", type: "date", required: true, options: [] },
    { label: "Wann", type: "choice", required: false, options: ["früh", "spät"] },
  ],
};
const article: GivenPart = { kind: "article", title: "Router neu starten", summary: "", url: "https://hilfe.test/1" };
const to = { messageId: "01a21222-214f-7cf8-b077-ea027b6dd0ef", part: 0 };

test("words and parts read as one text in their order; words alone have no parts", () => {
  const { text, parts } = composed("Guten Tag", [choices, form, article]);
  assert.equal(
    text,
    "Guten Tag\n\nWelches Gerät?\n• Router\n• TV\n\nIhr Termin\n• Tag\n• Wann (früh / spät)\n\nRouter neu starten\nhttps://hilfe.test/1",
  );
  assert.deepEqual(
    parts.map(({ kind }) => kind),
    ["words", "choices", "form", "article"],
  );
  assert.deepEqual(composed("Nur Worte", []), { text: "Nur Worte", parts: [] });
});

test("a choice is one of those offered, and its answer quotes the question", () => {
  const [part] = composed("", [choices]).parts;
  assert.equal(answerTo(part, to, ["TV"], "de")?.text, "> Welches Gerät?\nTV");
  for (const values of [["tv"], ["Router", "TV"], [""], []]) assert.equal(answerTo(part, to, values, "de"), null);
});

test("a form is answered whole, in the words of the language, and stays in its parts", () => {
  const [part] = composed("", [form]).parts;
  const answer = answerTo(part, to, ["2026-11-30", ""], "de");
  assert.equal(answer?.text, "Ihr Termin\nTag: 30.11.2026\nWann: –");
  assert.deepEqual(answer?.values, [
    { label: "Tag", value: "30.11.2026" },
    { label: "Wann", value: "" },
  ]);
  for (const values of [["", "früh"], ["2026-11-30"], ["2026-11-30", "nachts"], ["gestern", ""]])
    assert.equal(answerTo(part, to, values, "de"), null, values.join());
});

test("words, articles and what is not there cannot be answered", () => {
  const { parts } = composed("Hallo", [article]);
  for (const part of [...parts, undefined]) assert.equal(answerTo(part, to, ["x"], "de"), null);
});
