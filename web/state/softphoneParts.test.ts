// What the telephone does with the calls that live: when a leg is made, when it may be heard, what asks, what can be done; and what a browser's counters come to.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call, CallParty } from "#contract/calls.ts";
import { ableIn, callsAtTop, consulted, isNumber, legsWanted } from "#web/state/softphoneParts.ts";
import { countedIn, measuredBetween, saidNothing } from "#web/state/softphoneQuality.ts";
import { loudness } from "#web/state/softphoneTry.ts";
import { wavePath } from "#web/state/wave.ts";
import { troubleOf } from "#web/state/softphoneDevices.ts";

const party = (
  as: CallParty["as"],
  agentId: string | null,
  state: CallParty["state"],
  part: Partial<CallParty> = {},
): CallParty =>
  ({
    legId: `${as}:${agentId ?? "x"}`,
    as,
    agentId,
    name: "",
    state,
    mode: null,
    muted: false,
    cause: null,
    ...part,
  }) as CallParty;
const customer = party("customer", null, "connected");
const call = (parties: readonly CallParty[], part: Partial<Call> = {}): Call =>
  ({
    id: "c",
    channelId: "ch",
    concernId: "k",
    direction: "in",
    by: "trunk",
    state: "waiting",
    agentId: null,
    startedAt: "2026-03-02T09:00:00.000Z",
    recordings: [],
    parties,
    ...part,
  }) as unknown as Call;
const work = (state: string, kind = "voice") => [{ concernId: "k", kind, state }] as never;
const none: ReadonlySet<string> = new Set();
const legs = (one: Call, pieces: never, taken = none) =>
  legsWanted([one], "me", pieces, taken).map(({ legId, microphone }) => `${legId} ${microphone ? "speaks" : "silent"}`);

test("an offered call has its leg at once, silent; taken it is heard; an offer to somebody else is nothing of mine", () => {
  const rung = call([customer, party("agent", "me", "ringing")]);
  assert.deepEqual(legs(rung, work("offered")), ["agent:me silent"]);
  assert.deepEqual(callsAtTop([rung], "me", work("offered"), none), [], "the offer has its own card");
  assert.deepEqual(legs(rung, work("held")), ["agent:me speaks"]);
  assert.deepEqual(legs(call([customer, party("agent", "her", "ringing")]), work("offered")), []);
  const there = call([customer, party("agent", "me", "connected")], { state: "talking", agentId: "me" as never });
  assert.deepEqual(legs(there, work("held")), ["agent:me speaks"]);
  assert.deepEqual(legs({ ...there, state: "ended" }, work("held")), []);
  assert.deepEqual(legs(call([customer, party("agent", "me", "ended")]), work("offered")), []);
});

test("a mail of the same concern does not make a call one that routing offered", () => {
  const rung = call([customer, party("agent", "me", "ringing")], { agentId: "her" as never, state: "talking" });
  assert.deepEqual(legs(rung, work("offered", "mail")), []);
  assert.deepEqual(
    callsAtTop([rung], "me", work("offered", "mail"), none).map(({ part }) => part),
    ["asked"],
  );
});

test("who is asked directly says whether they take it; who dialled or joins is in it without being asked", () => {
  const asked = call(
    [party("customer", null, "held"), party("agent", "her", "connected"), party("agent", "me", "ringing")],
    {
      state: "talking",
      agentId: "her" as never,
    },
  );
  assert.deepEqual(legs(asked, [] as never), []);
  assert.deepEqual(legs(asked, [] as never, new Set(["agent:me"])), ["agent:me speaks"]);
  assert.deepEqual(
    legs(call([party("agent", "me", "ringing")], { direction: "out", state: "dialling" }), [] as never),
    ["agent:me speaks"],
  );
  const listens = party("supervisor", "me", "ringing", { mode: "listens" });
  assert.deepEqual(legs(call([customer, listens], { state: "talking" }), [] as never), ["supervisor:me silent"]);
  assert.deepEqual(legs(call([customer, { ...listens, mode: "whispers" }], { state: "talking" }), [] as never), [
    "supervisor:me speaks",
  ]);
  assert.deepEqual(
    legs(call([customer, party("agent", "me", "connected", { muted: true })], { state: "talking" }), [] as never),
    ["agent:me silent"],
  );
});

