// A colleague who was asked and refuses, or hangs up, left the customer with music and nobody on the line to say so: now they are heard again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { anna, ben, openCall } from "#test/calls.ts";

for (const answers of [false, true])
  test(`a colleague who was asked and ${answers ? "hangs up again" : "refuses"} gives the customer back to who asked`, () => {
    const call = openCall();
    call.played();
    call.work("offered", anna);
    const mine = call.legOf(anna);
    call.answers(mine);
    call.work("held", anna);
    assert.equal(call.wish(anna, { what: "consult", to: { agentId: ben } }).refused, null);
    if (answers) call.answers(call.legOf(ben));
    assert.equal(call.wish(ben, { what: "hangUp" }).refused, null);
    assert.equal(call.call().consulting, null);
    assert.deepEqual(
      call.call().legs.filter(({ held }) => held),
      [],
    );
    assert.deepEqual(call.hub(), [call.legId, mine]);
  });
