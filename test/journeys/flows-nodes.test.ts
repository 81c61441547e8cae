// Flows over two processes of one centre, with real mails to and fro and a service that is asked: one process is killed in the middle of its steps. No step is done twice, none is lost; while a
// flow speaks nobody is offered its concern.
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { before, test } from "node:test";
import { demoZones } from "#channels/email/simDns.ts";
import { startMailSim, type MailSim, type SimMail } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { QueueId, SkillId } from "#contract/ids.ts";
import { addAgent, addMailbox, agentPassword, setUpCentre } from "#test/centre.ts";
import { signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { cleaners, handOver, ownStore, query, service, until } from "#test/faults.ts";
import { askWords, ending, flowOf, handing, text } from "#test/flow-world.ts";
import { startNameServer } from "#test/peers/dns.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let nodes: readonly [TestServer, TestServer];
let databaseUrl: string;
let sim: MailSim;
let admin: Desk;
let feed: LiveFeed;
const mails = idOf<QueueId>(1);
const special = idOf<QueueId>(2);

/** The service: holds every question until it is let go, and remembers by which key it was asked. */
const asked: string[] = [];
const held: ServerResponse[] = [];
let holds = true;
const network = createServer((request, response) => {
  asked.push(String(request.headers["idempotency-key"]));
  response.setHeader("content-type", "application/json");
  if (request.url === "/lines/404") response.writeHead(404).end("{}");
  else if (holds) held.push(response);
  else response.end(JSON.stringify({ line: "gut" }));
});

before(async () => {
  await new Promise<void>((resolve) => network.listen(0, "127.0.0.1", resolve));
  const { port } = network.address() as AddressInfo;
  const names = await startNameServer(demoZones(["kabel.test", "kunde.test"], "127.0.0.1"));
  sim = await startMailSim({ dir: null, smtpPort: 0 });
  cleaners.push(names.stop, sim.stop, async () => {
    network.closeAllConnections();
    await new Promise((resolve) => network.close(resolve));
  });
  const store = await ownStore();
  databaseUrl = store.url;
  const env = {
    SECRET: "ein-geheimnis-fuer-beide-knoten-1234567890",
    LOG_LEVEL: "error",
    UNDO_SECONDS: "0",
    ACKNOWLEDGE: "yes",
    DNS: names.address,
    LOOKUP_INSIDE: `127.0.0.1:${port}`,
  };
  const one = await startTestServer({ database: store.url, env });
  cleaners.push(one.stop);
  const centre = await setUpCentre(one.url);
  await addMailbox(centre.desk, centre.brand.id, { address: service, smtp: { host: "127.0.0.1", port: sim.port } });
  const { revision } = await centre.desk.call(api.routing.book);
  await centre.desk.call(api.routing.setBook, {
    body: { was: revision, book: bookWith([bookQueue(1, { offerSeconds: 600 }), bookQueue(2, { offerSeconds: 600 })]) },
  });
  await centre.desk.call(api.flows.addService, {
    body: { name: "Netz", url: `http://127.0.0.1:${port}`, headers: [], on: true },
  });
  const document = flowOf(
    [
      askWords("number", "nummer", "look"),
      {
        id: "look",
        do: "lookUp",
        service: "Netz",
        method: "GET",
        path: "/lines/{nummer}",
        timeoutMs: 30_000,
        takes: [{ pointer: "/line", into: "leitung" }],
        missing: "over",
        failed: "over",
        next: "good",
      },
      { id: "good", do: "say", text: text("Die Leitung {nummer} ist {leitung}."), next: "end" },
      ending("end", true),
      handing("over", { queueId: special, skills: [{ skillId: idOf<SkillId>(902), level: 2 }] }),
    ],
    [{ entry: { by: "words", words: ["Leitung prüfen"] } }],
  );
  const flow = await centre.desk.call(api.flows.create, { body: { key: "leitung", name: "Leitung", document } });
  await centre.desk.call(api.flows.publish, { params: { id: flow.id }, body: { version: flow.version, note: "" } });
  await addAgent(centre.desk, { name: "anna", email: "anna@kabel.test", role: "agent" });
  const two = await startTestServer({ database: store.url, env });
  cleaners.push(two.stop);
  nodes = [one, two];
  admin = await signIn(two.url, "ada@kabel.test", "sehr-geheimes-wort");
  feed = await admin.live();
  cleaners.push(async () => feed.close());
  const anna = await signIn(two.url, "anna@kabel.test", agentPassword);
  const desk = await anna.live();
  cleaners.push(async () => desk.close());
  const me = (await admin.call(api.agents.list)).find(({ name }) => name === "anna")?.id ?? assert.fail();
  await anna.call(api.routing.wish, {
    body: { id: crypto.randomUUID(), wish: { what: "presence", agentId: me, state: "available", reason: "" } },
  });
});

const customers = Array.from({ length: 8 }, (_, n) => `k${n}@kunde.test`);

const letterFrom = (from: string, subject: string, words: string, answers: SimMail | null): Buffer =>
  Buffer.from(
    `From: ${from}\r\nTo: ${answers === null ? service : replyTo(answers)}\r\nSubject: ${subject}\r\nMessage-ID: <${crypto.randomUUID()}@kunde.test>\r\n${
      answers === null ? "" : `In-Reply-To: ${header(answers, "message-id")}\r\n`
    }Content-Type: text/plain; charset=utf-8\r\n\r\n${words}\r\n${answers === null ? "" : `\r\nAm Montag schrieb Kabel:\r\n> Frage nummer?\r\n> 12345\r\n`}`,
  );
const header = (mail: SimMail, name: string): string =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, "im").exec(Buffer.from(mail.raw).toString("utf8"))?.[1]?.trim() ?? "";
const replyTo = (mail: SimMail): string => header(mail, "reply-to") || header(mail, "from");

