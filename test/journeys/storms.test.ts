// Mail storms: two centres that confirm each other's mails, a vacation responder, sinks that bounce everything, and two hundred forms in a victim's name.
// Acknowledgements are switched on here, because without them nothing of ours writes by itself.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { converse } from "#channels/email/simClient.ts";
import { demoZones } from "#channels/email/simDns.ts";
import { startMailSim, type MailSim, type SimMail } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import { everything } from "#contract/concerns.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import type { Desk, LiveFeed } from "#test/desk.ts";
import { startNameServer } from "#test/peers/dns.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const domains = ["eins.test", "zwei.test", "kunde.test"];
const cleaners: (() => Promise<void>)[] = [];
after(async () => {
  for (const clean of cleaners.toReversed()) await clean();
});

interface Centre {
  readonly address: string;
  readonly server: TestServer;
  readonly sim: MailSim;
  readonly desk: Desk;
  readonly live: LiveFeed;
  readonly database: Client;
}

const names = startNameServer(demoZones(domains, "127.0.0.1"));
cleaners.push(async () => (await names).stop());

/** A centre that confirms new concerns, with the mail world behind it. */
const centre = async (address: string, more: Readonly<Record<string, string>> = {}): Promise<Centre> => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  const server = await startTestServer({
    env: { ACKNOWLEDGE: "yes", UNDO_SECONDS: "0", DNS: (await names).address, LOG_LEVEL: "error", ...more },
  });
  const { desk, brand } = await setUpCentre(server.url);
  await addMailbox(desk, brand.id, { address, smtp: { host: "127.0.0.1", port: sim.port } });
  const live = await desk.live();
  const database = new Client({ connectionString: await server.databaseUrl() });
  await database.connect();
  cleaners.push(async () => {
    live.close();
    await database.end();
    await server.stop();
    await sim.stop();
  });
  return { address, server, sim, desk, live, database };
};

const door = (to: Centre) => ({ host: "127.0.0.1", port: to.server.ports.smtp });

/** Hands a mail that left one centre to another, envelope and bytes as they are. */
const carry = (mail: SimMail, to: Centre): Promise<string> =>
  converse(door(to), { hello: "welt.test", from: mail.envelope.from, to: mail.envelope.to, raw: mail.raw });

/** A customer's mail; `envelope` differs from the sender where somebody forges. */
const write = (to: Centre, from: string, subject: string, envelope = from): Promise<string> =>
  converse(door(to), {
    hello: "kunde.test",
    from: envelope,
    to: [to.address],
    raw: Buffer.from(
      `From: ${from}\r\nTo: ${to.address}\r\nSubject: ${subject}\r\nMessage-ID: <${crypto.randomUUID()}@kunde.test>\r\n\r\nText zu ${subject}.\r\n`,
    ),
  });

const arrived = (at: Centre, subject: string) =>
  at.live.event(
    (event) =>
      event.kind === "message.added" && event.data.message.direction === "in" && event.data.message.subject === subject,
  );

