// The portal's pages against a real server, as a browser without programs and as somebody who means harm: dialogues to their end, links from one browser to another, forged ids, others'
// cookies, other sites' forms, words of every kind, too much, twice, and a kill in the middle.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import type { Brand } from "#contract/brands.ts";
import { everything } from "#contract/concerns.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import { addChat, openPage } from "#test/chat.ts";
import type { Desk, LiveFeed } from "#test/desk.ts";
import { openDb, sql } from "#platform/db/db.ts";
import { until } from "#test/faults.ts";
import { sentBy } from "#test/pages.ts";
import { asks, both, ends, flowOf } from "#test/flows.ts";
import { buttonOn, plainBrowser, portalFlow, publishFlow, type PlainBrowser, type Seen } from "#test/portal.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let sim: MailSim;
let desk: Desk;
let brand: Brand;
let feed: LiveFeed;

before(async () => {
  sim = await startMailSim({ dir: null, smtpPort: 0 });
  server = await startTestServer({
    env: { LOG_LEVEL: "error", UNDO_SECONDS: "0", ACKNOWLEDGE: "yes", MAX_FILE_BYTES: "200000" },
  });
  ({ desk, brand } = await setUpCentre(server.url, "Kabel Köln"));
  await addMailbox(desk, brand.id, { address: "service@kabel.test", smtp: { host: "127.0.0.1", port: sim.port } });
  await publishFlow(desk, "line", portalFlow());
  feed = await desk.live();
});

after(async () => {
  feed?.close();
  await server?.stop();
  await sim?.stop();
});

const begun = async (language = "de"): Promise<PlainBrowser> => {
  const browser = plainBrowser(server.url, language);
  await browser.get("/help/kabel-koln/");
  const seen = await browser.press(language === "de" ? "Anschluss prüfen" : "Check the line");
  assert.equal(seen.status, 200, seen.words);
  return browser;
};

const files = (
  seen: Seen,
  given: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[],
): FormData => {
  const { form, button } = buttonOn(seen, "Hochladen");
  const body = new FormData();
  for (const [name, value] of sentBy(form, button)) body.append(name, value);
  for (const { name, bytes } of given) body.append("file", new File([bytes], name));
  return body;
};
const png = Uint8Array.from(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
);

test("the first page: no cookie, no script, kept by search engines; by the brand's name and its id; what is not there is 404", async () => {
  const browser = plainBrowser(server.url);
  for (const path of ["/help/kabel-koln/", "/help/kabel-koln", `/help/${brand.id}/`]) {
    const seen = await browser.get(path);
    assert.equal(seen.status, 200);
    assert.match(seen.words, /Womit können wir helfen\? .*Anschluss prüfen.*service@kabel\.test/);
    assert.ok(!/<script|noindex/.test(seen.html));
    assert.match(seen.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'self'/);
  }
  assert.equal(browser.cookie, "");
  assert.match((await browser.get("/help/kabel-koln/?language=en")).words, /How can we help\?/);
  const sheets = [...browser.at().html.matchAll(/href="(\/help\/style\/[^"]+)"/g)].map(([, path = ""]) => path);
  assert.equal(sheets.length, 2);
  for (const path of sheets)
    assert.equal((await fetch(`${server.url}${path}`)).headers.get("content-type"), "text/css; charset=utf-8");
  for (const path of [
    "/help/nobody/",
    "/help/kabel-koln/nothing",
    "/help/kabel-koln/line/00000000-0000-0000-0000-000000000000",
    "/help/kabel-koln/line/x",
    `/help/${crypto.randomUUID()}/line`,
  ]) {
    const seen = await browser.get(path);
    assert.deepEqual([path, seen.status], [path, 404]);
    assert.match(seen.words, /Diese Seite gibt es nicht oder nicht mehr/);
  }
  assert.match((await browser.get("/help/go/nothing")).words, /Dieser Link gilt nicht/);
});

