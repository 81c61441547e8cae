// What counts as said since an answer was begun.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "#contract/concerns.ts";
import { saidSince } from "#web/state/meanwhile.ts";

const said = (seq: number, direction: Message["direction"], id: string | null, automatic: string | null = null) => ({
  seq,
  direction,
  author: { kind: "agent" as const, id, name: id ?? "" },
  automatic,
  at: "2026-03-02T10:00:00.000Z",
});

test("colleagues' answers and the customer's mails after the beginning count; one's own, notes, machines and what stood there do not", () => {
  const messages = [
    said(1, "in", null),
    said(2, "out", "omar"),
    said(3, "out", "ada"),
    said(4, "note", "omar"),
    said(5, "out", "omar"),
    said(6, "in", null, "auto-replied"),
    said(7, "in", null),
    said(8, "out", null, "auto-generated"),
  ];
  const places = (after: number | undefined) => {
    const { answered, written } = saidSince(messages, after, "ada");
    return [answered.map((one) => one.seq), written.map((one) => one.seq)];
  };
  assert.deepEqual(places(2), [[5], [7]]);
  assert.deepEqual(places(0), [
    [2, 5],
    [1, 7],
  ]);
  assert.deepEqual(places(7), [[], []]);
  assert.deepEqual(places(undefined), [[], []], "nothing was begun");
});
