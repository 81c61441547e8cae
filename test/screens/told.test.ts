// What the machine says is read in one's own language: verdicts about a sender, why a mail did not arrive, why a channel fails. What others said stands
// beside it in quotation marks. The fault: English sentences made on the server stood in the middle of a German desk.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { demoZones } from "#channels/email/simDns.ts";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import type { Channel } from "#contract/brands.ts";
import { calendars } from "#contract/calendars.ts";
import type { DeliveryState, ConcernRow } from "#contract/concerns.ts";
import { addMailbox } from "#test/centre.ts";
import { startNameServer, type NameServer } from "#test/peers/dns.ts";
import { axeFindings } from "#test/screens/browser.ts";
import { closeSilent, omar, sendTo, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let names: NameServer;
let sim: MailSim;
let centre: ScreenCentre;
let channel: Channel;

before(async () => {
  names = await startNameServer(demoZones(["kunde.test"], "127.0.0.1"));
  sim = await startMailSim({ dir: null, smtpPort: 0 });
  centre = await startScreenCentre({
    UNDO_SECONDS: "0",
    DNS: names.address,
    CALENDAR_INSIDE: "127.0.0.1",
  });
  const [brand] = await centre.desk.call(api.brands.list);
  assert.ok(brand);
  channel = await addMailbox(centre.desk, brand.id, {
    address: "post@kabel.test",
    smtp: { host: "127.0.0.1", port: sim.port },
  });
});

after(async () => {
  await centre?.stop();
  await sim?.stop();
  await names?.stop();
});

const arrives = async (from: string, subject: string): Promise<ConcernRow> => {
  await sendTo(centre.server, { from, to: channel.address, subject, text: "Hallo" });
  const created = await centre.feed.event(
    (event) => event.kind === "concern.created" && event.data.row.subject === subject,
  );
  assert.ok(created.kind === "concern.created");
  return created.data.row;
};

/** Answers and waits until the delivery has that state. */
const answer = async (row: ConcernRow, to: string, state: DeliveryState): Promise<void> => {
  const { message } = await centre.desk.call(api.concerns.reply, {
    params: { id: row.id },
    body: {
      channelId: channel.id,
      to: [to],
      cc: [],
      text: "Guten Tag",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  await centre.feed.event(
    (event) =>
      event.kind === "delivery.changed" && event.data.messageId === message.id && event.data.delivery.state === state,
  );
};

test("a German agent reads German verdicts, an English one English", async () => {
  const row = await arrives("Berta <berta@kunde.test>", "Wer schreibt?");
  const verdicts = async (language: "de" | "en", badge: string): Promise<readonly string[]> => {
    await centre.speak(language);
    const one = await centre.open();
    await one.page.goto(`${centre.server.url}/desk/open/${row.number}`);
    await one.page.getByRole("button", { name: badge }).click();
    await one.page.locator(".assurance-dialog dl > div").first().waitFor();
    const lines = await one.page.locator(".assurance-dialog dl > div").allInnerTexts();
    await closeSilent(one);
    return lines.map((line) => line.replace(/\s+/g, " ").trim());
  };
  assert.deepEqual(await verdicts("de", "Der Absender ist bestätigt"), [
    "Form eindeutig Die Mail nennt genau einen Absender.",
    "SPF bestanden Geprüft für kunde.test, eingeliefert von 127.0.0.1.",
    "DKIM nicht signiert",
    "DMARC bestanden kunde.test bittet, Mails ohne Beleg abzuweisen.",
  ]);
  assert.deepEqual(await verdicts("en", "The sender is verified"), [
    "Form clear The mail names exactly one sender.",
    "SPF passed Checked for kunde.test, handed in by 127.0.0.1.",
    "DKIM not signed",
    "DMARC passed kunde.test asks for mail that nothing vouches for to be refused.",
  ]);
});

test("a German agent reads in German why a mail failed or what is unknown, and the server's words as a quotation", async () => {
  await centre.speak("de");
  const row = await arrives("Weg <weg@kunde.test>", "Kommt nicht an");
  sim.fail({ step: "rcpt", does: "550 5.1.1 senderOne: Der Absender ist bestätigt" });
  await answer(row, "weg@kunde.test", "failed");
  const other = await arrives("Still <still@kunde.test>", "Keine Antwort");
  sim.fail({ step: "end", does: "drop" });
  await answer(other, "still@kunde.test", "unknown");
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/all/${row.number}`);
  const told = page.locator(".delivery-detail");
  await told.waitFor();
  assert.equal(
    await told.innerText(),
    "Die Adresse gibt es nicht. Wörtlich: 550 5.1.1 senderOne: Der Absender ist bestätigt",
  );
  // What passes for words of ours is quoted, here and in the history.
  assert.equal(await told.locator("q").innerText(), "550 5.1.1 senderOne: Der Absender ist bestätigt");
  assert.match(
    await page.locator(".deliveries-list ol li").last().innerText(),
    /Nicht zugestellt · Wörtlich: 550 5\.1\.1/,
  );
  assert.match(
    await page.locator(".address small").first().innerText(),
    /Hierhin schreiben wir nicht: Die Adresse gibt es nicht\./,
  );
  await page.goto(`${centre.server.url}/desk/all/${other.number}`);
  await page.getByText("Die Verbindung endete, bevor der Server antwortete.").first().waitFor();
  await closeSilent(one);
});

test("an admin is told at the desk, in their language, that a calendar is not fetched, and no more when it is; others are not", async (t) => {
  const calendar =
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20200601\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Werk\r\nEND:VEVENT\r\nEND:VCALENDAR";
  let status = 200;
  const server = createServer((_, response) => response.writeHead(status).end(status === 200 ? calendar : ""));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await centre.speak("de");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/werk.ics`;
  const { id } = await centre.desk.call(calendars.create, { body: { name: "Werksferien", url } });
  const [one, other] = [await centre.open(), await centre.open({ login: omar })];
  for (const { page } of [one, other]) {
    await page.goto(`${centre.server.url}/desk/open`);
    await page.locator(".list-head").waitFor();
  }
  const note = one.page.getByRole("list", { name: "Feiertagskalender, die nicht geholt werden konnten" });
  assert.equal(await note.count(), 0);
  status = 503;
  await centre.desk.call(calendars.fetch, { params: { id } });
  await note.waitFor();
  assert.match(await note.innerText(), /^Werksferien\s+Seit .* nicht geholt: .*503.* gilt, was zuletzt kam\.$/s);
  assert.deepEqual(await axeFindings(one.page), []);
  assert.equal(await other.page.locator(".told").count(), 0, "an agent cannot mend it");
  await centre.speak("en");
  await one.page.reload();
  await one.page.getByText(/^Not fetched since .*503/).waitFor();
  status = 200;
  await centre.desk.call(calendars.fetch, { params: { id } });
  await one.page.locator(".told").waitFor({ state: "detached" });
  await closeSilent(one);
  await closeSilent(other);
});

test("a German admin reads in German why a channel fails", async () => {
  await centre.speak("de");
  const settings = await centre.desk.call(api.brands.channelSettings, { params: { id: channel.id } });
  const imap = {
    host: "127.0.0.1",
    port: sim.port,
    security: "tls",
    user: "u",
    password: "p",
    folders: ["INBOX"],
    from: "now",
    days: 30,
  };
  await centre.desk.call(api.brands.changeChannel, {
    params: { id: channel.id },
    body: {
      brandId: channel.brandId,
      kind: "email",
      name: channel.name,
      enabled: true,
      settings: { ...settings.settings, imap },
    },
  });
  const one = await centre.open();
  await one.page.goto(`${centre.server.url}/admin/channels`);
  const line = one.page.locator(".entry", { hasText: channel.name });
  await line
    .getByText("Aus „INBOX“ lässt sich gerade nichts abholen. Die verlangte Verschlüsselung gibt es dort nicht.")
    .waitFor();
  await line.getByText("Gestört").waitFor();
  await closeSilent(one);
});

test("an admin tries a channel by keyboard before it is kept, and reads in words what came of it", async () => {
  await centre.speak("de");
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/admin/channels`);
  await page.locator(".entry", { hasText: "service@kabel.test" }).click();
  const to = page.getByLabel("Testnachricht an");
  await to.fill("probe@kunde.test");
  await to.press("Enter");
  const findings = page.locator(".finding");
  await findings.getByText("Die Testnachricht an probe@kunde.test ist angenommen.").waitFor();
  assert.match(await centre.sink.mailWith("To: probe@kunde.test"), /Subject: Testnachricht von Kabel/);
  assert.equal(await findings.count(), 1, "nothing is fetched, so nothing is said of it");
  await page.getByRole("group", { name: "Versenden (SMTP)" }).getByLabel("Port").fill("1");
  await page.getByRole("button", { name: "Testen" }).press("Enter");
  await findings
    .getByText("Die Testnachricht an probe@kunde.test ging nicht hinaus. Der Mailserver antwortet nicht.")
    .waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await closeSilent(one);
  const channels = await centre.desk.call(api.brands.channels);
  const kept = channels.find((each) => each.name === "service@kabel.test");
  assert.equal(kept?.sendingTrouble, null, "what was only tried is not kept");
});

// The brand was taken once, when the form opened: with brands that came later it stayed none, and what was filled in was refused.
test("a channel's form that is open before the brands are there takes the first of them when they come", async () => {
  await centre.speak("de");
  const one = await centre.open();
  const { page } = one;
  const held = Promise.withResolvers<void>();
  await page.route("**/api/brands", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(`${centre.server.url}/admin/channels`);
  await page.getByRole("button", { name: "Kanal verbinden" }).first().press("Enter");
  const sheet = page.locator(".sheet");
  await sheet.getByLabel("Name des Kanals").fill("Chat");
  held.resolve();
  await sheet.getByRole("button", { name: /Kabel/ }).waitFor();
  await sheet.getByRole("button", { name: /Art des Kanals/ }).press("Enter");
  await page.getByRole("option", { name: "Web-Chat" }).click();
  await sheet.getByRole("button", { name: "Speichern" }).press("Enter");
  await sheet.waitFor({ state: "detached" });
  const made = (await centre.desk.call(api.brands.channels)).find(({ name }) => name === "Chat");
  assert.equal(made?.kind, "webchat");
  await closeSilent(one);
});
