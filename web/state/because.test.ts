// Why an offer is mine, where work is, what the routing did: in sentences of both languages, whole ones, without a code or a placeholder left in them.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Because } from "#contract/routing.ts";
import de from "#locales/de.json" with { type: "json" };
import en from "#locales/en.json" with { type: "json" };
import { becauseWords } from "#web/state/because.ts";
import { folded, foldedWords, isOfRouting, routedWords } from "#web/state/workHistory.ts";
import { speak } from "#web/state/words.ts";
import { lengthWords, presenceWords, runningWords, waitWords, whereWords } from "#web/state/workWords.ts";

afterEach(() => speak("en", {}));

const agents = [
  { id: "ada", name: "Ada" },
  { id: "ben", name: "Ben" },
];
const book = {
  skills: [
    { id: "fr", name: "French" },
    { id: "tv", name: "TV" },
  ],
  queues: [{ id: "q", name: "Television" }],
  reasons: [{ id: "lunch", name: "Lunch", for: "away" }],
} as never;
const names = { agents, book, whose: null };

const plain = {
  now: "item",
  urgencyAt: "2026-03-02T09:00:00.000Z",
  waitedSeconds: 0,
  order: "longestIdle",
  value: 3,
  others: [],
  instead: [],
  step: 0,
  requires: {},
  relaxed: {},
  declined: 0,
} as unknown as Because;
const because = (part: object): Because => ({ ...plain, ...part });
const said = (part: object): string => becauseWords(because(part), names).all.join(" ");

test("a plain offer says why me, why now, and that nobody else could", () => {
  speak("en", en);
  assert.equal(said({}), "You have been free the longest. It has just come. Nobody else who can do this was free.");
  speak("de", de);
  assert.equal(said({}), "Sie sind am längsten frei. Es ist gerade gekommen. Sonst war niemand frei, der das kann.");
});

test("everything that went into it is said: who else, what is asked, what no longer, what there was instead, how often it was passed on", () => {
  speak("en", en);
  assert.equal(
    said({
      now: "room",
      waitedSeconds: 125,
      order: "bestSkill",
      value: 4,
      others: [
        { agentId: "ben", value: 3, why: "later" },
        { agentId: "gone", value: 0, why: "declined" },
      ],
      instead: [{ workId: "w", kind: "mail", urgencyAt: plain.urgencyAt, why: "lessUrgent" }],
      step: 2,
      requires: { fr: 2, "brand:b": 1 },
      relaxed: { fr: 2, tv: 1 },
      declined: 1,
    }),
    "You know this best (French 2). It had waited for 2 minutes; now there is room for it. Otherwise Ben would have been asked. " +
      "somebody did not take it. Asked for: French 2. French is now enough at 2 instead of 4. TV is no longer asked for. " +
      "There was also a mail; that is due later. Since it had waited, 2 steps were relaxed. It was passed on 1 time before.",
  );
});

test("no code and no placeholder is left, whatever the reason, in both languages", () => {
  for (const [language, words] of [["de", de] as const, ["en", en] as const]) {
    speak(language, words);
    for (const order of ["longestIdle", "bestSkill", "leastLoaded", "preferred"])
      for (const now of ["item", "room"])
        for (const value of [0, 40, 1_772_442_000_000])
          for (const why of ["lessUrgent", "noRoom", "inTheWay"])
            for (const whose of [null, "Ada"]) {
              const { short, all } = becauseWords(
                because({
                  order,
                  now,
                  value,
                  waitedSeconds: 60,
                  instead: [{ kind: "voice", why }],
                  requires: { fr: 1 },
                }),
                { ...names, whose },
              );
              for (const sentence of [short, ...all]) assert.match(sentence, /^[^{}]+[.]$/, sentence);
              assert.doesNotMatch(all.join(" "), /routing\./);
              if (whose !== null) assert.match(short, /Ada/);
            }
  }
});

