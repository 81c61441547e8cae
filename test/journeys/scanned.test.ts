// Files from outside and the virus scanner, through the running server: what it finds something in is never given, what it has not seen waits, and no
// mail waits for it. The scanner dies and comes back, the server is killed meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { converse } from "#channels/email/simClient.ts";
import { api } from "#contract/api.ts";
import type { Message } from "#contract/concerns.ts";
import type { AnyEvent, LoggedEvent } from "#contract/events.ts";
import type { FileView } from "#contract/files.ts";
import { eicar, startClamdSim, type ClamdSim } from "#platform/files/clamd-sim.ts";
import { addMailbox, admin, setUpCentre } from "#test/centre.ts";
import { Refused, signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { freePorts } from "#test/ports.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const service = "service@kabel.test";
const clean = Buffer.from("%PDF-1.4\nRechnung\n");

let server: TestServer;
let scanner: ClamdSim | null = null;
let provider: MailSim;
let port = 0;
let desk: Desk;
let live: LiveFeed;

before(async () => {
  [port = 0] = await freePorts(1);
  scanner = await startClamdSim({ port });
  server = await startTestServer({ env: { CLAMD: `127.0.0.1:${port}` } });
  const centre = await setUpCentre(server.url);
  provider = await startMailSim({ dir: null, smtpPort: 0 });
  await addMailbox(centre.desk, centre.brand.id, {
    address: service,
    smtp: { host: "127.0.0.1", port: provider.port },
  });
  await signedIn();
});
after(async () => {
  live?.close();
  await server?.stop();
  await scanner?.close();
  await provider?.stop();
});

const signedIn = async (): Promise<void> => {
  live?.close();
  desk = await signIn(server.url, admin.email, admin.password);
  live = await desk.live();
};

/** A mail with files comes in at the door; gives the message as soon as the desk hears of it. */
const arrives = async (subject: string, files: Readonly<Record<string, Buffer>>): Promise<Message> => {
  const parts = Object.entries(files).map(
    ([name, bytes]) =>
      `--x\r\nContent-Type: application/octet-stream; name=${name}\r\nContent-Disposition: attachment; filename=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString("base64")}\r\n`,
  );
  const raw = Buffer.from(
    `From: kunde@kunde.test\r\nTo: ${service}\r\nSubject: ${subject}\r\nMessage-ID: <${crypto.randomUUID()}@kunde.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nAnbei.\r\n${parts.join("")}--x--\r\n`,
  );
  await converse(
    { host: "127.0.0.1", port: server.ports.smtp },
    { hello: "kunde.test", from: "kunde@kunde.test", to: [service], raw },
  );
  const event = (await live.event(
    (each) => each.kind === "message.added" && each.data.message.subject === subject,
  )) as LoggedEvent<"message.added">;
  return message(event.data.message.id);
};

const message = (id: Message["id"]): Promise<Message> => desk.call(api.concerns.message, { params: { id } });

const named = (of: Message, name: string): FileView => {
  const file = of.files.find((each) => each.name === name);
  assert.ok(file, name);
  return file;
};

/** What asking for a file gives: its bytes, or why not. */
const fetched = async (url: string): Promise<string | readonly [number, string]> => {
  const answer = await fetch(new URL(url, server.url), { headers: { cookie: desk.cookie, "accept-language": "de" } });
  if (answer.ok) return Buffer.from(await answer.arrayBuffer()).toString("latin1");
  assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
  const { error } = (await answer.json()) as { error: { message: string } };
  return [answer.status, error.message];
};

const isChecked = (of: Message, name: string) => (event: AnyEvent) =>
  event.kind === "message.fileChecked" && event.data.messageId === of.id && event.data.name === name;

const infected = "In der Datei wurde Schadsoftware gefunden (Eicar-Test-Signature). Sie ist gesperrt.";

test("what the scanner finds something in is never given, and the concern says what it is; the rest is given", async () => {
  // What is known before the message stands needs no saying: here it is said of one that stands.
  const stands = Promise.withResolvers<undefined>();
  scanner?.silentUntil(stands.promise);
  const came = await arrives("Zwei Dateien", { "rechnung.pdf": clean, "spiel.exe": eicar });
  stands.resolve(undefined);
  const found = (await live.event(isChecked(came, "spiel.exe"))) as LoggedEvent<"message.fileChecked">;
  assert.deepEqual(found.data.held, { why: "infected", finding: "Eicar-Test-Signature" });
  await live.event(isChecked(came, "rechnung.pdf"));
  const now = await message(came.id);
  assert.deepEqual(named(now, "spiel.exe").held, { why: "infected", finding: "Eicar-Test-Signature" });
  assert.equal(named(now, "rechnung.pdf").held, undefined);
  assert.equal(await fetched(named(now, "rechnung.pdf").url), clean.toString("latin1"));
  assert.deepEqual(await fetched(named(now, "spiel.exe").url), [403, infected]);
  // The original holds it as well. This scanner looks into no base64, so the bytes themselves are asked for.
  const plain = await arrives(eicar.toString("latin1"), { "leer.txt": clean });
  assert.deepEqual(await fetched(plain.rawUrl ?? ""), [403, infected]);
  const history = await desk.call(api.concerns.history, { params: { id: came.concernId }, query: {} });
  assert.ok(history.entries.some((entry) => entry.kind === "message.fileChecked"));
});

test("an upload with something in it is refused at once", async () => {
  await assert.rejects(
    desk.upload("spiel.com", eicar, "application/octet-stream"),
    (error) => error instanceof Refused && error.code === "fileInfected",
  );
  assert.ok(await desk.upload("plan.pdf", clean, "application/pdf"));
});

test("while the scanner is away mails come in and their files wait; it comes back, also after the server was killed", async () => {
  await scanner?.close();
  scanner = null;
  const bytes = { neu: Buffer.from("%PDF-1.4\nneu\n"), böse: Buffer.concat([Buffer.from("x"), eicar]) };
  const came = await arrives("Scanner weg", { "neu.pdf": bytes.neu, "boese.bin": bytes.böse });
  assert.deepEqual(
    came.files.map((file) => file.held?.why),
    ["waiting", "waiting"],
  );
  const waits = [503, "Die Datei ist noch nicht auf Viren geprüft. Versuchen Sie es gleich noch einmal."];
  assert.deepEqual(await fetched(named(came, "neu.pdf").url), waits);
  assert.deepEqual(await fetched(came.rawUrl ?? ""), waits);
  assert.ok(await desk.upload("wartet.txt", Buffer.from("wartet"), "text/plain"), "an upload waits as well");
  await server.end("SIGKILL");
  server = await server.again();
  await signedIn();
  assert.deepEqual(await fetched(named(await message(came.id), "neu.pdf").url), waits);
  scanner = await startClamdSim({ port });
  await live.event(isChecked(came, "neu.pdf"));
  await live.event(isChecked(came, "boese.bin"));
  const now = await message(came.id);
  assert.equal(await fetched(named(now, "neu.pdf").url), bytes.neu.toString("latin1"));
  assert.deepEqual(await fetched(named(now, "boese.bin").url), [403, infected]);
  assert.notEqual(await fetched(now.rawUrl ?? ""), waits, "the original is looked at when it is asked for");
});

// The fault: while the scanner was away an agent's upload left unseen with the answer.
test("an answer waits for the scanner with its own upload and says so; then it leaves, or never when something was found", async () => {
  const came = await arrives("Mit Anhang zurück", {});
  await scanner?.close();
  scanner = null;
  const answered = async (name: string, bytes: Buffer): Promise<Message["id"]> => {
    const said = await desk.call(api.concerns.reply, {
      params: { id: came.concernId },
      body: {
        channelId: came.channelId ?? assert.fail(),
        to: ["kunde@kunde.test"],
        cc: [],
        text: `Anbei ${name}.`,
        html: null,
        uploads: [(await desk.upload(name, bytes, "application/octet-stream")) as never],
        sendAt: null,
        statusAfter: "waiting",
        key: crypto.randomUUID(),
      },
    });
    return said.message.id;
  };
  const becomes = async (id: Message["id"], state: string) => {
    const event = (await live.event(
      (each) => each.kind === "delivery.changed" && each.data.messageId === id && each.data.delivery.state === state,
    )) as LoggedEvent<"delivery.changed">;
    return event.data.delivery;
  };
  const [plan, game] = [
    await answered("plan.pdf", Buffer.from("%PDF-1.4\nPlan\n")),
    await answered("spiel.bin", Buffer.concat([Buffer.from("ab"), eicar])),
  ];
  for (const id of [plan, game]) await desk.call(api.concerns.sendNow, { params: { id } });
  // "waiting" is said by "send now" first, then with the reason.
  const waits = async (id: Message["id"]) =>
    (await live.event(
      (each) =>
        each.kind === "delivery.changed" &&
        each.data.messageId === id &&
        each.data.delivery.reason?.code === "fileWaiting",
    )) as LoggedEvent<"delivery.changed">;
  assert.deepEqual((await waits(plan)).data.delivery.reason, { code: "fileWaiting", facts: { file: "plan.pdf" } });
  await waits(game);
  assert.equal(provider.messages().length, 0);
  scanner = await startClamdSim({ port });
  await becomes(plan, "sent");
  const refused = await becomes(game, "failed");
  assert.deepEqual(refused.reason, {
    code: "fileInfected",
    facts: { file: "spiel.bin", finding: "Eicar-Test-Signature" },
  });
  assert.deepEqual(
    provider.messages().map((mail) => mail.text.includes("Anbei plan.pdf")),
    [true],
  );
});

test("without a scanner nothing waits, and what was found stays locked", async () => {
  const came = await arrives("Ohne Scanner", { "a.bin": Buffer.concat([Buffer.from("y"), eicar]) });
  await live.event(isChecked(came, "a.bin"));
  await server.end("SIGTERM");
  server = await server.again({ env: { CLAMD: "" } });
  await signedIn();
  const fresh = await arrives("Danach", { "b.bin": Buffer.concat([Buffer.from("z"), eicar]) });
  assert.equal(typeof (await fetched(named(fresh, "b.bin").url)), "string");
  assert.deepEqual(await fetched(named(await message(came.id), "a.bin").url), [403, infected]);
});
