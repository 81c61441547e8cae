// Which notices are shown, and which cannot be.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Notice } from "#contract/notices.ts";
import { judgeNotice, shownAt } from "#modules/notices/model.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 30, 12, minute)).toISOString();
const notice = (id: string, from: number, until: number | null, brandId = "a"): Notice =>
  ({ id, brandId, text: { de: id, en: "" }, from: at(from), until: until === null ? null : at(until) }) as Notice;

test("shown is what runs, of that brand, the newest first, and no crowd", () => {
  const all = [
    notice("1", 0, null),
    notice("2", 5, 10),
    notice("3", 20, null),
    notice("4", 0, null, "b"),
    notice("5", 1, null),
    notice("6", 2, null),
    notice("7", 3, null),
  ];
  const shown = (minute: number) => shownAt(all, "a", new Date(at(minute))).map(({ id }) => id);
  assert.deepEqual(shown(-1), []);
  assert.deepEqual(shown(0), ["1"]);
  assert.deepEqual(shown(5), ["2", "7", "6"]);
  assert.deepEqual(shown(10), ["7", "6", "5"], "the end is the first moment without it");
  assert.deepEqual(shown(20), ["3", "7", "6"]);
});

test("a notice has words, and an end that is still to come", () => {
  const now = new Date(at(30));
  const judged = (over: Partial<Notice>) => judgeNotice({ ...notice("1", 40, 50), ...over }, now);
  const code = (over: Partial<Notice>) => {
    const found = judged(over);
    return "refused" in found ? found.refused : null;
  };
  assert.equal(code({}), null);
  assert.equal(code({ text: { de: " \u0000 ", en: "" } }), "noticeEmpty");
  assert.equal(code({ until: at(40) }), "noticeEnds");
  assert.equal(code({ from: at(0), until: at(30) }), "noticeEnds");
  assert.equal(code({ until: null }), null);
});
