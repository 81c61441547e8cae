// When a greeting shows itself, and above all when it does not: one that comes twice is a nuisance.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  greeted,
  greetingAt,
  isPathPattern,
  pagePath,
  pathExpression,
  visitAt,
  visitLastsMs,
  type GreetingRule,
  type Visits,
} from "#lib/greeting.ts";
import { fc } from "#test/chance.ts";

const pathFits = (pattern: string, path: string): boolean => new RegExp(pathExpression(pattern)).test(pagePath(path));

const fitting: readonly (readonly [pattern: string, path: string, fits: boolean])[] = [
  ["/", "/", true],
  ["/", "/tarife", false],
  ["/*", "/", true],
  ["/*", "/tarife/glasfaser", true],
  ["/tarife", "/tarife", true],
  ["/tarife", "/tarife/", true],
  ["/tarife/", "/tarife", true],
  ["/tarife", "/tarife/glasfaser", false],
  ["/tarife/*", "/tarife", true],
  ["/tarife/*", "/tarife/glasfaser/100", true],
  ["/tarife/*", "/tarifeundmehr", false],
  ["/tarife/*", "/en/tarife/x", false],
  ["*/tarife/*", "/en/tarife/x", true],
  ["/*/warenkorb", "/de/warenkorb", true],
  ["/*/warenkorb", "/de/warenkorb/zwei", false],
  ["/a*b*c", "/a1b2c", true],
  ["/a*b*c", "/abc", true],
  ["/a*b*c", "/acb", false],
  ["/ab*ba", "/aba", false],
  ["/über-uns", "/%C3%BCber-uns", true],
  ["/100%", "/100%", true],
  ["/a.c", "/abc", false],
  ["/a", "/", false],
  ["/a*", "/a/", true],
  ["/*/b/*/c", "/b/b/c/c/", true],
  ["/[a-z]|(b)\\d{1}^", "/[a-z]|(b)\\d{1}^", true],
  ["/(a+)+$", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false],
];

test("a path means what stands there, and a star anything", () => {
  for (const [pattern, path, fits] of fitting) assert.equal(pathFits(pattern, path), fits, `${pattern} ${path}`);
  for (const pattern of ["/", "/*", "/tarife/*", "/über uns".replace(" ", "-"), "/a*b*c*d*e*"])
    assert.ok(isPathPattern(pattern), pattern);
  for (const pattern of ["", "tarife", "https://a.test/", "/a?b", "/a#b", "/a b", "/a*b*c*d*e*f*"])
    assert.ok(!isPathPattern(pattern), pattern);
});

test("no path is slow, however long, and whatever stands in the pattern", () => {
  const long = `/${"a".repeat(200_000)}`;
  const begun = performance.now();
  for (const pattern of ["/*a*a*a*a*b", "/a*a*a*a*a*a", `/*${"a".repeat(190)}*${"a".repeat(190)}b`])
    pathFits(pattern, long);
  assert.ok(performance.now() - begun < 2_000);
});

const mostPieces = 5;

test("any path fits what was made of it by putting stars for parts", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, piece), { minLength: 1, maxLength: mostPieces }), (parts) => {
      const path = `/${parts.flat().join("")}z`;
      assert.ok(pathFits(`/${parts.map(([kept]) => `${kept}*`).join("")}`, path));
    }),
  );
});
const rule = (id: string, more: Partial<GreetingRule> = {}): GreetingRule => ({
  id,
  path: pathExpression("/*"),
  afterSeconds: 10,
  visitors: "all",
  ...more,
});
const fresh: Visits = { last: 0, isBack: false, shown: [], hasOpened: false, putAway: null, isUnwanted: false };
const day = 24 * 3_600_000;

