// My own work: which offers ring and in which order, what ran out and what was taken elsewhere, which piece comes next, when something ends by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkRow } from "#contract/routing.ts";
import {
  changesAt,
  heldOf,
  kindsHeld,
  leftOf,
  missedOffers,
  nextPiece,
  offerKey,
  offersOf,
  spokenSeconds,
  type MyWork,
} from "#web/state/workParts.ts";

const nine = Date.parse("2026-03-02T09:00:00.000Z");
const at = (seconds: number): string => new Date(nine + seconds * 1000).toISOString();

const row = (id: string, part: Partial<WorkRow> = {}): WorkRow =>
  ({
    id,
    concernId: id,
    number: Number(id.replaceAll(/\D/g, "")),
    kind: "mail",
    queueId: "q",
    state: "held",
    agentId: "me",
    token: 1,
    arrivedAt: at(0),
    urgencyAt: at(100),
    until: null,
    rest: "none",
    ...part,
  }) as WorkRow;
const mine = (work: readonly WorkRow[], part: object = {}): MyWork =>
  ({ presence: { until: null }, work, ...part }) as unknown as MyWork;
const ids = (rows: readonly WorkRow[]): string => rows.map(({ id }) => id).join(" ");
const nobody: ReadonlySet<string> = new Set();

test("offers ring in the order of urgency, and no longer once they are answered; offered anew they ring again", () => {
  const [late, soon] = [
    row("1", { state: "offered", urgencyAt: at(90) }),
    row("2", { state: "offered", urgencyAt: at(20) }),
  ];
  assert.equal(ids(offersOf(mine([late, row("3"), soon]), nobody)), "2 1");
  const answered = new Set([offerKey(soon)]);
  assert.equal(ids(offersOf(mine([late, soon]), answered)), "1");
  assert.equal(ids(offersOf(mine([late, { ...soon, token: 2 }]), answered)), "2 1");
  assert.equal(ids(offersOf(null, nobody)), "");
});

test("what is worked on comes first, by urgency; then what rests, then what is parked", () => {
  const held = heldOf(
    mine([
      row("1", { rest: "parked", urgencyAt: at(1) }),
      row("2", { rest: "dormant", urgencyAt: at(2) }),
      row("3", { urgencyAt: at(50) }),
      row("4", { urgencyAt: at(10) }),
      row("5", { state: "offered" }),
    ]),
  );
  assert.equal(ids(held), "4 3 2 1");
  assert.deepEqual(kindsHeld(held), [{ kind: "mail", count: 2 }]);
});

test("the next piece follows the open one, round and round among what is worked on", () => {
  const held = [row("1"), row("2"), row("3", { rest: "parked" })];
  const next = (open: number | null): number | undefined => nextPiece(held, open)?.number;
  assert.deepEqual([next(null), next(1), next(2), next(3), next(77)], [1, 2, 1, 1, 1]);
  assert.equal(nextPiece([row("1")], 1), undefined, "there is no other");
  assert.equal(nextPiece([row("3", { rest: "parked" })], null)?.number, 3);
  assert.equal(nextPiece([], 1), undefined);
});

test("an offer ran out when it is gone at its end and no window of mine has answered it", () => {
  const offer = row("1", { state: "offered", until: at(20) });
  const gone = (after: readonly WorkRow[], answered = nobody, seconds = 20): string =>
    ids(missedOffers([offer, row("2")], after, answered, nine + seconds * 1000));
  assert.equal(gone([]), "1");
  assert.equal(gone([], nobody, 19.2), "1", "the word came a moment early");
  assert.equal(gone([{ ...offer, token: 2, until: at(60) }]), "1", "it rings anew");
  assert.equal(
    gone([], nobody, 10),
    "",
    "withdrawn before its end: declined in another window, or the customer has left",
  );
  assert.equal(gone([{ ...offer, state: "held", until: null }]), "", "taken in another window");
  assert.equal(gone([], new Set([offerKey(offer)])), "", "declined here at the last moment");
  assert.equal(gone([offer]), "", "still there");
});

test("what ends next by itself is known: an offer, a wrap-up, something parked; what ends in days is not waited for", () => {
  const ends = (work: readonly WorkRow[], until: string | null = null): number | null => {
    const next = changesAt(mine(work, { presence: { until } }), nine);
    return next === null ? null : (next - nine) / 1000;
  };
  assert.equal(ends([row("1", { until: at(50) }), row("2", { until: at(20) })]), 20);
  assert.equal(ends([row("1", { until: at(50) })], at(10)), 10);
  assert.equal(ends([row("1", { until: at(-5) })]), null, "over already");
  assert.equal(ends([row("1", { until: at(200_000) })]), null);
  assert.equal(ends([]), null);
});

test("how much of an offer's time is left: never less than nothing, never more than all, spoken by tens", () => {
  const book = { queues: [{ id: "q", offerSeconds: 40 }] } as never;
  const left = (until: string | null, seconds: number) =>
    leftOf({ until, queueId: "q" as never }, book, nine + seconds * 1000);
  assert.deepEqual(left(at(20), 0), { seconds: 20, share: 0.5 });
  assert.deepEqual(left(at(20), 30), { seconds: 0, share: 0 });
  assert.deepEqual(left(at(90), 0), { seconds: 90, share: 1 }, "this machine's clock is behind");
  assert.deepEqual(left(null, 0), { seconds: 0, share: 0 });
  assert.deepEqual([20, 19, 11, 10, 1, 0].map(spokenSeconds), [20, 20, 20, 10, 10, 0]);
});
