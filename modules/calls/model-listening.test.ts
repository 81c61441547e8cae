// Answers that are spoken, in the machine: when it listens, when it stops, what comes of words, and that keys always count.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowQuestion } from "#contract/flow-runs.ts";
import { readSpeech } from "#modules/flows/model-voice.ts";
import { shownRecordings } from "#modules/calls/reads.ts";
import { aFlow, openCall } from "#test/calls.ts";

const question: FlowQuestion = {
  asked: 1,
  step: "s",
  text: { code: "oneMoment", facts: {} },
  answer: { kind: "yesNo" },
  values: {},
  optional: false,
  secret: false,
  again: null,
  facts: {},
};
const howMany: FlowQuestion = { ...question, answer: { kind: "number", min: null, max: null, decimals: 0 } };

/** A call in which a flow has just begun to ask. */
const asked = (given: FlowQuestion = question, listens = true) => {
  const call = openCall({ arrival: { flowId: aFlow }, ground: { readSpeech: listens ? readSpeech : null } });
  call.played();
  let seq = 0;
  const goesOn = (next: FlowQuestion = given): void => {
    const told = call.call().flow?.pending?.id ?? null;
    call.tell({ what: "flow", told, seq: (seq += 1), said: ["Ja oder nein?"], question: next, over: null });
  };
  goesOn();
  const answers = () => call.call().recordings.filter(({ kind }) => kind === "answer");
  return {
    ...call,
    goesOn,
    answers,
    last: () => answers().at(-1) ?? assert.fail("nobody listens"),
    talks: (on: boolean) =>
      call.tell({ what: "engine", event: { what: "talking", legId: call.legId, on, at: call.at() } }),
    recorded: (failed = false) => {
      const { id: recordingId } = answers().at(-1) ?? assert.fail();
      call.engine.give({ do: "stopRecord", recordingId });
      return call.tell({
        what: "engine",
        event: { what: "recorded", recordingId, at: call.at(), seconds: 1, failed },
      });
    },
    words: (text: string | null) =>
      call.tell({
        what: "words",
        recordingId: answers().at(-1)?.id ?? "",
        understood: text === null ? null : { text, confidence: null },
      }),
    input: () => call.call().flow?.pending?.input ?? null,
  };
};

test("while a flow asks the caller is listened to; their words cut off what is said, are understood, answer it, and are forgotten", () => {
  const call = asked();
  const first = call.last();
  assert.deepEqual(
    call.orders.filter((order) => order.do === "watchTalking" || order.do === "record"),
    [
      { do: "watchTalking", legId: call.legId, on: true },
      {
        do: "record",
        recordingId: first.id,
        of: { legId: call.legId },
        left: [call.legId],
        paused: false,
        mostSeconds: 90,
      },
    ],
  );
  assert.deepEqual(shownRecordings(call.call(), []), [], "no desk sees it");
  call.talks(true);
  assert.deepEqual(call.said(), [], "words cut the question off");
  assert.deepEqual(call.talks(false).orders, [
    { do: "watchTalking", legId: call.legId, on: false },
    { do: "stopRecord", recordingId: first.id },
  ]);
  call.recorded();
  assert.equal(call.last().state, "over");
  assert.deepEqual(call.words("ja bitte").orders, [{ do: "forgetRecord", recordingId: first.id }]);
  assert.deepEqual(call.input(), { kind: "answer", asked: 1, answer: { by: "words", text: "ja bitte" } });
  assert.equal(call.call().flow?.pending?.keys, "ja bitte", "the transcript has it");
  call.goesOn({ ...question, asked: 2 });
  assert.deepEqual([call.last().asked, call.last().state, call.answers().length], [2, "running", 2]);
  assert.notEqual(call.last().id, first.id);
  call.ends(call.legId);
  assert.deepEqual(call.engine.snapshot().recordings, [], "who hangs up is listened to no longer");
});

test("keys count at any time: before, while and after somebody speaks; the words are dropped", () => {
  for (const until of ["asked", "talks", "pauses", "recorded"] as const) {
    const call = asked();
    if (until !== "asked") call.talks(true);
    if (until === "pauses" || until === "recorded") call.talks(false);
    if (until === "recorded") call.recorded();
    const { id: recordingId } = call.last();
    call.press("1");
    assert.equal(call.call().flow?.pending?.keys, "1", until);
    assert.equal(call.last().state, "kept");
    assert.deepEqual(call.engine.snapshot().recordings, []);
    call.tell({ what: "words", recordingId, understood: { text: "nein", confidence: null } });
    assert.equal(call.call().flow?.pending?.keys, "1", "what is understood too late changes nothing");
  }
});

test("a number may be said with pauses; a choice ends with the first; who speaks on and on is heard for 15 s", () => {
  const call = asked(howMany);
  call.talks(true);
  call.talks(false);
  assert.equal(call.last().state, "running", "they may be thinking");
  call.later(1);
  call.talks(true);
  call.later(5);
  assert.equal(call.last().state, "running");
  call.talks(false);
  call.later(1.3);
  assert.equal(call.last().state, "stopping");
  call.recorded();
  call.words("zweiundvierzig");
  assert.deepEqual(call.input(), { kind: "answer", asked: 1, answer: { by: "words", text: "42" } });

  const endless = asked();
  endless.talks(true);
  endless.later(16);
  assert.equal(endless.last().state, "stopping");
});

test("what is not understood is asked again and not for ever; neither is a listener waited for, nor an engine that keeps nothing tried again", () => {
  const call = asked();
  for (const [kind, how] of [
    ["moved", () => call.words("")],
    ["moved", () => call.words(null)],
    ["human", () => call.later(26)],
  ] as const) {
    call.talks(true);
    call.talks(false);
    call.recorded();
    how();
    assert.equal(call.input()?.kind, kind);
    call.goesOn();
  }

  const broken = asked();
  broken.recorded(true);
  assert.deepEqual(
    broken.answers().map(({ state }) => state),
    ["failed"],
    "keys are left",
  );
  broken.press("2");
  assert.equal(broken.call().flow?.pending?.keys, "2");
});

test("nobody listens where nothing is configured, and where a file is asked for; a long question is listened through to its end", () => {
  assert.deepEqual(asked(question, false).answers(), []);
  assert.deepEqual(asked({ ...question, answer: { kind: "file", most: 1 } }).answers(), []);
  const call = asked();
  const first = call.last().id;
  call.recorded();
  assert.deepEqual([call.last().state, call.last().id === first], ["running", false]);
});

test("a process that takes over goes on listening; what an engine does not have any more is listened to again, or the question is said again", () => {
  const call = asked();
  call.talks(true);
  const { id: recordingId } = call.last();
  assert.deepEqual(call.tell({ what: "lives", snapshot: call.engine.snapshot() }).orders, []);
  assert.deepEqual([call.last().id, call.last().state], [recordingId, "running"]);
  call.engine.give({ do: "forgetRecord", recordingId });
  const { orders } = call.tell({ what: "lives", snapshot: call.engine.snapshot() });
  assert.deepEqual(
    orders.map((order) => order.do),
    ["watchTalking", "record"],
  );
  // Nobody heard that they paused: the longest time ends it.
  call.later(16);
  assert.equal(call.last().state, "stopping");
  call.engine.give({ do: "forgetRecord", recordingId });
  call.tell({ what: "lives", snapshot: call.engine.snapshot() });
  assert.equal(call.last().state, "failed");
  call.later(26);
  assert.equal(call.input()?.kind, "moved");
});
