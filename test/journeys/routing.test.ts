// Work goes to the right person, over two processes of one centre: offers declined, run out and accepted; agents who go and come back; a leader that is killed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { AnyEvent, LoggedEvent } from "#contract/events.ts";
import type { AgentId, ConcernId, QueueId } from "#contract/ids.ts";
import type { Wish, Work } from "#contract/routing.ts";
import { addAgent, addMailbox, agentPassword, setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage, type VisitorPage } from "#test/chat.ts";
import { Refused, signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { cleaners, handOver, letter, ownStore, query, service, until } from "#test/faults.ts";
import { ownTime } from "#test/ownTime.ts";
import { everyPromise } from "#test/promises.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

/** An agent at the desk. */
interface Person {
  readonly id: AgentId;
  readonly desk: Desk;
  feed: LiveFeed;
}

let nodes: readonly [TestServer, TestServer];
let databaseUrl: string;
let admin: Desk;
let watch: LiveFeed;
let chatId: string;
const people: Record<string, Person> = {};
const chats = idOf<QueueId>(1);
const mails = idOf<QueueId>(2);

const person = (name: string): Person => people[name] ?? assert.fail(`nobody is called ${name}`);

before(async () => {
  const store = await ownStore();
  databaseUrl = store.url;
  const env = { SECRET: "ein-geheimnis-fuer-beide-knoten-1234567890", LOG_LEVEL: "error", UNDO_SECONDS: "0" };
  const one = await startTestServer({ database: store.url, env });
  cleaners.push(one.stop);
  const centre = await setUpCentre(one.url);
  admin = centre.desk;
  chatId = (await addChat(admin, centre.brand.id)).id;
  await addMailbox(admin, centre.brand.id, { address: service, smtp: null });
  for (const [name, role] of [
    ["anna", "agent"],
    ["ben", "agent"],
    ["rosa", "supervisor"],
  ] as const) {
    const agent = await addAgent(admin, { name, email: `${name}@kabel.test`, role });
    const desk = await signIn(one.url, `${name}@kabel.test`, agentPassword);
    people[name] = { id: agent.id, desk, feed: await desk.live() };
  }
  watch = await admin.live();
  const { revision } = await admin.call(api.routing.book);
  const conditions = bookQueue(0).when;
  await admin.call(api.routing.setBook, {
    body: {
      was: revision,
      book: bookWith(
        [
          bookQueue(1, { when: { ...conditions, channelKinds: ["webchat"] }, offerSeconds: 600, mayPull: true }),
          bookQueue(2, { when: { ...conditions, channelKinds: ["email"] }, keepSeconds: 3_600, offerSeconds: 600 }),
        ],
        { graceSeconds: 5, stickySeconds: 0, missesUntilAway: 1, dispositions: [{ id: idOf(77), name: "Gelöst" }] },
      ),
    },
  });
  const two = await startTestServer({ database: store.url, env });
  cleaners.push(two.stop);
  nodes = [one, two];
});
after(() => {
  for (const { feed } of Object.values(people)) feed.close();
  watch?.close();
});

const wish = (who: Person, wanted: Wish): Promise<unknown> =>
  who.desk.call(api.routing.wish, { body: { id: crypto.randomUUID(), wish: wanted } });
const refused = (code: string) => (error: unknown) => error instanceof Refused && error.code === code;

const present = (name: string, state: "available" | "offline" | "away"): Promise<unknown> =>
  wish(person(name), { what: "presence", agentId: person(name).id, state, reason: "" });

type Offered = LoggedEvent<"work.offered">;
/** The piece of work when it is offered to somebody, of those offers that came after a number. */
const offered = async (name: string, concernId: ConcernId, after = 0): Promise<Work & { readonly seq: number }> => {
  const event = (await watch.event(
    (each) =>
      each.kind === "work.offered" &&
      each.concernId === concernId &&
      each.seq > after &&
      each.data.work.agentId === person(name).id,
  )) as Offered;
  return { ...event.data.work, seq: event.seq };
};

const changed = (concernId: ConcernId, why: string, after = 0): Promise<AnyEvent> =>
  watch.event(
    (each) => each.kind === "work.changed" && each.concernId === concernId && each.data.why === why && each.seq > after,
  );

const chat = async (text: string): Promise<{ readonly page: VisitorPage; readonly id: ConcernId }> => {
  const page = await openPage(nodes[0].url, chatId);
  await page.hello();
  const { concernId } = await page.tell(text);
  return { page, id: concernId };
};

const assignee = async (id: ConcernId): Promise<string | null> =>
  (await admin.call(api.concerns.open, { params: { id } })).concern.row.assigneeId;
const resolve = (id: ConcernId): Promise<unknown> =>
  admin.call(api.concerns.change, { params: { id }, body: { status: "resolved" } });

test("nobody is asked before they say that they are there; then it is offered, declined with a reason, offered to the next and accepted once", async () => {
  const { page, id } = await chat("Mein Bild ist schwarz");
  await changed(id, "waiting:arrived");
  const before = await admin.call(api.routing.ofConcern, { params: { id } });
  assert.deepEqual([before.work?.state, before.wait?.place], ["waiting", 1]);
  await present("anna", "available");
  const first = await offered("anna", id);
  assert.equal(first.because?.now, "room");
  const mine = await person("anna").desk.call(api.routing.mine);
  assert.deepEqual(
    mine.work.map(({ id: workId, state, subject }) => [workId, state, subject]),
    [[first.id, "offered", "Mein Bild ist schwarz"]],
  );
  await present("ben", "available");
  await wish(person("anna"), { what: "decline", workId: first.id, token: first.token, reason: "kenne ich nicht" });
  const second = await offered("ben", id);
  assert.ok(second.token > first.token);
  assert.ok(second.because?.others.some(({ agentId, why }) => agentId === person("anna").id && why === "declined"));
  const said = watch.events.find((each) => each.kind === "work.returned" && each.concernId === id);
  assert.equal(said?.kind === "work.returned" && said.data.reason, "kenne ich nicht");
  await assert.rejects(
    wish(person("anna"), { what: "accept", workId: first.id, token: first.token }),
    refused("offerOver"),
  );
  await wish(person("ben"), { what: "accept", workId: second.id, token: second.token });
  // The same again, as after an answer that was lost.
  await wish(person("ben"), { what: "accept", workId: second.id, token: second.token });
  await changed(id, "held:accepted");
  assert.equal(await assignee(id), person("ben").id);
  await answerIn(person("ben").desk, id, "Ich sehe nach");
  assert.equal((await person("ben").desk.call(api.routing.mine)).work.length, 1, "a chat goes on after an answer");
  await resolve(id);
  await watch.event((each) => each.kind === "work.ended" && each.concernId === id);
  const day = await person("ben").desk.call(api.routing.mine);
  assert.deepEqual([day.work.length, day.today.handled, day.toDispose?.id], [0, 1, second.id]);
  await person("ben").desk.call(api.routing.dispose, { params: { id: second.id }, body: { dispositionId: idOf(77) } });
  assert.equal((await person("ben").desk.call(api.routing.mine)).toDispose, null);
  page.close();
});

test("who goes offline gives their chat back at once, and it goes to the next; whose last desk is gone, after the grace; a mail stays with its agent", async () => {
  await handOver(nodes[0].ports.smtp, letter("mail-1", "kunde@kunde.test", null), "kunde@kunde.test");
  const mail = (await watch.event(
    (each) => each.kind === "work.offered" && each.data.work.queueId === mails,
  )) as Offered;
  const holder = Object.values(people).find(({ id }) => id === mail.data.work.agentId) ?? assert.fail();
  const [name, other] = holder === person("anna") ? (["anna", "ben"] as const) : (["ben", "anna"] as const);
  await wish(holder, { what: "accept", workId: mail.data.work.id, token: mail.data.work.token });
  await present(other, "away");
  const { page, id } = await chat("Es rauscht");
  const first = await offered(name, id);
  await wish(holder, { what: "accept", workId: first.id, token: first.token });
  await present(other, "available");
  await present(name, "offline");
  const second = await offered(other, id);
  const kept = (await changed(mail.concernId as ConcernId, "kept")) as LoggedEvent<"work.changed">;
  assert.deepEqual([kept.data.work.state, kept.data.work.agentId], ["held", holder.id]);
  assert.equal(await assignee(id), null);
  await wish(person(other), { what: "accept", workId: second.id, token: second.token });
  await present(name, "available");
  await changed(mail.concernId as ConcernId, "cameBack");
  // The other's browser is gone without a word.
  const gone = watch.events.at(-1)?.seq ?? 0;
  person(other).feed.close();
  const third = await offered(name, id, gone);
  const vanished = watch.events.find(
    (each) => each.kind === "presence.changed" && each.seq > gone && each.data.agentId === person(other).id,
  ) as LoggedEvent<"presence.changed">;
  assert.notEqual(vanished.data.presence.vanishedAt, null);
  assert.ok(
    Date.parse((watch.events.find(({ seq }) => seq === third.seq) as AnyEvent).at) - Date.parse(vanished.at) >= 4_900,
  );
  person(other).feed = await person(other).desk.live();
  await wish(holder, { what: "accept", workId: third.id, token: third.token });
  // Given by hand it is theirs, whatever they are offered.
  await admin.call(api.concerns.change, {
    params: { id: mail.concernId as ConcernId },
    body: { assigneeId: person("rosa").id },
  });
  await changed(mail.concernId as ConcernId, "kept", gone);
  for (const each of [id, mail.concernId as ConcernId]) await resolve(each);
  page.close();
});

test("what a supervisor moves goes there with its note; what is parked comes back when the customer writes; pausing keeps a queue still", async () => {
  await present("anna", "available");
  await present("ben", "away");
  const { page, id } = await chat("Rechnung");
  const first = await offered("anna", id);
  await wish(person("anna"), { what: "accept", workId: first.id, token: first.token });
  await assert.rejects(
    wish(person("ben"), { what: "transfer", workId: first.id, to: { agentId: person("ben").id }, note: "" }),
    refused("notHeld"),
  );
  await assert.rejects(wish(person("ben"), { what: "pause", queueId: chats, paused: true }), refused("notAllowed"));
  await wish(person("anna"), { what: "park", workId: first.id, until: null });
  await changed(id, "parked");
  await page.tell("Noch etwas", { concernId: id });
  await changed(id, "held:woke");
  await present("ben", "available");
  await wish(person("rosa"), {
    what: "transfer",
    workId: first.id,
    to: { agentId: person("ben").id },
    note: "Kennt den Fall",
  });
  const second = await offered("ben", id);
  const { messages } = await admin.call(api.concerns.open, { params: { id } });
  assert.ok(messages.some(({ direction, text }) => direction === "note" && text === "Kennt den Fall"));
  await wish(person("ben"), { what: "accept", workId: second.id, token: second.token });
  const holds = await query<{ agentId: string; rest: string; over: boolean }>(
    databaseUrl,
    `SELECT agent_id AS "agentId", rest, ended_at IS NOT NULL AS over FROM routing_hold WHERE item_id = '${first.id}' ORDER BY began_at`,
  );
  assert.deepEqual(
    holds.map(({ agentId, rest, over }) => [agentId, rest, over]),
    [
      [person("anna").id, "none", true],
      [person("anna").id, "parked", true],
      [person("anna").id, "none", true],
      [person("ben").id, "none", false],
    ],
    "whose days it counts in, and for how much",
  );
  await wish(person("rosa"), { what: "pause", queueId: chats, paused: true });
  const still = await chat("Bei Pause");
  await changed(still.id, "waiting:arrived");
  const [line] = await person("anna").desk.call(api.routing.waiting, { params: { id: chats } });
  assert.deepEqual([line?.concernId, line?.state], [still.id, "waiting"]);
  await wish(person("anna"), { what: "pull", workId: line?.id ?? assert.fail() });
  await changed(still.id, "held:pulled");
  await wish(person("rosa"), { what: "pause", queueId: chats, paused: false });
  for (const each of [id, still.id]) await resolve(each);
  page.close();
  still.page.close();
});

test("the leader is killed between offer and answer: another takes over within seconds, the offer still stands, nothing is offered twice or lost", async () => {
  await present("anna", "available");
  await present("ben", "offline");
  // Desks at both processes.
  const atTwo = await signIn(nodes[1].url, "anna@kabel.test", agentPassword);
  const feed = await atTwo.live();
  // Who leads the timers may be killed, too: each of these comes near three seconds after it came.
  await admin.call(api.promises.setRules, {
    body: {
      rules: [
        {
          ...everyPromise,
          targets: { firstReply: 5, nextReply: null, resolution: null },
          warn: { by: "share", percent: 1 },
        },
      ],
    },
  });
  const open = await chat("Vor dem Ende");
  const before = await offered("anna", open.id);
  const two = await signIn(nodes[1].url, "ada@kabel.test", "sehr-geheimes-wort");
  const seen = await two.live(before.seq);
  const waiting = await Promise.all(Array.from({ length: 5 }, (_, n) => chat(`Wartet ${n}`)));
  // Some are offered at once: there is room for three.
  for (const { id } of waiting)
    await watch.event(
      (each) => each.concernId === id && (each.kind === "work.changed" || each.kind === "work.offered"),
    );
  const clock = ownTime();
  const began = performance.now();
  await nodes[0].end("SIGKILL");
  const epoch = async (): Promise<number> =>
    Number((await query<{ epoch: string }>(databaseUrl, "SELECT epoch FROM routing_leader"))[0]?.epoch);
  await atTwo.call(api.routing.wish, {
    body: {
      id: crypto.randomUUID(),
      wish: { what: "accept", workId: before.id, token: before.token },
    },
  });
  const tookMs = clock.ms();
  await seen.event((each) => each.kind === "work.changed" && each.data.why === "held:accepted");
  assert.ok((await epoch()) >= 2);
  assert.ok(tookMs < 3_000, `accepted ${Math.round(tookMs)} ms after the kill`);
  // All of them find somebody.
  await two.call(api.routing.setAgentWork, {
    params: { id: person("anna").id },
    body: {
      skills: {},
      capacity: { chat: { weight: 10, max: 10, interrupts: [], restingWeight: 0 } },
      queueIds: null,
    },
  });
  for (const { id } of waiting) {
    const isOffer = (each: AnyEvent): boolean =>
      each.kind === "work.offered" && each.concernId === id && each.data.work.agentId === person("anna").id;
    const event = (watch.events.find(isOffer) ?? (await seen.event(isOffer))) as Offered;
    await atTwo.call(api.routing.wish, {
      body: {
        id: crypto.randomUUID(),
        wish: { what: "accept", workId: event.data.work.id, token: event.data.work.token },
      },
    });
  }
  await until("all of them have somebody", 20_000, async () => {
    const rows = await query<{ n: string }>(databaseUrl, "SELECT count(*) AS n FROM routing_item WHERE state = 'held'");
    return Number(rows[0]?.n) === 6;
  });
  await checkLog();
  await checkTimers(
    [open, ...waiting].map(({ id }) => id),
    () => performance.now() - began - clock.ms(),
  );
  clock.stop();
  feed.close();
  seen.close();
});

/** Each of them was warned of once, never early, and at most five seconds late, but for what the machine held everybody up. */
const checkTimers = async (ids: readonly ConcernId[], heldUpMs: () => number): Promise<void> => {
  const list = ids.map((id) => `'${id}'`).join();
  const look = (): Promise<{ id: ConcernId; n: string; lateMs: number }[]> =>
    query(
      databaseUrl,
      `SELECT c.id, count(e.seq) AS n, extract(epoch FROM min(e.at) - (c.created_at + interval '3 seconds'))::float8 * 1000 AS "lateMs"
         FROM concern c LEFT JOIN event e ON e.concern_id = c.id AND e.kind = 'promise.warned' WHERE c.id IN (${list}) GROUP BY c.id, c.created_at`,
    );
  await until("all of them were warned of", 20_000, async () => (await look()).every(({ n }) => Number(n) > 0));
  for (const { id, n, lateMs } of await look()) {
    assert.equal(Number(n), 1, `${id} was warned of ${n} times`);
    assert.ok(lateMs >= 0 && lateMs - heldUpMs() < 5_000, `${id}: ${Math.round(lateMs)} ms late`);
  }
};

/** Reads the whole log as somebody who knows nothing of the engine: one holder at a time, tokens that rise, no offer without its end. */
const checkLog = async (): Promise<void> => {
  const log = await query<{ kind: string; data: { work?: Work; workId?: string; agentId?: string } }>(
    databaseUrl,
    "SELECT kind, data FROM event WHERE kind LIKE 'work.%' ORDER BY seq",
  );
  const by = new Map<string, { agentId: string | null; token: number }>();
  let offers = 0;
  for (const { kind, data } of log) {
    const id = data.work?.id ?? data.workId ?? "";
    const was = by.get(id) ?? { agentId: null, token: 0 };
    if (kind === "work.offered" && data.work !== undefined) {
      offers += 1;
      assert.equal(was.agentId, null, `${id} was offered while somebody had it`);
      assert.ok(data.work.token > was.token, `${id} was offered with an old token`);
      by.set(id, { agentId: data.work.agentId, token: data.work.token });
    } else if (kind === "work.changed" && data.work !== undefined) {
      const { agentId, token, state } = data.work;
      if (state === "held" && was.agentId !== null) assert.equal(agentId, was.agentId, `${id} has two holders`);
      by.set(id, { agentId: state === "waiting" ? null : agentId, token });
    } else if (kind === "work.returned" || kind === "work.ended") by.set(id, { ...was, agentId: null });
  }
  assert.ok(offers >= 10, `${offers} offers`);
};
