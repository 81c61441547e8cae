// What becomes of calls: each road of a call once, told as it happens, and what holds whatever happens in whatever order.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowQuestion } from "#contract/flow-runs.ts";
import type { CallWish } from "#contract/calls.ts";
import { needOf } from "#modules/calls/model-record.ts";
import { lives, ordersFor } from "#modules/calls/model-orders.ts";
import { hear } from "#modules/calls/model.ts";
import type { Happening } from "#modules/calls/model-happenings.ts";
import { readSpeech } from "#modules/flows/model-voice.ts";
import { aFlow, anna, ben, chris, openCall, talking } from "#test/calls.ts";
import { fc } from "#test/chance.ts";

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

test("a call is answered at once, greeted, waits with music, and talks with who takes it", () => {
  const call = openCall();
  assert.deepEqual(
    call.orders.map((order) => order.do),
    ["answer", "play"],
  );
  assert.deepEqual(call.said(), ["greeting"]);
  call.played();
  assert.equal(call.call().phase, "queue");
  assert.deepEqual(call.said(), ["queue", "queueCallback", "queueScreen"]);
  assert.equal(call.engine.legs.get(call.legId)?.music, true);
  assert.equal(needOf(call.call())?.talking, false);
  call.work("waiting", null);
  call.work("offered", anna);
  const leg = call.legOf(anna);
  assert.equal(call.engine.legs.get(leg)?.state, "ringing");
  call.answers(leg);
  assert.deepEqual(call.hub(), [], "who was only asked hears nobody");
  const { orders } = call.work("held", anna);
  assert.deepEqual(call.hub(), [call.legId, leg], "bridged in the same breath");
  assert.deepEqual(
    orders.map((order) => order.do),
    ["stopPlay", "hub", "music"],
  );
  assert.equal(needOf(call.call())?.talking, true);
  call.ends(call.legId);
  assert.equal(call.call().end, "talked");
  assert.deepEqual([...call.engine.legs], [], "nobody is left in the line");
});

test("an offer that is declined stops ringing there, and rings the next", () => {
  const call = openCall();
  call.played();
  call.work("offered", anna);
  const first = call.legOf(anna);
  call.work("offered", ben, 2);
  assert.equal(call.engine.legs.has(first), false);
  assert.equal(call.engine.legs.get(call.legOf(ben))?.state, "ringing");
});

test("place and time are said when they are known and other, not more often than is set, and never without a time", () => {
  const call = openCall();
  call.played();
  call.played();
  call.tell({ what: "place", place: { place: 3, of: 3, minutes: null } });
  assert.deepEqual(call.said(), []);
  call.tell({ what: "place", place: { place: 3, of: 3, minutes: 4 } });
  assert.deepEqual(call.said(), ["place", "wait"]);
  call.played();
  call.tell({ what: "place", place: { place: 2, of: 3, minutes: 3 } });
  assert.deepEqual(call.said(), [], "too soon");
  call.later(60);
  assert.deepEqual(call.said(), ["place", "wait"]);
  call.played();
  call.later(60);
  assert.deepEqual(call.said(), ["Einen Moment noch"], "nothing new: something kind, once");
  call.played();
  call.later(60);
  assert.deepEqual(call.said(), []);
});

test("who waits may be called back at the number they call from, or type another, and keeps the place", () => {
  const call = openCall();
  call.played();
  const since = call.call().waitingSince;
  call.press("1");
  assert.deepEqual(call.said(), ["callbackConfirm"]);
  call.press("2");
  for (const digit of "0170999") call.press(digit);
  const { begins } = call.press("#");
  assert.equal(begins?.callback?.number, "+49170999");
  assert.equal(begins?.waitingSince, since);
  assert.equal(needOf(begins ?? assert.fail())?.kind, "callback");
  assert.equal(call.call().end, null, "it lives until the last words were said");
  assert.deepEqual(call.said(), ["callbackTaken", "bye"]);
  call.played();
  assert.equal(call.call().end, "callback");
  assert.deepEqual([...call.engine.legs], []);
});

test("a number that may not be dialled is asked for again", () => {
  const call = openCall({ arrival: { number: null } });
  call.played();
  call.press("1");
  for (const digit of "0044999888") call.press(digit);
  const { begins } = call.press("#");
  assert.equal(begins, null);
  assert.deepEqual(call.said(), ["callbackWrong", "callbackType"]);
});

