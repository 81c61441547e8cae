// A past day by other rules: what the log tells becomes pieces of work, and what is played of them adds up.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Queue } from "#contract/routing-book.ts";
import { capacityPresets } from "#modules/routing/model-capacity.ts";
import { middleOf, piecesOf, writingMsOf, type PastEntry, type PastPiece } from "#modules/routing/model-past.ts";
import { playDay, type DayAgent, type DayPiece, type DayToPlay, type Played } from "#modules/routing/model-preview.ts";
import { fc } from "#test/chance.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = Date.parse("2026-11-27T00:00:00Z");
const at = (ms: number): string => new Date(day + ms).toISOString();
const anna = { kind: "agent", id: "anna", name: "Anna" } as const;
const ben = { kind: "agent", id: "ben", name: "Ben" } as const;
const customer = { kind: "customer", id: "c", name: "Kurt" } as const;

const created = (ms: number, part: object = {}): PastEntry => ({
  at: at(ms),
  kind: "concern.created",
  actor: customer,
  data: {
    row: {
      brandId: "b",
      status: "new",
      priority: "normal",
      topicId: null,
      teamId: null,
      language: "de",
      assigneeId: null,
      waitingSince: at(ms),
      dueAt: null,
      channels: ["email"],
      ...part,
    },
  },
});
const said = (ms: number, by: typeof anna | typeof ben | typeof customer, channelKind = "email"): PastEntry => ({
  at: at(ms),
  kind: "message.added",
  actor: by,
  data: { message: { direction: by.kind === "agent" ? "out" : "in", author: by, channelKind } },
});
const changed = (ms: number, patch: object, by: PastEntry["actor"] = customer): PastEntry => ({
  at: at(ms),
  kind: "concern.changed",
  actor: by,
  data: { patch: { version: 2, ...patch } },
});
const answered = (ms: number, by: typeof anna | typeof ben, channelKind?: string): PastEntry[] => [
  said(ms, by, channelKind),
  changed(ms, { status: "waiting", waitingSince: null }, by),
];
const wrote = (ms: number, channelKind?: string): PastEntry[] => [
  said(ms, customer, channelKind),
  changed(ms, { status: "open", waitingSince: at(ms) }),
];
const shape = ({
  kind,
  arrivedAtMs,
  answered: first,
  lastMs,
  leftAtMs,
  assigneeId,
  lastAgentId,
}: PastPiece): unknown => [
  kind,
  (arrivedAtMs - day) / minute,
  first === null ? null : `${first.agentId} ${(first.atMs - day) / minute}`,
  lastMs === null ? null : (lastMs - day) / minute,
  leftAtMs === null ? null : (leftAtMs - day) / minute,
  assigneeId,
  lastAgentId,
];
const shapes = (...entries: readonly PastEntry[]): unknown[] => piecesOf("c1", entries).map(shape);

test("each time a customer waits by mail is a piece of work, with who answered, whose it was and who had answered before", () => {
  assert.deepEqual(
    shapes(
      created(0),
      said(0, customer),
      changed(minute, { assigneeId: "anna" }, anna),
      ...answered(10 * minute, anna),
      ...wrote(60 * minute),
      ...answered(90 * minute, ben),
    ),
    [
      ["mail", 0, "anna 10", 10, null, null, null],
      ["mail", 60, "ben 90", 90, null, "anna", "anna"],
    ],
  );
});

test("what is settled without an answer counts for the agent who did it, what ends by itself has left, and what was not answered waits", () => {
  const closing = { status: "closed", waitingSince: null };
  assert.deepEqual(shapes(created(0), said(0, customer), changed(minute, closing, ben)), [
    ["mail", 0, "ben 1", 1, null, null, null],
  ]);
  assert.deepEqual(shapes(created(0), said(0, customer), changed(minute, closing)), [
    ["mail", 0, null, null, 1, null, null],
  ]);
  assert.deepEqual(shapes(created(0), said(0, customer)), [["mail", 0, null, null, null, null, null]]);
});