const moments: readonly (readonly [
  what: string,
  rules: readonly GreetingRule[],
  visits: Partial<Visits>,
  onPageMs: number,
  isBusy: boolean,
  shows: string | number | null,
])[] = [
  ["no rule", [], {}, 60_000, false, null],
  ["its time has come", [rule("a")], {}, 10_000, false, "a"],
  ["not yet", [rule("a")], {}, 4_000, false, 6_000],
  ["the first that may", [rule("a"), rule("b")], {}, 10_000, false, "a"],
  ["a later one that is sooner", [rule("a"), rule("b", { afterSeconds: 3 })], {}, 3_000, false, "b"],
  ["another page", [rule("a", { path: pathExpression("/tarife/*") })], {}, 10_000, false, null],
  ["shown in this visit", [rule("a")], { shown: ["a"] }, 10_000, false, null],
  ["the next after it", [rule("a"), rule("b")], { shown: ["a"] }, 10_000, false, "b"],
  ["for who comes back", [rule("a", { visitors: "returning" })], {}, 10_000, false, null],
  ["who comes back", [rule("a", { visitors: "returning" })], { isBack: true }, 10_000, false, "a"],
  ["for who is new", [rule("a", { visitors: "new" })], { isBack: true }, 10_000, false, null],
  ["who is new", [rule("a", { visitors: "new" })], {}, 10_000, false, "a"],
  ["busy", [rule("a")], {}, 10_000, true, null],
  ["has opened the chat", [rule("a")], { hasOpened: true }, 10_000, false, null],
  ["put away lately", [rule("a")], { putAway: 40 * day - 29 * day }, 10_000, false, null],
  ["put away long ago", [rule("a")], { putAway: 40 * day - 30 * day }, 10_000, false, "a"],
  ["put away by a clock that was far ahead", [rule("a")], { putAway: 400 * day }, 10_000, false, "a"],
  ["wants none", [rule("a")], { isUnwanted: true }, 10_000, false, null],
];

test("the first rule whose time has come, and none where it would be a nuisance", () => {
  for (const [what, rules, visits, onPageMs, isBusy, shows] of moments) {
    const found = greetingAt(rules, 30, { ...fresh, ...visits }, { path: "/", onPageMs, now: 40 * day, isBusy });
    assert.equal(typeof found === "object" ? (found?.id ?? null) : found, shows, what);
  }
});

test("a visit goes on from page to page, and another one comes back", () => {
  const first = visitAt(null, 1_000, false);
  assert.deepEqual(first, { ...fresh, last: 1_000 });
  const known = { ...first, shown: ["a"], hasOpened: true, putAway: 5 };
  assert.deepEqual(visitAt(known, 2_000, false), { ...known, last: 2_000 });
  const later = 1_000 + visitLastsMs;
  assert.deepEqual(visitAt(known, later, false), { ...fresh, last: later, isBack: true, putAway: 5 });
  assert.equal(visitAt(null, 0, true).isBack, true, "who has chatted has been here");
});

// What a browser does, whatever it is: looks at pages, waits, puts away, opens the chat.
const deed = fc.oneof(
  fc.record({
    kind: fc.constant("look" as const),
    path: fc.constantFrom("/", "/tarife/x", "/hilfe"),
    passMs: fc.integer({ min: 0, max: 3 * day }),
  }),
  fc.record({ kind: fc.constant("putAway" as const) }),
  fc.record({ kind: fc.constant("open" as const) }),
);
const rules = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("a", "b", "c", "d"),
    path: fc.constantFrom(...["/*", "/tarife/*", "/hilfe"].map(pathExpression)),
    afterSeconds: fc.integer({ min: 0, max: 60 }),
    visitors: fc.constantFrom(...greeted),
  }),
  { selector: ({ id }) => id },
);

test("whatever somebody does: a rule once in a visit, none while resting, none after the chat was opened, and only where and to whom it is meant", () => {
  fc.assert(
    fc.property(rules, fc.integer({ min: 0, max: 90 }), fc.array(deed, { maxLength: 30 }), (given, restDays, deeds) => {
      let now = 1_000_000 * day;
      let visits: Visits | null = null;
      let inVisit: string[] = [];
      let restsUntil = 0;
      for (const one of deeds) {
        if (one.kind === "look") {
          now += one.passMs;
          const isSame = visits !== null && now - visits.last < visitLastsMs;
          const wasHere: boolean = visits !== null;
          visits = visitAt(visits, now, false);
          if (!isSame) inVisit = [];
          const onPageMs = 60_000;
          const found = greetingAt(given, restDays, visits, { path: one.path, onPageMs, now, isBusy: false });
          if (found === null || typeof found === "number") continue;
          assert.ok(!inVisit.includes(found.id), "once in a visit");
          assert.ok(now >= restsUntil, "rests");
          assert.ok(!visits.hasOpened, "has opened");
          assert.match(one.path, new RegExp(found.path));
          if (!isSame && found.visitors !== "all") assert.equal(found.visitors === "returning", wasHere);
          inVisit.push(found.id);
          visits = { ...visits, shown: [...visits.shown, found.id] };
        } else if (visits !== null && one.kind === "putAway") {
          visits = { ...visits, putAway: now };
          restsUntil = now + restDays * day;
        } else if (visits !== null) visits = { ...visits, hasOpened: true };
      }
    }),
  );
});