const ofKind = (kind: AnyEvent["kind"], concernId: string | null) => (event: AnyEvent) =>
  event.kind === kind && event.concernId === concernId;

test("mails begin flows, answers go on, a process is killed while a service is asked: each is asked again by the same key, and every step is done once", async () => {
  for (const from of customers)
    await handOver(nodes[0].ports.smtp, letterFrom(from, "Leitung prüfen", "Bitte.", null), from);
  const questions = await Promise.all(customers.map((from) => sim.next((mail) => mail.envelope.to.includes(from), 0)));
  for (const mail of questions) {
    assert.match(Buffer.from(mail.raw).toString("utf8"), /^Auto-Submitted: auto-replied/im);
    assert.match(Buffer.from(mail.raw).toString("utf8"), /Frage nummer\?/);
  }
  // Half of them are asked of the service by the process that is killed.
  for (const [at, from] of customers.entries())
    await handOver(
      nodes[0].ports.smtp,
      letterFrom(from, "Re: Leitung prüfen", String(100 + at), questions[at] ?? null),
      from,
    );
  await until("all of them are asked", 60_000, async () => new Set(asked).size === customers.length);
  const before = asked.length;
  await nodes[0].end("SIGKILL");
  holds = false;
  for (const response of held.splice(0)) response.end(JSON.stringify({ line: "gut" }));
  await until("all are over", 60_000, async () => {
    const [row] = await query<{ n: string }>(databaseUrl, "SELECT count(*) AS n FROM flow_run WHERE over = 'solved'");
    return Number(row?.n) === customers.length;
  });
  assert.equal(
    new Set(asked).size,
    customers.length,
    `asked ${asked.length} times, ${before} before the kill, by one key each`,
  );
  const rows = await query<{ concern: string; texts: string[] }>(
    databaseUrl,
    "SELECT m.concern_id AS concern, array_agg(b.text ORDER BY m.seq) AS texts FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.direction <> 'system' GROUP BY 1",
  );
  assert.equal(rows.length, customers.length);
  for (const { texts } of rows) {
    assert.equal(texts.length, 4, texts.join(" | "));
    assert.match(texts[0] ?? "", /^Bitte\./);
    assert.match(texts[1] ?? "", /^Frage nummer\?/, "the flow's question, and no confirmation beside it");
    assert.equal(texts[3], `Die Leitung ${texts[2]} ist gut.\n\nDas war alles.`);
  }
  assert.deepEqual(await query(databaseUrl, "SELECT 1 FROM flow_effect"), []);
  assert.deepEqual(await query(databaseUrl, "SELECT 1 FROM routing_item"), [], "none of them waited in a queue");
  const offers = feed.events.filter(({ kind }) => kind === "work.offered");
  assert.deepEqual(offers, [], "nobody was offered one");
});

const begins = async (from: string): Promise<{ readonly question: SimMail; readonly concernId: string | null }> => {
  const after = feed.events.at(-1)?.seq ?? 0;
  await handOver(nodes[1].ports.smtp, letterFrom(from, "Leitung prüfen", "Bitte.", null), from);
  const question = await sim.next((mail) => mail.envelope.to.includes(from), 0);
  const { concernId } = await feed.event(({ kind, seq }) => kind === "flow.began" && seq > after);
  return { question, concernId };
};

test("what a flow hands over is offered in the queue and with the skill it asked for; it waited in none before", async () => {
  const [asking, missing] = ["will@kunde.test", "fehlt@kunde.test"];
  const one = await begins(asking);
  const answer = (from: string, words: string, question: SimMail): Promise<number> =>
    handOver(nodes[1].ports.smtp, letterFrom(from, "Re: Leitung prüfen", words, question), from);
  await answer(asking, "Ich will einen Menschen", one.question);
  const ended = await feed.event(ofKind("flow.ended", one.concernId));
  const offered = await feed.event(ofKind("work.offered", one.concernId));
  assert.ok(offered.seq > ended.seq, "not before the flow was over");
  assert.ok(offered.kind === "work.offered" && offered.data.work.queueId === mails, "by a word: any queue");
  const two = await begins(missing);
  await answer(missing, "404", two.question);
  const waits = await feed.event(ofKind("work.changed", two.concernId));
  assert.ok(waits.kind === "work.changed");
  assert.deepEqual([waits.data.work.queueId, waits.data.work.state], [special, "waiting"], "nobody has that skill");
});
