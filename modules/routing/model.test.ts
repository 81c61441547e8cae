// The routing engine, rule by rule. What holds of every story is in model-stories.test.ts, of whole days in simulation.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityPresets } from "#modules/routing/model-capacity.ts";
import type { AgentFacts, Happening } from "#modules/routing/model-shapes.ts";
import { centre, only, what } from "#test/routing-centre.ts";
import { plainAgent, plainArrival, plainQueue, plainRules } from "#test/routing.ts";

const second = 1000;
const minute = 60 * second;

const [a, b, c] = [plainAgent("a"), plainAgent("b"), plainAgent("c")];
const chatOnly = { capacity: { chat: { weight: 100, max: 1, interrupts: [], dormantWeight: 0 } } };

test("who is idle for longest is offered it, and the decision says why and who else was able", () => {
  const desk = centre([plainQueue("q0")], [a, b]);
  const { because, agentId, token, untilMs } = only(desk.arrive("1", 5000), "offered");
  assert.deepEqual([agentId, token, untilMs], ["a", 1, 25_000]);
  assert.deepEqual([because.now, because.order, because.value], ["item", "longestIdle", 0]);
  assert.deepEqual(because.others, [{ agentId: "b", value: 0, why: "later" }]);
  assert.equal(only(desk.arrive("2", 6000), "offered").agentId, "b");
});

test("the best skill, or the least load, goes first where the queue says so; ties by who is idle for longest, then by id", () => {
  const [novice, master] = [plainAgent("a", { skills: { french: 2 } }), plainAgent("b", { skills: { french: 5 } })];
  const best = centre([plainQueue("q0", { order: "bestSkill" })], [novice, master]);
  assert.equal(only(best.arrive("1", 0, { requires: { french: 2 } }), "offered").agentId, "b");
  const least = centre([plainQueue("q0", { order: "leastLoaded" })], [a, b]);
  assert.equal(only(least.arrive("1", 0), "offered").agentId, "a");
  least.accept("1", 1);
  assert.equal(only(least.arrive("2", 2), "offered").agentId, "b");
});

test("whatever thousands of different needs come and go, who waits is found by whoever becomes able, and nobody else is asked", () => {
  const desk = centre([plainQueue("q0")], [plainAgent("a", { skills: { law: 9000 }, ...chatOnly })]);
  desk.presence("a", 0, "busy");
  desk.arrive("first", 0, { requires: { law: 8500.5 } });
  desk.arrive("rare", 0, { requires: { law: 10_000 } });
  for (let level = 1; level <= 4200; level += 1) {
    desk.arrive(`${level}`, level, { requires: { law: level } });
    desk.tell({ what: "left", atMs: level, itemId: `${level}` });
  }
  const before = desk.presence("a", 5000, "available");
  assert.equal(only(before, "offered").itemId, "first");
  desk.accept("first", 5001);
  desk.tell({ what: "agentChanged", atMs: 5002, agent: plainAgent("b", { skills: { law: 9999.5 } }) });
  desk.presence("b", 5003, "available");
  assert.equal(desk.offeredTo("rare"), null);
  const able = desk.tell({ what: "agentChanged", atMs: 5004, agent: plainAgent("b", { skills: { law: 10_000 } }) });
  assert.equal(only(able, "offered").itemId, "rare");
  desk.tell({ what: "declined", atMs: 5005, itemId: "rare", agentId: "b", token: 1 });
  desk.tell({ what: "agentChanged", atMs: 5006, agent: plainAgent("b", { skills: { other: 1 } }) });
  desk.tell({ what: "finished", atMs: 5007, itemId: "first", agentId: "a" });
  desk.tell({ what: "left", atMs: 5008, itemId: "rare" });
  const last = desk.arrive("last", 5009, { requires: { law: 4200 } });
  assert.equal(only(last, "offered").agentId, "a", "b has it no longer");
  desk.arrive("mail", 5010, { kind: "mail", requires: { law: 4200 } });
  assert.equal(desk.offeredTo("mail"), null, "nor for another kind of work");
  desk.tell({ what: "agentChanged", atMs: 5011, agent: plainAgent("b", { skills: { law: 5000 } }) });
  desk.arrive("task", 5012, { kind: "task", requires: { law: 4200 } });
  assert.deepEqual([desk.offeredTo("mail"), desk.offeredTo("task")], ["b", "b"], "b has it again");
});

