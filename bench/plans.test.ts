// What of a hot query is another than recorded is told, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "#bench/plans.ts";

const index = "Limit\n  ->  Index Scan using concern_open on concern c\n";
const whole = "Limit\n  ->  Seq Scan on concern c\n";

test("another shape, far more pages and what was never recorded are told; a second recorded plan and a few more pages are not", () => {
  const recorded = { plans: [index], pages: 100 };
  assert.deepEqual(differences("inbox", { plan: index, pages: 100 }, recorded), []);
  assert.deepEqual(differences("inbox", { plan: index, pages: 250 }, recorded), []);
  assert.deepEqual(differences("inbox", { plan: whole, pages: 9 }, { plans: [index, whole], pages: 100 }), []);
  assert.match(differences("inbox", { plan: whole, pages: 100 }, recorded).join(), /inbox is none[^]*\+ .*Seq Scan/);
  assert.match(differences("inbox", { plan: index, pages: 251 }, recorded).join(), /251 pages, recorded are 100/);
  assert.equal(differences("inbox", { plan: index, pages: 3 }, { plans: [], pages: null }).length, 2);
});
