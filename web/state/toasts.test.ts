// A way back is offered before the server has answered, and waits for the answer.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Outcome } from "#web/state/client.ts";
import { offerBack, toasts, undoLatest } from "#web/state/toasts.ts";

beforeEach(() => toasts.set([]));

const work = () => Promise.withResolvers<Outcome<number>>();
const shown = () => toasts.get().map((one) => one.text);

test("the way back stands there at once, leads back when the answer is here, and then only for some seconds", async () => {
  const { promise, resolve } = work();
  const backs: number[] = [];
  const offered = offerBack("verknüpft", promise, (value) => backs.push(value));
  assert.deepEqual(shown(), ["verknüpft"]);
  assert.equal(toasts.get()[0]?.until, Number.POSITIVE_INFINITY);
  resolve({ ok: true, value: 7 });
  await offered;
  const until = toasts.get()[0]?.until ?? 0;
  assert.ok(until > Date.now() && until <= Date.now() + 6_000);
  assert.ok(undoLatest());
  await promise;
  assert.deepEqual([backs, shown()], [[7], []]);
});

test("who takes it back before the answer gets it back with the answer, and once", async () => {
  const { promise, resolve } = work();
  const backs: number[] = [];
  const offered = offerBack("verknüpft", promise, (value) => backs.push(value));
  assert.ok(undoLatest());
  assert.ok(!undoLatest());
  assert.deepEqual([backs, shown()], [[], []]);
  resolve({ ok: true, value: 7 });
  await offered;
  assert.deepEqual([backs, shown()], [[7], []]);
});

test("what was refused is neither offered any longer nor taken back", async () => {
  const { promise, resolve } = work();
  const backs: number[] = [];
  const first = offerBack("verknüpft", promise, (value) => backs.push(value));
  const second = offerBack("gelöst", promise, (value) => backs.push(value));
  undoLatest();
  assert.deepEqual(shown(), ["verknüpft"]);
  resolve({ ok: false, problem: { code: "notFound", facts: {}, field: null, requestId: "" } });
  assert.equal((await first).ok || (await second).ok, false);
  assert.deepEqual([backs, shown()], [[], []]);
});