/** Looks until the table has none of them; the table is the truth of what is still to be done. */
const none = async (at: Centre, what: string): Promise<void> => {
  for (;;) {
    const { rows } = await at.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${what}`);
    if (rows[0]?.n === 0) return;
    await pause(30);
  }
};

/**
 * Waits until the centre has read, reacted to and sent everything from before. Mails are read and sent side by side, so first all are read;
 * then a fresh customer's mail stands behind them in the log, and reactions go in the log's order; then all is sent. Gives what left, without that last one.
 */
let marks = 0;
const settled = async (at: Centre): Promise<readonly SimMail[]> => {
  await none(at, "intake WHERE state = 'stored'");
  const last = `marke${(marks += 1)}@kunde.test`;
  const confirmed = at.sim.next((mail) => mail.envelope.to.includes(last));
  await write(at, last, `Marke ${marks}`);
  await confirmed;
  await none(at, "delivery WHERE state IN ('held', 'waiting', 'sending')");
  return at.sim.messages().filter((mail) => !mail.envelope.to.some((to) => to.startsWith("marke")));
};

test("two of our own centres write to each other: a loop ends after at most three mails", async () => {
  const [one, two] = await Promise.all([centre("service@eins.test"), centre("service@zwei.test")]);
  // Somebody writes to the first in the second's name (or the second is a customer of the first).
  await write(one, two.address, "Schleife");
  await arrived(one, "Schleife");
  const carried = new Set<SimMail>();
  for (let from = one; ; from = from === one ? two : one) {
    const next = (await settled(from)).find(
      (mail) => !carried.has(mail) && mail.envelope.to.some((to) => to.startsWith("service")),
    );
    if (next === undefined) break;
    carried.add(next);
    assert.ok(carried.size <= 3, `${carried.size} mails went between the two`);
    await carry(next, from === one ? two : one);
  }
  assert.ok(carried.size >= 1, "the first was confirmed once");
});

test("every acknowledgement says what it is, and machines, lists, bounces and ourselves get none", async () => {
  const at = await centre("service@eins.test");
  await write(at, "anna@kunde.test", "Echte Frage");
  const [answer] = await settled(at);
  assert.deepEqual(answer?.envelope.to, ["anna@kunde.test"]);
  assert.equal(answer?.envelope.from, "", "from the null sender, so that nothing bounces back");
  const headers = new Map(answer?.headers.map((header) => [header.name, header.value]));
  assert.match(headers.get("auto-submitted") ?? "", /^auto-/);
  assert.equal(headers.get("x-auto-response-suppress"), "All");

  const machines = [
    ["Auto-Submitted: auto-replied", "urlaub@kunde.test"],
    ["Auto-Submitted: auto-generated", "meldung@kunde.test"],
    ["Precedence: bulk", "werbung@kunde.test"],
    ["List-Id: <liste.kunde.test>", "liste@kunde.test"],
    ["X-Autoreply: yes", "robot@kunde.test"],
    ["X-Draht-Loop: service@eins.test", "zurueck@kunde.test"],
    ["Subject-Two: x", "mailer-daemon@kunde.test"],
    ["Subject-Two: x", "service@eins.test"],
  ] as const;
  for (const [header, from] of machines) {
    const envelope = from.startsWith("mailer") ? "" : from;
    const raw = Buffer.from(`From: ${from}\r\nTo: ${at.address}\r\nSubject: von ${from}\r\n${header}\r\n\r\nText\r\n`);
    await converse(door(at), { hello: "kunde.test", from: envelope, to: [at.address], raw });
  }
  const afterwards = await settled(at);
  assert.deepEqual(
    afterwards.map((mail) => mail.envelope.to[0]),
    ["anna@kunde.test"],
  );
  const { rows } = await at.desk.call(api.concerns.list, {
    query: { filter: JSON.stringify(everything), limit: 200 },
  });
  // An automatic answer to nothing of ours is nobody's work: it lies aside, where every agent sees it.
  const aside = (await at.desk.call(api.asides.list, { query: { reason: "strayAutoReply" } })).entries.map(
    ({ subject }) => subject,
  );
  const stray: readonly (string | null)[] = ["von urlaub@kunde.test", "von robot@kunde.test"];
  assert.deepEqual(new Set(aside), new Set(stray));
  assert.equal(aside.length, stray.length);
  assert.deepEqual(
    machines.map(([, from]) => rows.filter((row) => row.subject === `von ${from}`).length),
    machines.map(([, from]) => (stray.includes(`von ${from}`) ? 0 : 1)),
    "each of them is kept",
  );
  assert.equal(rows.find((row) => row.subject === "von zurueck@kunde.test")?.status, "resolved");
});

test("a vacation responder and a sink that bounces everything answer us; we answer neither", async () => {
  const at = await centre("service@eins.test");
  await write(at, "weg@kunde.test", "Ich bin bald weg");
  const [confirmation] = await settled(at);
  assert.ok(confirmation);
  const id = confirmation.messageId ?? "";
  const to = confirmation.replyTo[0]?.address ?? at.address;
  // What responders and sinks send in answer to a mail, badly marked ones included.
  const answers = [
    `From: weg@kunde.test\r\nTo: ${to}\r\nSubject: Abwesenheitsnotiz: ${confirmation.subject}\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <${id}>\r\n\r\nIch bin weg.\r\n`,
    `From: weg@kunde.test\r\nTo: ${to}\r\nSubject: Automatische Antwort: ${confirmation.subject}\r\nIn-Reply-To: <${id}>\r\n\r\nIch bin weg.\r\n`,
    `From: MAILER-DAEMON@kunde.test\r\nTo: ${to}\r\nSubject: Mailbox full\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nQuota exceeded\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; kunde.test\r\n\r\nFinal-Recipient: rfc822; weg@kunde.test\r\nAction: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <${id}>\r\n\r\n--b--\r\n`,
    `From: postmaster@kunde.test\r\nTo: ${to}\r\nSubject: Undeliverable\r\n\r\nNo such user weg@kunde.test\r\n`,
  ];
  for (let round = 0; round < 5; round += 1)
    for (const text of answers) {
      const unique = text.replace("\r\n\r\n", `\r\nMessage-ID: <${crypto.randomUUID()}@kunde.test>\r\n\r\n`);
      await converse(door(at), {
        hello: "kunde.test",
        from: "",
        to: [to.replace(/\+.*@/, "@")],
        raw: Buffer.from(unique),
      });
    }
  assert.equal((await settled(at)).length, 1, "nothing but the one confirmation left");
});

test("two hundred forged forms for one victim bring at most one mail, and none that the forger wrote", async () => {
  const at = await centre("service@eins.test");
  const send = async (n: number): Promise<void> => {
    // Half of them fail DMARC; the others come from a domain that publishes nothing, where nobody can tell.
    const victim = n % 2 === 0 ? "opfer@kunde.test" : "opfer@offen.test";
    await write(at, victim, `Kaufen Sie jetzt ${n}`, n % 2 === 0 ? "x@angreifer.test" : victim);
  };
  for (let n = 0; n < 200; n += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => send(n + k)));
  const left = await settled(at);
  const to = (address: string): number => left.filter((mail) => mail.envelope.to.includes(address)).length;
  // Whose domain's name server was silent for two seconds, which one that this machine holds up is, is shown to be nobody.
  const { rows: unjudged } = await at.database.query(
    "SELECT DISTINCT assurance FROM message WHERE direction = 'in' AND sender->>'value' = 'opfer@kunde.test' AND assurance <> 'failed'",
  );
  assert.ok(to("opfer@kunde.test") <= unjudged.length, "a sender who is shown to be false gets nothing");
  assert.ok(to("opfer@offen.test") <= 1, `${to("opfer@offen.test")} mails to one victim`);
  assert.ok(
    left.every((mail) => !`${mail.subject} ${mail.text} ${mail.html ?? ""}`.includes("Kaufen")),
    "not one byte the forger chose comes back",
  );
  const page = await at.desk.call(api.concerns.list, { query: { filter: JSON.stringify(everything), limit: 200 } });
  assert.ok(page.rows.length < 50, `${page.rows.length} concerns on the desk: the flood is gathered`);
  const { rows } = await at.database.query<{ n: number }>(
    "SELECT count(DISTINCT subject)::int AS n FROM message WHERE direction = 'in' AND subject LIKE 'Kaufen Sie jetzt %'",
  );
  assert.equal(rows[0]?.n, 200, "every one of them is kept");
});

test("three hundred mails from as many strangers: the desk gets what it can work on, the rest is set aside, and becomes concerns when wanted", async () => {
  const at = await centre("service@eins.test", { UNKNOWN_SENDERS: "50" });
  await write(at, "anna@kunde.test", "Schon bekannt", "x@angreifer.test");
  // They come from a domain that publishes nothing, and half of them in the name of one that does.
  const from = (n: number): string => (n % 2 === 0 ? `fremd${n}@offen${n}.test` : `fremd${n}@kunde.test`);
  for (let n = 0; n < 300; n += 20)
    await Promise.all(
      Array.from({ length: 20 }, (_, k) => write(at, from(n + k), `Flut ${n + k}`, `x${n + k}@angreifer.test`)),
    );
  await none(at, "intake WHERE state = 'stored'");
  const rows = async (): Promise<readonly { readonly subject: string; readonly status: string }[]> =>
    (
      await at.database.query(
        "SELECT subject, status FROM concern WHERE subject LIKE 'Flut %' OR subject LIKE 'Undeliver%'",
      )
    ).rows;
  const begun = (await rows()).length;
  const aside = async (): Promise<number> =>
    (await at.desk.call(api.asides.counts)).find((each) => each.reason === "unknownSenders")?.count ?? -1;
  assert.ok(begun >= 45 && begun <= 80, `${begun} concerns`);
  assert.equal(begun + (await aside()), 300, "nothing is lost");
  const left = await settled(at);
  assert.ok(left.length <= 30, `${left.length} confirmations to strangers`);

  // Each can be looked at as it came, and becomes a concern when somebody wants it; once.
  const { entries } = await at.desk.call(api.asides.list, { query: { reason: "unknownSenders", limit: 200 } });
  const [one, two] = entries;
  assert.ok(one && two);
  const original = await fetch(at.server.url + one.rawUrl, { headers: { cookie: at.desk.cookie } });
  assert.match(original.headers.get("content-disposition") ?? "", /^attachment/);
  assert.match(await original.text(), new RegExp(`Subject: ${one.subject}\r\n`));
  const came = Promise.all([one, two].map((each) => arrived(at, each.subject ?? "")));
  const before = await aside();
  for (let twice = 0; twice < 2; twice += 1)
    await at.desk.call(api.asides.settle, { body: { ids: [one.id, two.id], as: "concern" } });
  await came;
  await none(at, "intake WHERE state = 'stored'");
  assert.equal(await aside(), before - 2);
  assert.equal((await rows()).length, begun + 2);

  // A bounce of something we never sent is no concern either, until somebody makes one of it.
  const report =
    "From: MAILER-DAEMON@weit.test\r\nTo: service@eins.test\r\nSubject: Undeliverable\r\nMessage-ID: <b1@weit.test>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; weit.test\r\n\r\nFinal-Recipient: rfc822; opfer@weit.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <nie@eins.test>\r\n\r\n--b--\r\n";
  await converse(door(at), { hello: "weit.test", from: "", to: [at.address], raw: Buffer.from(report) });
  await none(at, "intake WHERE state = 'stored'");
  const [bounce] = (await at.desk.call(api.asides.list, { query: { reason: "unknownReceipt" } })).entries;
  assert.equal(bounce?.sender, "opfer@weit.test");
  const shown = arrived(at, "Undeliverable");
  await at.desk.call(api.asides.settle, { body: { ids: [bounce.id], as: "concern" } });
  await shown;
  assert.deepEqual(
    (await rows()).filter((row) => row.subject === "Undeliverable").map((row) => row.status),
    ["new"],
  );
});

const bounces = fileURLToPath(new URL("../../../shared/corpora/bounces-sisimai/maildir", import.meta.url));

test(
  "eight hundred real bounces: not one is answered and not one wakes anything",
  { skip: existsSync(bounces) ? false : "the collection of bounces is not there", timeout: 600_000 },
  async () => {
    const at = await centre("service@eins.test");
    await write(at, "anna@kunde.test", "Vorher");
    await settled(at);
    const concerns = async () =>
      (await at.database.query("SELECT id, status, waiting_since FROM concern ORDER BY id")).rows;
    const before = await concerns();
    const files = readdirSync(bounces, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".eml"))
      .map((entry) => join(entry.parentPath, entry.name));
    const isControl = (file: string): boolean => file.includes("/not/");
    const waiting = files.filter((file) => !isControl(file));
    assert.ok(waiting.length >= 800, `${waiting.length} bounces`);
    const bring = async (file: string): Promise<void> => {
      // The collection's line ends differ; mail's do not.
      const raw = Buffer.from(readFileSync(file, "latin1").replace(/\r\n?|\n/g, "\r\n"), "latin1");
      await converse(door(at), { hello: "kunde.test", from: "", to: [at.address], raw });
    };
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) await bring(file);
      }),
    );
    const left = await settled(at);
    assert.deepEqual(
      left.map((mail) => mail.envelope.to[0]),
      ["anna@kunde.test"],
      "nothing but the confirmation from before",
    );
    const known = new Set(before.map((row) => row.id));
    assert.deepEqual(
      (await concerns()).filter((row) => known.has(row.id)),
      before,
      "no concern was woken",
    );
  },
);
