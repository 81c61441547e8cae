// The switchboard beside a real store and the real routing: a caller is answered, served, waits, talks and is recorded, all in one concern; processes are killed in between and nothing is lost,
// twice or left over. The engine is one in this process that outlives them; what real ones do with sound is hotline-web.test.ts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import type { CallRules } from "#contract/call-rules.ts";
import type { CallWish } from "#contract/calls.ts";
import type { VoiceChannel } from "#contract/channel.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { CallId, ChannelId, ConcernId, CustomerId, FlowId, FlowRunId } from "#contract/ids.ts";
import { eventsAfter, horizon } from "#modules/audit/reads.ts";
import { wishOfCall } from "#modules/calls/actions.ts";
import { wantedCallbacks } from "#modules/calls/actions-wanted.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";
import { callReactions } from "#modules/calls/reactions.ts";
import { callsIn } from "#modules/calls/store.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { addAddress } from "#modules/customers/actions-desk.ts";
import { beginRun, tellRun } from "#modules/flows/actions-running.ts";
import { setAgentWork, setBook } from "#modules/routing/actions-book.ts";
import { wish } from "#modules/routing/actions.ts";
import { bookFor } from "#modules/routing/reads-book.ts";
import { workAndWait } from "#modules/routing/reads.ts";
import { openDb, sql } from "#platform/db/db.ts";
import { memoryBus } from "#platform/live/bus.ts";
import { follow, type Follower } from "#platform/live/follow.ts";
import { silentLog } from "#platform/log.ts";
import { openCallSounds } from "#server/call-sounds.ts";
import type { ConnectedVoice } from "#server/connected.ts";
import { openFlowGround } from "#server/flow-ground.ts";
import { startRouting } from "#server/routing.ts";
import type { Speech } from "#server/speech.ts";
import { startSwitchboard, type Switchboard } from "#server/switchboard.ts";
import { saveDevice } from "#server/switchboard-store.ts";
import { addPhone } from "#test/call-records.ts";
import { plainRules } from "#test/calls.ts";
import { freshDatabase } from "#test/database.ts";
import { flowOf, publishFlow, text } from "#test/flow-world.ts";
import { openEngine } from "#test/peers/engine.ts";
import { bookQueue, bookWith } from "#test/routing-book.ts";
import {
  addCast,
  allConcerns,
  deliver,
  hears,
  mail,
  messagesIn,
  openTestWorld,
  sure,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

/** What is said is known by its hash; nothing is spoken. */
const spoken = new Map<string, string>();
const idOf = (text: string): string => {
  const id = createHash("sha256").update(text).digest("hex");
  spoken.set(id, text);
  return id;
};
const speech: Speech = {
  soundOf: async (text) => idOf(text),
  sound: async () => new Uint8Array(),
  keep: async (wav) => idOf(`kept ${wav.length}`),
  hear: async () => null,
  can: { speak: true, listen: false },
  close: async () => {},
};

let database: Awaited<ReturnType<typeof freshDatabase>>;
let world: TestWorld;
let cast: Cast;
let channelId: ChannelId;
let folder: string;
let rules: CallRules;
const engine = openEngine();
const here = new Set<string>();
const watchers = new Set<() => void>();

/** A process that drives calls and routes, on a pool of its own. */
const openNode = async () => {
  const db = openDb(database.url, { max: 6, onError: () => {} });
  const bus = memoryBus();
  const follower: Follower<AnyEvent> = await follow<AnyEvent>({
    read: (from, limit) => eventsAfter(db, from, limit),
    end: () => horizon(db),
    log: silentLog,
  });
  const own = { ...world, db, wake: () => follower.wake() };
  const flowGround = openFlowGround(own);
  flowGround.setDesk({ serves: () => true });
  const flowWorld = { ...own, flowGround };
  const atDesk = {
    agents: () => here,
    watch: (changed: () => void) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
  const implementation = {
    kind: "voice",
    id: "phone",
    can: () => ({ dialsOut: true, fromWeb: true, mostLegs: 100 }),
    addresses: () => ["+49301000"],
    rules: () => rules,
    attach: (_settings: unknown, io: Parameters<VoiceChannel<never>["attach"]>[1]) => engine.attach(io),
  } as unknown as VoiceChannel<never>;
  const voice: ConnectedVoice = { id: channelId, kind: "phone", brandId: cast.brandId, settings: {}, implementation };
  const routing = startRouting({ world: own, follower, atDesk, log: silentLog });
  const board: Switchboard = startSwitchboard({
    world: flowWorld,
    connected: { voices: () => [voice] },
    bus,
    follower,
    atDesk,
    sounds: openCallSounds(speech, silentLog),
    log: silentLog,
    folder,
    soundUrl: (sound) => sound,
    codeOf: async () => "123456",
    isPageThere: () => true,
    hear: async () => "Bitte rufen Sie an.",
    understand: null,
  });
  return {
    own: flowWorld,
    board,
    follower,
    /** As when the process is killed: its connections break, nothing is said. */
    kill: async () => {
      await db
        .run(
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = ${""} AND query LIKE '%pg_try_advisory_lock%'`,
        )
        .catch(() => 0);
    },
    stop: async () => {
      await board.stop();
      await routing.stop();
      follower.stop();
      await db.close();
    },
  };
};

let node: Awaited<ReturnType<typeof openNode>>;

before(async () => {
  database = await freshDatabase();
  world = await openTestWorld({ url: database.url });
  cast = await addCast(world);
  channelId = await addPhone(world, cast.brandId);
  folder = await mkdtemp(join(tmpdir(), "draht-phone-"));
  rules = { ...plainRules, recording: "announced" };
  sure(
    await setBook(world, cast.omar, {
      book: bookWith([bookQueue(1, { withinSeconds: 20 })]),
      was: (await bookFor(world)).revision,
    }),
  );
  for (const who of [cast.anna, cast.omar]) {
    sure(await setAgentWork(world, cast.omar, who.id, { skills: {}, capacity: "blended", queueIds: null }));
    await saveDevice(world.db, who.id, world.newId(), world.now().toISOString());
  }
  node = await openNode();
  // Whoever leads follows the log from there on.
  await entry("queue.changed", () => true);
});
after(async () => {
  await node.stop();
  await world.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const available = async (who: AgentActor, state: "available" | "offline" = "available"): Promise<void> => {
  here.add(who.id);
  for (const watcher of watchers) watcher();
  const id = world.newId();
  const settled = entry("work.settled", ({ data }) => data.wishId === id);
  sure(await wish(node.own, who, { id, wish: { what: "presence", agentId: who.id, state, reason: "" } }));
  await settled;
};

/** The entry for which that holds, from now on or lately. */
const entry = <K extends AnyEvent["kind"]>(
  kind: K,
  holds: (event: Extract<AnyEvent, { kind: K }>) => boolean,
  from = 0,
): Promise<Extract<AnyEvent, { kind: K }>> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      leave();
      reject(new Error(`never said: ${kind}`));
    }, 20_000);
    const leave = node.follower.subscribe(from, {
      wants: (event) => event.kind === kind && holds(event as Extract<AnyEvent, { kind: K }>),
      give: (entries) => {
        const [first] = entries;
        if (first === undefined) return;
        clearTimeout(late);
        resolve(JSON.parse(first) as Extract<AnyEvent, { kind: K }>);
        setImmediate(() => leave());
      },
      reset: () => {},
    });
  });

const callNow = async (legId: string): Promise<CallRecord> => {
  const row = await world.db.maybe<{ record: CallRecord }>(
    sql`SELECT record FROM call WHERE record -> 'legs' @> ${JSON.stringify([{ id: legId }])} ORDER BY started_at DESC LIMIT 1`,
  );
  assert.ok(row, `no call has ${legId}`);
  return row.record;
};

const said = (legId: string): string[] =>
  engine.orders.flatMap((order) =>
    order.do === "play" && order.legId === legId ? order.sounds.map((id) => spoken.get(id) ?? id) : [],
  );

const concernOf = async (legId: string): Promise<ConcernId> => {
  const event = await entry(
    "call.changed",
    ({ data: { call } }) => call.concernId !== null && call.parties.some((party) => party.legId === legId),
  );
  return event.concernId ?? assert.fail();
};

/** Accepts what is offered; gives the agent's leg once it rings. */
const takes = async (who: AgentActor, concernId: ConcernId): Promise<string> => {
  const offered = await entry(
    "work.offered",
    ({ data: { work } }) => work.concernId === concernId && work.agentId === who.id && work.kind === "voice",
  );
  const leg = (): string => {
    const ring = engine.orders.findLast((order) => order.do === "ring" && "deviceId" in order.to);
    return ring?.do === "ring" && engine.ideal.legs.has(ring.legId) ? ring.legId : "";
  };
  await engine.until("the device rings", () => leg() !== "");
  engine.answers(leg());
  const { work } = offered.data;
  sure(await wish(node.own, who, { id: world.newId(), wish: { what: "accept", workId: work.id, token: work.token } }));
  return leg();
};

const hub = (): string[] => [...engine.ideal.hubs.values()].flat().map(({ legId }) => legId);

const wishes = async (who: AgentActor, callId: CallId, wanted: CallWish): Promise<string | null> => {
  const id = world.newId();
  const settled = entry("call.settled", ({ data }) => data.wishId === id);
  sure(await wishOfCall(node.own, who, { callId, id, wish: wanted }));
  return (await settled).data.refused;
};

/** Somebody goes through a flow at a page, to its end: they are to be called there. Gives the concern. */
const promised = async (flowId: FlowId, holder: string, number: string): Promise<ConcernId> => {
  const visitor = { kind: "customer", id: null, name: "Kim" } as const;
  const runId = world.newId() as FlowRunId;
  const place = {
    medium: "page",
    brandId: cast.brandId,
    channelId: null,
    holder,
    concernId: null,
    language: "de",
  } as const;
  sure(await beginRun(node.own, visitor, { runId, flowId, place }));
  const input = { kind: "answer", asked: null, answer: { by: "words", text: number } } as const;
  const { run } = sure(await tellRun(node.own, visitor, { runId, holder, id: world.newId(), input, shown: number }));
  assert.equal(run.state.over, "callback");
  const ended = await entry("flow.ended", ({ data }) => data.runId === runId);
  for (const reaction of callReactions(node.own)) await hears(node.own, reaction, ended);
  return run.place.concernId ?? assert.fail("it is no concern");
};

/** Somebody of us is offered a callback and takes it, the number is called, they talk, and it is over. Gives what was dialled. */
const callsBack = async (who: AgentActor, concernId: ConcernId): Promise<unknown> => {
  await available(who);
  const offered = await entry(
    "work.offered",
    ({ data: { work } }) => work.concernId === concernId && work.kind === "callback",
  );
  const rung = (to: "deviceId" | "number"): string => {
    const ring = engine.orders.findLast((order) => order.do === "ring" && to in order.to);
    return ring?.do === "ring" && engine.ideal.legs.has(ring.legId) ? ring.legId : "";
  };
  await engine.until("the device rings", () => rung("deviceId") !== "");
  assert.equal(rung("number"), "", "nobody is called before somebody of us is there");
  const { id: workId, token } = offered.data.work;
  engine.answers(rung("deviceId"));
  sure(await wish(node.own, who, { id: world.newId(), wish: { what: "accept", workId, token } }));
  await engine.until("the number is called", () => rung("number") !== "");
  const dialled = engine.orders.findLast((order) => order.do === "ring" && "number" in order.to);
  const customer = rung("number");
  engine.answers(customer);
  await engine.until("both hear each other", () => hub().includes(customer));
  const keeps = (): boolean =>
    engine.orders.some((order) => order.do === "record" && order.left.includes(customer) && "hubId" in order.of);
  await engine.until("they are told that it is kept", () => said(customer).includes("Gespräche werden aufgezeichnet."));
  assert.equal(keeps(), false, "nothing is kept before they were told");
  engine.played(customer);
  await engine.until("it is kept", keeps);
  engine.ends(customer);
  const over = await entry(
    "call.changed",
    ({ data: { call } }) => call.concernId === concernId && call.recordings.some(({ state }) => state === "kept"),
  );
  assert.equal(over.data.call.end, "talked");
  return dialled?.do === "ring" ? dialled.to : null;
};

test("whoever a flow promised a callback in writing is called: somebody of us first, their number then, in the flow's concern and once; not who was answered meanwhile, nor where nobody may dial", async () => {
  const flowId = await publishFlow(
    world,
    flowOf([
      {
        id: "call",
        do: "callback",
        text: text("Wir rufen an."),
        phone: "nummer",
        when: "next",
        queueId: null,
        topicId: null,
        subject: text("Rückruf"),
      },
    ]),
    1,
  );
  const concernId = await promised(flowId, "page-1", "+4930555001");
  const begun = await entry("call.changed", ({ data }) => data.call.concernId === concernId);
  assert.deepEqual(
    [begun.data.call.direction, begun.data.call.callback?.number, begun.data.call.callback?.state],
    ["out", "+4930555001", "waiting"],
  );
  assert.deepEqual(await callsBack(cast.omar, concernId), { number: "+4930555001", from: "+49301000" });
  assert.equal((await callsIn(world.db, concernId)).length, 1);

  // Who was answered meanwhile is not called, and a number that may not be dialled is left to whoever reads the concern.
  rules = { ...rules, callback: false };
  const answered = await promised(flowId, "page-2", "+4930555002");
  const abroad = await promised(flowId, "page-3", "+33155500003");
  sure(await change(world, cast.anna, { id: answered, change: { status: "resolved" } }));
  rules = { ...rules, callback: true };
  const last = await promised(flowId, "page-4", "+4930555004");
  await callsBack(cast.omar, last);
  assert.deepEqual(
    (await wantedCallbacks(world.db, cast.brandId)).map((wanted) => wanted.concernId),
    [abroad],
  );
  assert.deepEqual([(await callsIn(world.db, answered)).length, (await callsIn(world.db, abroad)).length], [0, 0]);
  sure(await change(world, cast.anna, { id: abroad, change: { status: "resolved" } }));
  await available(cast.omar, "offline");
});

test("a call that follows a mail is answered, waits, is taken, held, recorded, and stands in the mail's concern with its recording", async () => {
  await deliver(world, cast.channel, mail("kunde@example.org"));
  const concern = (await allConcerns(world.db)).at(-1);
  assert.ok(concern);
  sure(
    await addAddress(world, cast.anna, concern.customerId as CustomerId, { kind: "phone", value: "+4915112345678" }),
  );
  await available(cast.anna);
  engine.calls("trunk-1", "+4915112345678");
  await engine.until("it is greeted", () => said("trunk-1").length > 0);
  assert.equal(engine.orders.find((order) => "legId" in order && order.legId === "trunk-1")?.do, "answer");
  assert.equal(said("trunk-1")[0], "Willkommen bei Elbkabel.");
  engine.played("trunk-1");
  const concernId = await concernOf("trunk-1");
  assert.equal(concernId, concern.id, "by the number that somebody has written down");
  const leg = await takes(cast.anna, concernId);
  await engine.until("both hear each other", () => hub().length === 2);
  assert.deepEqual(hub(), ["trunk-1", leg]);
  const call = await callNow("trunk-1");
  assert.equal(await wishes(cast.anna, call.id, { what: "hold", on: true }), null);
  assert.deepEqual(hub(), [leg]);
  assert.equal(engine.ideal.legs.get("trunk-1")?.music, true);
  assert.equal(await wishes(cast.anna, call.id, { what: "hold", on: false }), null);
  engine.ends("trunk-1");
  const kept = await entry(
    "call.changed",
    ({ data: { call: told } }) => told.id === call.id && told.recordings.some(({ state }) => state === "kept"),
  );
  assert.equal(kept.data.call.end, "talked");
  assert.ok(kept.data.call.recordings[0]?.wave !== null);
  await engine.until("nobody is left in the line", () => engine.ideal.legs.size === 0);
  const messages = await messagesIn(world.db, concernId);
  assert.ok(
    messages.some(({ direction }) => direction === "out"),
    "that somebody spoke with them is the answer",
  );
  assert.equal((await callsIn(world.db, concernId)).length, 1);
  assert.notEqual(
    (await workAndWait(world.db, concernId))?.work.state,
    "waiting",
    "what was talked about is nobody's work any more",
  );
});

test("an agent whose browser is gone: the caller hears so and waits at the head; a callback by key keeps the place; an engine that dies ends calls as lost", async () => {
  engine.calls("trunk-2", "+4915187654321");
  await engine.until("it is greeted", () => said("trunk-2").length > 0);
  engine.played("trunk-2");
  const concernId = await concernOf("trunk-2");
  const leg = await takes(cast.anna, concernId);
  await engine.until("both hear each other", () => hub().includes("trunk-2"));
  const { id, waitingSince } = await callNow("trunk-2");
  engine.ends(leg, "lost");
  await engine.until("they hear that somebody is waited for", () =>
    said("trunk-2").some((text) => text.startsWith("Die Verbindung zu unserem Mitarbeiter ist kurz unterbrochen")),
  );
  world.pass(plainRules.rejoinSeconds * 1_000);
  await engine.until("they are told", () =>
    said("trunk-2").some((text) => text.startsWith("Die Verbindung zu unserem Mitarbeiter ist abgebrochen")),
  );
  const back = await callNow("trunk-2");
  assert.deepEqual([back.phase, back.waitingSince], ["queue", waitingSince]);
  engine.press("trunk-2", "1");
  await engine.until("the number is asked for", () => said("trunk-2").some((text) => text.includes("+4915187654321")));
  engine.press("trunk-2", "1");
  const ordered = await entry(
    "call.changed",
    ({ data: { call } }) => call.callback !== null && call.concernId === concernId,
  );
  assert.deepEqual([ordered.data.call.waitingSince, ordered.data.call.callback?.state], [waitingSince, "waiting"]);
  await engine.until("the last words are said", () => said("trunk-2").includes("Auf Wiederhören."));
  engine.played("trunk-2");
  const over = await entry("call.changed", ({ data: { call } }) => call.id === id && call.end !== null);
  assert.equal(over.data.call.end, "callback");

  engine.calls("trunk-3", "+4915199999999");
  await engine.until("it is greeted", () => said("trunk-3").length > 0);
  engine.played("trunk-3");
  await concernOf("trunk-3");
  const third = (await callNow("trunk-3")).id;
  engine.dies();
  const gone = await entry("call.changed", ({ data: { call } }) => call.id === third && call.end !== null);
  assert.equal(gone.data.call.end, "lost");
  assert.ok(gone.concernId !== null, "its concern says so");
});