test("a queue asks for skills by language and tier, and only who has the level is asked", () => {
  const asks = [{ when: { language: "fr" }, requires: { french: 3 }, prefers: {} }];
  const desk = centre(
    [plainQueue("q0", { asks })],
    [plainAgent("a", { skills: { french: 2 } }), plainAgent("b", { skills: { french: 3 } })],
  );
  const { agentId, because } = only(desk.arrive("1", 0, { facts: { language: "fr" } }), "offered");
  assert.equal(agentId, "b");
  assert.deepEqual(because.requires, { french: 3 });
});

test("less is asked for step by step, a team joins, and at last it goes to another queue with its first arrival", () => {
  const steps = [
    { afterMs: 10 * second, lower: { french: 2 } },
    { afterMs: 20 * second, drop: ["french"] },
    { afterMs: 30 * second, teamIds: ["second"] },
    { afterMs: 40 * second, queueId: "q1" },
  ];
  const queues = [plainQueue("q0", { teamIds: ["first"], steps }), plainQueue("q1")];
  const nobody = plainAgent("x", { teamIds: ["third"], queueIds: ["q0"] });
  const relaxed = (who: AgentFacts): string[] => {
    const desk = centre(queues, [nobody, who]);
    desk.arrive("1", 0, { requires: { french: 3 } });
    const steps: string[] = [];
    for (const atMs of [10, 20, 30, 40].map((each) => each * second))
      for (const each of desk.passes(atMs)) {
        if (each.what === "offered")
          steps.push(`${atMs / second} ${each.agentId} ${JSON.stringify(each.because.relaxed)}`);
        if (each.what === "moved") assert.equal(desk.item("1")?.arrivedAtMs, 0);
      }
    return steps;
  };
  assert.deepEqual(relaxed(plainAgent("a", { teamIds: ["first"], skills: { french: 1 } })), ['10 a {"french":2}']);
  assert.deepEqual(relaxed(plainAgent("a", { teamIds: ["first"] })), ['20 a {"french":3}']);
  assert.deepEqual(relaxed(plainAgent("a", { teamIds: ["second"] })), ['30 a {"french":3}']);
  assert.deepEqual(relaxed(plainAgent("a", { queueIds: ["q1"], skills: { french: 3 } })), ["40 a {}"]);
});

test("the preferred agent is waited for while there and full, not while away, and not for longer than the queue's patience", () => {
  const [full, free] = [plainAgent("a", chatOnly), plainAgent("b", chatOnly)];
  const queues = [plainQueue("q0", { patienceMs: 30 * second, offerMs: minute })];
  const begin = () => {
    const desk = centre(queues, [full, free]);
    desk.arrive("before", 0);
    desk.accept("before", 1);
    const waiting = only(desk.arrive("1", 1000, { preferredAgentIds: ["a"] }), "waiting");
    assert.deepEqual(waiting.waitingFor?.agentIds, ["a"]);
    return desk;
  };
  const comes = begin();
  const { agentId, because } = only(
    comes.tell({ what: "finished", atMs: 2000, itemId: "before", agentId: "a" }),
    "offered",
  );
  assert.deepEqual([agentId, because.order, because.waitedFor?.agentIds], ["a", "preferred", ["a"]]);
  const late = begin();
  assert.deepEqual(what(late.passes(30_999)), []);
  assert.equal(only(late.passes(31_000), "offered").agentId, "b");
  const gone = begin();
  assert.equal(only(gone.presence("a", 5000, "away"), "offered").agentId, "b");
});

