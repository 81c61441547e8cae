// A try of a flow: what it waits for, where it stands, which ways it took.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowOutput, FlowState } from "#contract/flow-runs.ts";
import { exampleTimes, stepOfTry, waitsFor, waysOfTry, type Turn } from "#web/state/flowTry.ts";

const state = (awaiting: FlowState["awaiting"]): FlowState => ({
  language: "de",
  awaiting,
  over: null,
  values: {},
  secret: [],
  unheard: [],
  tried: [],
  unanswered: false,
  heard: null,
  sinceAnswer: 0,
  asked: 1,
  effects: 1,
  steps: 1,
});
const said = { text: { de: "?", en: "?" }, values: {} };
const ask: FlowOutput = {
  kind: "ask",
  question: {
    asked: 1,
    step: "ask",
    text: said,
    answer: { kind: "yesNo" },
    values: {},
    optional: false,
    secret: false,
    again: null,
    facts: {},
  },
};
const turn = (awaiting: FlowState["awaiting"], outputs: readonly FlowOutput[]): Turn => ({
  shown: null,
  state: state(awaiting),
  outputs,
  words: outputs.map(() => ""),
});
const answering = { for: "answer", step: "ask", asked: 1, tries: 0, part: null, offered: [] } as const;
const open = (awaiting: typeof answering): FlowState["awaiting"] => ({ ...awaiting, offered: [] });

test("a question is waited for also when it was asked turns before; an effect until its outcome; an end is the end", () => {
  assert.equal(waitsFor([]), null);
  const begun = turn(open(answering), [{ kind: "passed", step: "say", exit: "next" }, ask]);
  const still = turn(open(answering), [{ kind: "say", step: "ask", text: said }]);
  assert.equal(waitsFor([begun, still])?.for, "question");
  const looking = turn({ for: "effect", step: "look", effect: 1, tries: 0, until: null, soothed: false }, [
    { kind: "passed", step: "ask", exit: "yes" },
    { kind: "effect", effect: 1, step: "look", what: { do: "link" } },
  ]);
  const waits = waitsFor([begun, looking]);
  assert.ok(waits?.for === "effect" && waits.effect === 1 && waits.what.do === "link");
  const over = turn(null, [
    { kind: "say", step: "end", text: said },
    { kind: "end", ending: { as: "solved" } },
  ]);
  assert.deepEqual(waitsFor([begun, over]), { for: "end", ending: { as: "solved" } });
  assert.equal(stepOfTry([begun]), "ask");
  assert.equal(stepOfTry([begun, looking]), "look");
  assert.equal(stepOfTry([begun, over]), "end");
  assert.equal(stepOfTry([]), null);
  assert.deepEqual([...waysOfTry([begun, looking])], ["say/next", "ask/yes"]);
});

test("example times lie ahead and one after the other", () => {
  assert.deepEqual(exampleTimes(2, 30, new Date("2026-12-01T23:30:00.000Z")), [
    "2026-12-03T09:00:00.000Z",
    "2026-12-03T09:30:00.000Z",
  ]);
});
