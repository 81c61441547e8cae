// A customer's other concerns stay true while events come in: once a resolved one was shown as open until the panel was opened anew.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConcernRow } from "#contract/concerns.ts";
import { otherConcerns } from "#web/state/otherConcerns.ts";

const fetched = (id: string, status: string, lastMessageAt: string) =>
  ({ id, number: 1, subject: id, status, createdAt: lastMessageAt, lastMessageAt }) as Parameters<
    typeof otherConcerns
  >[1][number];
const row = (id: string, customerId: string, part: object) => ({ id, customerId, ...part }) as unknown as ConcernRow;

test("what the desk knows alive goes before what was fetched; new ones appear, those of another customer leave, this one is left out", () => {
  const rows = {
    open: row("open", "ute", { status: "open", lastMessageAt: "5" }),
    old: row("old", "ute", { status: "resolved", lastMessageAt: "2", deliveryFailed: true }),
    fresh: row("fresh", "ute", { status: "new", lastMessageAt: "9" }),
    moved: row("moved", "vera", { status: "open", lastMessageAt: "8" }),
  };
  const once = [
    fetched("open", "new", "1"),
    fetched("old", "open", "2"),
    fetched("far", "closed", "3"),
    fetched("moved", "open", "4"),
  ];
  assert.deepEqual(
    otherConcerns({ id: "open", customerId: "ute" } as ConcernRow, once, rows).map((one) => [
      one.id,
      one.status,
      one.deliveryFailed ?? false,
    ]),
    [
      ["fresh", "new", false],
      ["far", "closed", false],
      ["old", "resolved", true],
    ],
  );
  const whole = otherConcerns({ id: "open", customerId: "ute" } as ConcernRow, once, rows, ["ute", "vera"]);
  assert.deepEqual(
    whole.map(({ id }) => id),
    ["fresh", "moved", "far", "old"],
    "who is one with them counts as well",
  );
});
