// Files in a chat, both ways, and everything somebody hostile does with them: over the real HTTP and sockets, with a scanner that finds EICAR.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { Channel } from "#contract/brands.ts";
import { eicar, startClamdSim, type ClamdSim } from "#platform/files/clamd-sim.ts";
import { setUpCentre } from "#test/centre.ts";
import {
  addChat,
  answerIn,
  codeOf,
  fetchFile,
  openPage,
  sendFile,
  type FileCall,
  type VisitorPage,
} from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { freePorts } from "#test/ports.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const site = "https://www.kabel.test";
const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
const mostBytes = 50_000;

let server: TestServer;
let scanner: ClamdSim | null = null;
let scannerPort = 0;
let ada: Desk;
let chat: Channel;
const pages: VisitorPage[] = [];

before(async () => {
  [scannerPort = 0] = await freePorts(1);
  scanner = await startClamdSim({ port: scannerPort });
  server = await startTestServer({
    env: { LOG_LEVEL: "error", MAX_FILE_BYTES: String(mostBytes), CLAMD: `127.0.0.1:${scannerPort}` },
  });
  const centre = await setUpCentre(server.url);
  ada = centre.desk;
  chat = await addChat(ada, centre.brand.id, { origins: [site] });
});

after(async () => {
  for (const page of pages) page.close();
  await server?.stop();
  await scanner?.close();
});

interface Visitor extends FileCall {
  readonly page: VisitorPage;
  readonly token: string;
}

const visitor = async (): Promise<Visitor> => {
  const page = await openPage(server.url, chat.id, site);
  pages.push(page);
  const { token } = await page.hello();
  assert.ok(token);
  return { page, token, url: server.url, channelId: chat.id, origin: site };
};

/** Stores a file and gives its id. */
const stored = async (who: FileCall, name: string, bytes: Uint8Array, type?: string): Promise<string> => {
  const id = crypto.randomUUID();
  const answer = await sendFile(who, { id, name, bytes, ...(type === undefined ? {} : { type }) });
  assert.equal(answer.status, 201, await answer.clone().text());
  return id;
};
const open = (id: string) => ada.call(api.concerns.open, { params: { id } });

test("a visitor's files reach the agent and come back, the agent's reach the visitor; nobody else has any of them", async () => {
  const who = await visitor();
  const { limits } = await who.page.word("welcome");
  assert.deepEqual(limits, { fileBytes: mostBytes, filesPerMessage: 50, messageBytes: 25_000_000 });
  // Before the first word: the token alone says whose they are.
  const files = [
    await stored(who, "Router.gif", gif, "text/plain"),
    await stored(who, "Messung.txt", Buffer.from("50")),
  ];
  const said = await who.page.tell("Hier ein Bild.", { files });
  assert.deepEqual(
    said.files.map(({ name, mediaType, image, held }) => [name, mediaType, image, held]),
    [
      ["Router.gif", "image/gif", true, null],
      ["Messung.txt", "text/plain", false, null],
    ],
  );
  const [message] = (await open(said.concernId)).messages;
  assert.deepEqual(
    message?.files.map(({ name, image }) => [name, image]),
    [
      ["Router.gif", true],
      ["Messung.txt", false],
    ],
  );

  const plan = await ada.upload("Plan.pdf", Buffer.from("%PDF-1.4\nPlan\n"), "application/pdf");
  await answerIn(ada, said.concernId, "Der Plan.", "webchat", [plan]);
  const heard = await who.page.message("Der Plan.");
  const [file] = heard.files;
  assert.equal(file?.name, "Plan.pdf");
  const got = await fetchFile(who, file.id);
  assert.equal(await got.text(), "%PDF-1.4\nPlan\n");
  assert.equal(got.headers.get("access-control-allow-origin"), site);
  assert.match(got.headers.get("content-disposition") ?? "", /^attachment; filename="Plan.pdf"/);
  assert.equal(got.headers.get("x-content-type-options"), "nosniff");
  assert.match(got.headers.get("content-security-policy") ?? "", /^sandbox;/);
  assert.match(got.headers.get("cache-control") ?? "", /no-store/);
  const own = await fetchFile(who, said.files[0]?.id ?? "");
  assert.deepEqual(Buffer.from(await own.arrayBuffer()), gif);

  const other = await visitor();
  await other.page.tell("Ich bin jemand anders.");
  for (const id of [file.id, said.files[0]?.id ?? "", files[0] ?? ""])
    assert.equal(await codeOf(await fetchFile(other, id)), "notFound");
  assert.equal(await codeOf(await fetchFile({ ...who, token: null }, file.id)), "notSignedIn");
  assert.equal(await codeOf(await fetchFile({ ...who, token: "x".repeat(43) }, file.id)), "notFound");
  assert.equal((await fetchFile({ ...who, origin: "https://evil.test" }, file.id)).status, 403);

  // What stands in a note is the agents' own.
  const secret = await ada.upload("Vermerk.txt", Buffer.from("intern"), "text/plain");
  await ada.call(api.concerns.note, {
    params: { id: said.concernId },
    body: { text: "intern", html: null, uploads: [secret as never], key: crypto.randomUUID() },
  });
  const note = (await open(said.concernId)).messages.at(-1)?.files[0];
  assert.ok(note);
  assert.equal(await codeOf(await fetchFile(who, note.id)), "notFound");

  // Signed out, the token opens nothing and stores nothing.
  who.page.say({ type: "leave" });
  await who.page.closed;
  assert.equal(await codeOf(await fetchFile(who, file.id)), "notSignedIn");
  assert.equal(await codeOf(await sendFile(who, { name: "a.txt", bytes: Buffer.from("a") })), "notSignedIn");
});

