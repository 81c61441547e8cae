// What holds of every story of the routing engine: a free slot is filled at once, nobody starves, and a hall that was read again decides what the one that lived on does.
// STORIES=200 npm test -- stories tells more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityPresets } from "#modules/routing/model-capacity.ts";
import { openHall, type Hall } from "#modules/routing/model.ts";
import type { Decision, Happening, Rows } from "#modules/routing/model-shapes.ts";
import { fc } from "#test/chance.ts";
import { centre, only } from "#test/routing-centre.ts";
import {
  drawAgent,
  drawArrival,
  drawRules,
  pick,
  plainAgent,
  plainQueue,
  plainRules,
  randomFrom,
} from "#test/routing.ts";

const second = 1000;
const minute = 60 * second;

test("what was given by hand to somebody who takes none of its kind, and was parked, can be taken back", () => {
  const { chat } = capacityPresets.chatUpTo3;
  const desk = centre([plainQueue("q0")], [plainAgent("a", { capacity: { chat } })]);
  desk.arrive("task", 0, { kind: "task" });
  assert.equal(only(desk.tell({ what: "given", atMs: 1, itemId: "task", agentId: "a" }), "held").how, "given");
  desk.tell({ what: "parked", atMs: 2, itemId: "task", agentId: "a", untilMs: null });
  assert.equal(only(desk.tell({ what: "takenBack", atMs: 3, itemId: "task", agentId: "a" }), "held").how, "takenBack");
  // By itself it does not come back to them: it goes to its place.
  desk.tell({ what: "parked", atMs: 4, itemId: "task", agentId: "a", untilMs: 1000 });
  assert.equal(only(desk.passes(1000), "returned").why, "noRoom");
});

test("a slot that becomes free is filled from the backlog in the same breath", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }), (waiting, agents) => {
      const desk = centre(
        [plainQueue("q0", { autoAccept: ["chat"] })],
        Array.from({ length: agents }, (_, n) => plainAgent(`a${n}`)),
      );
      for (let n = 0; n < waiting + 3 * agents; n += 1) desk.arrive(`${n}`, n);
      for (let n = 0; n < waiting; n += 1) {
        const { holding } = desk.item(`${n}`) ?? assert.fail();
        const decisions = desk.tell({
          what: "finished",
          atMs: 1000 + n,
          itemId: `${n}`,
          agentId: holding?.agentId ?? "",
        });
        assert.equal(only(decisions, "held").itemId, `${n + 3 * agents}`);
      }
    }),
    { numRuns: 20 },
  );
});

/** Work flows through so many agents for a while; who is finished is drawn. The longest wait of each kind in milliseconds, those who still wait included. */
const flow = (
  seed: number,
  agents: number,
  rates: Readonly<Record<string, number>>,
  hours: number,
): Map<string, number> => {
  const random = randomFrom(seed);
  const promise: Record<string, number> = { voice: 20 * second, chat: minute, mail: 60 * minute };
  const desk = centre(
    [plainQueue("q0", { autoAccept: ["voice", "chat", "mail"] })],
    Array.from({ length: agents }, (_, n) => plainAgent(`a${n}`)),
    { kinds: { ...plainRules([]).kinds, voice: { live: true, usualMs: minute, memoryMs: minute, wrapUpMs: 0 } } },
  );
  const longest = new Map<string, number>();
  const began = new Map<string, { kind: string; atMs: number }>();
  let working: { itemId: string; agentId: string; untilMs: number }[] = [];
  let n = 0;
  const follow = (decisions: readonly Decision[], atMs: number): void => {
    for (const each of decisions) {
      if (each.what !== "held") continue;
      const since = began.get(each.itemId) ?? assert.fail();
      began.delete(each.itemId);
      longest.set(since.kind, Math.max(longest.get(since.kind) ?? 0, atMs - since.atMs));
      working.push({ itemId: each.itemId, agentId: each.agentId, untilMs: atMs + 2 * minute * random() + 2 * minute });
    }
  };
  for (let atMs = 0; atMs < hours * 60 * minute; atMs += 5 * second) {
    for (const [kind, perMinute] of Object.entries(rates))
      if (random() < perMinute / 12) {
        n += 1;
        began.set(`${n}`, { kind, atMs });
        follow(desk.arrive(`${n}`, atMs, { kind, dueAtMs: atMs + (promise[kind] ?? 0) }), atMs);
      }
    const over = working.filter(({ untilMs }) => untilMs <= atMs);
    working = working.filter(({ untilMs }) => untilMs > atMs);
    for (const { itemId, agentId } of over) follow(desk.tell({ what: "finished", atMs, itemId, agentId }), atMs);
  }
  for (const { kind, atMs } of began.values())
    longest.set(kind, Math.max(longest.get(kind) ?? 0, hours * 60 * minute - atMs));
  return longest;
};