test("nobody there: told so, with a key for words that are kept", () => {
  const call = openCall({ ground: { out: "closed" } });
  assert.deepEqual(call.said(), ["greeting", "closed", "keyCallback", "keyVoicemail"]);
  call.press("2");
  call.played();
  const { recordings } = call.call();
  assert.equal(recordings[0]?.kind, "voicemail");
  call.ends(call.legId);
  assert.equal(call.call().end, "voicemail");
  const recordingId = recordings[0]?.id ?? "";
  call.tell({ what: "engine", event: { what: "recorded", recordingId, seconds: 7, failed: false, at: call.at() } });
  assert.equal(call.call().recordings[0]?.state, "over");
  assert.deepEqual(call.tell({ what: "kept", recordingId, failed: false }).orders, [
    { do: "forgetRecord", recordingId },
  ]);
});

test("a flow speaks, hears keys, and hands over to the queue it asked for", () => {
  const call = openCall({ arrival: { flowId: aFlow } });
  call.played();
  const begun = call.call().flow?.pending;
  assert.equal(begun?.input, null);
  call.tell({ what: "flow", told: begun?.id ?? "", seq: 1, said: ["Schwarz?"], question, over: null });
  assert.deepEqual(call.said(), ["Schwarz?"]);
  call.press("1");
  assert.deepEqual(call.said(), [], "a key cuts the words off");
  const { pending } = call.call().flow ?? assert.fail();
  assert.equal(pending?.keys, "1");
  call.press("9");
  assert.equal(call.call().flow?.pending?.id, pending?.id, "while it is told nothing else is heard");
  call.tell({
    what: "flow",
    told: pending?.id ?? "",
    seq: 3,
    said: ["Ich verbinde."],
    question: null,
    over: "handedOver",
    queueId: "q" as never,
    skills: { tv: 2 },
  });
  assert.deepEqual(call.said(), ["Ich verbinde.", "queue", "queueCallback", "queueScreen"]);
  assert.deepEqual(needOf(call.call())?.skills, { tv: 2 });
});

test("a flow that nobody answers says it again, and then fetches somebody", () => {
  const call = openCall({ arrival: { flowId: aFlow } });
  call.played();
  for (const [turn, kind] of (["moved", "moved", "human"] as const).entries()) {
    const id = call.call().flow?.pending?.id ?? "";
    call.tell({ what: "flow", told: id, seq: turn + 1, said: ["Schwarz?"], question, over: null });
    call.played();
    call.later(9);
    assert.equal(call.call().flow?.pending?.input?.kind, kind);
  }
});

test("whoever calls again a moment after hanging up has the old place", () => {
  const call = openCall({
    arrival: {
      redial: {
        id: "x" as never,
        waitingSince: "2026-12-01T11:50:00.000Z",
        concernId: "c" as never,
        customerId: null,
        queueId: null,
        skills: {},
      },
    },
  });
  call.played();
  assert.equal(call.call().waitingSince, "2026-12-01T11:50:00.000Z");
  assert.equal(call.said()[0], "queueAgain");
});

test("hold gives the customer music and nobody; a consulted colleague talks with who asked, then has the call", () => {
  const call = talking();
  call.wish(anna, { what: "hold", on: true });
  assert.deepEqual(call.hub(), [call.legOf(anna)]);
  assert.equal(call.engine.legs.get(call.legId)?.music, true);
  call.wish(anna, { what: "hold", on: false });
  assert.equal(call.wish(anna, { what: "consult", to: { agentId: ben } }).refused, null);
  call.answers(call.legOf(ben));
  assert.deepEqual(call.hub(), [call.legOf(anna), call.legOf(ben)]);
  call.wish(anna, { what: "conference" });
  assert.equal(call.hub().length, 3);
  assert.equal(call.wish(anna, { what: "hangUp" }).refused, null);
  assert.deepEqual(call.call().hand, { from: anna, to: ben });
  assert.deepEqual(call.hub(), [call.legId, call.legOf(ben)]);
  call.work("held", ben, 2);
  assert.equal(call.call().hand, null);
  assert.equal(call.call().agentId, ben);
});

test("a colleague who does not answer: back to the customer", () => {
  const call = talking();
  call.wish(anna, { what: "consult", to: { agentId: ben } });
  call.ends(call.legOf(ben), "noAnswer");
  assert.deepEqual(call.hub(), [call.legId, call.legOf(anna)]);
  assert.equal(call.call().consulting, null);
});

