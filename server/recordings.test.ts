// Which bytes of a recording are asked for (RFC 9110 section 14.1.2).
import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeOf } from "#server/recordings.ts";

void test("one stretch of bytes is given, from a place, up to one, or the last of them; what is senseless gives all, what is not there nothing", () => {
  for (const [header, is] of [
    [undefined, null],
    ["bytes=0-", { from: 0, to: 99 }],
    ["bytes=10-19", { from: 10, to: 19 }],
    ["bytes=90-500", { from: 90, to: 99 }],
    ["bytes=-10", { from: 90, to: 99 }],
    ["bytes=-500", { from: 0, to: 99 }],
    ["bytes=100-", "none"],
    ["bytes=-0", "none"],
    ["bytes=20-10", null],
    ["bytes=-", null],
    ["bytes=1-2,5-6", null],
    ["items=1-2", null],
    ["bytes=99999999999999999999-", null],
  ] as const)
    assert.deepEqual(rangeOf(header, 100), is, header ?? "no header");
});