test("a backlog of chats does not starve calls, and a flood of calls does not starve chats or mails", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      // Four agents could hold twelve chats of three minutes, and more come: there is always one to fill what becomes free. A call waits for as long as a chat
      // that came with it and, at most, until an agent is finished with what they hold.
      const chats = flow(seed, 4, { chat: 4.2, voice: 0.2 }, 3);
      const chat = chats.get("chat") ?? 0;
      assert.ok(
        (chats.get("voice") ?? 0) < chat + 5 * minute,
        `a call waited ${chats.get("voice")} ms beside chats, a chat ${chat}`,
      );
      // More calls than four agents can bear: everybody waits longer and longer, a mail not longer than its promise more than calls.
      const calls = flow(seed, 4, { voice: 1.6, chat: 0.2, mail: 0.1 }, 4);
      const voice = calls.get("voice") ?? 0;
      assert.ok(
        (calls.get("chat") ?? 0) < voice + 12 * minute,
        `a chat waited ${calls.get("chat")} ms, a call ${voice}`,
      );
      assert.ok(
        (calls.get("mail") ?? 0) < voice + 75 * minute,
        `a mail waited ${calls.get("mail")} ms, a call ${voice}`,
      );
    }),
    { numRuns: 6 },
  );
});

const steps = [
  "arrive",
  "arrive",
  "arrive",
  "accept",
  "accept",
  "decline",
  "finish",
  "finish",
  "left",
  "away",
  "offline",
  "available",
  "vanish",
  "appear",
  "park",
  "takeBack",
  "sleep",
  "wake",
  "transfer",
  "kind",
  "promise",
  "skills",
  "remove",
  "pause",
  "open",
  "wait",
  "waitLong",
] as const;

