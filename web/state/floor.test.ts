// What the floor and a wallboard keep of what they fetched: curves that stay short, answers in their order, and a lost connection that is said neither too early nor never.
import assert from "node:assert/strict";
import { test } from "node:test";
import { afterAnswer, type BoardOnWall } from "#web/state/board.ts";
import { curveMs, withFloor, withSample, type FloorOnDesk, type Sample } from "#web/state/floor.ts";
import { span, standing } from "#web/state/spans.ts";

test("a curve reaches half an hour back, and has no more points than a screen can show", () => {
  let curve: readonly Sample[] = [];
  for (let atMs = 0; atMs <= 2 * curveMs; atMs += 1_000) curve = withSample(curve, { atMs, waiting: atMs / 1_000 });
  assert.ok(curve.length > 100 && curve.length <= 210, `${curve.length}`);
  assert.ok((curve[0]?.atMs ?? 0) >= curveMs);
  assert.deepEqual(curve.at(-1), { atMs: 2 * curveMs, waiting: (2 * curveMs) / 1_000 }, "the last one is always there");
});

test("an answer that was overtaken says nothing", () => {
  const queue = { queueId: "q", waiting: 2, offered: 1 };
  const now = (at: string) => ({ at, queues: [queue], agents: [] }) as never;
  const empty: FloorOnDesk = { now: null, curves: {}, problem: null, receivedMs: 0 };
  const later = withFloor(empty, now("2026-03-02T09:00:05.000Z"), 5);
  assert.deepEqual(later.curves["q"]?.[0]?.waiting, 3, "who is being asked for still waits");
  assert.equal(withFloor(later, now("2026-03-02T09:00:04.000Z"), 6), later);
});

test("a wallboard forgives one failed answer, says since when nothing came, forgets it with the next, and ends with a revoked link", () => {
  const board = { name: "Foyer" } as never;
  const nothing: BoardOnWall = { board: null, receivedMs: 0, lostSinceMs: null, over: null };
  const failed = (code: string) => ({ ok: false, problem: { code, facts: {}, field: null, requestId: "" } }) as never;
  const at = (nowMs: number) => ({ nowMs, windowMs: nowMs, answeredMs: 1_000 });
  const shown = afterAnswer(nothing, { ok: true, value: board }, at(1_000));
  assert.equal(afterAnswer(shown, failed("offline"), at(3_000)), shown);
  const lost = afterAnswer(shown, failed("offline"), at(9_001));
  assert.deepEqual([lost.board, lost.lostSinceMs], [board, 1_000], "what is known stays, and is said to be old");
  assert.equal(afterAnswer(lost, { ok: true, value: board }, at(10_000)).lostSinceMs, null);
  assert.equal(
    afterAnswer(nothing, failed("offline"), at(2_000)).lostSinceMs,
    1_000,
    "with nothing to show it is said at once",
  );
  assert.deepEqual(afterAnswer(shown, failed("notFound"), at(3_000)), { ...shown, board: null, over: "gone" });
});

test("times of waiting are short, and a share is met by what it is rounded to", () => {
  assert.deepEqual([0, 5, 65, 3_599, 3_600, 90_061].map(span), ["0:00", "0:05", "1:05", "59:59", "1:00 h", "25:01 h"]);
  assert.match(span(3 * 86_400), /^3 /);
  assert.deepEqual([standing(null, 80), standing(79.4, 80), standing(79.5, 80)], [null, "missed", "met"]);
});