test("an offer that is declined or not answered goes to the next; who did not want it is asked again later and later, and never while another is free", () => {
  const desk = centre([plainQueue("q0")], [a, b]);
  desk.arrive("1", 0);
  assert.deepEqual(what(desk.decline("1", 1000)), ["withdrawn", "offered"]);
  assert.equal(desk.offeredTo("1"), "b");
  assert.deepEqual(what(desk.decline("1", 2000)), ["withdrawn", "waiting"]);
  assert.deepEqual(what(desk.passes(40_999)), []);
  assert.equal(only(desk.passes(41_000), "offered").agentId, "a");
  // Not answered: b may be asked again by now; a only after twice as long as the first time.
  assert.deepEqual(what(desk.passes(61_000)), ["withdrawn", "offered"]);
  assert.equal(desk.offeredTo("1"), "b");
  desk.decline("1", 62_000);
  assert.equal(desk.hall().nextDueMs(), 61_000 + 80_000);
  assert.equal(only(desk.presence("b", 62_500, "away"), "presence").presence.state, "away");
  desk.tell({ what: "agentChanged", atMs: 63_000, agent: c });
  assert.equal(only(desk.presence("c", 63_000, "available"), "offered").agentId, "c");
});

test("an answer with an old token, after its time or by somebody else is refused and changes nothing", () => {
  const desk = centre([plainQueue("q0")], [a, b]);
  desk.arrive("1", 0);
  desk.decline("1", 1);
  const rows = desk.hall().rows();
  for (const [agentId, token] of [
    ["a", 1],
    ["b", 1],
    ["a", 2],
    ["nobody", 2],
  ] as const)
    assert.equal(what(desk.tell({ what: "accepted", atMs: 2, itemId: "1", agentId, token })).join(), "refused");
  assert.deepEqual({ ...desk.hall().rows(), atMs: 0, lines: 0 }, { ...rows, atMs: 0, lines: 0 });
  assert.equal(
    only(desk.tell({ what: "accepted", atMs: 20_001, itemId: "1", agentId: "b", token: 2 }), "refused").code,
    "offerOver",
  );
});

test("what cannot be is refused with a code", () => {
  const desk = centre([plainQueue("q0")], [a]);
  const code = (happening: Happening): string => only(desk.tell(happening), "refused").code;
  const item = plainArrival("1", 1, 0);
  assert.equal(code({ what: "arrived", atMs: 0, item: { ...item, queueId: "none" } }), "unknownQueue");
  assert.equal(code({ what: "arrived", atMs: 0, item: { ...item, kind: "pigeon" } }), "unknownKind");
  assert.equal(code({ what: "arrived", atMs: 0, item: { ...item, arrivedAtMs: NaN } }), "notANumber");
  desk.tell({ what: "arrived", atMs: 0, item });
  assert.equal(code({ what: "arrived", atMs: 0, item }), "alreadyThere");
  assert.equal(code({ what: "left", atMs: 0, itemId: "2" }), "unknownItem");
  assert.equal(code({ what: "vanished", atMs: 0, agentId: "nobody" }), "unknownAgent");
  assert.equal(code({ what: "finished", atMs: 0, itemId: "1", agentId: "a" }), "notHeld");
  assert.equal(code({ what: "pulled", atMs: 0, itemId: "1", agentId: "a" }), "notWaiting");
  assert.equal(code({ what: "takenBack", atMs: 0, itemId: "1", agentId: "a" }), "notParked");
  assert.equal(code({ what: "queuePaused", atMs: 0, queueId: "none", paused: true }), "unknownQueue");
});

test("after so many offers that were not answered an agent is away, and the work goes on", () => {
  const desk = centre([plainQueue("q0")], [a, b], { missesUntilAway: 1 });
  desk.arrive("1", 0);
  const presence = only(desk.passes(20_000), "presence");
  assert.deepEqual([presence.agentId, presence.presence.state, presence.presence.reason], ["a", "away", "noAnswer"]);
  assert.equal(desk.offeredTo("1"), "b");
});

