// Promises against a slow reading of the same sentences: minute by minute, over the changes of daylight saving; and what ends, pauses, drops and comes again.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "#contract/concerns.ts";
import type { Hours, Span } from "#contract/hours.ts";
import type { PromiseRule } from "#contract/promises.ts";
import { dayAfter, instantOf } from "#lib/timeZone.ts";
import { openAt } from "#modules/hours/model.ts";
import {
  comeDue,
  judgeRules,
  ruleFor,
  step,
  type Book,
  type Facts,
  type Happened,
  type Kept,
  type Stepped,
} from "#modules/promises/model.ts";
import { fc } from "#test/chance.ts";

const minuteMs = 60_000;
const brandId = "00000000-0000-4000-8000-000000000001";

const ruleOf = (part: Partial<PromiseRule> = {}): PromiseRule => ({
  id: "00000000-0000-4000-8000-00000000000a" as PromiseRule["id"],
  name: "Alles",
  when: { topicId: null, priorities: [], brandId: null, channelKind: null },
  targets: { firstReply: 60, nextReply: 120, resolution: 600 },
  hours: { kind: "brand" },
  pauses: ["waiting"],
  warn: { by: "share", percent: 50 },
  warns: [],
  escalation: null,
  ...part,
});

const bookOf = (rules: readonly PromiseRule[], hours: Hours | null = null, revision = 1): Book => ({
  revision,
  rules,
  hours: hours === null ? [] : [{ owner: { kind: "brand", id: brandId as never }, hours }],
  parents: new Map(),
});

const at = (time: string): string => new Date(`2026-11-${time}Z`).toISOString();

const began = at("30T10:00:00");
const fresh: Facts = {
  brandId,
  status: "new",
  priority: "normal",
  topicId: null,
  tierId: null,
  channels: ["email"],
  createdAt: began,
  waitingSince: began,
  firstReplyAt: null,
  lastDirection: "in",
};

/** A concern that is led through its life; `go` gives what was shown and said. */
const life = (book: Book, first: Facts = fresh) => {
  let last: Stepped | null = null;
  let facts = first;
  const said: Happened[] = [];
  const go = (when: string, part: Partial<Facts> = {}, by: Book = book): Stepped => {
    facts = { ...facts, ...part };
    last = step({ book: by, kept: last?.kept ?? null, facts, missed: last?.missed ?? [], at: when });
    said.push(...last.happened);
    return last;
  };
  return { go, said: () => said.map(({ what, promise }) => `${promise} ${what}`), all: said, facts: () => facts };
};

const answered = (when: string, status: Status = "waiting"): Partial<Facts> => ({
  status,
  waitingSince: null,
  firstReplyAt: when,
  lastDirection: "out",
});

test("a first reply in time keeps its promise, also in the very moment; a late one stays a miss", () => {
  const book = bookOf([ruleOf({ targets: { firstReply: 60, nextReply: null, resolution: null } })]);
  const due = at("30T11:00:00");
  const one = life(book);
  const begun = one.go(began);
  assert.deepEqual(
    [begun.promiseKind, begun.promiseState, begun.dueAt, begun.promiseAt],
    ["firstReply", "running", due, at("30T10:30:00")],
  );
  const kept = one.go(due, answered(due));
  assert.deepEqual([one.said(), kept.missed, kept.dueAt, kept.promiseAt], [["firstReply kept"], [], null, null]);

  const other = life(book);
  other.go(began);
  const late = other.go(at("30T12:30:00"), answered(at("30T12:30:00")));
  assert.deepEqual(other.said(), ["firstReply missed", "firstReply late"]);
  assert.equal(other.all[1]?.lateMs, 90 * minuteMs);
  assert.deepEqual(late.missed, ["firstReply"]);
  // More time, given afterwards, does not make it good.
  const generous = bookOf([ruleOf({ targets: { firstReply: 6000, nextReply: null, resolution: null } })], null, 2);
  assert.deepEqual(other.go(at("30T12:31:00"), {}, generous).missed, ["firstReply"]);
  assert.deepEqual(other.said(), ["firstReply missed", "firstReply late"]);
});

