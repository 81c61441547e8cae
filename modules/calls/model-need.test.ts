// What a call wants, who it is, how it counts; what may be dialled.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, BrandId, CallId, ChannelId } from "#contract/ids.ts";
import { isRefusal } from "#contract/errors.ts";
import { forbiddenNumber, usedUp, wrongHour } from "#modules/calls/model-dialling.ts";
import { isAbandoned, isMissed, personKey, personOf, wantOf } from "#modules/calls/model-need.ts";
import { cardWords, voicemailWords } from "#modules/calls/model-words.ts";
import { over, record, talking, usualRules } from "#test/call-records.ts";

const at = "2026-03-02T09:00:00.000Z";
const anna = "0195d1f0-0000-7000-8000-00000000000a" as AgentId;
const call = record({ id: "c" as CallId, channelId: "h" as ChannelId, brandId: "b" as BrandId, startedAt: at });
const waiting = { ...call, phase: "queue" as const, waitingSince: at };
const codeOf = (said: unknown): string | null => (isRefusal(said) ? said.refused : null);

void test("who only helps themselves wants nobody; who waits, talks or is dialled does, until the end", () => {
  assert.equal(wantOf(call), null);
  assert.deepEqual([wantOf(waiting)?.kind, wantOf(waiting)?.talking, wantOf(waiting)?.agentId], ["voice", false, null]);
  const talk = talking(waiting, anna, at);
  assert.deepEqual([wantOf(talk)?.talking, wantOf(talk)?.agentId], [true, anna]);
  assert.equal(wantOf(over(talk, "talked", at)), null);
  const dialled = { ...call, direction: "out" as const, phase: "dialling" as const, agentId: anna };
  assert.deepEqual([wantOf(dialled)?.talking, wantOf(dialled)?.agentId, wantOf(dialled)?.since], [true, anna, at]);
});

void test("a number proves nothing, a page's visitor is known, a withheld number is nobody", () => {
  assert.deepEqual(personOf(call), { kind: "phone", value: "+493012345", name: null, assurance: "none" });
  assert.deepEqual(personOf({ number: null, visitor: "v", name: "Ida" }), {
    kind: "chat",
    value: "v",
    name: "Ida",
    assurance: "proved",
  });
  assert.deepEqual([personKey(call), personKey({ number: null, visitor: null, name: "" })], ["phone +493012345", null]);
});

void test("who hung up while they waited gave up; a callback, another way, or helping oneself is no abandonment", () => {
  const ends = [
    "abandoned",
    "abandonedAtOnce",
    "lost",
    "callback",
    "movedToChat",
    "voicemail",
    "turnedAway",
    "selfServed",
  ] as const;
  assert.deepEqual(
    ends.filter((end) => isAbandoned(over(waiting, end, at))),
    ["abandoned", "abandonedAtOnce", "lost"],
  );
  assert.equal(isAbandoned(over(call, "abandoned", at)), false, "before they waited for anybody");
  const callback = {
    number: "+493012345",
    at: null,
    tries: 3,
    lastTryAt: at,
    lastCause: null,
    expiresAt: at,
    state: "gaveUp" as const,
    legId: null,
    nextAt: null,
  };
  const back = over({ ...waiting, direction: "out", callback }, "notReached", at);
  assert.deepEqual([isAbandoned(back), isMissed(back)], [false, true]);
  assert.deepEqual(
    ends.filter((end) => isMissed(over(waiting, end, at))),
    ["abandoned", "abandonedAtOnce", "lost", "turnedAway"],
  );
  assert.equal(isMissed(over({ ...call, direction: "out" }, "noAnswer", at)), false, "an agent's own call");
});

void test("what may be dialled goes by the longest beginning that fits, the hour by every zone of the country, and caps to the last one", () => {
  const may = (number: string, mayDial: string[], mayNotDial: string[] = []): boolean =>
    forbiddenNumber(number, { ...usualRules, mayDial, mayNotDial }) === null;
  assert.deepEqual(
    [
      may("+4930", ["+49"]),
      may("+4930", []),
      may("+49900", ["+49"], ["+49900"]),
      may("+491512", ["+4915"], ["+49"]),
      may("+4930", ["+4915"], ["+49"]),
      may("+4930", ["+49"], ["+49"]),
    ],
    [true, false, false, true, false, false],
  );
  const hour = (utc: number, over = {}, number = "+4930") =>
    codeOf(wrongHour(number, { ...usualRules, ...over }, new Date(Date.UTC(2026, 2, 2, utc)), "Europe/Berlin"));
  assert.deepEqual(
    [6, 7, 18, 19].map((utc) => hour(utc)),
    ["dialNotNow", null, null, "dialNotNow"],
  );
  assert.deepEqual(
    [hour(2, { dialFromHour: 22, dialToHour: 6 }), hour(12, { dialFromHour: 22, dialToHour: 6 })],
    [null, "dialNotNow"],
  );
  assert.deepEqual(
    [15, 17, 23].map((utc) => hour(utc, {}, "+12125550100")),
    ["dialNotNow", null, null],
  );
  const full = (inHour: number, minutes: number) =>
    codeOf(usedUp({ inHour, minutes }, { ...usualRules, dialsAnHour: 2, dialMinutesADay: 10 }));
  assert.deepEqual([full(1, 9), full(2, 9), full(1, 10)], [null, "dialTooMany", "dialUsedUp"]);
});

void test("a call says in its own language who called whom", () => {
  assert.deepEqual(
    [
      call,
      { ...call, name: "Blum", language: "en" as const },
      { ...call, number: null },
      { ...call, by: "web" as const, number: null, name: "Ida" },
      { ...call, direction: "out" as const },
    ].map(cardWords),
    [
      "Anruf von +493012345",
      "Call from Blum (+493012345)",
      "Anruf mit unterdrückter Rufnummer",
      "Anruf über die Webseite: Ida",
      "Anruf bei +493012345",
    ],
  );
  assert.deepEqual(
    [voicemailWords("en", 75.4, " "), voicemailWords("de", 4, "Hallo")],
    ["Voice message (1:15)", "Sprachnachricht (0:04)\n\nHallo"],
  );
});
