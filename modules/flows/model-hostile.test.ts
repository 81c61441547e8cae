// What hostile words do to a flow, and what they cost: nothing, and no more than others.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { flowState, type FlowInput, type FlowOutput, type FlowState } from "#contract/flow-runs.ts";
import { step } from "#modules/flows/model.ts";
import { render } from "#modules/flows/model-render.ts";
import {
  around,
  asks,
  begin,
  both,
  ends,
  everyStep,
  everyStepAround,
  flowOf,
  free,
  inWords,
  type StepInput,
} from "#test/flows.ts";

const judge = (state: FlowState, outputs: readonly FlowOutput[]): void => {
  assert.ok(flowState.safeParse(state).success);
  assert.equal(state.awaiting === null, state.over !== null, "it waits, or it is over");
  render(outputs, { medium: "text", language: state.language, zone: "Europe/Berlin" });
};

const own = [
  "",
  "undefined",
  "null",
  "\\",
  "{{7*7}}",
  "${x}",
  "%s%n",
  "' OR 1=1 --",
  "<script>alert(1)</script>",
  "\u202e\u2066abc",
  "Ω≈ç√∫",
  "👩‍👩‍👧‍👧".repeat(5),
  "\ud800",
  "\uffff",
  "\u0000",
  "١٢٣",
  "1٫5",
  "１２３",
  "-1e309",
  "0x10",
  "1/0",
  "٣.١٢.",
  "\u0301".repeat(300),
  "ﷺ".repeat(50),
  "__proto__",
  "constructor",
  "{a, plural, one {",
  "../../etc/passwd",
  "a@b",
  "@",
  "+".repeat(40),
  "..",
  "9".repeat(200),
  "١".repeat(200),
];
const listed = new URL("../../../shared/corpora/blns/blns.json", import.meta.url);
const naughty: readonly string[] = [
  ...own,
  ...(existsSync(listed) ? (JSON.parse(readFileSync(listed, "utf8")) as string[]) : []),
];

/** A question of every kind. */
const questions: readonly StepInput[] = [
  ...everyStep.steps.filter(({ do: what }) => what === "ask"),
  asks("phone", { kind: "text", form: "phone", minLength: 1, maxLength: 100 }, null),
  asks("code", { kind: "text", form: "postcode", minLength: 1, maxLength: 100 }, null),
];

test("naughty strings are answers like any others: kept as they are, or refused", () => {
  for (const question of questions) {
    assert.ok(question.do === "ask");
    const flow = flowOf([
      { ...question, next: "end", tries: 10, answer: question.answer },
      ends("end", both(`{${question.into}}`)),
      ends("stop"),
    ]);
    const opened = step(flow, null, begin, everyStepAround());
    for (const medium of ["words", "value"] as const)
      for (const each of naughty) {
        const text = each.slice(0, 1_000);
        const input: FlowInput = {
          kind: "answer",
          asked: null,
          answer: medium === "words" ? { by: "words", text } : { by: "value", value: text },
        };
        const { state, outputs } = step(flow, opened.state, input, everyStepAround());
        judge(state, outputs);
        const kept: unknown = state.values[question.into];
        if (typeof kept === "string") assert.ok(kept.isWellFormed() && !kept.includes("\u0000"));
        if (
          typeof kept === "string" &&
          question.id === "words" &&
          text.isWellFormed() &&
          !/[\u0000-\u001f\u007f]/.test(text)
        )
          assert.equal(kept, text.trim(), "free words are kept as they are");
      }
  }
});

test("a megabyte of anything costs no more than a line", () => {
  const big = [
    "a",
    "1",
    " ",
    "ja ",
    "1.",
    "a@b.c ",
    "12.12. ",
    "+49 ",
    "{",
    "-",
    "'",
    "und",
    "\u0301",
    "👍",
    "０",
    "next friday ",
    "Mensch ",
    "\n",
    "(0)",
    "3 euro ",
  ].map((each) => each.repeat(Math.ceil(1_000_000 / each.length)));
  const flows = questions.map((question) => flowOf([{ ...question, next: "end" } as StepInput, ends(), ends("stop")]));
  const cost = (texts: readonly string[]): number => {
    const start = process.cpuUsage();
    for (const flow of flows) {
      const opened = step(flow, null, begin, everyStepAround());
      for (const text of texts) {
        const { state, outputs } = step(flow, opened.state, inWords(text), everyStepAround());
        judge(state, outputs);
      }
    }
    return process.cpuUsage(start).user / 1_000;
  };
  cost(["ja"]);
  const ms = cost(big);
  assert.ok(ms < 1_000, `${big.length * flows.length} megabytes took ${ms} ms`);
  const waiting = flowOf([
    { id: "w", do: "wait", until: { by: "minutes", minutes: 1 }, next: "q" },
    asks("q", free, "end"),
    ends(),
  ]);
  const opened = step(waiting, null, begin, around());
  const { state } = step(waiting, opened.state, inWords(big[0] ?? ""), around());
  assert.equal(state.unheard[0]?.length, 4_000);
});

test("texts of values of values do not grow without end", () => {
  const text = both("{a}".repeat(600));
  const flow = flowOf([
    {
      id: "s",
      do: "set",
      values: [
        { into: "a", from: { by: "text", text } },
        { into: "a", from: { by: "text", text } },
      ],
      next: "end",
    },
    ends("end", text),
  ]);
  const { state, outputs } = step(
    flow,
    null,
    { kind: "begin", language: "de", values: { a: "ä".repeat(2_000) } },
    around(),
  );
  assert.equal((state.values["a"] as string).length, 2_000);
  assert.equal(render(outputs, { medium: "chat", language: "de", zone: "UTC" }).text.length, 6_000);
});
