// Numbers as people type them, and the hour where a number is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { countryOf, e164Of, hourIn, zonesOf } from "#lib/e164.ts";

const berlin = "+4930123456";

void test("a number becomes E.164 as it is typed, with the country of who types it; what can be no number is none", () => {
  for (const [typed, home, is] of [
    ["030 / 12 34 56", berlin, "+4930123456"],
    ["+49 (0)30 123-456", berlin, "+4930123456"],
    ["0049 30 123456", berlin, "+4930123456"],
    ["tel:+49-30-123456", null, "+4930123456"],
    ["0033 1 23 45 67 89", berlin, "+33123456789"],
    ["030\u00a0123\u2011456", berlin, "+4930123456"],
    // Without its area it is not known from here, and without a country only with a plus.
    ["123456", berlin, null],
    ["030 123456", null, null],
    // Italy's 0 is part of the number, Spain has none, Hungary has 06, Russia 8.
    ["06 1234567", "+39061111", "+39061234567"],
    ["612 345 678", "+34911111111", "+34612345678"],
    ["06 1 234 5678", "+3611234567", "+3612345678"],
    ["8 495 123 45 67", "+74951234567", "+74951234567"],
    ["(212) 555-0100", "+12125550199", "+12125550100"],
    ["1 212 555 0100", "+12125550199", "+12125550100"],
    ["011 49 30 123456", "+12125550199", "+4930123456"],
    ["044 123 45 67", "+41441234567", "+41441234567"],
    ["", berlin, null],
    ["+", berlin, null],
    ["+0123456", berlin, null],
    ["0800-RUFUNSAN", berlin, null],
    ["030 123456 ext 5", berlin, null],
    ["+4930123456789012345", berlin, null],
    ["٠٣٠١٢٣٤٥٦", berlin, null],
    ["0".repeat(10_000), berlin, null],
  ] as const)
    assert.equal(e164Of(typed, home), is, `${typed} from ${home}`);
});

void test("the country is the shortest code there is; its zones from one end to the other", () => {
  assert.deepEqual(["+12125550100", "+4930123456", "+3531234567", "+8521234567", "030"].map(countryOf), [
    "1",
    "49",
    "353",
    "852",
    null,
  ]);
  assert.deepEqual(zonesOf(berlin, "UTC"), ["Europe/Berlin"]);
  assert.deepEqual(zonesOf("+12125550100", "UTC"), ["America/New_York", "America/Los_Angeles"]);
  assert.deepEqual(zonesOf("+2991234567", "Europe/Paris"), ["Europe/Paris"], "of Greenland nothing is known");
  assert.deepEqual(hourIn("Asia/Kolkata", new Date("2026-03-02T18:45:00.000Z")), { hour: 0, minute: 15 });
});