test("an attended transfer is done when who asked goes", () => {
  const call = talking();
  call.wish(anna, { what: "consult", to: { agentId: ben } });
  assert.equal(call.wish(anna, { what: "complete" }).refused, "offerOver", "nobody is there yet");
  call.answers(call.legOf(ben));
  call.wish(anna, { what: "complete" });
  assert.deepEqual(call.hub(), [call.legId, call.legOf(ben)]);
  assert.equal(call.engine.legs.has(call.legOf(anna)), false);
});

test("a number is rung blind; when it fails the customer comes back first", () => {
  const call = talking();
  assert.equal(call.wish(anna, { what: "transfer", to: { number: "+33 1 234" }, note: "" }).refused, "notAllowed");
  assert.equal(call.wish(anna, { what: "transfer", to: { number: "0301 234567" }, note: "" }).refused, null);
  const leg = call.call().legs.at(-1) ?? assert.fail();
  assert.deepEqual(leg.to, { number: "+49301234567", from: "+4930123456" });
  assert.equal(call.engine.legs.get(call.legId)?.music, true);
  call.ends(leg.id, "busy");
  assert.equal(call.call().phase, "queue");
});

test("who supervises hears both, is heard by one, and by nobody else; the agent is told", () => {
  const call = talking();
  assert.equal(call.wish(ben, { what: "join", mode: "listens" }).refused, "notAllowed");
  call.wish(chris, { what: "join", mode: "listens" }, true);
  const leg = call.legOf(chris, "supervisor");
  call.answers(leg);
  assert.deepEqual(call.said(call.legOf(anna)), ["attention"]);
  const role = () => [...call.engine.hubs.values()].flat().find(({ legId }) => legId === leg)?.role;
  assert.deepEqual(role(), { as: "listens" });
  call.wish(chris, { what: "join", mode: "whispers" }, true);
  assert.deepEqual(role(), { as: "whispers", to: call.legOf(anna) });
  call.wish(chris, { what: "join", mode: null }, true);
  assert.equal(call.engine.legs.has(leg), false);
});

test("only who agreed is kept; nothing is kept while the customer hears music, or as long as the agent says so", () => {
  const call = openCall({ rules: { recording: "consent" } });
  call.press("1");
  call.work("held", anna);
  call.answers(call.legOf(anna));
  const paused = (): boolean | undefined => call.engine.snapshot().recordings[0]?.paused;
  assert.equal(paused(), false);
  call.wish(anna, { what: "hold", on: true });
  assert.equal(paused(), true);
  call.wish(anna, { what: "hold", on: false });
  call.wish(anna, { what: "record", on: false });
  assert.equal(paused(), true);
  call.later(5);
  call.wish(anna, { what: "record", on: true });
  assert.deepEqual(call.call().recordings[0]?.pauses, [{ from: 0, to: 5, why: "agent" }]);
  const silent = talking({ rules: { recording: "consent" } });
  assert.deepEqual(silent.engine.snapshot().recordings, []);
});

test("a callback rings the agent, then the customer; a try that fails is made again, then given up", () => {
  const call = openCall();
  call.played();
  call.press("1");
  const { begins } = call.press("1");
  const back = openCall();
  let record = begins ?? assert.fail();
  const tell = (happening: Happening): void => {
    record = hear(record, happening, back.ground()).call;
  };
  const legs = (as: string) => record.legs.filter((leg) => leg.as === as && lives(leg));
  for (const state of ["waiting", "gaveUp"] as const) {
    tell({ what: "work", work: { id: "w", state: "held", agentId: anna, token: 1 } });
    tell({ what: "engine", event: { what: "answered", legId: legs("agent")[0]?.id ?? "", at: back.at() } });
    const customer = legs("customer")[0] ?? assert.fail("the customer is rung");
    assert.deepEqual(customer.to, { number: "+4915112345678", from: "+4930123456" });
    tell({
      what: "engine",
      event: { what: "ended", legId: customer.id, cause: "noAnswer", byThem: true, code: "", at: back.at() },
    });
    assert.equal(record.callback?.state, state);
    tell({ what: "work", work: { id: "w", state: "waiting", agentId: null, token: 2 } });
  }
  assert.equal(record.end, "noAnswer");
});

/** Anything that can be told, about legs that are there or not. */
const draws = fc.record({
  what: fc.nat(32),
  who: fc.constantFrom(anna, ben, chris),
  leg: fc.nat(6),
  digit: fc.constantFrom(...Array.from("0123456789*#")),
  seconds: fc.nat(200),
  on: fc.boolean(),
});

