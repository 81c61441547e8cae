// When words in a chat are asked to come again, with a clock that is given.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openCrowd } from "#server/chat-crowd.ts";

const hall = () => {
  let now = 0;
  let turnedAway = 0;
  let next = 0;
  const crowd = openCrowd({ nowMs: () => now, turnedAway: () => void (turnedAway += 1) });
  return {
    crowd,
    now: () => now,
    turnedAway: () => turnedAway,
    pass: (ms: number) => void (now += ms),
    /** New words: how many are taken in. */
    enter: (count: number) =>
      Array.from({ length: count }, () => crowd.enter(`new ${(next += 1)}`)).filter((waitMs) => waitMs === null).length,
    leave: (count: number) => {
      for (let n = 0; n < count; n += 1) crowd.leave();
    },
  };
};

test("a burst is taken in whole, and more than can wait is not", () => {
  const { crowd, enter, leave, pass, turnedAway } = hall();
  assert.equal(enter(144), 144);
  assert.equal(crowd.enter("a"), 2_000);
  assert.equal(turnedAway(), 1);
  leave(144);
  pass(2_000);
  assert.equal(enter(144), 144);
});

test("a line that does not get shorter takes in as many as come to their end, until nobody was turned away for a second", () => {
  const { enter, leave, pass } = hall();
  assert.equal(enter(100), 100);
  pass(499);
  assert.equal(enter(1), 1);
  pass(1);
  assert.equal(enter(50), 0);
  // As long as it stands at two commits' words nothing is added, and then one for one.
  leave(29);
  assert.equal(enter(50), 0);
  leave(35);
  assert.equal(enter(50), 11);
  for (let n = 0; n < 20; n += 1) {
    pass(100);
    leave(24);
    assert.equal(enter(200), 24);
  }
  // It is over: the next burst is a burst again.
  leave(36);
  pass(1_001);
  assert.equal(enter(120), 120);
});

test("few words are never turned away, however long each of them takes", () => {
  const { enter, leave, pass } = hall();
  assert.equal(enter(47), 47);
  for (let n = 0; n < 100; n += 1) {
    pass(5_000);
    leave(1);
    assert.equal(enter(1), 1);
  }
});

test("whoever comes again when asked to is taken in before those who are new, one after the other, and gains nothing by coming sooner", () => {
  const { crowd, enter, leave, pass, now } = hall();
  // Two hundred words a second are done.
  for (let n = 0; n < 12; n += 1) {
    assert.equal(enter(20), 20);
    pass(100);
    leave(20);
  }
  assert.equal(enter(144), 144);
  pass(1);
  const turns = Array.from({ length: 90 }, (_, n) => now() + (crowd.enter(`b${n}`) ?? 0));
  assert.ok((turns[0] ?? 0) - now() >= 2_000 && (turns[89] ?? 0) - (turns[0] ?? 0) >= 400, turns.join());
  assert.deepEqual(
    turns,
    turns.toSorted((a, b) => a - b),
  );
  pass(1_000);
  // Too soon: the same turn.
  assert.ok(Math.abs(now() + (crowd.enter("b0") ?? 0) - (turns[0] ?? 0)) <= 1);
  pass(1_000);
  // There is room for nobody: the turn is kept.
  assert.equal(crowd.enter("b0"), 500);
  leave(96);
  // The line stands at two commits' words: who is new is turned away, who has a turn is not.
  assert.equal(enter(10), 0);
  assert.equal(crowd.enter("b0"), null);
  assert.notEqual(crowd.enter("b89"), null);
  pass((turns[89] ?? 0) - now());
  assert.equal(enter(10), 0);
  for (let n = 1; n < 12; n += 1) assert.equal(crowd.enter(`b${n}`), null);
  assert.equal(crowd.enter("b12"), 500);
});
