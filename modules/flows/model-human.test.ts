// Who asks for somebody of us, who only speaks of people, and who leaves a question open.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FlowQuestion } from "#contract/flow-runs.ts";
import { asksForHuman } from "#modules/flows/model-human.ts";
import { meansSkip } from "#modules/flows/model-read.ts";
import { around, both, free as anyText } from "#test/flows.ts";

type Kind = FlowQuestion["answer"];
const choice: Kind = {
  kind: "choice",
  options: [
    { id: "bill", label: both("Rechnung", "Bill") },
    { id: "fault", label: both("Störung", "Outage") },
  ],
};
const digits: Kind = { kind: "text", form: "digits", minLength: 6, maxLength: 9 };
const { now, zone } = around();
const place = () => ({ language: "de", medium: "text", zone, now, values: {} }) as const;

suite("somebody of us", () => {
  const question = (answer: Kind): FlowQuestion => ({
    asked: 1,
    step: "a",
    text: { text: both("?"), values: {} },
    answer,
    values: {},
    optional: false,
    secret: false,
    again: null,
    facts: {},
  });
  const free = question(anyText);
  const wants = (text: string, of: FlowQuestion | null = free): boolean => asksForHuman(text, of, place());

  test("is asked for in many words", () => {
    for (const text of [
      "Mensch",
      "mensch!",
      "Mitarbeiter",
      "Ich möchte mit einem Menschen sprechen",
      "bitte einen Berater",
      "mit jemandem sprechen",
      "kann ich mit jemandem reden?",
      "Ich will endlich einen echten Menschen!",
      "verbinden Sie mich mit einem Mitarbeiter",
      "Kundenservice sprechen",
      "agent",
      "AGENT PLEASE",
      "human",
      "I want to talk to a human",
      "speak to someone",
      "can I talk to somebody please",
      "real person",
      "let me speak to a representative",
      "operator",
    ])
      assert.ok(wants(text), text);
  });
  test("is not asked for where people are only mentioned", () => {
    for (const text of [
      "Ihr Mitarbeiter war sehr nett",
      "der Mensch im Laden hat gesagt, es geht",
      "kein Mensch erreichbar gewesen",
      "nicht mit einem Mitarbeiter sprechen",
      "Ich habe gestern mit jemandem gesprochen",
      "Herr Mensch",
      "an agent told me it works",
      "Jemand hat meine Rechnung bezahlt",
      "Team",
      "someone",
      "support@example.org",
      "Menschlich gesehen ist das schlimm",
      "Ich spreche Deutsch",
      "sprechen",
      "",
      "…",
      "Mensch ".repeat(40),
    ])
      assert.ok(!wants(text), text);
  });
  test('"0" asks for somebody where no number is asked', () => {
    assert.ok(wants("0", question({ kind: "yesNo" })));
    assert.ok(wants("0", question(choice)));
    assert.ok(!wants("0", question({ kind: "number", min: null, max: null, decimals: 0 })));
    assert.ok(!wants("0", question(digits)));
    assert.ok(!wants("0", free));
  });
  test("an option that is called so is that option", () => {
    const option: Kind = {
      kind: "choice",
      options: [
        { id: "team", label: both("Mitarbeiter", "Agent") },
        { id: "bill", label: both("Rechnung", "Bill") },
      ],
    };
    assert.ok(!wants("Mitarbeiter", question(option)));
    assert.ok(wants("Mensch", question(option)));
  });
});

test("words that leave a question open", () => {
  for (const text of ["weiter", "Überspringen", "skip", "keine Angabe", "-", " – "]) assert.ok(meansSkip(text), text);
  for (const text of ["", "weiter so", "ja", "weitergeben"]) assert.ok(!meansSkip(text), text);
});