test("a dialogue to its end: wrong answers are told, files kept, a step may be left open; then it is over", async () => {
  const browser = await begun();
  assert.match(browser.at().path, /^\/help\/kabel-koln\/line\/[0-9a-f-]{36}$/);
  assert.equal(browser.at().headers.get("cache-control"), "no-store");
  assert.match(browser.at().html, /name="robots" content="noindex"/);
  assert.match(browser.at().words, /Guten Tag bei Kabel Köln\. .*Worum geht es\?/);
  await browser.press("Störung");
  assert.match(browser.at().title, /^Wie lautet Ihre Kundennummer\?/);
  // Nothing filled in is no answer, and no try.
  const empty = await browser.press("Weiter", { answer: "  " });
  assert.deepEqual([empty.status, empty.title.startsWith("Fehler: ")], [400, true]);
  assert.match(empty.words, /Bitte geben Sie eine Antwort/);
  const wrong = await browser.press("Weiter", { answer: "47x1" });
  assert.match(wrong.title, /^Fehler: Wie lautet/);
  assert.ok(
    /<div class="wrong" role="alert" tabindex="-1" autofocus/.test(wrong.html.replaceAll(/\s+/g, " ")),
    wrong.html,
  );
  await browser.press("Weiter", { answer: "4711" });
  const own = await browser.press("Weiter", { answer: "9,99" });
  assert.match(own.title, /^Fehler: Wie viel/);
  assert.equal(own.words.split("Zwischen 10 und 500 Euro.").length, 3, "in the summary and at the field");
  await browser.press("Weiter", { answer: "39,90" });
  assert.match(browser.at().title, /^Seit wann/);
  const day = new Date(Date.now() - 3 * 24 * 3_600_000).toISOString().slice(0, 10);
  await browser.press("Weiter", { answer: day });
  assert.match(browser.at().title, /^Haben Sie ein Foto\?/);

  const refused = async (given: Parameters<typeof files>[1], status: number, words: RegExp): Promise<void> => {
    const seen = await browser.post(browser.at().path, files(browser.at(), given));
    assert.equal(seen.status, status, seen.words);
    assert.match(seen.words, words);
    if (status !== 400) await browser.get(dialogue);
  };
  const dialogue = browser.at().path;
  await refused([], 400, /Bitte wählen Sie eine Datei aus/);
  await refused([{ name: "leer.png", bytes: new Uint8Array(0) }], 400, /leer/i);
  await refused(
    [{ name: "bild.png", bytes: Uint8Array.from(Buffer.from("MZ".padEnd(512, "\u0000"))) }],
    400,
    /Programm|Art/i,
  );
  await refused(
    [png, png, png].map((bytes, at) => ({ name: `${at}.png`, bytes })),
    400,
    /Höchstens 2 Dateien/,
  );
  await refused([{ name: "gross.png", bytes: new Uint8Array(250_000) }], 413, /Das war zu groß/);
  await browser.post(dialogue, files(browser.at(), [{ name: "../router<b>.png", bytes: png }]));
  assert.match(browser.at().title, /^Was ist geschehen\?/);
  assert.ok(browser.at().words.includes("router_b_.png"), browser.at().words);
  await browser.press("Weiter", { answer: "<script>alert(1)</script>\nzweite Zeile" });
  assert.ok(browser.at().html.includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
  const over = await browser.press("Ja");
  assert.match(over.words, /Danke, wir haben alles\. Das ist erledigt/);
  assert.deepEqual(
    over.forms.map(({ fields }) => fields.at(-1)?.label),
    ["Auf diesem Gerät vergessen"],
  );
  // A solved dialogue is nobody's work.
  const query = { filter: JSON.stringify(everything) };
  assert.equal((await desk.call(api.concerns.list, { query })).rows.length, 0);
});

test("somebody of us: asked how to answer, becomes a concern with the whole dialogue, and says its number; a flow that hands over asks as well", async () => {
  const browser = await begun();
  const silent = await browser.press("An uns senden", { words: "Der Ton ist weg." });
  assert.deepEqual([silent.status, /E-Mail-Adresse oder eine Telefonnummer/.test(silent.words)], [400, true]);
  assert.ok(silent.html.includes("Der Ton ist weg."), "what was written stands there still");
  assert.match((await browser.press("An uns senden", { words: "x", email: "hans@" })).words, /nicht vollständig/);
  assert.match((await browser.press("An uns senden", { email: "", phone: "abc" })).words, /lässt sich nicht lesen/);
  const seen = await browser.press("An uns senden", { words: "Der Ton ist weg.", email: "hans@kunde.test", phone: "" });
  const [, number = ""] = /Ihr Anliegen hat die Nummer (\d+)/.exec(seen.words) ?? assert.fail(seen.words);
  assert.match(seen.words, /Die Antwort kommt an hans@kunde\.test/);
  const created = await feed.event(
    (event) => event.kind === "concern.created" && event.data.row.number === Number(number),
  );
  const opened = await desk.call(api.concerns.open, { params: { id: created.concernId ?? "" } });
  const texts = opened.messages.map(({ text }) => text).join("\n");
  assert.match(texts, /Guten Tag bei Kabel Köln[^]*Der Ton ist weg\./);

  const confirmed = await sim.next(({ envelope }) => envelope.to.includes("hans@kunde.test"), 0);
  assert.ok(confirmed.raw.includes(number), "the mail says the number");
  assert.ok(!confirmed.raw.includes("Ton ist weg"), "and nothing that was typed into a page");

  const other = await begun();
  const asked = await other.press("Etwas anderes");
  assert.match(asked.words, /Wie erreichen wir Sie\?/);
  const told = await other.press("Absenden", { email: "ida@kunde.test", phone: "" });
  assert.match(told.words, /Ihr Anliegen hat die Nummer \d+ Die Antwort kommt an ida@kunde\.test/);
  await other.get(other.at().path);
  assert.match(other.at().words, /Ihr Anliegen hat die Nummer/);
});

test("others' cookies, forged ids, other sites' forms: to whom a dialogue is not there, there is none", async () => {
  const browser = await begun();
  const { path } = browser.at();
  const { form, button } = buttonOn(browser.at(), "Störung");
  const stranger = await begun();
  const foreign = sentBy(stranger.at().forms[0] ?? form, button).get("proof") ?? "";
  const none = plainBrowser(server.url);
  const unknown = await none.get("/help/kabel-koln/line/00000000-0000-0000-0000-000000000000");
  for (const who of [stranger, none]) {
    const seen = await who.get(path);
    assert.deepEqual([seen.status, seen.words], [404, unknown.words]);
    assert.equal((await who.post(path, sentBy(form, button))).status, 404);
  }
  // The proof of another dialogue is none here, also of the same browser; nor is none at all.
  for (const proof of ["", "x".repeat(32), foreign]) {
    const forged = sentBy(form, button);
    forged.set("proof", proof);
    const seen = await browser.post(path, forged);
    assert.deepEqual([seen.status, /nicht von dieser Seite/.test(seen.words)], [403, true]);
  }
  for (const headers of [
    { origin: "https://evil.test" },
    { origin: "null" },
    { origin: server.url, "sec-fetch-site": "cross-site" },
  ]) {
    assert.equal((await browser.post(path, sentBy(form, button), headers)).status, 403);
    const begins = new URLSearchParams({ run: crypto.randomUUID(), language: "de" });
    const fresh = plainBrowser(server.url);
    assert.equal((await fresh.post("/help/kabel-koln/line", begins, headers)).status, 403);
    assert.equal(fresh.cookie, "", "another site gives no cookie");
  }
  // Somebody else's dialogue cannot be begun again under its id.
  const run = path.split("/").at(-1) ?? "";
  assert.equal(
    (await stranger.post("/help/kabel-koln/line", new URLSearchParams({ run, language: "de" }))).status,
    404,
  );
  assert.equal(
    (await stranger.post("/help/kabel-koln/line", new URLSearchParams({ run: "1' OR 1=1", language: "de" }))).status,
    404,
  );
  assert.match((await browser.get(path)).words, /Worum geht es\?/);
});

test("words of every kind, a megabyte, the same twice, an answer to an earlier question: nothing breaks and nothing counts twice", async () => {
  const browser = await begun("en");
  const { path } = browser.at();
  const first = browser.at();
  const choice = buttonOn(first, "Outage");
  // Pressed twice, at once: the same answer.
  const sent = sentBy(choice.form, choice.button);
  await Promise.all([browser.post(path, sent), browser.post(path, sent)]);
  await browser.get(path);
  assert.match(browser.at().title, /^What is your customer number\?/);
  assert.equal(browser.at().words.split("Outage").length, 2, browser.at().words);
  // Two tabs answer one question differently: one counts.
  const asks = browser.at();
  const next = buttonOn(asks, "Next");
  const one = sentBy(next.form, next.button, { answer: "1111" });
  const two = new URLSearchParams(one);
  two.set("answer", "2222");
  two.set("id", crypto.randomUUID());
  await Promise.all([browser.post(path, one), browser.post(path, two)]);
  await browser.get(path);
  assert.match(browser.at().title, /^How much do you pay/);
  // The page before, from the browser's memory.
  await browser.post(path, one);
  assert.match((await browser.get(path)).title, /^How much do you pay/);
  // Ids and numbers nobody gave.
  for (const [name, value] of [
    ["asked", "999"],
    ["asked", "NaN"],
    ["asked", "-1"],
    ["id", "../../etc/passwd"],
    ["what", "__proto__"],
    ["pick", "constructor"],
  ] as const) {
    const form = buttonOn(browser.at(), "Next");
    const forged = sentBy(form.form, form.button, { answer: "50" });
    if (name !== "id") forged.set("answer", "");
    forged.set(name, value);
    const seen = await browser.post(path, forged);
    assert.ok(seen.status < 500, `${name}=${value}: ${seen.status}`);
    await browser.get(path);
    if (name === "id") break;
  }
  while (!browser.at().title.startsWith("Since when")) {
    assert.match(browser.at().title, /How much do you pay/);
    await browser.press("Next", { answer: "50" });
  }
  await browser.press("Next", { answer: new Date().toISOString().slice(0, 10) });
  await browser.press("Skip");
  assert.match(browser.at().title, /^What happened\?/);
  for (const answer of ["\u0000", "\ud800", "\u202Eabc\u0007"]) {
    await browser.get(path);
    if (!browser.at().title.includes("What happened?")) break;
    const seen = await browser.press("Next", { answer });
    assert.ok(seen.status < 500, JSON.stringify(answer));
  }
  const large = await browser.post(path, `proof=x&answer=${"a".repeat(1_000_000)}`);
  assert.deepEqual([large.status, /That was too large/.test(large.words)], [413, true]);
  assert.equal(
    (await browser.post(path, "{}", { origin: server.url, "content-type": "application/json" })).status,
    415,
  );
  assert.equal((await browser.get(path)).status, 200);
});

test("a code that was mailed shows who they are, a time within the opening hours is chosen, and somebody of us has all of it to call back", async () => {
  await publishFlow(
    desk,
    "recall",
    flowOf(
      [
        asks("email", { kind: "text", form: "email", minLength: 3, maxLength: 200 }, "proof", {
          text: both("Wie ist Ihre E-Mail-Adresse?", "What is your e-mail address?"),
        }),
        { id: "proof", do: "verify", email: "email", failed: "no", next: "when" },
        {
          id: "when",
          do: "schedule",
          text: both("Wann passt es Ihnen?", "When does it suit you?"),
          into: "when",
          minutes: 30,
          offers: 3,
          afterMinutes: 60,
          none: "no",
          next: "phone",
        },
        asks("phone", { kind: "text", form: "phone", minLength: 5, maxLength: 30 }, "call", {
          text: both("Welche Nummer?", "Which number?"),
        }),
        {
          id: "call",
          do: "callback",
          text: both("Wir rufen Sie an.", "We will call you."),
          phone: "phone",
          when: "choose",
          queueId: null,
          topicId: null,
          subject: both("Rückruf zum Anschluss", "Call about the line"),
        },
        ends("no", both("Dann geht es so nicht.", "Then it cannot be done so.")),
      ],
      {
        entries: [
          {
            entry: { by: "button", label: both("Rückruf vereinbaren", "Arrange a call"), order: 5 },
            brandIds: [],
            media: [],
            hours: "always",
          },
        ],
      },
    ),
  );
  const browser = plainBrowser(server.url);
  await browser.get("/help/kabel-koln/");
  await browser.press("Rückruf vereinbaren");
  const after = sim.messages().at(-1)?.seq ?? 0;
  await browser.press("Weiter", { answer: "vera@Kunde.test" });
  const mail = await sim.next(({ envelope }) => envelope.to.includes("vera@kunde.test"), after);
  const [, code = ""] = /^(\d{6})\b/m.exec(mail.raw.toString()) ?? /\b(\d{6})\b/.exec(mail.raw.toString()) ?? [];
  const wrong = await browser.press("Weiter", { answer: code === "000000" ? "000001" : "000000" });
  assert.match(wrong.title, /^Fehler: /);
  const chosen = await browser.press("Weiter", { answer: code });
  assert.match(chosen.words, /Wann passt es Ihnen\?/);
  const timesOn = (seen: Seen): string[] =>
    seen.forms.flatMap(({ fields }) => fields.map(({ label }) => label).filter((label) => /\d:\d\d/.test(label)));
  const times = timesOn(chosen);
  assert.equal(times.length, 3, "as many as are offered");
  const number = await browser.press(times[2] ?? "");
  assert.ok(number.words.includes(`Sie: ${times[2] ?? "?"}`));
  // A callback that lets them choose offers times of its own.
  const own = timesOn(await browser.press("Weiter", { answer: "0221 4710 815" }));
  const called = await browser.press(own[1] ?? "");
  assert.match(called.words, /Wir rufen Sie an\./);
  const created = await feed.event(
    (event) => event.kind === "concern.created" && event.data.row.subject === "Rückruf zum Anschluss",
  );
  const [came] = await desk.call(api.flows.ofConcern, { params: { id: created.concernId ?? "" } });
  assert.ok(came?.callback?.at, "at the time that was chosen");
  const said = new Date(came.callback.at).toLocaleTimeString("de-DE", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "Europe/Berlin",
  });
  assert.ok(own[1]?.includes(said), `${said} is ${own[1] ?? "none"}`);
});

