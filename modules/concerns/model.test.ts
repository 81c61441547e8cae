// Statuses, subjects, snippets, patches and what taking back restores.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { statuses, type Status } from "#contract/concerns.ts";
import { concernPatch } from "#contract/events.ts";
import {
  cleanSubject,
  emptyConcern,
  lineOf,
  mayBecome,
  mentionsIn,
  onArrival,
  patchOf,
  restored,
  rowOf,
  previewOf,
  snippetOf,
  storable,
  subjectFor,
  undoable,
  withChange,
  withMessage,
  withStatus,
  type ConcernState,
} from "#modules/concerns/model.ts";

const at = "2026-03-02T09:00:00.000Z";
const later = "2026-03-02T10:00:00.000Z";
const uuid = "019cadc6-9a80-7935-b4ac-199725b2553b";
const blank = emptyConcern({
  id: uuid as never,
  brandId: uuid as never,
  subject: "x",
  customerId: uuid as never,
  customerName: "c",
  tierId: null,
  language: null,
  at,
  status: "new",
});
const message = { at: later, text: "Hallo", subject: null, channelKind: "email" as const, automatic: false };
const anyStatus = fc.constantFrom<Status>(...statuses);
const inStatus = (status: Status): ConcernState =>
  withStatus({ ...blank, snoozedUntil: status === "snoozed" ? later : null, waitingSince: at }, status, at);

void test("a customer's message wakes every status but new; a machine's wakes none", () => {
  for (const status of statuses) {
    const state = inStatus(status);
    const after = withMessage(state, { ...message, direction: "in" });
    assert.equal(after.status, status === "new" ? "new" : "open");
    assert.ok(
      after.waitingSince !== null &&
        after.snoozedUntil === null &&
        after.resolvedAt === null &&
        after.closedAt === null,
    );
    const quiet = withMessage(state, { ...message, direction: "in", automatic: true });
    assert.deepEqual(
      [quiet.status, quiet.waitingSince, quiet.resolvedAt],
      [state.status, state.waitingSince, state.resolvedAt],
    );
    assert.equal(quiet.messageCount, 1);
  }
});

void test("the wait begins with the first unanswered message and ends with an answer, not with a note", () => {
  const one = withMessage(blank, { ...message, direction: "in", at });
  const two = withMessage(one, { ...message, direction: "in", at: later });
  assert.equal(two.waitingSince, at);
  assert.equal(withMessage(two, { ...message, direction: "note" }).waitingSince, at);
  const answered = withMessage(two, { ...message, direction: "out" });
  assert.deepEqual([answered.waitingSince, answered.firstReplyAt], [null, later]);
  const system = withMessage(two, { ...message, direction: "system" });
  assert.deepEqual({ ...system, lastSeq: 2 }, { ...two });
});

void test("follow-ups only for closed concerns whose topic wants it, never for machines", () => {
  fc.assert(
    fc.property(
      anyStatus,
      fc.constantFrom<"reopen" | "follow-up">("reopen", "follow-up"),
      fc.boolean(),
      (status, whenClosed, automatic) => {
        return (
          (onArrival({ status }, whenClosed, automatic) === "follow-up") ===
          (status === "closed" && whenClosed === "follow-up" && !automatic)
        );
      },
    ),
  );
});

void test("times hang on the status, whatever the way to it", () => {
  fc.assert(
    fc.property(fc.array(anyStatus, { minLength: 1 }), (road) => {
      const state = road.reduce(
        (s, status) => withStatus({ ...s, snoozedUntil: status === "snoozed" ? later : s.snoozedUntil }, status, at),
        blank,
      );
      const done = state.status === "resolved" || state.status === "closed";
      assert.equal(state.resolvedAt !== null, done);
      assert.equal(state.closedAt !== null, state.status === "closed");
      assert.equal(state.snoozedUntil !== null, state.status === "snoozed");
      if (done || state.status === "waiting") assert.equal(state.waitingSince, null);
    }),
  );
  assert.ok(!mayBecome("closed", "waiting") && mayBecome("closed", "open") && mayBecome("closed", "closed"));
});

void test("a patch turns the old row into the new one and says nothing else", () => {
  const part = fc.record(
    {
      status: anyStatus,
      priority: fc.constantFrom("low" as const, "high" as const),
      tags: fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 3 }),
      subject: fc.string({ minLength: 1 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anyStatus, part, (status, wanted) => {
      const before = inStatus(status);
      const change = {
        ...wanted,
        ...(wanted.status && ["new", "snoozed"].includes(wanted.status) ? { status: "open" as const } : {}),
      } as Parameters<typeof withChange>[1];
      const after = withChange(before, change, null, later);
      const patch = patchOf(before, after);
      if (patch === null) return assert.deepEqual(rowOf(after), rowOf(before));
      concernPatch.parse(patch);
      assert.deepEqual({ ...rowOf(before), ...patch }, { ...rowOf(after), version: before.version + 1 });
    }),
  );
});

