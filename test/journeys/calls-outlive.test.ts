// Promise P7 over a real Asterisk: fifty talk and twenty wait, the server is killed, and nobody's call is dropped; they talk on and hear music, and the next server has all of them again at once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { api } from "#contract/api.ts";
import { calls } from "#contract/call-endpoints.ts";
import { phone } from "#channels/phone/index.ts";
import { plainRules } from "#test/calls.ts";
import { addAgent, agentPassword, setUpCentre } from "#test/centre.ts";
import { Refused, signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { type AsteriskPeer, lacksAsterisk, startAsterisk } from "#test/peers/asterisk.ts";
import { closeCallers } from "#test/peers/caller.ts";
import { openTelephone, openTelephoneWith, type SipCall, type Telephone } from "#test/peers/sip-caller.ts";
import { openSipDevice, type SipDevice } from "#test/peers/sip-device.ts";
import { openVoice } from "#test/peers/sip-voice.ts";
import type { Talking } from "#test/peers/talking.ts";
import { bookQueue } from "#test/routing-book.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const talks = 50;
const waits = 20;
const ours = "+4930222";
type Voice = Awaited<ReturnType<typeof openVoice>>;

/** In groups: what is asked of the machine at once has its bounds. */
const inGroups = async <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  for (let from = 0; from < count; from += 10)
    all.push(
      ...(await Promise.all(Array.from({ length: Math.min(10, count - from) }, (_, index) => work(from + index)))),
    );
  return all;
};