test("time makes it near, then over, and each is said once; what is over under a stricter rule stays missed under a milder one", () => {
  const book = bookOf([ruleOf({ targets: { firstReply: 60, nextReply: null, resolution: null } })]);
  const one = life(book);
  one.go(began);
  assert.equal(one.go(at("30T10:29:59.999")).promiseState, "running");
  const near = one.go(at("30T10:30:00"));
  assert.equal(near.promiseState, "near");
  assert.equal(near.promiseAt, at("30T10:30:00"), "somebody has to see to it");
  const warned = comeDue(book, near.kept ?? assert.fail(), one.facts(), at("30T10:30:00"));
  assert.deepEqual(
    warned.due.map(({ what, promise }) => [what, promise]),
    [["warn", "firstReply"]],
  );
  const again = comeDue(book, warned.kept, one.facts(), at("30T10:59:00"));
  assert.deepEqual([again.due, again.kept], [[], warned.kept], "once");
  assert.equal(one.go(at("30T11:00:00")).promiseState, "near", "not early");
  const over = one.go(at("30T11:00:00.001"));
  assert.deepEqual([over.promiseState, over.missed, over.dueAt], ["over", ["firstReply"], at("30T11:00:00")]);
  one.go(at("30T11:05:00"));
  assert.deepEqual(one.said(), ["firstReply missed"]);
  const milder = bookOf([ruleOf({ targets: { firstReply: 180, nextReply: null, resolution: null } })], null, 2);
  const later = one.go(at("30T11:06:00"), {}, milder);
  assert.deepEqual([later.dueAt, later.promiseState, later.missed], [at("30T13:00:00"), "running", ["firstReply"]]);
  one.go(at("30T12:00:00"), answered(at("30T12:00:00")), milder);
  assert.deepEqual(one.said(), ["firstReply missed", "firstReply late"]);
});

test("what pauses stands still, what does not runs on; a reply that was taken back was none", () => {
  const book = bookOf([ruleOf({ targets: { firstReply: 60, nextReply: 120, resolution: 240 } })]);
  const one = life(book);
  one.go(began);
  // Set to waiting by hand: nothing was answered, but this rule lets the time stand still there.
  const still = one.go(at("30T10:20:00"), { status: "waiting", waitingSince: null });
  assert.deepEqual([still.promiseKind, still.promiseState, still.dueAt], ["firstReply", "paused", null]);
  const on = one.go(at("30T12:20:00"), { status: "open", waitingSince: at("30T12:20:00") });
  assert.equal(on.dueAt, at("30T13:00:00"), "40 of 60 minutes are left");
  // Snoozing does not stand still by this rule.
  assert.equal(one.go(at("30T12:30:00"), { status: "snoozed" }).dueAt, at("30T13:00:00"));
  const before = one.go(at("30T12:40:00"), { status: "open" });
  one.go(at("30T12:50:00"), answered(at("30T12:50:00")));
  const back = one.go(at("30T12:50:05"), {
    status: "open",
    waitingSince: at("30T12:20:00"),
    firstReplyAt: null,
    lastDirection: "in",
  });
  assert.equal(back.dueAt, at("30T13:00:05"), "but for the seconds in which it waited for the customer");
  assert.equal(before.kept?.clocks[0]?.startedAt, began);
  one.go(at("30T12:55:00"), answered(at("30T12:55:00")));
  assert.deepEqual(one.said(), ["firstReply kept", "firstReply kept"]);
  // The next question has a promise of its own, and what is nearest is shown.
  const next = one.go(at("30T13:00:00"), { status: "open", waitingSince: at("30T13:00:00"), lastDirection: "in" });
  assert.deepEqual([next.promiseKind, next.dueAt], ["nextReply", at("30T15:00:00")]);
  one.go(at("30T13:30:00"), { ...answered(at("30T12:55:00")), status: "resolved" });
  assert.deepEqual(one.said().slice(2), ["nextReply kept", "resolution kept"]);
  // Reopened: its time goes on where it stood.
  const reopened = one.go(at("30T18:00:00"), { status: "open", waitingSince: at("30T18:00:00"), lastDirection: "in" });
  assert.deepEqual([reopened.promiseKind, reopened.dueAt], ["nextReply", at("30T20:00:00")]);
  const goesOn = one.go(at("30T18:10:00"), { ...answered(at("30T12:55:00")), status: "open" });
  assert.deepEqual([goesOn.promiseKind, goesOn.dueAt], ["resolution", at("30T20:35:05")]);
});