test("another visitor's upload, one that is not there and too many of them make no message; said again with what is there it is one", async () => {
  const who = await visitor();
  const thief = await visitor();
  const mine = await stored(who, "meins.txt", Buffer.from("meins"));
  await assert.rejects(thief.page.tell("gib her", { files: [mine] }), /noFile/);
  await assert.rejects(thief.page.tell("", { files: [crypto.randomUUID()] }), /noFile/);
  const many = Array.from({ length: 51 }, () => crypto.randomUUID());
  await assert.rejects(who.page.tell("viele", { files: many }), /tooManyFiles/);
  // The same file twice under one id, at once, and named twice by the word: one file.
  const id = crypto.randomUUID();
  const twice = await Promise.all([1, 2].map(() => sendFile(who, { id, name: "zwei.txt", bytes: Buffer.from("2") })));
  assert.deepEqual(
    twice.map(({ status }) => status),
    [201, 201],
  );
  const word = { id: crypto.randomUUID(), thread: crypto.randomUUID(), files: [id, id] };
  const said = await who.page.tell("", word);
  const again = await who.page.tell("", word);
  assert.equal(again.id, said.id);
  const opened = await open(said.concernId);
  assert.deepEqual(
    opened.messages.map(({ text, files }) => [text, files.map(({ name }) => name)]),
    [["", ["zwei.txt"]]],
  );
  assert.deepEqual([opened.concern.row.subject, opened.concern.row.snippet], ["zwei.txt", "zwei.txt"]);
});

test("a server killed between upload and word loses neither", async () => {
  const who = await visitor();
  await who.page.tell("Vorher");
  const id = await stored(who, "bleibt.txt", Buffer.from("bleibt"));
  await server.end("SIGKILL");
  server = await server.again();
  const page = await openPage(server.url, chat.id, site);
  pages.push(page);
  await page.hello({ token: who.token });
  const said = await page.tell("Nachher", { files: [id] });
  assert.equal(await (await fetchFile(who, said.files[0]?.id ?? "")).text(), "bleibt");
});