test("an answer that was taken back was none; a concern that slept or whose facts changed still waits for the same", () => {
  assert.deepEqual(
    shapes(
      created(0),
      said(0, customer),
      ...answered(minute, anna),
      changed(2 * minute, { status: "open", waitingSince: at(0) }, anna),
      changed(3 * minute, { status: "snoozed" }, anna),
      changed(5 * minute, { status: "open" }),
      changed(6 * minute, { topicId: "t", dueAt: at(hour) }),
    ),
    [["mail", 0, null, null, null, null, null]],
  );
});

test("a chat is one piece for as long as its customer writes soon after an answer, and its customer does not leave by falling silent", () => {
  const chat = "webchat";
  assert.deepEqual(
    shapes(
      created(0, { channels: [chat] }),
      said(0, customer, chat),
      ...answered(2 * minute, anna, chat),
      ...wrote(5 * minute, chat),
      ...answered(6 * minute, anna, chat),
      said(7 * minute, anna, chat),
      ...wrote(8 * minute, chat),
      changed(9 * minute, { status: "resolved", waitingSince: null }),
      ...wrote(40 * minute, chat),
    ),
    [
      ["chat", 0, "anna 2", 7, null, null, null],
      ["chat", 40, null, null, null, null, "anna"],
    ],
  );
});

test("writing took since it came, or since the agent did something else; unknown when that was nothing, or long ago", () => {
  const [piece] = piecesOf("c1", [created(0), said(0, customer), ...answered(20 * minute, anna)]);
  assert.ok(piece);
  const acts = (...ms: readonly number[]) =>
    new Map([["anna", ms.map((one) => ({ atMs: day + one, concernId: "other" }))]]);
  assert.equal(writingMsOf(piece, acts()), null);
  assert.equal(writingMsOf(piece, acts(-minute)), 20 * minute, "it came after that");
  assert.equal(writingMsOf(piece, acts(5 * minute, 12 * minute, 30 * minute)), 8 * minute);
  assert.equal(writingMsOf(piece, acts(20 * minute - 1_000)), 15_000, "nobody writes faster");
  const own = new Map([["anna", [{ atMs: day + minute, concernId: "c1" }]]]);
  assert.equal(writingMsOf(piece, own), null, "what was done in it is part of it");
  const [late] = piecesOf("c1", [created(0), said(0, customer), ...answered(40 * minute, anna)]);
  assert.equal(writingMsOf(late ?? assert.fail(), acts(-minute)), null, "nobody writes for so long");
  assert.deepEqual([middleOf("mail", [5, 1, 9]), middleOf("mail", [])], [5, 600_000]);
});

const piece = (id: string, arrivedMs: number, part: Partial<DayPiece> = {}): DayPiece => ({
  id,
  kind: "mail",
  facts: {
    brandId: "b",
    topicId: null,
    channelKind: "email",
    priority: "normal",
    language: "de",
    teamId: null,
    tierId: null,
  },
  arrivedAtMs: day + arrivedMs,
  dueAtMs: null,
  importance: 0,
  preferredAgentIds: [],
  givenTo: null,
  handleMs: 10 * minute,
  answerMs: 10 * minute,
  leavesAtMs: null,
  was: null,
  ...part,
});
const agent = (id: string, part: Partial<DayAgent> = {}): DayAgent => ({
  id,
  skills: { "brand:b": 1 },
  teamIds: [],
  queueIds: null,
  capacity: capacityPresets.blended,
  stretches: [{ fromMs: day + 8 * hour, toMs: day + 16 * hour, state: "available" }],
  ...part,
});
const played = (part: Partial<DayToPlay>): Played => {
  const turns = playDay({
    fromMs: day,
    toMs: day + 24 * hour,
    book: bookWith([bookQueue(1)]),
    parents: new Map(),
    pieces: [],
    agents: [agent("anna")],
    openings: [],
    ...part,
  });
  for (;;) {
    const turn = turns.next();
    if (turn.done === true) return turn.value;
  }
};