test("a link leads on in another browser, with the same values; the one before sees that and takes it back; whoever lets go has nothing left", async () => {
  const browser = await begun();
  const { path } = browser.at();
  await browser.press("Später weitermachen");
  const [, link = ""] =
    /href="[^"]*(\/help\/go\/[\w-]{43})"/.exec((await browser.get(path)).html) ?? assert.fail(browser.at().html);
  await browser.press("Weiter", { answer: "4711" });
  assert.match(browser.at().title, /^Wie viel zahlen Sie/);

  const phone = plainBrowser(server.url);
  const looked = await phone.get(link);
  assert.match(looked.words, /Hier weitermachen/);
  assert.equal(phone.cookie, "", "looking takes nothing along");
  assert.match((await browser.get(path)).title, /^Wie viel zahlen Sie/);
  assert.match((await phone.press("Hier weitermachen")).title, /^Wie viel zahlen Sie/);
  assert.ok(phone.at().words.includes("4711"), "what was said stands there");
  const gone = await browser.get(path);
  assert.match(gone.words, /geht in einem anderen Browser weiter/);
  assert.ok(!gone.words.includes("4711"), "nothing of it is shown there any more");
  // What the earlier page sends is told to nobody.
  await phone.press("Weiter", { answer: "20" });
  assert.match(phone.at().title, /^Seit wann/);
  await browser.press("Hier weitermachen");
  assert.match(browser.at().title, /^Seit wann/);
  assert.match((await phone.get(path)).words, /geht in einem anderen Browser weiter/);

  const kept = browser.cookie;
  assert.match((await browser.press("Auf diesem Gerät vergessen")).words, /Dieses Gerät weiß nichts mehr davon/);
  assert.equal(browser.cookie, "");
  browser.cookie = kept;
  assert.equal((await browser.get(path)).status, 404, "a copy of the cookie opens nothing");
  await phone.press("Hier weitermachen");
  assert.match(phone.at().title, /^Seit wann/);
  // What is over shows itself to nobody new.
  await phone.press("An uns senden", { words: "", email: "kim@kunde.test", phone: "" });
  assert.match(phone.at().words, /Ihr Anliegen hat die Nummer/);
  const late = await plainBrowser(server.url).get(link);
  assert.deepEqual([late.status, late.words.includes("4711")], [410, false]);
});