test("where a concern's work is: waiting with an honest time, offered, with somebody, parked, kept for who is gone", () => {
  speak("en", en);
  const work = { queueId: "q", state: "waiting", agentId: null, until: null, rest: "none" };
  const where = (part: object, wait: object | null = null): string | null =>
    whereWords({ work: { ...work, ...part }, wait } as never, { agents, book, me: "ada" });
  const predicted = { seconds: 120, low: 60, high: 290, by: "usual" };
  assert.equal(where({}, { place: 3, of: 12, predicted }), "Waits in Television, place 3 of 12, about 1 to 5 minutes");
  assert.equal(where({}, { place: 3, of: 12, predicted: null }), "Waits in Television, place 3 of 12");
  assert.equal(where({}), "Waits in Television");
  assert.equal(where({ state: "offered", agentId: "ben" }), "Being offered to Ben (Television)");
  assert.equal(where({ state: "held", agentId: "ben" }), "With Ben");
  assert.equal(where({ state: "held", agentId: "ada" }), "With you");
  assert.equal(where({ state: "held", agentId: "ada", rest: "parked" }), "Parked by you");
  assert.match(where({ state: "held", agentId: "ben", until: plain.urgencyAt }) ?? "", /^Kept for Ben until /);
  assert.equal(whereWords({ work: null, wait: null }, { agents, book, me: "ada" }), null);
});

test("times are said as people say them", () => {
  speak("en", en);
  assert.deepEqual([0, 1, 89, 90, 3_590, 3_600, 5_400, 200_000].map(lengthWords), [
    "0 seconds",
    "1 second",
    "89 seconds",
    "2 minutes",
    "1 hour",
    "1 hour",
    "1 h 30 min",
    "2 days",
  ]);
  assert.deepEqual([-4, 42, 725, 3_800].map(runningWords), ["0:00", "0:42", "12:05", "1:03:20"]);
  const wait = (low: number, high: number): string => waitWords({ low, high });
  assert.deepEqual(
    [wait(5, 40), wait(10, 60), wait(0, 300), wait(130, 300), wait(240, 240), wait(4_000, 9_000), wait(60, 9_000)],
    [
      "less than a minute",
      "about 1 minute",
      "up to 5 minutes",
      "about 2 to 5 minutes",
      "about 4 minutes",
      "about 1 to 3 hours",
      "up to 3 hours",
    ],
  );
});

test("presence has the centre's reason, the program's own, or none", () => {
  speak("en", en);
  assert.equal(presenceWords({ state: "away", reason: "lunch" }, book), "Away: Lunch");
  assert.equal(presenceWords({ state: "away", reason: "noAnswer" }, book), "Away: did not answer");
  assert.equal(presenceWords({ state: "busy", reason: "" }, book), "Busy");
  assert.equal(presenceWords({ state: "busy", reason: "removed since" }, book), "Busy");
});

test("a concern's way through the routing is one line, without what another entry says better", () => {
  speak("en", en);
  const work = { queueId: "q", agentId: null, until: null, rest: "none", state: "waiting" };
  const entries = [
    { kind: "work.changed", data: { work, why: "waiting:arrived" } },
    { kind: "work.offered", data: { work: { ...work, agentId: "ben", state: "offered" }, because: plain } },
    { kind: "work.changed", data: { work: { ...work, agentId: "ben", state: "offered" }, why: "offered" } },
    { kind: "work.returned", data: { workId: "w", agentId: "ben", why: "declined", reason: "notMine" } },
    { kind: "work.changed", data: { work, why: "waiting:declined" } },
    { kind: "work.wished", data: {} },
    { kind: "work.changed", data: { work: { ...work, agentId: "ada", state: "held" }, why: "held:accepted" } },
    { kind: "work.ended", data: { workId: "w", agentId: "ada", why: "finished" } },
    { kind: "work.disposed", data: { workId: "w", agentId: "ada", name: "Solved" } },
  ];
  assert.equal(
    foldedWords(entries, { agents, book }),
    "Routing: waits in Television · offered to Ben: Ben had been free the longest · Ben declined: Not my subject · " +
      "Ada accepted it · handled by Ada · Ada: Solved",
  );
  assert.equal(foldedWords([{ kind: "work.wished", data: {} }], { agents, book }), null);
  assert.equal(
    routedWords(
      { kind: "work.returned", data: { agentId: "ben", why: "declined", reason: "Ich kenne ihn" } },
      { agents, book },
    ),
    "Ben declined: Ich kenne ihn",
  );
});

test("only what the routing says one after the other is folded", () => {
  const lines = ["work.a", "work.b", "message", "work.c", "concern.changed", "concern.changed"].map((kind) => ({
    kind,
    data: null,
  }));
  assert.deepEqual(
    folded(lines, isOfRouting).map((run) => run.map(({ kind }) => kind).join("+")),
    ["work.a+work.b", "message", "work.c", "concern.changed", "concern.changed"],
  );
});
