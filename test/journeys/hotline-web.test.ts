// The hotline with real voices: a caller and an agent as browsers, a real server with its own engine and its own PostgreSQL. They hear each other, the server is killed and they go on, it is there
// again and holds them, and the concern has the call with its recording.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import datachannel from "node-datachannel";
import { api } from "#contract/api.ts";
import type { Agent } from "#contract/agents.ts";
import { calls } from "#contract/call-endpoints.ts";
import type { Call } from "#contract/calls.ts";
import type { AnyEvent } from "#contract/events.ts";
import { addAgent, agentPassword, setUpCentre } from "#test/centre.ts";
import { Refused, signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { addHotline, callHotline, type PageCall } from "#test/hotline.ts";
import { createCaller, type Caller } from "#test/peers/caller.ts";
import { bookQueue } from "#test/routing-book.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let anna: Desk;
let person: Agent;
let live: LiveFeed | undefined;
let channelId: string;
const open: Caller[] = [];

before(async () => {
  server = await startTestServer({ env: { SPEAKER: "off", LOG_LEVEL: "info" } });
  const { desk, brand } = await setUpCentre(server.url);
  channelId = await addHotline(desk, brand.id, { recording: "announced" });
  person = await addAgent(desk, { name: "Anna", email: "anna@kabel.test", role: "agent" });
  const { book, revision } = await desk.call(api.routing.book);
  await desk.call(api.routing.setBook, { body: { book: { ...book, queues: [bookQueue(1)] }, was: revision } });
  await comes();
});
after(async () => {
  for (const caller of open) caller.close();
  live?.close();
  await server?.stop();
  // Its threads would keep this process.
  datachannel.cleanup();
});

/** Anna sits down: her desk is open, her browser is her telephone, she is available. */
const comes = async (): Promise<void> => {
  anna = await signIn(server.url, "anna@kabel.test", agentPassword);
  live = await anna.live();
  await anna.call(calls.device, { body: { deviceId: crypto.randomUUID() } });
  await anna.call(api.routing.wish, {
    body: { id: crypto.randomUUID(), wish: { what: "presence", agentId: person.id, state: "available", reason: "" } },
  });
};

const caller = async (): Promise<Caller> => {
  const made = await createCaller();
  open.push(made);
  return made;
};

const calling = async (): Promise<PageCall> => {
  const one = await callHotline(server.url, channelId);
  open.push(one.caller);
  return one;
};

const callIs = async (callId: string, fits: (call: Call) => boolean): Promise<Call> => {
  const event = await (live ?? assert.fail()).event(
    (one: AnyEvent) => one.kind === "call.changed" && one.data.call.id === callId && fits(one.data.call),
  );
  return event.kind === "call.changed" ? event.data.call : assert.fail();
};

/** A device may be quicker than the order to ring it: until the engine knows the leg it offers again, as the desk does. */
const offers = async (id: string, legId: string, sdp: string): Promise<{ readonly sdp: string }> => {
  for (;;) {
    const said = await anna
      .call(calls.offer, { params: { id }, body: { legId, sdp } })
      .catch((error: unknown) => error);
    if (!(said instanceof Refused)) return said as { readonly sdp: string };
    if (said.code !== "notFound") throw said;
    await delay(100);
  }
};

/** A device for that leg; a line that did not come about is offered anew, as a page that was loaded again does. */
const connects = async (id: string, legId: string): Promise<Caller> => {
  for (let tries = 1; ; tries += 1) {
    const device = await caller();
    const { sdp } = await offers(id, legId, device.offer);
    const gone = await device.take(sdp).then(
      () => null,
      (error: unknown) => error as Error,
    );
    if (gone === null) return device;
    device.close();
    if (tries === 4) throw gone;
  }
};

/** Anna's browser answers for the leg by which she is rung, and she takes the call. */
const takes = async (callId: string): Promise<Caller> => {
  const rung = await callIs(callId, ({ parties }) =>
    parties.some(({ agentId, state }) => agentId === person.id && state === "ringing"),
  );
  const legId = rung.parties.find(({ agentId }) => agentId === person.id)?.legId ?? "";
  const device = await connects(rung.id, legId);
  const { work } = await anna.call(api.routing.mine);
  const offered =
    work.find(({ state, concernId }) => state === "offered" && concernId === rung.concernId) ??
    assert.fail("nothing is offered");
  await anna.call(api.routing.wish, {
    body: { id: crypto.randomUUID(), wish: { what: "accept", workId: offered.id, token: offered.token } },
  });
  await callIs(callId, ({ talkedFrom }) => talkedFrom !== null);
  return device;
};

test("a caller and an agent hear each other, also while the server is killed; it finds them again, and the call is kept with its recording", async () => {
  const { callId, caller: customer, hangUp } = await calling();
  await callIs(callId, ({ state }) => state === "waiting");
  const agent = await takes(callId);
  customer.say(400);
  agent.say(600);
  await agent.hears(400);
  await customer.hears(600);

  await server.end("SIGKILL");
  agent.history();
  customer.say(600);
  agent.say(400);
  await agent.hears(600);
  await customer.hears(400);

  live?.close();
  const began = performance.now();
  server = await server.again();
  anna = await signIn(server.url, "anna@kabel.test", agentPassword);
  live = await anna.live();
  const hold = (on: boolean) =>
    anna.call(calls.wish, {
      params: { id: callId },
      body: { id: crypto.randomUUID(), wish: { what: "hold", on } },
    });
  await hold(true);
  assert.ok(performance.now() - began < 30_000, "it was found again");
  await callIs(callId, ({ held }) => held);
  await hold(false);
  await agent.hears(600);
  await customer.hears(400);
  const told = (live ?? assert.fail()).events.flatMap((one) => (one.kind === "call.changed" ? [one.data.call.id] : []));
  assert.deepEqual([...new Set<string>(told)], [callId], "nothing is there twice");

  await hangUp();
  const ended = await callIs(callId, ({ end }) => end !== null);
  assert.equal(ended.end, "talked");
  const kept = await callIs(callId, ({ recordings }) => recordings.some(({ state }) => state === "kept"));
  const [recording] = kept.recordings;
  assert.ok((recording?.seconds ?? 0) > 0);
  assert.ok(recording?.wave?.left.some((loud) => loud > 5) === true, "the caller is heard on the left");
  assert.ok(
    recording.wave.right.some((loud) => loud > 5),
    "the agent is heard on the right",
  );
  assert.ok(kept.concernId !== null);
});
