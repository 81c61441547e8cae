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

test("a page that takes the turn while its own waiting is being granted keeps it", async () => {
  const [a, b] = [page("third"), page("third")];
  a.turn.take();
  await a.came();
  // What the browser says of the lock that was taken from ourselves comes in tasks of their own.
  for (let task = 0; task < 20; task += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(a.turn.isOurs(), true);
  b.turn.take();
  await b.came();
  while (a.turn.isOurs()) await new Promise((resolve) => setImmediate(resolve));
  b.turn.end();
  while (!a.turn.isOurs()) await new Promise((resolve) => setImmediate(resolve));
  a.turn.end();
});

test("a grant and a loss of the same page do not end its turn, in whichever order a slow browser tells them", async () => {
  const asked: { readonly grant: () => Promise<void>; readonly steals: boolean; readonly lose: () => void }[] = [];
  const slow = {
    request: (_name: string, options: LockOptions, grant: () => Promise<void>) =>
      new Promise<void>((_resolve, reject) => {
        const lose = (): void => reject(new DOMException("stolen", "AbortError"));
        asked.push({ grant, steals: options.steal === true, lose });
      }),
  };
  const turn = awaitTurn("fourth", slow as unknown as LockManager, () => undefined);
  turn.take();
  const [waited, stolen] = asked;
  assert.ok(waited && stolen && !waited.steals && stolen.steals);
  void waited.grant();
  void stolen.grant();
  waited.lose();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(turn.isOurs(), true);
  // Another page takes it: then it is lost, and waited for.
  stolen.lose();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(turn.isOurs(), false);
  void asked.at(-1)?.grant();
  assert.equal(turn.isOurs(), true);
});

test("without locks every page may send", () => {
  const turn = awaitTurn("fifth", undefined, () => undefined);
  turn.take();
  assert.equal(turn.isOurs(), true);
});

test("where locks are forbidden it is as without them", async () => {
  const forbidden = { request: () => Promise.reject(new DOMException("no origin", "SecurityError")) };
  const comes = Promise.withResolvers<void>();
  const turn = awaitTurn("sixth", forbidden as unknown as LockManager, comes.resolve);
  await comes.promise;
  assert.equal(turn.isOurs(), true);
});
