// Whose call it is behind proxies: a stranger's header is not believed, a trusted proxy's is, one step at a time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callerOf } from "#platform/http/caller.ts";

const from = (remoteAddress: string, forwarded?: string, trusted = ["127.0.0.1", "10.0.0.0/8", "::1"]): string =>
  callerOf(
    { socket: { remoteAddress }, headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } } as never,
    trusted,
  );

void test("a stranger's word for their own address counts for nothing", () => {
  assert.equal(from("203.0.113.9"), "203.0.113.9");
  assert.equal(from("203.0.113.9", "198.51.100.1"), "203.0.113.9");
  assert.equal(
    from("127.0.0.1", "198.51.100.1, 203.0.113.9"),
    "203.0.113.9",
    "what the stranger put before is not believed",
  );
  assert.equal(from("127.0.0.1", "198.51.100.1", []), "127.0.0.1");
});

void test("trusted proxies are passed over, in either writing of their addresses; nonsense ends the walk", () => {
  assert.equal(from("::ffff:127.0.0.1", "198.51.100.1, 10.1.2.3"), "198.51.100.1");
  assert.equal(from("::1", "2001:db8::7"), "2001:db8::7");
  assert.equal(from("10.1.2.3", "unknown"), "10.1.2.3");
  assert.equal(from("127.0.0.1", ""), "127.0.0.1");
});