test("a call takes everything, comes only to who holds nothing live, and may come on top of mails; chats stop at three", () => {
  const desk = centre([plainQueue("q0", { autoAccept: ["mail", "chat", "voice"] })], [a]);
  for (const id of ["m1", "m2"]) desk.arrive(id, 0, { kind: "mail" });
  assert.equal(only(desk.arrive("v", 1, { kind: "voice" }), "held").agentId, "a");
  for (const kind of ["chat", "mail", "voice"])
    assert.deepEqual(what(desk.arrive(`beside ${kind}`, 2, { kind })), ["waiting"]);
  desk.tell({ what: "left", atMs: 3, itemId: "beside voice" });
  // Wrap-up, ten seconds.
  assert.deepEqual(what(desk.tell({ what: "finished", atMs: 4, itemId: "v", agentId: "a" })), ["ended", "presence"]);
  // A chat comes on top of the mails, and a third mail fits beside both.
  assert.deepEqual(what(desk.passes(10_004)), ["presence", "offered", "held", "offered", "held"]);
  for (const id of ["2", "3"]) assert.ok(what(desk.arrive(id, 10_005)).includes("held"));
  assert.deepEqual(what(desk.arrive("4", 10_006)), ["waiting"]);
});

test("a dormant chat makes room; waking where there is none it goes back to its place for the same agent, and never over capacity", () => {
  const desk = centre([plainQueue("q0", { autoAccept: ["voice", "chat"], patienceMs: minute })], [a, b], {
    stickyMs: minute,
  });
  desk.presence("b", 0, "away");
  desk.arrive("chat", 0);
  desk.tell({ what: "fellAsleep", atMs: 1000, itemId: "chat" });
  desk.arrive("call", 2000, { kind: "voice" });
  assert.deepEqual(what(desk.tell({ what: "woke", atMs: 3000, itemId: "chat" })), ["returned", "waiting"]);
  assert.deepEqual(desk.item("chat")?.waitingFor?.agentIds, ["a"]);
  desk.tell({ what: "left", atMs: 4000, itemId: "call" });
  assert.equal(desk.item("chat")?.holding?.agentId, "a");
});

test("parked work makes room, is taken back where there is room, and comes back by itself", () => {
  const desk = centre([plainQueue("q0", { autoAccept: ["chat"] })], [plainAgent("a", chatOnly)]);
  desk.arrive("1", 0);
  desk.arrive("2", 1);
  assert.deepEqual(what(desk.tell({ what: "parked", atMs: 2, itemId: "1", agentId: "a", untilMs: null })), [
    "rested",
    "offered",
    "held",
  ]);
  assert.equal(only(desk.tell({ what: "takenBack", atMs: 3, itemId: "1", agentId: "a" }), "refused").code, "noRoom");
  desk.tell({ what: "finished", atMs: 4, itemId: "2", agentId: "a" });
  assert.equal(only(desk.tell({ what: "takenBack", atMs: 5, itemId: "1", agentId: "a" }), "held").how, "takenBack");
  desk.tell({ what: "parked", atMs: 6, itemId: "1", agentId: "a", untilMs: 1000 });
  assert.equal(only(desk.passes(1000), "held").how, "woke");
});

