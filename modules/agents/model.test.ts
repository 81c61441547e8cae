// Which changes of an agent end their sessions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { takesAway, type Access } from "#modules/agents/model.ts";

const access = (over: Partial<Access>): Access => ({ role: "agent", active: true, brandIds: [], ...over });

test("less access ends sessions, more does not", () => {
  assert.ok(takesAway(access({ role: "admin" }), access({ role: "agent" })));
  assert.ok(takesAway(access({}), access({ active: false })));
  assert.ok(takesAway(access({ brandIds: [] }), access({ brandIds: ["a"] })), "all brands become one");
  assert.ok(takesAway(access({ brandIds: ["a", "b"] }), access({ brandIds: ["b", "c"] })));
  assert.ok(!takesAway(access({ role: "agent" }), access({ role: "supervisor" })));
  assert.ok(!takesAway(access({ brandIds: ["a"] }), access({ brandIds: ["a", "b"] })));
  assert.ok(!takesAway(access({ brandIds: ["a"] }), access({ brandIds: [] })), "one brand becomes all");
  assert.ok(!takesAway(access({ active: false }), access({ active: false })), "there is nothing left to take");
});
