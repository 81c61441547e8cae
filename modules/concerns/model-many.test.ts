// What taking back a change to many restores of one concern, whatever happened meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { priorities, statuses, type Change } from "#contract/concerns.ts";
import {
  emptyConcern,
  mayBecome,
  withChange,
  withMessage,
  withStatus,
  type ConcernState,
} from "#modules/concerns/model.ts";
import { changeable, takenBack } from "#modules/concerns/model-many.ts";

const at = "2026-03-02T09:00:00.000Z";
const later = "2026-03-02T10:00:00.000Z";
const ids = ["019cadc6-9a80-7935-b4ac-199725b2553b", "019cadc6-9a80-7935-b4ac-199725b2553c"];
const blank = emptyConcern({
  id: ids[0] as never,
  brandId: ids[0] as never,
  subject: "x",
  customerId: ids[0] as never,
  customerName: "c",
  tierId: null,
  language: null,
  at,
  status: "new",
});
const someone = fc.constantFrom(null, ...ids);
const tags = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
const anyState = fc
  .record({
    status: fc.constantFrom(...statuses),
    priority: fc.constantFrom(...priorities),
    assigneeId: someone,
    teamId: someone,
    topicId: someone,
    tags,
    waits: fc.boolean(),
  })
  .map(({ status, waits, ...rest }): ConcernState => {
    const state = {
      ...blank,
      ...rest,
      waitingSince: waits ? at : null,
      snoozedUntil: status === "snoozed" ? later : null,
    };
    return withStatus(state as ConcernState, status, at);
  });
const anyChange = fc.record(
  {
    status: fc.constantFrom("open", "waiting", "resolved", "closed"),
    priority: fc.constantFrom(...priorities),
    assigneeId: someone,
    teamId: someone,
    topicId: someone,
    addTags: tags,
    removeTags: tags,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Change>;
const possible = fc
  .tuple(anyState, anyChange)
  .filter(([state, change]) => change.status === undefined || mayBecome(state.status, change.status));

void test("taken back at once, the concern is what it was", () => {
  fc.assert(
    fc.property(possible, ([before, change]) => {
      const after = withChange(before, change, null, later);
      assert.deepEqual(takenBack(after, changeable(before), changeable(after)), before);
    }),
  );
});

void test("what somebody changed since stays as they left it, and the rest goes back", () => {
  fc.assert(
    fc.property(possible, anyChange, ([before, change], since) => {
      const after = withChange(before, change, null, later);
      const now = withChange(after, since, null, later);
      const back = takenBack(now, changeable(before), changeable(after));
      for (const key of ["priority", "assigneeId", "topicId"] as const)
        assert.equal(back[key], now[key] === after[key] ? before[key] : now[key], key);
      if (now.status !== after.status) assert.equal(back.status, now.status);
      for (const tag of since.addTags ?? [])
        if (!after.tags.includes(tag)) assert.ok(back.tags.includes(tag), "a tag somebody added stays");
      for (const tag of after.tags)
        if (before.tags.includes(tag) && !now.tags.includes(tag))
          assert.ok(!back.tags.includes(tag), "a tag somebody removed stays away");
    }),
  );
});

void test("who wrote meanwhile is neither resolved again nor put to sleep again, even when the status reads the same", () => {
  const asleep = withStatus({ ...blank, status: "snoozed", snoozedUntil: later, waitingSince: at }, "snoozed", at);
  const awake = withChange(asleep, { status: "open", priority: "high" }, null, later);
  const wrote = withMessage(awake, {
    direction: "in",
    at: later,
    text: "Und?",
    subject: null,
    channelKind: "email",
    automatic: false,
  });
  const back = takenBack(wrote, changeable(asleep), changeable(awake));
  assert.deepEqual([back.status, back.snoozedUntil, back.priority], ["open", null, "normal"]);
});

void test("tags are added and removed without touching others'; each stands once, cleaned", () => {
  const one = withChange(
    { ...blank, tags: ["a", "b"] },
    { addTags: [" b ", "c", "\u0000"], removeTags: ["a"] },
    null,
    at,
  );
  assert.deepEqual(one.tags, ["b", "c"]);
  assert.deepEqual(withChange(one, { tags: ["x"], addTags: ["y"] }, null, at).tags, ["x", "y"]);
  assert.deepEqual(withChange(one, {}, null, at).tags, one.tags);
});
