// The live feed over lost connections and over two server processes on one database: what a desk knows equals what a fresh desk fetches.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import { everything } from "#contract/concerns.ts";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { startPostgres, type RunningPostgres } from "#platform/postgres/postgres.ts";
import { addAgent, addMailbox, admin, agentPassword, setUpCentre } from "#test/centre.ts";
import { layCluster } from "#test/cluster.ts";
import { signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";
import { apply, emptyState, mergeOpened, mergeRows, type DeskState } from "#web/state/apply.ts";

let dataDir: string;
let store: RunningPostgres;
let sim: MailSim;
let one: TestServer;
let two: TestServer;
let ada: Desk;
let lena: Desk;

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "draht-live-"));
  await layCluster(join(dataDir, "postgres"));
  [store, sim] = await Promise.all([
    startPostgres({ dataDir: join(dataDir, "postgres"), log: () => undefined }),
    startMailSim({ dir: null, smtpPort: 0 }),
  ]);
  const env = { SECRET: "ein-geheimnis-fuer-beide-knoten-1234567890", LOG_LEVEL: "error" };
  one = await startTestServer({ database: store.url, env });
  const centre = await setUpCentre(one.url);
  ada = centre.desk;
  await addMailbox(ada, centre.brand.id, {
    address: "service@kabel.test",
    smtp: { host: "127.0.0.1", port: sim.port },
  });
  await addAgent(ada, { name: "Lena", email: "lena@kabel.test", role: "agent" });
  two = await startTestServer({ database: store.url, env });
  lena = await signIn(two.url, "lena@kabel.test", agentPassword);
});

