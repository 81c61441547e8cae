// Card numbers and session secrets that customers send (threat D8; Okta 2023: HAR files with live sessions in support cases). Covered wherever anybody
// reads, searches, answers or is told of them; files are given without them; what came is shown to who may, and each time it stands in the history.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { converse } from "#channels/email/simClient.ts";
import { api } from "#contract/api.ts";
import type { Message } from "#contract/concerns.ts";
import type { LoggedEvent } from "#contract/events.ts";
import { openSecrets } from "#platform/files/secrets.ts";
import { sql } from "#platform/db/db.ts";
import { silentLog } from "#platform/log.ts";
import { addAgent, addMailbox, admin, agentPassword, setUpCentre } from "#test/centre.ts";
import { Refused, signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { concernCalled, newConcern } from "#test/outbox.ts";
import { startTestServer, type TestServer } from "#test/server.ts";
import { addCast, deliver, mail, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

const service = "service@kabel.test";
const card = "4111 1111 1111 1111";
const canary = "CANARY7f3a9c51d2";
const har = JSON.stringify({
  log: {
    entries: [
      {
        request: {
          url: `https://shop.test/konto?s=${canary}`,
          headers: [{ name: "Cookie", value: `sid=${canary}; lang=de` }],
          cookies: [{ name: "sid", value: canary }],
        },
        response: { headers: [{ name: "Set-Cookie", value: `sid=${canary}; Path=/` }], content: { text: canary } },
        // Long enough for a thread of its own.
        filler: "x ".repeat(80_000),
      },
    ],
  },
});

let server: TestServer;
let ada: Desk;
let anna: Desk;
let live: LiveFeed;
let world: TestWorld;
let cast: Cast;

before(async () => {
  server = await startTestServer({});
  const centre = await setUpCentre(server.url);
  ada = centre.desk;
  await addMailbox(ada, centre.brand.id, { address: service, smtp: null });
  await addAgent(ada, { name: "Anna Berg", email: "anna@kabel.test", role: "agent" });
  anna = await signIn(server.url, "anna@kabel.test", agentPassword);
  live = await anna.live();
  world = await openTestWorld();
  cast = await addCast(world);
});
after(async () => {
  live?.close();
  await server?.stop();
  await world?.close();
});

const arrives = async (subject: string, text: string, html: string, files: Readonly<Record<string, string>>) => {
  const parts = Object.entries(files).map(
    ([name, body]) =>
      `--x\r\nContent-Type: application/octet-stream; name=${name}\r\nContent-Disposition: attachment; filename=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body).toString("base64").replace(/.{76}/g, "$&\r\n")}\r\n`,
  );
  const raw = Buffer.from(
    `From: kunde@kunde.test\r\nTo: ${service}\r\nSubject: ${subject}\r\nMessage-ID: <${crypto.randomUUID()}@kunde.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n--y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--y--\r\n${parts.join("")}--x--\r\n`,
  );
  await converse(
    { host: "127.0.0.1", port: server.ports.smtp },
    { hello: "kunde.test", from: "kunde@kunde.test", to: [service], raw },
  );
  const event = (await live.event(
    (each) => each.kind === "message.added" && (each.data.message.subject ?? "").startsWith(subject.slice(0, 5)),
  )) as LoggedEvent<"message.added">;
  return anna.call(api.concerns.message, { params: { id: event.data.message.id } });
};

const fetched = async (desk: Desk, url: string): Promise<{ readonly status: number; readonly body: string }> => {
  const answer = await fetch(new URL(url, server.url), { headers: { cookie: desk.cookie } });
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()).toString("latin1") };
};
const show = (desk: Desk, id: Message["id"], body: { what: "text" | "original" } | { what: "file"; fileId: string }) =>
  desk.call(api.concerns.showSecret, { params: { id }, body });
const notAllowed = (error: unknown): boolean => error instanceof Refused && error.code === "notAllowed";