test("what is settled without a word is neither kept nor missed; what an agent began has no first reply to wait for; without rules nothing is kept", () => {
  const book = bookOf([ruleOf({ targets: { firstReply: 60, nextReply: 60, resolution: null } })]);
  const one = life(book);
  one.go(began);
  assert.deepEqual(one.go(at("30T10:10:00"), { status: "closed", waitingSince: null }).happened, []);
  const again = one.go(at("30T15:00:00"), { status: "open", waitingSince: at("30T15:00:00") });
  assert.equal(again.dueAt, at("30T16:00:00"), "a new question has a new promise");
  const ours = life(book, { ...fresh, ...answered(began) });
  assert.equal(ours.go(began).dueAt, null);
  assert.equal(
    ours.go(at("30T11:00:00"), { status: "open", waitingSince: at("30T11:00:00"), lastDirection: "in" }).promiseKind,
    "nextReply",
  );
  // What was asked has gone to another concern.
  const left = life(book);
  left.go(began);
  assert.deepEqual(left.go(at("30T10:30:00"), { waitingSince: null }).happened, []);
  assert.equal(left.go(at("30T12:00:00")).dueAt, null);
  const none = life(bookOf([]));
  assert.deepEqual([none.go(began).kept, none.go(at("30T20:00:00")).missed], [null, []]);
});

test("the first rule that fits counts; a topic's rule is for those below it as well, and a circle of topics ends", () => {
  const [outage, tv, urgent, all] = ["o", "t", "u", "a"].map((name) => ruleOf({ id: name as PromiseRule["id"], name }));
  if (!outage || !tv || !urgent || !all) assert.fail();
  const any = all.when;
  const book: Book = {
    ...bookOf([
      { ...urgent, when: { ...any, priorities: ["urgent"] } },
      { ...tv, when: { ...any, topicId: "tv" as never, channelKind: "webchat" } },
      { ...outage, when: { ...any, topicId: "outage" as never } },
      { ...all, when: { ...any, brandId: brandId as never } },
    ]),
    parents: new Map([
      ["outage", null],
      ["tv", "outage"],
      ["loop", "pool"],
      ["pool", "loop"],
    ]),
  };
  const named = (part: Partial<Facts>): string | undefined => ruleFor(book, { ...fresh, ...part })?.name;
  assert.equal(named({}), "a");
  assert.equal(named({ topicId: "tv" }), "o");
  assert.equal(named({ topicId: "tv", channels: ["webchat", "email"] }), "t");
  assert.equal(named({ topicId: "tv", channels: ["email", "webchat"] }), "o", "by which it came");
  assert.equal(named({ topicId: "tv", priority: "urgent" }), "u");
  assert.equal(named({ topicId: "loop" }), "a");
  assert.equal(named({ brandId: "other", topicId: "loop" }), undefined);
});

test("escalated is once, so much service time after it was missed; rules that promise nothing or stand twice are none", () => {
  const escalation = { afterMinutes: 30, notify: ["team" as const], raise: true, teamId: null };
  const book = bookOf([ruleOf({ escalation, targets: { firstReply: 60, nextReply: null, resolution: null } })]);
  const one = life(book);
  one.go(began);
  const over = one.go(at("30T11:10:00"));
  assert.equal(over.promiseAt, at("30T11:30:00.001"));
  const kept = over.kept ?? assert.fail();
  assert.deepEqual(comeDue(book, kept, one.facts(), at("30T11:30:00")).due, [], "not early");
  const come = comeDue(book, kept, one.facts(), at("30T11:30:00.001"));
  assert.deepEqual(
    come.due.map(({ what }) => what),
    ["escalate"],
  );
  assert.deepEqual(comeDue(book, come.kept, one.facts(), at("30T20:00:00")).due, []);
  const fault = (rules: readonly PromiseRule[]) => {
    const judged = judgeRules(rules);
    return "refused" in judged ? [judged.refused, judged.field] : null;
  };
  assert.equal(fault([ruleOf()]), null);
  assert.deepEqual(fault([ruleOf(), ruleOf()]), ["promiseTwice", "rules.1.id"]);
  const nothing = { firstReply: null, nextReply: null, resolution: null };
  assert.deepEqual(fault([ruleOf({ targets: nothing })]), ["promiseNothing", "rules.0.targets"]);
});

// In each zone clocks are put forward, and put back: Lord Howe by half an hour. Nine days around the change.
const windows = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["Australia/Lord_Howe", "2026-04-05"],
] as const;
const windowMinutes = 9 * 1440;

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const someSpans: fc.Arbitrary<Span[]> = fc.array(fc.record({ from: clock, to: clock }), { maxLength: 3 });