describe("calls outlive the server that drives them", { skip: lacksAsterisk() }, () => {
  let asterisk: AsteriskPeer;
  let line: Telephone<Voice>;
  let server: TestServer;
  let admin: Desk;
  /** Fifty from one address are not let in at once. */
  const signsIn = async (email: string): Promise<Desk> => {
    for (;;) {
      const said = await signIn(server.url, email, agentPassword).catch((error: unknown) => error);
      if (!(said instanceof Refused)) return said as Desk;
      if (said.code !== "tooManyAttempts") throw said;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };
  const agents: { readonly desk: Desk; feed: LiveFeed; readonly device: SipDevice }[] = [];

  before(async () => {
    const first = await openTelephone(1);
    const { port } = first;
    first.close();
    asterisk = await startAsterisk({ trunkPort: port, many: true });
    line = await openTelephoneWith(openVoice, asterisk.sipPort, port);
    server = await startTestServer({ env: { SPEAKER: "off", LOG_LEVEL: "error" } });
    const { desk, brand } = await setUpCentre(server.url);
    admin = desk;
    const { hostname, port: ari } = new URL(asterisk.url);
    const { app: application, user, password } = asterisk;
    const settings = {
      numbers: [ours],
      asterisk: {
        host: hostname,
        port: Number(ari),
        security: "none",
        user,
        password,
        application,
        trunk: "trunk",
        mostLegs: 400,
      },
      web: null,
      rules: { ...plainRules, comfort: [], mostWaiting: 100 },
    };
    const { id: channelId } = await desk.call(api.brands.addChannel, {
      body: { brandId: brand.id, kind: "phone", name: "Hotline", enabled: true, settings },
    });
    const { book, revision } = await desk.call(api.routing.book);
    // Whoever is offered a call has it at once: their telephone rings.
    const queues = [bookQueue(1, { autoAccept: ["voice"] })];
    await desk.call(api.routing.setBook, { body: { book: { ...book, queues }, was: revision } });
    const sockets = phone.softphones(phone.settings.parse(settings)) ?? assert.fail();
    agents.push(
      ...(await inGroups(talks, async (index) => {
        const email = `agent${index}@kabel.test`;
        const person = await addAgent(desk, { name: `Agent ${index}`, email, role: "agent" });
        const own = await signsIn(email);
        const feed = await own.live();
        let ways = await own.call(calls.device, { body: { deviceId: crypto.randomUUID() } });
        // The line's engine may still be on its way.
        for (let tries = 0; ways.length === 0 && tries < 50; tries += 1) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          ways = await own.call(calls.device, { body: { deviceId: crypto.randomUUID() } });
        }
        const way = ways.find((one) => one.channelId === channelId)?.way;
        assert.ok(way?.kind === "sip");
        const device = await openSipDevice(sockets, way);
        const wish = { what: "presence", agentId: person.id, state: "available", reason: "" } as const;
        await own.call(api.routing.wish, { body: { id: crypto.randomUUID(), wish } });
        return { desk: own, feed, device };
      })),
    );
  });
  after(async () => {
    for (const { feed, device } of agents) {
      feed.close();
      device.close();
    }
    line?.close();
    await server?.stop();
    await asterisk?.stop();
    closeCallers();
  });

  const ended = new Set<string>();
  const calling = async (index: number): Promise<SipCall<Voice>> => {
    const call = await line.call(ours, { number: `+493011${String(1_000 + index)}`, name: `Anna ${index}` });
    void call.ended.then(() => ended.add(call.callId));
    await call.answered;
    return call;
  };
  /** How many are in each state, as who supervises sees it. */
  const states = async (): Promise<Readonly<Record<string, number>>> => {
    const living = await admin.call(calls.living);
    return Object.fromEntries(
      [...Map.groupBy(living, ({ state }) => state)].map(([state, those]) => [state, those.length]),
    );
  };
  const until = async (wanted: Readonly<Record<string, number>>): Promise<void> => {
    let now: Readonly<Record<string, number>> = {};
    for (let tries = 0; tries < 300; tries += 1) {
      now = await states();
      if (JSON.stringify(now) === JSON.stringify(wanted)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.deepEqual(now, wanted);
  };

  test(
    "fifty talk and twenty wait: killed, the server leaves all of them alone, and has them again within ten seconds",
    { timeout: 180_000 },
    async (context) => {
      const devices = agents.map(async ({ device }) => device.take(await device.rung()));
      const talking = await inGroups(talks, calling);
      const theirs: readonly Talking[] = await Promise.all(devices);
      for (const { media } of talking) media.voice.say(400);
      for (const voice of theirs) voice.say(600);
      await Promise.all(talking.map(({ media }) => media.voice.hears(600)));
      await Promise.all(theirs.map((voice) => voice.hears(400)));
      const waiting = await inGroups(waits, (index) => calling(talks + index));
      await until({ talking: talks, waiting: waits });

      await server.end("SIGKILL");
      for (const { media } of talking) media.voice.say(800);
      for (const voice of theirs) voice.say(1_000);
      await Promise.all(talking.map(({ media }) => media.voice.hears(1_000)));
      await Promise.all(theirs.map((voice) => voice.hears(800)));
      assert.equal(ended.size, 0, "nobody's line was dropped");

      server = await server.again();
      const began = performance.now();
      // The agents' desks come back beside it.
      const back = inGroups(talks, async (index) => {
        const agent = agents[index] ?? assert.fail();
        agent.feed.close();
        agent.feed = await agent.desk.live();
      });
      await until({ talking: talks, waiting: waits });
      // They are not only known: a call is held, and taken back, by the new one.
      const [first] = (await agents[0]?.desk.call(calls.living)) ?? [];
      const hold = (on: boolean) =>
        agents[0]?.desk.call(calls.wish, {
          params: { id: first?.id ?? assert.fail() },
          body: { id: crypto.randomUUID(), wish: { what: "hold", on } },
        });
      await hold(true);
      await hold(false);
      const tookMs = performance.now() - began;
      context.diagnostic(`all of them are had again ${Math.round(tookMs)} ms after the server is up`);
      assert.ok(tookMs < 10_000, `${Math.round(tookMs)} ms`);
      await back;
      await Promise.all(talking.map(({ media }) => media.voice.hears(1_000)));
      assert.equal(ended.size, 0, "nor by the next one");
      for (const call of [...talking, ...waiting]) call.hangUp();
      await until({});
    },
  );
});
