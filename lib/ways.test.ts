// The whole rule by which a way to somebody is chosen, row by row, and what holds of every state whatever it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blockOf, rankWays, type Hindrance, type Moment, type WayFacts } from "#lib/ways.ts";
import { fc } from "#test/chance.ts";

const noon = Date.parse("2026-03-02T12:00:00.000Z");
const usual: Moment = { now: noon, urgent: false, here: [] };
const urgent: Moment = { ...usual, urgent: true };

const way = (value: string, facts: Partial<WayFacts> = {}): WayFacts => ({
  value,
  channelName: "Service",
  hindrance: null,
  own: true,
  asked: null,
  wroteHere: false,
  wished: false,
  preferred: false,
  verified: false,
  kept: false,
  atOnce: false,
  cents: null,
  closesAt: null,
  usedAt: "",
  ...facts,
});
const mail = (facts: Partial<WayFacts> = {}): WayFacts => way("mail", facts);
const chat = (facts: Partial<WayFacts> = {}): WayFacts => way("chat", { kept: true, ...facts });
const phone = (facts: Partial<WayFacts> = {}): WayFacts => way("phone", { atOnce: true, ...facts });

/** What is the case, and what becomes of it: each way with its reason, or "!" and what stands against it, best first. */
const rows: readonly (readonly [string, readonly WayFacts[], Moment, readonly string[]])[] = [
  ["nothing is known", [mail()], usual, ["mail known"]],
  [
    "a verified address before one that is only known",
    [way("a"), way("b", { verified: true })],
    usual,
    ["b verified", "a known"],
  ],
  [
    "a preferred one before a verified one",
    [way("a", { verified: true }), way("b", { preferred: true })],
    usual,
    ["b preferred", "a verified"],
  ],
  [
    "where they last wrote before what was preferred",
    [way("a", { preferred: true }), way("b", { wroteHere: true })],
    usual,
    ["b lastUsed", "a preferred"],
  ],
  [
    "where the last message wants its answer, when its sender is sure",
    [way("a", { wroteHere: true }), way("b", { asked: "sure" })],
    usual,
    ["b replyTo", "a lastUsed"],
  ],
  [
    "where nobody knows who wants it, only after the sender's own",
    [way("b", { asked: "unsure" }), way("a", { wroteHere: true })],
    usual,
    ["a lastUsed", "b replyTo"],
  ],
  [
    "…and before what was preferred",
    [way("a", { preferred: true }), way("b", { asked: "unsure" })],
    usual,
    ["b replyTo", "a preferred"],
  ],
  [
    "what they wish before where they wrote",
    [mail({ wroteHere: true }), chat({ wished: true })],
    usual,
    ["chat wished", "mail lastUsed"],
  ],
  [
    "of two by which they wish it, where they last wrote",
    [way("a", { wished: true }), way("b", { wished: true, wroteHere: true })],
    usual,
    ["b wished", "a wished"],
  ],
  [
    "where they sit now before everything",
    [mail({ wished: true, wroteHere: true }), chat()],
    { ...usual, here: ["chat"] },
    ["chat here", "mail wished"],
  ],
  [
    "…also when it is urgent",
    [phone({ verified: true }), chat()],
    { ...urgent, here: ["chat"] },
    ["chat here", "phone atOnce"],
  ],
  [
    "urgent: what rings before what they wish",
    [mail({ wished: true, wroteHere: true }), phone({ verified: true })],
    urgent,
    ["phone atOnce", "mail wished"],
  ],
  [
    "urgent: not at an address that nobody has shown to be theirs",
    [mail({ wroteHere: true }), phone()],
    urgent,
    ["mail lastUsed", "phone known"],
  ],
  [
    "urgent and gone: what arrives before what waits to be fetched",
    [chat({ wroteHere: true }), mail({ verified: true })],
    urgent,
    ["mail arrives", "chat lastUsed"],
  ],
  [
    "…not to an address that nobody has shown to be theirs",
    [chat({ wroteHere: true }), mail()],
    urgent,
    ["chat lastUsed", "mail known"],
  ],
  ["urgent with nothing to pass over: the usual reason", [mail({ wroteHere: true })], urgent, ["mail lastUsed"]],
  [
    "not urgent: what waits to be fetched is as good",
    [chat({ wroteHere: true }), mail({ verified: true })],
    usual,
    ["chat lastUsed", "mail verified"],
  ],
  [
    "of two equal ways the cheaper",
    [way("dear", { verified: true, cents: 7.5 }), way("cheap", { verified: true, cents: 0.5 })],
    usual,
    ["cheap cheaper", "dear verified"],
  ],
  [
    "what costs nothing that anybody knows is the cheaper",
    [way("dear", { cents: 7.5 }), way("free")],
    usual,
    ["free cheaper", "dear known"],
  ],
  [
    "the price decides between equal ones only",
    [way("dear", { verified: true, cents: 90 }), way("free", { cents: 0 })],
    usual,
    ["dear verified", "free known"],
  ],
  [
    "of equal ones at one price the one used last",
    [way("a", { usedAt: "2026-01-01" }), way("b", { usedAt: "2026-02-01" })],
    usual,
    ["b known", "a known"],
  ],
  ["then by name", [way("b"), way("a")], usual, ["a known", "b known"]],
  [
    "an address of a record joined to theirs is last, whatever speaks for it",
    [
      way("a", { own: false, wroteHere: true, wished: true, verified: true, atOnce: true, cents: 0 }),
      way("b", { cents: 9 }),
    ],
    urgent,
    ["b known", "a merged"],
  ],
  [
    "…also where somebody sits there now",
    [way("a", { own: false }), way("b")],
    { ...usual, here: ["a"] },
    ["b known", "a merged"],
  ],
  [
    "a channel that is off",
    [mail({ hindrance: "channelOff", wroteHere: true }), chat()],
    usual,
    ["chat known", "mail !channelOff"],
  ],
  ["one that cannot send", [mail({ hindrance: "cannotSend" })], usual, ["mail !cannotSend"]],
  [
    "an address that bounced",
    [mail({ hindrance: "suppressed", wroteHere: true }), way("z")],
    usual,
    ["z known", "mail !suppressed"],
  ],
  ["no address", [way("", { hindrance: "noAddress" }), mail()], usual, ["mail known", " !noAddress"]],
  [
    "where nobody may begin",
    [phone({ hindrance: "notFirst", verified: true }), mail()],
    urgent,
    ["mail known", "phone !notFirst"],
  ],
  [
    "a window that is open",
    [phone({ wroteHere: true, closesAt: "2026-03-02T12:00:00.001Z" })],
    usual,
    ["phone lastUsed"],
  ],
  [
    "a window that has closed at this moment",
    [phone({ wroteHere: true, closesAt: "2026-03-02T12:00:00.000Z" }), mail()],
    usual,
    ["mail known", "phone !windowClosed"],
  ],
  [
    "…says what lasts longer first",
    [phone({ hindrance: "channelOff", closesAt: "2026-03-01T00:00:00.000Z" })],
    usual,
    ["phone !channelOff"],
  ],
  [
    "…and nobody sits where nothing can go",
    [chat({ hindrance: "channelOff" }), mail()],
    { ...usual, here: ["chat"] },
    ["mail known", "chat !channelOff"],
  ],
];