test("who goes offline gives live work back to its place at once, and keeps mails for so long; who vanishes after thirty seconds", () => {
  const desk = centre([plainQueue("q0", { autoAccept: ["chat", "mail"], keepMs: 8 * 60 * minute })], [a]);
  desk.arrive("chat", 1000);
  desk.arrive("mail", 2000, { kind: "mail" });
  assert.deepEqual(what(desk.tell({ what: "vanished", atMs: 10_000, agentId: "a" })), []);
  assert.deepEqual(what(desk.passes(39_999)), []);
  const gone = desk.passes(40_000);
  assert.deepEqual(what(gone), ["presence", "returned", "kept", "waiting"]);
  const { arrivedAtMs, waitingFor } = desk.item("chat") ?? assert.fail();
  assert.deepEqual([arrivedAtMs, waitingFor?.agentIds, waitingFor?.alone], [1000, ["a"], false]);
  desk.tell({ what: "appeared", atMs: 50_000, agentId: "a" });
  assert.deepEqual(what(desk.presence("a", 50_000, "available")), ["presence", "kept", "offered", "held"]);
  desk.presence("a", 60_000, "offline");
  const over = desk.passes(60_000 + 8 * 60 * minute);
  assert.equal(
    only(
      over.filter((each) => "itemId" in each && each.itemId === "mail"),
      "returned",
    ).why,
    "shiftOver",
  );
});

test("who comes back within the grace keeps everything", () => {
  const desk = centre([plainQueue("q0", { autoAccept: ["chat"] })], [a]);
  desk.arrive("chat", 0);
  desk.tell({ what: "vanished", atMs: 1000, agentId: "a" });
  assert.deepEqual(what(desk.arrive("meanwhile", 2000)), ["waiting"]);
  assert.deepEqual(what(desk.tell({ what: "appeared", atMs: 3000, agentId: "a" })), ["offered", "held"]);
  assert.deepEqual(what(desk.passes(90_000)), []);
});

test("transfer to a queue, a team, an agent: with the first arrival, and not back to who gave it away", () => {
  const desk = centre(
    [plainQueue("q0", { autoAccept: ["chat"] }), plainQueue("q1")],
    [plainAgent("a"), plainAgent("b", { teamIds: ["t"] })],
  );
  desk.presence("b", 0, "away");
  desk.arrive("1", 1);
  const moved = desk.tell({ what: "transferred", atMs: 1000, itemId: "1", to: { queueId: "q1" } });
  assert.deepEqual(what(moved), ["returned", "moved", "waiting"]);
  assert.equal(desk.item("1")?.arrivedAtMs, 1);
  desk.tell({ what: "transferred", atMs: 1100, itemId: "1", to: { teamId: "t" } });
  assert.equal(only(desk.presence("b", 2000, "available"), "offered").agentId, "b");
  desk.accept("1", 2001);
  // To an agent, away or not, for so long; then for everybody who is able.
  desk.presence("a", 3000, "away");
  desk.tell({ what: "transferred", atMs: 4000, itemId: "1", to: { agentId: "a", forMs: minute } });
  assert.equal(desk.item("1")?.waitingFor?.alone, true);
  assert.equal(only(desk.presence("a", 5000, "available"), "offered").agentId, "a");
});

test("a transfer to an agent is taken back: to its place and steps in its queue, and they are not asked first any more", () => {
  const able = { skills: { french: 1 } };
  const queues = [plainQueue("q0", { steps: [{ afterMs: minute, lower: { french: 1 } }] })];
  const requires = { french: 2 };
  const begin = (preferredAgentIds: readonly string[] = []) => {
    const desk = centre(queues, [plainAgent("a", { ...chatOnly, ...able }), plainAgent("b", { ...chatOnly, ...able })]);
    desk.arrive("1", 0, { requires });
    desk.arrive("2", 1, { requires, preferredAgentIds });
    return desk;
  };
  const give = (desk: ReturnType<typeof centre>, agentId = "a") =>
    desk.tell({ what: "transferred", atMs: 1000, itemId: "2", to: { agentId, forMs: minute } });
  const back = (desk: ReturnType<typeof centre>, atMs = 2000) =>
    desk.tell({ what: "transferred", atMs, itemId: "2", to: { queueId: "q0", backFrom: "a" } });

  // What only waited, for an agent who is there and free: it is offered to them out of its queue, and waits there again.
  const desk = begin();
  assert.equal(only(give(desk), "offered").agentId, "a");
  assert.deepEqual(what(back(desk)), ["withdrawn", "waiting"]);
  const row = desk.item("2");
  assert.deepEqual(
    [row?.state, row?.step, row?.enteredAtMs, row?.waitingFor, row?.preferredAgentIds],
    ["waiting", 0, 1, null, []],
  );
  // Its step comes when it would have come, and the one who came before it goes before it.
  assert.deepEqual(
    desk.passes(minute + 1).flatMap((each) => (each.what === "offered" ? [each.itemId] : [])),
    ["1", "2"],
  );

  // From whom has accepted it already, too; who declined it, and whoever has it then, lose nothing.
  const held = begin();
  give(held);
  held.accept("2", 1500);
  assert.deepEqual(what(back(held)), ["returned", "waiting"]);
  const other = begin();
  give(other);
  give(other, "b");
  assert.equal(only(back(other), "refused").code, "offerOver");
  // Whom it came with stays preferred.
  const known = begin(["b", "a"]);
  known.presence("b", 500, "away");
  give(known);
  assert.deepEqual(known.item("2")?.preferredAgentIds, ["a", "b"]);
  back(known);
  assert.deepEqual(known.item("2")?.preferredAgentIds, ["b", "a"]);
});