const drawn = fc.record({
  window: fc.constantFrom(...windows),
  weekly: fc.option(fc.array(someSpans, { minLength: 7, maxLength: 7 }), { nil: null, freq: 6 }),
  closed: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 2 }),
  begins: fc.integer({ min: 0, max: 3 * 1440 }),
  target: fc.integer({ min: 1, max: 2400 }),
  percent: fc.integer({ min: 1, max: 99 }),
  pauses: fc.subarray(["waiting" as const, "snoozed" as const]),
  /** Minutes until each change of the status, and to what. */
  turns: fc.array(
    fc.tuple(fc.integer({ min: 1, max: 1500 }), fc.constantFrom<Status>("open", "waiting", "snoozed", "resolved")),
    { maxLength: 5 },
  ),
});

test("due, near and late are what counting the minutes gives, over pauses, holidays and changes of the clocks", () => {
  let [found, paused] = [0, 0];
  fc.assert(
    fc.property(drawn, ({ window: [zone, day], weekly, closed, begins, target, percent, pauses, turns }) => {
      const first = dayAfter(day, -4);
      const zero = instantOf({ day: first, minute: 0 }, zone);
      const hours: Hours | null = weekly && {
        timeZone: zone,
        weekly,
        exceptions: [...new Set(closed)].map((days) => {
          const one = dayAfter(first, days);
          return { from: one, to: one, name: "", spans: [] };
        }),
      };
      const rule = ruleOf({
        targets: { firstReply: null, nextReply: null, resolution: target },
        pauses,
        warn: { by: "share", percent },
      });
      const book = bookOf([rule], hours);
      const instant = (minute: number): string => new Date(zero + minute * minuteMs).toISOString();
      const facts: Facts = { ...fresh, createdAt: instant(begins), waitingSince: instant(begins) };
      // The same life twice: by the model, and as the status of every minute.
      const statuses: Status[] = Array.from({ length: windowMinutes }, () => "new");
      const one = life(book, facts);
      let shown = one.go(instant(begins));
      let minute = begins;
      for (const [wait, status] of turns) {
        if (minute + wait >= 7 * 1440) break;
        minute += wait;
        statuses.fill(status, minute);
        shown = one.go(instant(minute), { status });
      }
      // Spans and clocks change at quarters of hours only.
      const open = new Map<number, boolean>();
      const isOpen = (at: number): boolean => {
        const quarter = Math.floor(at / 15);
        const known = open.get(quarter) ?? (hours === null || openAt(hours, new Date(zero + quarter * 15 * minuteMs)));
        open.set(quarter, known);
        return known;
      };
      const counts = (at: number): boolean => {
        const status = statuses[at] ?? "new";
        return (
          at >= begins &&
          status !== "resolved" &&
          !(status === "waiting" && pauses.includes("waiting")) &&
          !(status === "snoozed" && pauses.includes("snoozed")) &&
          isOpen(at)
        );
      };
      let left = target;
      let due: number | null = null;
      for (let at = 0; at < windowMinutes && due === null; at += 1) if (counts(at) && (left -= 1) === 0) due = at + 1;
      const clockNow = shown.kept?.clocks.find(({ kind }) => kind === "resolution") ?? assert.fail();
      if (clockNow.endedAt !== null) return assert.equal(shown.dueAt, null, "done");
      const stands = statuses[minute] !== "new" && !counts_(statuses[minute] ?? "new", pauses);
      if (stands && (due === null || due > minute)) {
        paused += 1;
        return assert.equal(shown.promiseState, "paused");
      }
      if (due === null) return assert.ok(shown.dueAt === null || Date.parse(shown.dueAt) > zero + 8 * 1440 * minuteMs);
      found += 1;
      assert.equal(shown.dueAt, instant(due));
      const over = one.go(new Date(Date.parse(instant(due)) + 1).toISOString());
      assert.deepEqual(over.missed, ["resolution"]);
    }),
    { numRuns: 300 },
  );
  assert.ok(found > 100 && paused > 20, `both happen: ${found}, ${paused}`);
});

const counts_ = (status: Status, pauses: readonly string[]): boolean =>
  status !== "resolved" && !pauses.includes(status);

test("what is kept judges the same by any later book as if that had been there from the beginning", () => {
  const strict = bookOf([ruleOf({ targets: { firstReply: 60, nextReply: null, resolution: 600 }, pauses: [] })]);
  const other = bookOf(
    [ruleOf({ targets: { firstReply: 500, nextReply: null, resolution: 900 }, pauses: ["waiting", "snoozed"] })],
    null,
    2,
  );
  const led = (by: Book): Kept => {
    const one = life(by);
    one.go(began);
    one.go(at("30T10:10:00"), { status: "snoozed" });
    one.go(at("30T10:20:00"), { status: "open" });
    return one.go(at("30T10:30:00"), {}, other).kept ?? assert.fail();
  };
  assert.deepEqual(led(strict), led(other));
});