/** One drawn happening, by what the rows say is possible. */
const drawHappening = (random: () => number, hall: Hall, atMs: number, n: number): Happening => {
  const { agents, items } = hall.rows();
  const step = pick(random, steps);
  const agent = agents.length === 0 ? drawAgent(random, 0, 16) : pick(random, agents);
  const item = items.length === 0 ? null : pick(random, items);
  const arrived: Happening = { what: "arrived", atMs, item: drawArrival(random, n, atMs, 16, 12) };
  if (item === null && !["away", "offline", "available", "pause", "skills"].includes(step)) return arrived;
  const itemId = item?.id ?? "";
  const offered = items.find((each) => each.offer !== null);
  const held = items.find((each, place) => each.holding !== null && place >= n % 7) ?? item;
  const of = { atMs, itemId };
  switch (step) {
    case "arrive":
      return arrived;
    case "accept":
    case "decline":
      return {
        what: step === "accept" ? "accepted" : "declined",
        atMs,
        itemId: offered?.id ?? itemId,
        agentId: offered?.offer?.agentId ?? agent.id,
        token: offered?.token ?? 0,
      };
    case "finish":
      return { what: "finished", atMs, itemId: held?.id ?? itemId, agentId: held?.holding?.agentId ?? agent.id };
    case "left":
      return { what: "left", ...of };
    case "away":
    case "offline":
    case "available":
      return {
        what: "presenceChanged",
        atMs,
        agentId: agent.id,
        state: step,
        reason: "x",
        untilMs: step === "away" ? atMs + minute : null,
      };
    case "vanish":
    case "appear":
      return { what: step === "vanish" ? "vanished" : "appeared", atMs, agentId: agent.id };
    case "park":
      return {
        what: "parked",
        atMs,
        itemId: held?.id ?? itemId,
        agentId: held?.holding?.agentId ?? "",
        untilMs: random() < 0.5 ? atMs + minute : null,
      };
    case "takeBack":
      return { what: "takenBack", atMs, itemId: held?.id ?? itemId, agentId: held?.holding?.agentId ?? "" };
    case "sleep":
      return { what: "fellAsleep", atMs, itemId: held?.id ?? itemId };
    case "wake":
      return { what: "woke", atMs, itemId: held?.id ?? itemId };
    case "transfer":
      return {
        what: "transferred",
        ...of,
        to: pick(random, [
          { queueId: "q4" },
          { queueId: "q0", backFrom: agent.id },
          { teamId: "t1" },
          { agentId: agent.id, forMs: minute },
        ]),
      };
    case "kind":
      return { what: "becameOtherKind", ...of, kind: pick(random, ["callback", "mail"]) };
    case "promise":
      return { what: "promiseChanged", ...of, dueAtMs: random() < 0.5 ? null : atMs + minute, importance: 2 };
    case "skills":
      return { what: "agentChanged", atMs, agent: drawAgent(random, Math.floor(random() * 12), 16) };
    case "remove":
      return random() < 0.2 ? { what: "agentRemoved", atMs, agentId: agent.id } : arrived;
    case "pause":
      return { what: "queuePaused", atMs, queueId: `q${Math.floor(random() * 8)}`, paused: random() < 0.3 };
    case "open":
      return { what: "queueOpened", atMs, queueId: `q${Math.floor(random() * 8)}`, open: random() < 0.7 };
    case "wait":
    case "waitLong":
      return { what: "timePassed", atMs };
  }
};

test("a hall that was read again from its rows decides, happening by happening, what the one that lived on does", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const random = randomFrom(seed);
      const rules = drawRules(random, 16);
      const lives = openHall(rules);
      let read = openHall(rules);
      let atMs = 0;
      for (let n = 0; n < 12; n += 1) {
        const agent = drawAgent(random, n, 16);
        for (const happening of [
          { what: "agentChanged", atMs, agent },
          { what: "presenceChanged", atMs, agentId: agent.id, state: "available", reason: "", untilMs: null },
        ] as const)
          assert.deepEqual(read.happen(happening), lives.happen(happening));
      }
      for (let n = 1; n <= 250; n += 1) {
        atMs += Math.floor(random() < 0.1 ? random() * 5 * minute : random() * 3 * second);
        if (n % 5 === 0) read = openHall(rules, JSON.parse(JSON.stringify(lives.rows())) as Rows);
        const happening = drawHappening(random, lives, atMs, n);
        assert.deepEqual(
          read.happen(happening),
          lives.happen(happening),
          `step ${n} of seed ${seed}: ${JSON.stringify(happening)}`,
        );
        assert.equal(read.nextDueMs(), lives.nextDueMs());
      }
      // What was measured may differ in the last digit: it has faded in other portions.
      const digits = (rows: Rows): unknown =>
        JSON.parse(
          JSON.stringify(rows, (_, value: unknown) =>
            typeof value === "number" ? Number(value.toPrecision(9)) : value,
          ),
        );
      assert.deepEqual(digits(read.rows()), digits(lives.rows()));
    }),
    { numRuns: Number(process.env["STORIES"] ?? "8"), examples: [[14], [326_353], [302_696], [313_578]] },
  );
});