test("mails are answered one after the other, chats beside them; who waits from before the day takes time and is not counted", () => {
  const chat = { kind: "chat", facts: { ...piece("", 0).facts, channelKind: "webchat" }, answerMs: minute } as const;
  const {
    queues,
    agents,
    played: count,
    nowhere,
  } = played({
    pieces: [
      piece("old", -hour),
      piece("m1", 9 * hour),
      piece("m2", 9 * hour, { was: { atMs: day + 11 * hour, agentId: "ben" } }),
      piece("c1", 9 * hour, chat),
      piece("gone", 17 * hour, { leavesAtMs: day + 18 * hour }),
      piece("late", 17 * hour),
    ],
  });
  assert.deepEqual([count, nowhere], [5, 0]);
  assert.deepEqual(agents, [
    { agentId: "anna", was: 0, would: 4 },
    { agentId: "ben", was: 1, would: 0 },
  ]);
  const [{ was, would, left, came } = assert.fail()] = queues;
  assert.deepEqual([came, left], [5, 1]);
  assert.deepEqual(was, {
    answered: 1,
    serviceLevel: 0,
    abandoned: 1,
    averageWaitSeconds: 7_200,
    longestWaitSeconds: 7_200,
  });
  // Three seconds until each offer is accepted; then ten minutes, twenty, and one.
  assert.deepEqual(would, {
    answered: 3,
    serviceLevel: 100,
    abandoned: 1,
    averageWaitSeconds: Math.round((603 + 1_203 + 63) / 3),
    longestWaitSeconds: 1_203,
  });
});

test("skills, teams, brands, steps, overflow, pulling and closed hours do what they do at work", () => {
  const german = { requires: { [idOf<string>(901)]: 2 } } as Partial<Queue>;
  const would = (queue: Partial<Queue>, also: Partial<DayToPlay> = {}): readonly unknown[] => {
    const { queues } = played({
      book: bookWith([bookQueue(1, { when: { ...bookQueue(1).when, language: "de" }, ...queue }), bookQueue(2)]),
      pieces: [piece("m", 9 * hour)],
      ...also,
    });
    const [one] = queues;
    return [one?.would.averageWaitSeconds, one?.left, one?.relaxed, one?.overflowedTo.map(({ count }) => count)];
  };
  assert.deepEqual(would({}), [603, 0, 0, []]);
  assert.deepEqual(would(german), [null, 1, 0, []]);
  assert.deepEqual(
    would({ ...german, steps: [{ afterSeconds: 60, lower: {}, drop: [idOf(901)], teamIds: [], queueId: null }] }),
    [663, 0, 1, []],
  );
  assert.deepEqual(
    would({ ...german, steps: [{ afterSeconds: 60, lower: {}, drop: [], teamIds: [], queueId: idOf(2) }] }),
    [663, 0, 1, []],
  );
  assert.deepEqual(would({ teamIds: [idOf(7)] }), [null, 1, 0, []]);
  assert.deepEqual(would({}, { agents: [agent("anna", { skills: { "brand:other": 1 } })] }), [null, 1, 0, []]);
  assert.deepEqual(would({ offers: false }), [null, 1, 0, []]);
  assert.deepEqual(would({ offers: false, mayPull: true }), [603, 0, 0, []]);
  const openings = [
    { queueId: idOf<string>(1), atMs: day, open: false },
    { queueId: idOf<string>(1), atMs: day + 10 * hour, open: true },
  ];
  assert.deepEqual(would({}, { openings }), [3_600 + 603, 0, 0, []]);
  const withOld = { openings, pieces: [piece("old", -hour), piece("m", 9 * hour)] };
  assert.deepEqual(would({ overflow: [{ when: "closed", queueId: idOf(2) }] }, withOld), [603, 0, 0, [1]]);
});

