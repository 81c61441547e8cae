// An agent's device that breaks off in a talk: it comes back, stays away, or the call has gone elsewhere meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { anna, ben, talking } from "#test/calls.ts";

test("an agent whose page is loaded again: the customer is told and hears music, the device rings anew, and they hear each other again, muted as before", () => {
  const call = talking();
  call.wish(anna, { what: "mute", on: true });
  const first = call.legOf(anna);
  call.ends(first, "normal");
  assert.equal(call.call().phase, "talk");
  assert.deepEqual(call.said(), ["agentAwaited"]);
  assert.equal(call.engine.legs.get(call.legId)?.music, true);
  // The page is not there yet: it is rung again.
  call.ends(call.legOf(anna), "rejected");
  const tried = call.legOf(anna);
  call.later(1);
  const again = call.legOf(anna);
  assert.equal(new Set([first, tried, again]).size, 3);
  assert.equal(call.engine.legs.get(again)?.state, "ringing");
  call.answers(again);
  assert.deepEqual(call.hub(), [call.legId, again]);
  assert.deepEqual(call.said(), []);
  assert.equal(call.call().legs.find(({ id }) => id === again)?.muted, true);
  call.later(20);
  assert.deepEqual(call.hub(), [call.legId, again], "nobody is waited for any more");
  call.ends(call.legId);
  assert.equal(call.call().end, "talked");
});

test("an agent whose browser stays away: the customer is told, and is at the head of the queue", () => {
  const call = talking();
  const since = call.call().waitingSince;
  call.ends(call.legOf(anna), "lost");
  call.later(14);
  assert.equal(call.call().phase, "talk");
  call.later(1);
  assert.equal(call.call().phase, "queue");
  assert.equal(call.call().waitingSince, since);
  assert.deepEqual(call.call().hand, { from: anna, to: null });
  assert.equal(call.said()[0], "agentLost");
  assert.deepEqual([...call.engine.legs.keys()], [call.legId], "nobody is rung any more");
  call.work("waiting", null);
  assert.equal(call.call().hand, null);
});

test("who is waited for and loses the call to somebody else is waited for no longer; whoever asked a colleague is back with them", () => {
  const call = talking();
  call.ends(call.legOf(anna), "lost");
  call.work("held", ben, 2);
  call.answers(call.legOf(ben));
  assert.deepEqual(call.hub(), [call.legId, call.legOf(ben)]);
  call.later(20);
  assert.equal(call.call().agentId, ben);
  const asks = talking();
  asks.wish(anna, { what: "consult", to: { agentId: ben } });
  asks.answers(asks.legOf(ben));
  asks.ends(asks.legOf(anna), "lost");
  assert.equal(asks.call().legs[0]?.held, true);
  asks.answers(asks.legOf(anna));
  assert.deepEqual(new Set(asks.hub()), new Set([asks.legOf(ben), asks.legOf(anna)]));
});

test("where nobody is waited for, the customer is at the head of the queue at once", () => {
  const call = talking({ rules: { rejoinSeconds: 0 } });
  call.ends(call.legOf(anna), "lost");
  assert.equal(call.call().phase, "queue");
  assert.equal(call.said()[0], "agentLost");
});