test("pulling is for queues that allow it, for who is able and has room, out of turn", () => {
  const desk = centre(
    [plainQueue("q0"), plainQueue("q1", { mayPull: true, offers: false })],
    [plainAgent("a", chatOnly)],
  );
  desk.arrive("pushed", 0);
  desk.arrive("1", 1, { queueId: "q1" });
  desk.arrive("2", 2, { queueId: "q1" });
  desk.arrive("3", 3);
  const pull = (itemId: string) => desk.tell({ what: "pulled", atMs: 4, itemId, agentId: "a" });
  assert.equal(only(pull("3"), "refused").code, "mayNotPull");
  assert.equal(only(pull("2"), "refused").code, "noRoom");
  desk.tell({ what: "left", atMs: 5, itemId: "pushed" });
  desk.tell({ what: "left", atMs: 5, itemId: "3" });
  assert.equal(only(pull("2"), "held").how, "pulled");
});

test("a paused queue offers nothing and keeps its order; going on, it gives at once", () => {
  const desk = centre([plainQueue("q0")], [a]);
  desk.tell({ what: "queuePaused", atMs: 0, queueId: "q0", paused: true });
  desk.arrive("1", 1);
  assert.deepEqual(desk.hall().waitOf("1")?.why, "shut");
  assert.equal(only(desk.tell({ what: "queuePaused", atMs: 2, queueId: "q0", paused: false }), "offered").itemId, "1");
});

test("a waiting chat becomes a callback and keeps its place", () => {
  const desk = centre([plainQueue("q0")], []);
  for (const [n, id] of ["1", "2", "3"].entries()) desk.arrive(id, n);
  assert.equal(desk.hall().waitOf("2")?.place, 2);
  desk.tell({ what: "becameOtherKind", atMs: minute, itemId: "2", kind: "callback" });
  assert.deepEqual([desk.hall().waitOf("2")?.place, desk.hall().waitOf("3")?.place], [2, 3]);
  desk.tell({ what: "agentChanged", atMs: minute, agent: plainAgent("a", { capacity: capacityPresets.voiceOnly }) });
  assert.equal(only(desk.presence("a", minute, "available"), "offered").itemId, "2");
});