void test("taking back restores what the answer moved and leaves what others changed since", () => {
  const before = withMessage(blank, { ...message, direction: "in", at });
  const answered = withStatus(withMessage(before, { ...message, direction: "out" }), "resolved", later);
  const back = restored({ ...answered, priority: "urgent" }, undoable(before), undoable(answered));
  assert.deepEqual(
    { ...back, lastSeq: 0, messageCount: 0 },
    { ...before, priority: "urgent", lastSeq: 0, messageCount: 0 },
  );
  const reopened = restored({ ...answered, status: "closed" }, undoable(before), undoable(answered));
  assert.equal(reopened.status, "closed");
});

void test("subjects lose what mail programs and we put in front", () => {
  for (const [given, cleaned] of [
    ["Re: AW: Fwd: Rechnung", "Rechnung"],
    ["RE[2]: x", "x"],
    ["[#1234] Re: Kein Bild [#77]", "Kein Bild"],
    ["Regen: nass", "Regen: nass"],
    ["  ", ""],
    ["Re:", ""],
    [null, ""],
    ["a\r\nBcc: b@c", "a Bcc: b@c"],
  ] as const)
    assert.equal(cleanSubject(given), cleaned);
  assert.equal(subjectFor("Re:", "  Erste\nZeile "), "Erste Zeile");
  assert.equal(subjectFor(null, " "), "–");
  // What began a chat was cut in the middle of a word, and read so in the subject of every mail that followed: "… Siehe https://elbka".
  assert.equal(
    subjectFor(
      null,
      "Guten Tag, mein Internet fällt jeden Abend gegen 20 Uhr aus. Siehe https://elbkabel.example/hilfe",
    ),
    "Guten Tag, mein Internet fällt jeden Abend gegen 20 Uhr aus. Siehe…",
  );
  assert.equal(subjectFor(null, "x".repeat(90)), `${"x".repeat(79)}…`);
  assert.equal(subjectFor(null, "x".repeat(80)), "x".repeat(80));
  assert.equal(Array.from(subjectFor(null, "😀".repeat(90))).length, 80);
});

void test("a list shows a message's own words, not what they answer", () => {
  // An answer to choices stood there as "> Wann sollen wir kommen? Mai".
  assert.equal(previewOf({ text: "> Wann sollen wir kommen?\nMai", subject: null }), "Mai");
  assert.equal(
    previewOf({ text: "Gerne!\n\n> Passt Mai?\n> Oder Juni?\nEher Juni.", subject: null }),
    "Gerne! Eher Juni.",
  );
  assert.equal(previewOf({ text: "> Nur zitiert", subject: "Termin" }), "> Nur zitiert");
  assert.equal(previewOf({ text: `> ${"x".repeat(3_000)}\nMai`, subject: null }).length, 160);
  assert.equal(previewOf({ text: "", subject: "Termin" }), "Termin");
});

void test("texts are cut without breaking a letter, in bounded time, and are storable", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.integer({ min: 1, max: 200 }), (text, most) => {
      for (const cutText of [lineOf(text, most), snippetOf(text)])
        assert.ok(cutText.isWellFormed() && !/[\u0000\n]/.test(cutText));
      assert.ok(Array.from(lineOf(text, most)).length <= most && Array.from(snippetOf(text)).length <= 160);
      assert.ok(!storable(text).includes("\u0000"));
    }),
  );
  // What the contract counts as sixty characters is sixty here: letters beyond the first plane were cut in silence.
  assert.equal(lineOf("𝓓".repeat(60), 60), "𝓓".repeat(60));
  assert.equal(lineOf("𝓓".repeat(61), 60), "𝓓".repeat(60));
  const begun = performance.now();
  for (const bomb of [
    "Re: ".repeat(200_000),
    " ".repeat(1_000_000),
    "@a".repeat(500_000),
    "@a.".repeat(300_000),
    "@" + "-".repeat(500_000),
  ]) {
    cleanSubject(bomb);
    snippetOf(bomb);
    mentionsIn(bomb);
  }
  assert.ok(performance.now() - begun < 1_000);
});

void test("mentions are words with an at sign, not parts of addresses", () => {
  assert.deepEqual(mentionsIn("@Anna, bitte (@omar.) mail an x@eva.de"), ["anna", "omar.", "omar"]);
});