test("only what can be done is offered: nothing while it rings, back and complete while somebody is asked, keys only towards a telephone", () => {
  const mine = { state: "talking", agentId: "me" } as Partial<Call>;
  const rings = ableIn(call([customer, party("agent", "me", "ringing")], mine), "me");
  assert.deepEqual(Object.values(rings).filter(Boolean), []);
  const talks = ableIn(call([customer, party("agent", "me", "connected")], mine), "me");
  assert.deepEqual(
    [talks.hold, talks.mute, talks.transfer, talks.consult, talks.digits],
    [true, true, true, true, true],
  );
  assert.deepEqual([talks.back, talks.complete, talks.record, talks.modes], [false, false, false, false]);
  assert.equal(ableIn(call([customer, party("agent", "me", "connected")], { ...mine, by: "web" }), "me").digits, false);
  const held = party("customer", null, "held");
  const rung = call([held, party("agent", "me", "connected"), party("outside", null, "ringing")], mine);
  assert.equal(consulted(rung, "me")?.as, "outside");
  const waits = ableIn(rung, "me");
  assert.deepEqual([waits.back, waits.complete, waits.hold, waits.transfer], [true, false, false, false]);
  const there = ableIn(call([held, party("agent", "me", "connected"), party("agent", "her", "connected")], mine), "me");
  assert.deepEqual([there.back, there.complete, there.conference], [true, true, true]);
  const her = ableIn(call([held, party("agent", "me", "connected"), party("agent", "her", "connected")], mine), "her");
  assert.deepEqual(
    [her.mute, her.hold, her.back, her.complete],
    [true, false, false, false],
    "who is asked does not lead",
  );
  const spy = ableIn(
    call([customer, party("supervisor", "me", "connected", { mode: "listens" })], { state: "talking" }),
    "me",
  );
  assert.deepEqual([spy.modes, spy.mute, spy.hold], [true, false, false]);
});

test("the counters of a browser come to loss, jitter, way and silence; a leg that is made anew begins from nothing", () => {
  const report = (received: number, lost: number, energy: number) => [
    { type: "inbound-rtp", kind: "audio", packetsReceived: received, packetsLost: lost, jitter: 0.004 },
    { type: "remote-inbound-rtp", kind: "audio", roundTripTime: 0.05 },
    { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.2 },
    { type: "media-source", kind: "audio", totalAudioEnergy: energy },
  ];
  const [first, second] = [countedIn(report(100, 0, 0.1), 0), countedIn(report(190, 10, 0.1), 2_000)];
  const heard = measuredBetween(first, second);
  assert.deepEqual([heard.lossPercent, heard.jitterMs, heard.rttMs, heard.silent], [10, 4, 50, false]);
  assert.ok(heard.mos > 3 && heard.mos < 3.8, String(heard.mos));
  assert.ok(saidNothing(first, second));
  assert.ok(!saidNothing(first, countedIn(report(190, 0, 0.2), 2_000)));
  assert.ok(!saidNothing({ ...first, spoken: null }, { ...second, spoken: null }), "no microphone is open");
  assert.deepEqual(measuredBetween(second, { ...second, atMs: 4_000 }), {
    lossPercent: 0,
    jitterMs: 4,
    rttMs: 50,
    silent: true,
    mos: 1,
  });
  assert.equal(measuredBetween(second, countedIn(report(40, 0, 0), 4_000)).lossPercent, 0);
});

test("what is a number may be dialled, and what a browser refuses is told apart by what has to be done", () => {
  for (const typed of ["+49 30 1234-56", "030/12 34 56", "(030) 123.456", "110"]) assert.ok(isNumber(typed), typed);
  for (const typed of ["", "12", "+49 30 CALL", "Technik", "++"]) assert.ok(!isNumber(typed), typed);
  assert.deepEqual(["NotAllowedError", "NotFoundError", "NotReadableError", "TypeError"].map(troubleOf), [
    "refused",
    "noMicrophone",
    "inUse",
    "failed",
  ]);
});

test("loudness is on a scale as ears hear, and a wave has a bar for each level, the silent ones a hair", () => {
  const loud = (level: number): number => loudness(new Float32Array(512).fill(level));
  assert.deepEqual([loud(0), loud(1), loudness(new Float32Array(0))], [0, 1, 0]);
  assert.equal(loud(0.0001), 0);
  assert.equal(loud(0.0316).toFixed(2), "0.50");
  const path = wavePath([0, 100, 400, -3], 20, -1);
  assert.equal(path.split("M").length - 1, 4);
  assert.deepEqual(
    [...path.matchAll(/v(-?[\d.]+)/gu)].map(([, height]) => height),
    ["-0.4", "-19", "-19", "-0.4"],
  );
  assert.equal(wavePath([], 20, 1), "");
});
