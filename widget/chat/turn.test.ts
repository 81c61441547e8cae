// The turn to send, with the real locks that Node has as browsers do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { awaitTurn, type Turn } from "./turn.ts";

const locks = (navigator as { locks?: LockManager }).locks;

/** A page that waits for its turn, and how to wait until it has it. */
const page = (name: string): { readonly turn: Turn; readonly came: () => Promise<void> } => {
  let comes = Promise.withResolvers<void>();
  const turn = awaitTurn(name, locks, () => comes.resolve());
  return {
    turn,
    came: async () => {
      await comes.promise;
      comes = Promise.withResolvers<void>();
    },
  };
};

test("one page has the turn; it goes on to the next when the page ends", async () => {
  const [a, b] = [page("first"), page("first")];
  await a.came();
  assert.deepEqual([a.turn.isOurs(), b.turn.isOurs()], [true, false]);
  a.turn.end();
  await b.came();
  assert.deepEqual([a.turn.isOurs(), b.turn.isOurs()], [false, true]);
  b.turn.end();
});

test("the page that is looked at takes it, and it comes back to the other when that one ends", async () => {
  const [a, b] = [page("second"), page("second")];
  await a.came();
  b.turn.take();
  assert.equal(b.turn.isOurs(), true);
  await b.came();
  // The loss is told to the other in a task of its own.
  while (a.turn.isOurs()) await new Promise((resolve) => setImmediate(resolve));
  b.turn.end();
  await a.came();
  assert.equal(a.turn.isOurs(), true);
  a.turn.end();
});

test("without locks every page may send", () => {
  const turn = awaitTurn("third", undefined, () => undefined);
  turn.take();
  assert.equal(turn.isOurs(), true);
});

test("where locks are forbidden it is as without them", async () => {
  const forbidden = { request: () => Promise.reject(new DOMException("no origin", "SecurityError")) };
  const comes = Promise.withResolvers<void>();
  const turn = awaitTurn("fourth", forbidden as unknown as LockManager, comes.resolve);
  await comes.promise;
  assert.equal(turn.isOurs(), true);
});