test("overflow by length, closed hours, predicted wait and service level, with a way back that differs, and never in circles", () => {
  const length = plainQueue("q0", { overflow: [{ when: "length", over: 2, back: 0, queueId: "q1" }] });
  const circle = plainQueue("q1", { overflow: [{ when: "length", over: -1, back: -1, queueId: "q0" }] });
  const desk = centre([length, circle], []);
  for (const id of ["1", "2", "3"]) desk.arrive(id, 0);
  assert.ok(!desk.arrive("4", 1).some((each) => each.what === "moved" && each.queueId === "q0"));
  assert.equal(desk.item("4")?.queueId, "q1");
  desk.tell({ what: "left", atMs: 2, itemId: "1" });
  desk.arrive("5", 3);
  assert.equal(desk.item("5")?.queueId, "q1", "still on: it goes off at 0");

  const closed = centre([plainQueue("q0", { overflow: [{ when: "closed", queueId: "q1" }] }), plainQueue("q1")], [a]);
  closed.presence("a", 0, "away");
  closed.arrive("1", 1);
  const shut = closed.tell({ what: "queueOpened", atMs: 2, queueId: "q0", open: false });
  assert.deepEqual(what(shut), ["overflow", "moved"]);

  const slow = plainQueue("q0", {
    overflow: [{ when: "predictedWait", overMs: minute, backMs: second, queueId: "q1" }],
  });
  const chat = { live: true, usualMs: 1000, memoryMs: minute, wrapUpMs: 0 };
  const wait = centre([slow, plainQueue("q1")], [], { kinds: { chat } });
  for (const id of ["1", "2", "3"]) wait.arrive(id, 0);
  // The head of the line has waited for longer than a minute: who comes next goes on, and so do the last of those who wait.
  const look = wait.passes(61_000);
  assert.ok(look.some((each) => each.what === "overflow" && each.on));
  assert.equal(wait.item("3")?.queueId, "q1");

  const level = plainQueue("q0", { overflow: [{ when: "serviceLevel", under: 80, back: 90, queueId: "q1" }] });
  const served = centre([level, plainQueue("q1")], [a, b]);
  served.arrive("1", 0);
  served.accept("1", 19_000);
  served.arrive("2", 20_000, {});
  served.presence("a", 20_001, "busy");
  served.presence("b", 20_001, "busy");
  served.tell({ what: "left", atMs: 20_002, itemId: "2" });
  served.arrive("3", 20_003);
  assert.equal(served.item("3")?.queueId, "q0");
  served.presence("b", 60_000, "available");
  served.accept("3", 60_001);
  served.arrive("4", 60_002);
  assert.equal(served.item("4")?.queueId, "q1", "one of two in time is less than 80 %");
});

test("urgency is the promise: sooner due goes first, importance shortens it, a change of it reorders, equals by arrival", () => {
  const desk = centre([plainQueue("q0")], [plainAgent("a", chatOnly)]);
  desk.presence("a", 0, "busy");
  desk.arrive("late", 0, { dueAtMs: 100_000 });
  desk.arrive("soon", 10, { dueAtMs: 50_000 });
  desk.arrive("important", 20, { dueAtMs: 100_000, importance: 3 });
  desk.arrive("equal", 30, { dueAtMs: 100_000 });
  const places = () => ["late", "soon", "important", "equal"].map((id) => desk.hall().waitOf(id)?.place);
  assert.deepEqual(places(), [3, 2, 1, 4]);
  desk.tell({ what: "promiseChanged", atMs: 40, itemId: "equal", dueAtMs: 41, importance: 0 });
  assert.deepEqual(places(), [4, 3, 2, 1]);
});

test("the wait is told with its place and an interval that holds the middle, by the head of the line and then by the measured rate", () => {
  const desk = centre([plainQueue("q0", { autoAccept: ["chat"] })], [plainAgent("a", chatOnly)]);
  for (let n = 0; n < 12; n += 1) desk.arrive(`${n}`, n);
  const said = () => desk.hall().waitOf("11") ?? assert.fail();
  assert.deepEqual([said().place, said().of, said().ahead], [11, 11, 10]);
  const before = said().predicted ?? assert.fail();
  assert.ok(before.lowMs <= before.ms && before.ms <= before.highMs);
  for (let n = 0; n < 6; n += 1) desk.tell({ what: "finished", atMs: (n + 1) * minute, itemId: `${n}`, agentId: "a" });
  const after = said().predicted ?? assert.fail();
  assert.equal(after.by, "queueLength");
  // Five before it and one a minute: about five minutes.
  assert.ok(after.ms > 3.5 * minute && after.ms < 7 * minute, `${after.ms}`);
  desk.presence("a", 7 * minute, "offline");
  assert.equal(desk.hall().waitOf("11")?.why, "nobodyThere");
});