test("the rule, row by row, in whatever order the ways come", () => {
  for (const [what, ways, moment, expected] of rows)
    for (const given of [ways, ways.toReversed()])
      assert.deepEqual(
        rankWays(given, moment).map(({ value, reason, blocked }) =>
          blocked === null ? `${value} ${reason}` : `${value} !${blocked}`,
        ),
        expected,
        what,
      );
});

const hindrances: readonly Hindrance[] = ["channelOff", "cannotSend", "noAddress", "suppressed", "notFirst"];
const facts = fc.record({
  hindrance: fc.option(fc.constantFrom(...hindrances)),
  own: fc.boolean(),
  asked: fc.constantFrom(null, "sure" as const, "unsure" as const),
  wroteHere: fc.boolean(),
  wished: fc.boolean(),
  preferred: fc.boolean(),
  verified: fc.boolean(),
  kept: fc.boolean(),
  atOnce: fc.boolean(),
  cents: fc.constantFrom(null, 0, 5),
  closesAt: fc.constantFrom(null, "2026-03-02T11:00:00.000Z", "2026-03-02T13:00:00.000Z"),
  usedAt: fc.constantFrom("", "2026-01-01", "2026-02-01"),
});
const states = fc.record({
  ways: fc.array(fc.tuple(facts, fc.boolean()), { maxLength: 6 }),
  urgent: fc.boolean(),
});

test("whatever the state: every way with a reason, none that cannot carry as one that does, who is here first, and the same in any order", () => {
  fc.assert(
    fc.property(states, (state) => {
      const ways = state.ways.map(([each], index) => way(`w${index}`, each));
      const here = ways.filter((_, index) => state.ways[index]?.[1]).map(({ value }) => value);
      const moment = { now: noon, urgent: state.urgent, here };
      const ranked = rankWays(ways, moment);
      assert.deepEqual(
        ranked.map(({ value }) => value).toSorted(),
        ways.map(({ value }) => value),
      );
      for (const [index, one] of ranked.entries()) {
        const isClosed = one.closesAt !== null && Date.parse(one.closesAt) <= noon;
        assert.equal(one.blocked !== null, one.hindrance !== null || isClosed);
        assert.equal(one.blocked, blockOf(one, noon));
        if (one.blocked !== null) assert.ok(ranked.slice(index).every(({ blocked }) => blocked !== null));
        assert.equal(one.reason === "merged", !one.own);
        assert.ok(one.reason !== "here" || (here.includes(one.value) && one.blocked === null));
        assert.ok((one.reason !== "atOnce" && one.reason !== "arrives") || moment.urgent);
      }
      const usable = ranked.filter(({ blocked, own }) => blocked === null && own);
      if (usable.some(({ value }) => here.includes(value))) assert.equal(usable[0]?.reason, "here");
      for (const again of [ways.toReversed(), ranked])
        assert.deepEqual(
          rankWays(again, moment).map(({ value }) => value),
          ranked.map(({ value }) => value),
        );
    }),
  );
});