test("what is an agent's own goes to them alone, and they begin when they come", () => {
  const { queues, agents } = played({
    book: bookWith([bookQueue(1, { keepSeconds: 86_400 })]),
    pieces: [piece("own", 9 * hour, { givenTo: "ben" })],
    agents: [
      agent("anna"),
      agent("ben", { stretches: [{ fromMs: day + 12 * hour, toMs: day + 13 * hour, state: "available" }] }),
    ],
  });
  assert.deepEqual(
    agents.map(({ would }) => would),
    [0, 1],
  );
  assert.equal(queues[0]?.would.averageWaitSeconds, 3 * 3_600 + 600);
});

test("a chat whose agent goes before the answer goes back, and to who comes next", () => {
  const { queues, agents } = played({
    pieces: [piece("c", 9 * hour, { kind: "chat", handleMs: 20 * minute })],
    agents: [
      agent("anna", { stretches: [{ fromMs: day + 8 * hour, toMs: day + 9 * hour + 5 * minute, state: "available" }] }),
      agent("ben", {
        stretches: [{ fromMs: day + 9 * hour + 10 * minute, toMs: day + 16 * hour, state: "available" }],
      }),
    ],
  });
  assert.deepEqual(
    agents.map(({ would }) => would),
    [0, 1],
  );
  assert.equal(queues[0]?.would.averageWaitSeconds, 1_203);
});

test("whatever comes, everything that came was answered, left, or is left over; twice the same day is the same; no more agents answer than were there", () => {
  const times = fc.integer({ min: -2 * 60, max: 24 * 60 - 1 });
  const drawn = fc.record({
    pieces: fc.array(
      fc.record({
        at: times,
        chat: fc.boolean(),
        takes: fc.integer({ min: 1, max: 90 }),
        leaves: fc.option(fc.integer({ min: 1, max: 600 }), { nil: null }),
      }),
      { maxLength: 40 },
    ),
    agents: fc.array(fc.record({ from: fc.integer({ min: 0, max: 1_300 }), long: fc.integer({ min: 1, max: 139 }) }), {
      maxLength: 4,
    }),
    takesMail: fc.boolean(),
  });
  fc.assert(
    fc.property(drawn, ({ pieces, agents, takesMail }) => {
      const given: Partial<DayToPlay> = {
        book: bookWith([
          bookQueue(1, {
            when: { ...bookQueue(1).when, channelKinds: takesMail ? [] : ["webchat"] },
            overflow: [{ when: "length", over: 3, back: 1, queueId: idOf(2) }],
          }),
          bookQueue(2, { when: { ...bookQueue(1).when, language: "en" } }),
        ]),
        pieces: pieces.map(({ at: came, chat, takes, leaves }, n) =>
          piece(`p${n}`, came * minute, {
            kind: chat ? "chat" : "mail",
            facts: { ...piece("", 0).facts, channelKind: chat ? "webchat" : "email" },
            handleMs: takes * minute,
            answerMs: minute,
            leavesAtMs: leaves === null ? null : day + (came + leaves) * minute,
          }),
        ),
        agents: agents.map(({ from, long }, n) =>
          agent(`a${n}`, {
            stretches: [{ fromMs: day + from * minute, toMs: day + (from + long) * minute, state: "available" }],
          }),
        ),
      };
      const once = played(given);
      assert.deepEqual(played(given), once);
      for (const { came, would, left } of once.queues) assert.equal(came, would.answered + would.abandoned + left);
      const came = pieces.filter((one) => one.at >= 0).length;
      assert.equal(
        once.queues.reduce((sum, queue) => sum + queue.came, once.nowhere),
        came,
      );
      if (agents.length === 0) assert.ok(once.queues.every(({ would }) => would.answered === 0));
      const done = once.agents.reduce((sum, { would }) => sum + would, 0);
      assert.ok(done <= pieces.length && done >= once.queues.reduce((sum, { would }) => sum + would.answered, 0));
    }),
    { numRuns: 60 },
  );
});