test("removed agents, queues and changed rules lose nothing", () => {
  const desk = centre([plainQueue("q0", { autoAccept: ["chat"] }), plainQueue("q1")], [a, b]);
  desk.arrive("1", 0);
  desk.arrive("2", 0, { queueId: "q1" });
  desk.tell({ what: "agentRemoved", atMs: 1, agentId: "a" });
  assert.equal(desk.item("1")?.holding?.agentId, "b");
  const rules = plainRules([plainQueue("q0", { autoAccept: ["chat"] })]);
  assert.equal(only(desk.tell({ what: "rulesChanged", atMs: 2, rules }), "moved").why, "queueGone");
  assert.equal(desk.item("2")?.queueId, "q0");
  assert.equal(desk.hall().rows().items.length, 2);
});

test("what a person gives is had at once, past the room there is; then nothing is offered until there is room; who is away keeps what can be kept", () => {
  const desk = centre([plainQueue("q0", { keepMs: 60_000, patienceMs: 5_000 })], [a, b]);
  desk.tell({ what: "presenceChanged", atMs: 0, agentId: "b", state: "offline", reason: "", untilMs: null });
  for (const [n, id] of ["1", "2", "3"].entries()) {
    desk.arrive(id, n);
    desk.tell({ what: "accepted", atMs: n, itemId: id, agentId: "a", token: 1 });
  }
  desk.arrive("4", 4);
  assert.equal(only(desk.tell({ what: "given", atMs: 5, itemId: "4", agentId: "a" }), "held").how, "given");
  desk.arrive("5", 6);
  assert.equal(desk.hall().itemRow("5")?.state, "waiting");
  desk.tell({ what: "finished", atMs: 7, itemId: "1", agentId: "a" });
  assert.equal(desk.hall().itemRow("5")?.state, "waiting");
  assert.equal(only(desk.tell({ what: "finished", atMs: 8, itemId: "2", agentId: "a" }), "offered").itemId, "5");
  // A chat is waited for with, a mail is kept.
  desk.tell({ what: "given", atMs: 9, itemId: "4", agentId: "b" });
  assert.deepEqual(desk.hall().itemRow("4")?.waitingFor?.agentIds, ["b"]);
  desk.arrive("6", 10, { kind: "mail" });
  desk.tell({ what: "given", atMs: 11, itemId: "6", agentId: "b" });
  assert.equal(desk.hall().itemRow("6")?.holding?.keptUntilMs, 60_011);
});

test("an item that is about something else keeps its place and is asked for otherwise", () => {
  const desk = centre(
    [plainQueue("q0", { asks: [{ when: { language: "fr" }, requires: { french: 1 }, prefers: {} }] })],
    [{ ...a, skills: { french: 1 } }],
  );
  desk.tell({ what: "presenceChanged", atMs: 0, agentId: "a", state: "away", reason: "", untilMs: null });
  desk.arrive("1", 1);
  desk.arrive("2", 2);
  desk.tell({ what: "factsChanged", atMs: 3, itemId: "1", facts: { language: "fr" }, requires: {} });
  assert.deepEqual([desk.hall().waitOf("1")?.place, desk.hall().waitOf("2")?.place], [1, 2]);
  const offers = desk.tell({
    what: "presenceChanged",
    atMs: 4,
    agentId: "a",
    state: "available",
    reason: "",
    untilMs: null,
  });
  const first = offers.find((each) => each.what === "offered");
  assert.deepEqual(first?.what === "offered" && [first.itemId, first.because.requires], ["1", { french: 1 }]);
});