test("from the page into the chat and back: the same question, the same values, and never in both", async () => {
  const chat = await addChat(desk, brand.id);
  const browser = await begun();
  const { path } = browser.at();
  await browser.press("Störung");
  await browser.press("Weiter", { answer: "4711" });
  const led = await browser.press("Im Chat weitermachen");
  const [, link = ""] = /^\/chat\/[0-9a-f-]{36}#(f\.[\w-]{43})$/.exec(led.path) ?? assert.fail(led.path);
  const visitor = await openPage(server.url, chat.id);
  try {
    const { concerns, messages } = await visitor.hello({ link });
    const concernId = path.split("/").at(-1) ?? "";
    assert.equal(concerns[0]?.id, concernId);
    assert.ok(messages.some(({ text }) => text === "4711"));
    assert.match((await browser.get(path)).words, /Dieser Dialog geht im Chat weiter/);
    await visitor.tell("39,90", { concernId });
    assert.match((await browser.press("Hier weitermachen")).title, /^Seit wann ist das so\?/);
    await browser.get(path);
    assert.ok(browser.at().words.includes("39,90"), browser.at().words);
    await assert.rejects(visitor.tell("gestern", { concernId }), /notFound/);
  } finally {
    visitor.close();
  }
});

test("the language can be changed in the middle; what is open is asked again in it", async () => {
  const browser = await begun();
  await browser.press("Störung");
  await browser.press("English");
  assert.match(browser.at().title, /^What is your customer number\?/);
  assert.match(browser.at().html, /<html lang="en"/);
  assert.match((await browser.press("Next", { answer: "4711" })).title, /^How much/);
});