test("a HAR with a canary cookie: what an agent can have holds no canary; who supervises gets it whole, and that stands in the history", async () => {
  const came = await arrives(
    `Karte ${card}`,
    `Bitte abbuchen: ${card}, danke.`,
    `<p>Bitte abbuchen: 4111 1111 <b>1111</b>&nbsp;1111, danke.</p>`,
    {
      "seite.har": har,
      "notiz.txt": "Nichts Geheimes.",
      "log.txt": `ok\r\nAuthorization: Bearer ${canary}abc12345\r\nende äöü`,
    },
  );
  const everything: string[] = [JSON.stringify(came)];
  assert.equal(came.subject, "Karte •••• •••• •••• 1111");
  assert.match(came.text, /Bitte abbuchen: •••• •••• •••• 1111, danke/);
  assert.deepEqual(came.warnings.filter((each) => /Hidden|Secrets/.test(each)).toSorted(), [
    "cardHidden",
    "fileSecrets",
  ]);
  assert.equal(came.rawUrl, null);
  const frame = await fetched(anna, came.html?.url ?? "");
  assert.match(Buffer.from(frame.body, "latin1").toString("utf8"), /•••• •••• <b>••••<\/b>\s1111/);
  everything.push(frame.body);
  const [seite, notiz, log] = ["seite.har", "notiz.txt", "log.txt"].map(
    (name) => came.files.find((each) => each.name === name) ?? assert.fail(name),
  );
  assert.deepEqual([seite?.secret, notiz?.secret], [{ kinds: ["session"], cleaned: true }, undefined]);
  const copy = await fetched(anna, seite?.url ?? "");
  assert.equal(copy.status, 200);
  assert.equal(
    (JSON.parse(copy.body) as { log: { entries: unknown[] } }).log.entries.length,
    1,
    "it can still be used",
  );
  assert.equal((await fetched(anna, notiz?.url ?? "")).body, "Nichts Geheimes.");
  const logged = await fetched(anna, log?.url ?? "");
  assert.equal(logged.body, Buffer.from("ok\r\nAuthorization: [removed]\r\nende äöü").toString("latin1"));
  everything.push(copy.body, logged.body);
  // The original is no way around, nor are lists, search, history and the words below an answer.
  const original = await fetched(anna, `/originals/${came.id}`);
  assert.equal(original.status, 403);
  const opened = await anna.call(api.concerns.open, { params: { id: came.concernId } });
  const history = await anna.call(api.concerns.history, { params: { id: came.concernId }, query: {} });
  const found = await anna.call(api.search.everything, { query: { q: "4111111111111111" } });
  const foundGrouped = await anna.call(api.search.everything, { query: { q: "abbuchen" } });
  everything.push(JSON.stringify([opened, history, found, foundGrouped]), original.body);
  for (const seen of everything) assert.doesNotMatch(seen, /CANARY|4111(?!1111111111111"\})[ 1&<]/, seen.slice(0, 200));
  // An agent may not; who supervises may, and it is said.
  for (const body of [{ what: "text" }, { what: "original" }, { what: "file", fileId: seite?.id ?? "" }] as const)
    await assert.rejects(show(anna, came.id, body), notAllowed);
  assert.deepEqual(
    (await show(ada, came.id, { what: "text" })).values.map((each) => [each.kind, each.value]),
    [["card", card]],
  );
  const whole = await show(ada, came.id, { what: "file", fileId: seite?.id ?? "" });
  assert.equal((await fetched(ada, whole.url ?? "")).body, har);
  const raw = await show(ada, came.id, { what: "original" });
  assert.match((await fetched(ada, raw.url ?? "")).body, new RegExp(`Bitte abbuchen: ${card}`));
  assert.doesNotMatch((await fetched(ada, seite?.url ?? "")).body, /CANARY/, "nobody gets it without asking for it");
  assert.equal((await fetched(ada, `/originals/${came.id}`)).status, 403);
  const { entries } = await ada.call(api.concerns.history, { params: { id: came.concernId }, query: {} });
  assert.deepEqual(
    entries.filter((each) => each.kind === "message.secretShown").map((each) => [each.actor.name, each.data]),
    [
      [admin.name, { messageId: came.id, what: "original", name: null }],
      [admin.name, { messageId: came.id, what: "file", name: "seite.har" }],
      [admin.name, { messageId: came.id, what: "text", name: null }],
    ],
  );
});

test("a mail without any of it has its original as ever, and an upload with some is flagged", async () => {
  const came = await arrives(
    "Harmloses",
    "Kundennummer 4111111111111111, IBAN DE89 3704 0044 0532 0130 00",
    "<p>x</p>",
    {},
  );
  assert.match(came.text, /4111111111111111/);
  assert.equal((await fetched(anna, came.rawUrl ?? "")).status, 200);
  await assert.rejects(
    show(ada, came.id, { what: "text" }),
    (error) => error instanceof Refused && error.code === "notFound",
  );
  const answer = await fetch(server.url + api.files.upload.path, {
    method: "POST",
    headers: { cookie: anna.cookie, "x-csrf": anna.csrf, origin: server.url },
    body: (() => {
      const form = new FormData();
      form.append("file", new Blob([har], { type: "application/json" }), "mein.har");
      return form;
    })(),
  });
  const { file } = (await answer.json()) as { file: { secret: unknown; url: string } };
  assert.deepEqual(file.secret, { kinds: ["session"], cleaned: true });
  assert.doesNotMatch((await fetched(anna, file.url)).body, /CANARY/);
});

test("what is set aside, forwarded and kept for colleagues is covered; what an agent answers by mail is theirs", async () => {
  await deliver(
    world,
    cast.channel,
    mail("weg@laden.example", { automatic: "auto-reply", subject: `Weg ${card}`, text: `Karte ${card}` }),
  );
  await deliver(
    world,
    cast.channel,
    mail("anna@staff.example", {
      subject: "Fwd: Karte",
      text: "siehe unten",
      forwarded: {
        from: { name: null, value: "karla@kunde.example" },
        subject: `Meine ${card}`,
        sentAt: null,
        text: `Cookie: sid=${canary}`,
        html: `<p>${card}</p>`,
        inlineIds: [],
        files: [],
      },
    }),
  );
  const parts = [{ kind: "words", text: `Karte ${card}` }] as const;
  const made = await newConcern(world, cast, {
    parts,
    text: `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
  });
  const kept = await world.db.one<{ all: string }>(sql`
    SELECT (SELECT string_agg(t::text, ' ') FROM concern t) || (SELECT string_agg(t::text, ' ') FROM message t) || (SELECT string_agg(t::text, ' ') FROM message_body t)
        || (SELECT string_agg(t::text, ' ') FROM message_search t) || (SELECT string_agg(t::text, ' ') FROM set_aside t) || (SELECT string_agg(t::text, ' ') FROM event t)
        || (SELECT string_agg(t::text, ' ') FROM message_secret t) AS all`);
  assert.doesNotMatch(kept.all, /CANARY|4111 1111/);
  assert.equal((await world.db.one<{ secret: boolean }>(sql`SELECT secret FROM set_aside`)).secret, true);
  assert.ok((await concernCalled(world, "Meine •••• •••• •••• 1111")).id !== made.id);
});

test("a file that cannot be looked through in time may hold anything: it is locked", async () => {
  const secrets = openSecrets({ db: world.db, files: world.files, on: true, log: silentLog, timeMs: 0 });
  const bytes = Buffer.from(har);
  const stored = await world.files.put(bytes);
  assert.deepEqual(await secrets.look(stored, bytes), { kinds: [], cleanHash: null });
  // One that is switched off flags nothing anew and forgets nothing.
  const off = openSecrets({ db: world.db, files: world.files, on: false, log: silentLog });
  assert.deepEqual(await off.look(stored, bytes), { kinds: [], cleanHash: null });
  const other = Buffer.from(`Cookie: sid=${canary}`);
  assert.equal(await off.look(await world.files.put(other), other), null);
  await deliver({ ...world, secrets: off }, cast.channel, mail("aus@kunde.example", { subject: `Aus ${card}` }));
  assert.ok(await concernCalled(world, `Aus ${card}`));
});
