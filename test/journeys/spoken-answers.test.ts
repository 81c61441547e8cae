// A flow that is answered by words in a call: a caller as a browser, a real server with its own engine, and a listener that is asked by HTTP and gets the caller's own sound.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { setUpCentre } from "#test/centre.ts";
import type { Desk, LiveFeed } from "#test/desk.ts";
import { addFlow } from "#test/flow-help.ts";
import { asks, both, ends, flowOf } from "#test/flows.ts";
import { addHotline, callHotline } from "#test/hotline.ts";
import { closeCallers, type Caller } from "#test/peers/caller.ts";
import { startListener } from "#test/peers/listener.ts";
import type { Tone } from "#test/peers/tones.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let listener: Awaited<ReturnType<typeof startListener>>;
let desk: Desk;
let live: LiveFeed;
let store: pg.Client;
let channelId: string;

const problem = flowOf(
  [
    asks(
      "what",
      {
        kind: "choice",
        options: [
          { id: "dead", label: both("Gar kein Internet") },
          { id: "slow", label: both("Es ist langsam") },
        ],
      },
      "count",
    ),
    asks("count", { kind: "number", min: 0, max: 99, decimals: 0 }, "helped"),
    asks("helped", { kind: "yesNo" }, "end"),
    ends(),
  ],
  { entries: [{ entry: { by: "first" }, brandIds: [], media: ["voice"], hours: "always" }] },
);

before(async () => {
  listener = await startListener({ 400: "äh, gar kein Internet", 600: "nein" });
  server = await startTestServer({ env: { SPEAKER: "off", LISTENER: listener.url } });
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  channelId = await addHotline(desk, centre.brand.id);
  await addFlow(desk, problem);
  live = await desk.live();
  store = new pg.Client({ connectionString: await server.databaseUrl() });
  await store.connect();
});
after(async () => {
  live?.close();
  await store?.end();
  await server?.stop();
  listener?.stop();
  closeCallers();
});

/** Answers that were listened to before, by the ids of what the engine keeps meanwhile. */
const answered = new Set<string>();

/** Waits until somebody listens again, and says a tone from then on; resolves when whoever drives the channel has noticed it. */
const speaks = async (callId: string, customer: Caller, tone: Tone): Promise<void> => {
  interface Kept {
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly talked?: boolean;
  }
  const kept = async (fits: (one: Kept) => boolean): Promise<string> => {
    for (let tries = 0; tries < 1_000; tries += 1) {
      const { rows } = await store.query<{ recordings: readonly Kept[] }>(
        "SELECT record -> 'recordings' AS recordings FROM call WHERE id = $1",
        [callId],
      );
      const found = rows[0]?.recordings.find((one) => one.kind === "answer" && !answered.has(one.id) && fits(one));
      if (found !== undefined) return found.id;
      await store.query("SELECT pg_sleep(0.05)");
    }
    return assert.fail(`nobody listens: ${server.output().slice(-3_000)}`);
  };
  await kept(({ state }) => state === "running");
  customer.say(tone);
  answered.add(await kept(({ state, talked }) => state === "running" && talked === true));
};

const says = async (callId: string, customer: Caller, tone: Tone): Promise<void> => {
  await speaks(callId, customer, tone);
  customer.say("silence");
};

test("a flow is answered by words that are heard over the engine, by keys all the same, and asks again what was not understood", async () => {
  const { callId, caller: customer } = await callHotline(server.url, channelId);
  await says(callId, customer, 800);
  await says(callId, customer, 400);
  await speaks(callId, customer, 1_000);
  customer.press("42#");
  await says(callId, customer, 600);
  const over = await live.event(
    (one) => one.kind === "call.changed" && one.data.call.id === callId && one.data.call.end !== null,
  );
  const call = over.kind === "call.changed" ? over.data.call : assert.fail();
  assert.equal(call.end, "selfServed");
  assert.deepEqual(call.recordings, [], "no desk sees what was listened to");
  const { rows } = await store.query<{ values: unknown }>(
    "SELECT state -> 'values' AS values FROM flow_run WHERE id = $1",
    [call.flowRunId],
  );
  assert.deepEqual(rows[0]?.values, { what: "dead", count: 42, helped: false });
  const [lost, first] = listener.heard;
  assert.deepEqual([lost?.tones, first?.tones, listener.heard.at(-1)?.tones], [["800"], ["400"], ["600"]]);
  assert.equal(first?.fields["language"], "de");
  assert.equal(first.fields["prompt"], "Gar kein Internet, Es ist langsam", "the listener is told what is likely");
  assert.ok(first.seconds < 5, "without the silence before");
});