after(async () => {
  await one?.stop();
  await two?.stop();
  await sim?.stop();
  await store?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const write = (to: TestServer, subject: string) =>
  sim.send(
    {
      from: { name: "Anna", address: `anna-${subject.replaceAll(" ", "-")}@kunde.test` },
      to: [{ name: "", address: "service@kabel.test" }],
      subject,
      text: `Zu ${subject}.`,
    },
    { host: "127.0.0.1", port: to.ports.smtp },
  );
const arrival = (feed: LiveFeed, subject: string) =>
  feed.event((event) => event.kind === "message.added" && event.data.message.subject === subject);
const rowsOf = async (desk: Desk) =>
  (await desk.call(api.concerns.list, { query: { filter: JSON.stringify(everything), limit: 200 } })).rows;

test("what one node takes in, the other's desks hear at once; who looks is seen across nodes", async () => {
  const [atOne, atTwo] = await Promise.all([ada.live(), lena.live()]);
  await write(one, "Knoten eins");
  const heard = await arrival(atTwo, "Knoten eins");
  await write(two, "Knoten zwei");
  await arrival(atOne, "Knoten zwei");
  const concernId = heard.concernId as never;
  atOne.say({ type: "look", concernId, state: "viewing" });
  atTwo.say({ type: "look", concernId, state: "typing" });
  await atOne.word((word) => word.type === "looks" && word.looks.length === 2);
  await atTwo.word((word) => word.type === "looks" && word.looks.length === 2);
  atTwo.close();
  await atTwo.closed;
  await atOne.word((word) => word.type === "looks" && word.looks.length === 1 && atOne.words.indexOf(word) > 2);
  atOne.close();
});

test("a desk that was away gets exactly what it missed, and its rows equal a fresh fetch", async () => {
  const first = await lena.live();
  await write(one, "Vorher");
  await arrival(first, "Vorher");
  let state: DeskState = emptyState(null);
  for (const event of first.events) state = apply(state, event);
  first.close();
  await first.closed;
  const missed = ["a", "b", "c", "d", "e"];
  for (const word of missed) await write(word < "c" ? one : two, `Verpasst ${word}`);
  for (const row of await rowsOf(ada))
    if (row.subject === "Vorher")
      await ada.call(api.concerns.change, { params: { id: row.id }, body: { priority: "high", tags: ["gesehen"] } });
  const marker = await ada.call(api.agents.createTeam, { body: { name: "Ende der Pause" } });
  const again = await lena.live(state.cursor);
  await again.event((event) => event.kind === "team.changed" && event.data.team.id === marker.id);
  for (const word of missed) await arrival(again, `Verpasst ${word}`);
  const numbers = again.events.map((event) => event.seq);
  assert.ok(
    numbers.every((seq, index) => seq > (index === 0 ? state.cursor : (numbers[index - 1] ?? 0))),
    "in order, none twice, none from before",
  );
  for (const event of again.events) state = apply(state, event);
  const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
  const fresh = (await rowsOf(lena)).toSorted(byId);
  assert.deepEqual(
    fresh.map((row) => state.rows[row.id]),
    fresh,
  );
  again.close();
});

test("P9: a desk that is cut off thirty times at random knows in the end what a fresh one knows, concern and thread included", async () => {
  await write(one, "Faden");
  const feed = await ada.live();
  const { concernId } = await arrival(feed, "Faden");
  feed.close();
  const id = concernId as never;
  const opened = await lena.call(api.concerns.open, { params: { id } });
  let state = mergeOpened({ ...emptyState(null), cursor: opened.upTo }, opened);
  const { rows } = await lena.call(api.concerns.list, { query: { filter: JSON.stringify(everything), limit: 200 } });
  state = mergeRows(state, rows);
  // Colleagues work all the while: at both nodes, in this concern and in new ones.
  let working = true;
  let changed = 0;
  const written = ["Faden"];
  const priorities = ["low", "normal", "high", "urgent"] as const;
  const work = (async () => {
    for (let n = 0; working; n += 1) {
      const priority = priorities[n % 4] ?? "normal";
      await ada.call(api.concerns.change, { params: { id }, body: { priority, tags: [`lauf-${n}`] } });
      const content = { text: `Notiz ${n}`, html: null, uploads: [], key: crypto.randomUUID() };
      await ada.call(api.concerns.note, { params: { id }, body: content });
      changed += 1;
      if (n % 5 !== 0) continue;
      await write(n % 2 === 0 ? one : two, `Nebenbei ${n}`);
      written.push(`Nebenbei ${n}`);
    }
  })();
  const hear = async (until: (live: LiveFeed) => Promise<unknown>): Promise<void> => {
    const live = await lena.live(state.cursor);
    await until(live);
    live.close();
    await live.closed;
    for (const event of live.events) state = apply(state, event);
  };
  // How much is heard before the next cut is chance; sometimes it is nothing. It goes on until also thirty changes have been made.
  for (let cut = 0; cut < 30 || changed < 31; cut += 1) {
    let left = Math.floor(Math.random() * 8);
    await hear((live) => (left === 0 ? Promise.resolve() : live.event(() => (left -= 1) <= 0)));
  }
  working = false;
  await work;
  // A mail that the door has taken is read a moment later: one that became a concern behind the end was in the fresh list only.
  const whole = await ada.live();
  for (const subject of written) await arrival(whole, subject);
  whole.close();
  const end = await ada.call(api.agents.createTeam, { body: { name: "Ende der Schnitte" } });
  await hear((live) => live.event((event) => event.kind === "team.changed" && event.data.team.id === end.id));
  const fresh = await lena.call(api.concerns.open, { params: { id } });
  const known = state.opened[id];
  assert.ok(known);
  assert.deepEqual(known.concern, fresh.concern);
  const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
  assert.deepEqual(
    known.messages.map((message) => [message.id, message.seq, message.version]).slice(-fresh.messages.length),
    fresh.messages.map((message) => [message.id, message.seq, message.version]),
  );
  assert.ok(fresh.concern.row.version > 30, `${fresh.concern.row.version} changes`);
  const all = (await rowsOf(lena)).toSorted(byId);
  assert.deepEqual(
    all.map((row) => state.rows[row.id]),
    all,
  );
});

test("a node that dies takes its sockets with it; its desks go on at the other from where they stood", async () => {
  const feed = await signIn(two.url, admin.email, admin.password).then((desk) => desk.live());
  await write(two, "Vor dem Ende");
  const last = await arrival(feed, "Vor dem Ende");
  await two.end("SIGKILL");
  assert.equal(await feed.closed, 1006);
  await write(one, "Nach dem Ende");
  const again = await ada.live(last.seq);
  await arrival(again, "Nach dem Ende");
  assert.ok(again.events.every((event) => event.seq > last.seq));
  again.close();
});

test("what is not understood closes the socket; a desk ahead of the log is told to fetch afresh", async () => {
  const odd = await ada.live();
  odd.say({ type: "look", concernId: "kein-anliegen", state: "viewing" } as never);
  assert.equal(await odd.closed, 1008);
  const { upTo } = await ada.call(api.concerns.views);
  // A desk that has seen more than there is stood before another database (a restored backup).
  const ahead = await ada.live(upTo + 1_000_000);
  const word = await ahead.word((each) => each.type === "reset" || each.type === "events");
  assert.equal(word.type, "reset");
  ahead.close();
});