test("killed in the middle: the dialogue goes on where it was", async () => {
  const browser = await begun();
  await browser.press("Störung");
  await server.end("SIGKILL");
  server = await server.again();
  const seen = await browser.get(browser.at().path);
  assert.match(seen.title, /^Wie lautet Ihre Kundennummer\?/);
  assert.match((await browser.press("Weiter", { answer: "4711" })).title, /^Wie viel/);
});

test("30 days after it was over a dialogue is forgotten: neither who held it last nor who held it before finds anything of it", async () => {
  const browser = await begun();
  const { path } = browser.at();
  await browser.press("Später weitermachen");
  const [, link = ""] =
    /href="[^"]*(\/help\/go\/[\w-]{43})"/.exec((await browser.get(path)).html) ?? assert.fail(browser.at().html);
  const phone = plainBrowser(server.url);
  await phone.get(link);
  await phone.press("Hier weitermachen");
  await phone.press("Weiter", { answer: "471142" });
  assert.ok(phone.at().words.includes("471142"));
  // Its end lies back as far as that; the sweep looks with the next start.
  const database = openDb(await server.databaseUrl(), { max: 1, onError: () => undefined });
  await database.run(
    sql`UPDATE flow_run SET over = 'left', rests_at = NULL, ended_at = now() - interval '31 days' WHERE id = ${path.split("/").at(-1) ?? ""}`,
  );
  await database.close();
  await server.end("SIGTERM");
  server = await server.again();
  await until("it is forgotten", 60_000, async () => (await phone.get(path)).status === 404);
  assert.equal((await browser.get(path)).status, 404);
  assert.ok(!(await phone.get("/help/kabel-koln/")).html.includes(path), "nor does the first page name it");
});
