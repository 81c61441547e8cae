// The chat's link, driven by hand: a socket and a clock of our own, no network and no waiting.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  afterClose,
  answerWithinMs,
  doubtedAnswerWithinMs,
  pingEveryMs,
  startLink,
  waitBeforeTry,
  type LinkState,
} from "./link.ts";
import { makeClock, makeSockets, welcome } from "./testWorld.ts";

const world = () => {
  const clock = makeClock();
  const sockets = makeSockets();
  const states: LinkState[] = [];
  const waits: number[] = [];
  const words: string[] = [];
  let left = 0;
  const link = startLink({
    open: sockets.open,
    hello: () => ({ type: "hello", version: 1, token: null, link: null, after: null, language: "de", page: null }),
    word: ({ type }) => void words.push(type),
    state: (state, waitMs) => {
      states.push(state);
      waits.push(waitMs);
    },
    left: () => void (left += 1),
    later: clock.later,
    chance: () => 0,
  });
  const greeted = (): void => {
    sockets.last().hears.opened();
    sockets.last().hears.word(JSON.stringify(welcome()));
  };
  return { clock, sockets, states, waits, words, link, greeted, left: () => left };
};

test("it says hello first, is up with the welcome, and says nothing before", () => {
  const { sockets, states, link, greeted } = world();
  assert.equal(link.say({ type: "ping" }), false);
  greeted();
  assert.deepEqual(states, ["connecting", "up"]);
  assert.equal(link.say({ type: "here", here: true }), true);
  assert.deepEqual(
    sockets.last().said.map(({ type }) => type),
    ["hello", "here"],
  );
});

test("a break is tried again after longer and longer waits, and a welcome forgets the failures", () => {
  const { clock, sockets, states, greeted } = world();
  greeted();
  for (const [index, wait] of [500, 1_000, 2_000].entries()) {
    sockets.last().hears.closed({ code: 1006 });
    clock.pass(wait - 1);
    assert.equal(sockets.all.length, index + 1, "too early");
    clock.pass(1);
    assert.equal(sockets.all.length, index + 2);
  }
  greeted();
  sockets.last().hears.closed({ code: 1013 });
  clock.pass(500);
  assert.equal(sockets.all.length, 5);
  assert.equal(states.at(-1), "lost");
  assert.equal(waitBeforeTry(50, 0), 30_000);
  assert.equal(waitBeforeTry(50, 1), 15_000);
});

test("a server that has no place says when to come again: it is said so, and not tried sooner", () => {
  const { clock, sockets, states, waits, greeted } = world();
  sockets.last().hears.opened();
  sockets.last().hears.closed({ code: 1013, reason: "15" });
  assert.deepEqual([states.at(-1), waits.at(-1)], ["full", 15_000]);
  clock.pass(14_999);
  assert.equal(sockets.all.length, 1, "too early");
  clock.pass(1);
  assert.equal(sockets.all.length, 2);
  // Whoever is let in and later sent away for another reason comes again at once.
  greeted();
  sockets.last().hears.closed({ code: 1013, reason: "come again" });
  assert.equal(states.at(-1), "lost");
  clock.pass(500);
  assert.equal(sockets.all.length, 3);
});

test("a link that answers no ping is dropped; a page that wakes up doubts it sooner", () => {
  const { clock, sockets, link, greeted } = world();
  greeted();
  clock.pass(pingEveryMs);
  assert.equal(sockets.last().said.at(-1)?.type, "ping");
  sockets.last().hears.word(JSON.stringify({ type: "pong", upTo: 11 }));
  clock.pass(answerWithinMs);
  assert.equal(sockets.last().isClosed, false);
  link.hurry();
  clock.pass(doubtedAnswerWithinMs);
  assert.equal(sockets.all[0]?.isClosed, true);
  clock.pass(500);
  assert.equal(sockets.all.length, 2);
});

test("what a dropped socket still says is not heard", () => {
  const { sockets, words, link, greeted } = world();
  greeted();
  link.offline();
  sockets.all[0]?.hears.word(JSON.stringify({ type: "pong", upTo: 11 }));
  sockets.all[0]?.hears.closed({ code: 1006 });
  assert.deepEqual(words, ["welcome"]);
});

test("offline it is tried rarely, and at once when the browser is back", () => {
  const { clock, sockets, link, greeted } = world();
  greeted();
  link.offline();
  clock.pass(20_000);
  assert.equal(sockets.all.length, 1);
  link.hurry();
  assert.equal(sockets.all.length, 2);
});

test("close codes: left begins anew at once, what the server does not want of this page is not said again and again", () => {
  const { clock, sockets, states, greeted, left } = world();
  greeted();
  sockets.last().hears.closed({ code: 4000 });
  assert.equal(left(), 1);
  assert.equal(sockets.all.length, 2);
  greeted();
  sockets.last().hears.closed({ code: 1008 });
  assert.equal(states.at(-1), "barred");
  clock.pass(200_000);
  assert.equal(sockets.all.length, 2);
  assert.deepEqual([1000, 1001, 1006, 1013].map(afterClose), ["again", "again", "again", "again"]);
});

test("a way that is never opened ends, and so does a link that was ended", () => {
  const { clock, sockets, link } = world();
  clock.pass(answerWithinMs * 2);
  assert.equal(sockets.all[0]?.isClosed, true);
  clock.pass(500);
  assert.equal(sockets.all.length, 2);
  link.end();
  assert.equal(sockets.last().isClosed, true);
  clock.pass(1_000_000);
  assert.equal(sockets.all.length, 2);
});