test("what is dangerous, empty, too large, misnamed or from elsewhere is refused, or given as what it is: a download that nothing runs", async () => {
  const who = await visitor();
  const refused: readonly [string, Uint8Array, string | number][] = [
    ["leer.txt", Buffer.alloc(0), "fileEmpty"],
    ["gross.bin", Buffer.alloc(mostBytes + 1, 7), "tooLarge"],
    ["riesig.bin", Buffer.alloc(mostBytes * 4, 7), "tooLarge"],
    ["eicar.txt", eicar, "fileInfected"],
    ["rechnung.pdf", Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]), "fileTypeRefused"],
  ];
  for (const [name, bytes, code] of refused)
    assert.equal(await codeOf(await sendFile(who, { name, bytes })), code, name);
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
  const html = Buffer.from("<!doctype html><script>alert(1)</script>");
  const polyglot = Buffer.concat([gif.subarray(0, -1), Buffer.from("<script>alert(1)</script>;")]);
  const names: readonly [string, Uint8Array, string][] = [
    ["bild.svg", svg, "image/svg+xml"],
    ["seite.html", html, "image/png"],
    ["bild.gif", polyglot, "image/gif"],
    ["rechnung\u202egpj.exe", Buffer.from("text"), "image/jpeg"],
    [`${"n".repeat(10_000)}.pdf`, Buffer.from("text"), "application/pdf"],
    ["../../etc/passwd", Buffer.from("text"), "text/html"],
    ["صورة.txt", Buffer.from("text"), "text/plain"],
  ];
  const ids = [];
  for (const [name, bytes, type] of names) ids.push(await stored(who, name, bytes, type));
  const said = await who.page.tell("Viel Spaß damit", { files: ids });
  assert.deepEqual(
    said.files.map(({ name, image }) => [name.length > 60 ? name.length : name, image]),
    [
      ["bild.svg", false],
      ["seite.html", false],
      ["bild.gif", false],
      ["rechnunggpj.exe", false],
      [120, false],
      ["passwd", false],
      ["صورة.txt", false],
    ],
  );
  assert.ok(said.files[4]?.name.endsWith(".pdf"), "its real ending is shown");
  for (const { id } of said.files) {
    const got = await fetchFile(who, id);
    assert.match(got.headers.get("content-disposition") ?? "", /^attachment/);
    assert.match(got.headers.get("content-type") ?? "", /^application\/octet-stream/);
    await got.arrayBuffer();
  }
  for (const origin of ["https://www.kabel.test.evil.test", "null"]) {
    const evil = await sendFile({ ...who, origin }, { name: "a.txt", bytes: Buffer.from("a") });
    assert.deepEqual([evil.status, evil.headers.get("access-control-allow-origin")], [403, null]);
  }
  const preflight = (origin: string) =>
    fetch(`${server.url}/chat/${chat.id}/files/${crypto.randomUUID()}`, { method: "OPTIONS", headers: { origin } });
  assert.equal((await preflight(site)).headers.get("access-control-allow-headers"), "authorization");
  assert.equal((await preflight("https://evil.test")).status, 403);
  assert.equal((await sendFile({ ...who, channelId: crypto.randomUUID() }, { name: "a", bytes: gif })).status, 404);
});

test("while the scanner is away a file waits and nobody has it; when it is back, both hear what became of it", async () => {
  const who = await visitor();
  await scanner?.close();
  scanner = null;
  const bytes = { good: Buffer.from("gleich"), bad: Buffer.concat([Buffer.from("x"), eicar]) };
  const files = [await stored(who, "gut.txt", bytes.good), await stored(who, "schlecht.txt", bytes.bad)];
  const said = await who.page.tell("Zwei Dateien", { files });
  assert.deepEqual(
    said.files.map(({ held }) => held),
    ["waiting", "waiting"],
  );
  const [good, bad] = said.files;
  assert.ok(good && bad);
  assert.equal(await codeOf(await fetchFile(who, good.id)), "fileWaiting");
  scanner = await startClamdSim({ port: scannerPort });
  await who.page.word("news", ({ messages }) =>
    messages.some(
      (message) => message.id === said.id && message.files[0]?.held === null && message.files[1]?.held === "infected",
    ),
  );
  assert.equal(await (await fetchFile(who, good.id)).text(), "gleich");
  assert.equal(await codeOf(await fetchFile(who, bad.id)), "fileInfected");
});

test("whoever sends without end is asked to wait, and others are not", async () => {
  const who = await visitor();
  const other = await visitor();
  const one = Buffer.alloc(mostBytes, 7);
  let refused: string | number = 201;
  for (let times = 0; times < 20 && refused === 201; times += 1)
    refused = await codeOf(await sendFile(who, { name: `${times}.bin`, bytes: one }));
  assert.equal(refused, "tooManyAttempts");
  assert.equal((await sendFile(other, { name: "meins.txt", bytes: gif })).status, 201);
});