const wishes = (one: { readonly what: number; readonly who: typeof anna; readonly on: boolean }): CallWish => {
  const all: CallWish[] = [
    { what: "hold", on: one.on },
    { what: "mute", on: one.on },
    { what: "hangUp" },
    { what: "consult", to: { agentId: one.who } },
    { what: "consult", to: { number: "030123456" } },
    { what: "transfer", to: { number: "030123456" }, note: "" },
    { what: "complete" },
    { what: "conference" },
    { what: "back" },
    { what: "record", on: one.on },
    { what: "join", mode: one.on ? "whispers" : "listens" },
  ];
  return all[one.what % all.length] ?? { what: "hangUp" };
};

test("whatever happens in whatever order: nothing is thrown, nothing is left to be ordered, nobody talks unasked, and who is gone stays gone", () => {
  let talked = 0;
  fc.assert(
    fc.property(
      fc.array(draws, { minLength: 5, maxLength: 60 }),
      fc.constantFrom("new", "flow", "talk"),
      (drawn, from) => {
        const rules = { recording: "announced" } as const;
        const call =
          from === "talk"
            ? talking({ rules })
            : openCall({ rules, ground: { readSpeech }, ...(from === "flow" && { arrival: { flowId: aFlow } }) });
        let seq = 0;
        for (const one of drawn) {
          const leg = call.call().legs[one.leg % call.call().legs.length]?.id ?? "none";
          switch (one.what) {
            case 0:
            case 1:
            case 2:
              call.played();
              break;
            case 3:
              call.press(one.digit);
              break;
            case 4:
            case 5:
              call.answers(leg);
              break;
            case 6:
              call.ends(leg, one.on ? "lost" : "normal");
              break;
            case 7:
            case 8:
              call.work("offered", one.who);
              break;
            case 9:
            case 10:
            case 11:
              call.work("held", one.who);
              break;
            case 12:
              call.work("waiting", null);
              break;
            case 13:
              call.later(one.seconds);
              break;
            case 14:
              call.tell({ what: "place", place: { place: one.leg, of: 9, minutes: one.on ? one.leg : null } });
              break;
            case 15:
              call.tell({
                what: "flow",
                told: call.call().flow?.pending?.id ?? null,
                seq: (seq += 1),
                said: ["x"],
                question: one.on ? question : null,
                over: null,
              });
              break;
            case 16:
              call.tell({
                what: "flow",
                told: null,
                seq: (seq += 1),
                said: [],
                question: null,
                over: one.on ? "solved" : "ended",
              });
              break;
            case 17:
              call.tell({ what: "second", move: one.on ? { to: "chat" } : { to: "callback", number: null, at: null } });
              break;
            case 18:
              call.tell({ what: "lives", snapshot: call.engine.snapshot() });
              break;
            case 19:
              call.tell({ what: "engine", event: { what: "talking", legId: leg, on: one.on, at: call.at() } });
              break;
            case 20: {
              const recordingId = call.call().recordings.at(-1)?.id ?? "";
              call.engine.give({ do: "stopRecord", recordingId });
              call.tell({
                what: "engine",
                event: { what: "recorded", recordingId, seconds: 1, failed: one.on, at: call.at() },
              });
              call.tell({ what: "words", recordingId, understood: one.on ? null : { text: "ja", confidence: null } });
              break;
            }
            default:
              call.wish(one.who, wishes(one), one.who === chris);
          }
          const now = call.call();
          assert.deepEqual(ordersFor(now, call.engine.snapshot()), [], `nothing is left after ${one.what}`);
          const agents = now.legs.filter((each) => each.as === "agent" && call.hub().includes(each.id));
          talked += agents.length > 0 ? 1 : 0;
          assert.ok(
            agents.length <= 1 || now.consulting !== null || now.wishes.length > 0,
            "two agents talk because one asked",
          );
          assert.ok(new Set(now.legs.map(({ id }) => id)).size === now.legs.length, "ids are never given twice");
          if (now.phase === "over") {
            assert.deepEqual([...call.engine.legs], [], "everybody is hung up");
            assert.equal(call.engine.hubs.size, 0);
            assert.equal(needOf(now), null, "nobody is asked any more");
            const later = call.work("held", anna).orders.concat(call.later(1_000).orders);
            assert.deepEqual(later, []);
          }
        }
      },
    ),
    { numRuns: Number(process.env["CALLS"] ?? 300) },
  );
  assert.ok(talked > 100, "the drawn calls came to talks");
});
