// The life of an e-mail: real Postfix and Dovecot, our server as its own process, agents over HTTP and the live feed. See ARCHITECTURE.md.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import type { DNSResolver } from "mailauth";
import { converse } from "#channels/email/simClient.ts";
import { simResolver } from "#channels/email/simDns.ts";
import { api } from "#contract/api.ts";
import type { Channel } from "#contract/brands.ts";
import type { Message } from "#contract/concerns.ts";
import type { LoggedEvent } from "#contract/events.ts";
import type { Desk, LiveFeed } from "#test/desk.ts";
import { peersAvailable, type MailPeers } from "#test/peers/mail.ts";
import type { Mailbox, Received } from "#test/peers/mailbox.ts";
import { startMailCentre, zones } from "#test/peers/mailCentre.ts";
import type { TestServer } from "#test/server.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;

let peers: MailPeers;
let server: TestServer;
let admin: Desk;
let lena: Desk;
let live: LiveFeed;
/** service@tuer.test: Postfix brings its mail to our door. */
let door: Channel;
/** service@kabel.test: a mailbox in Dovecot, fetched by IMAP. */
let fetched: Channel;
let customer: Mailbox;
let second: Mailbox;
let stranger: Mailbox;
let agentBox: Mailbox;

let stop = async (): Promise<void> => undefined;

before(async () => {
  if (skip !== false) return;
  const centre = await startMailCentre();
  ({ peers, server, admin, lena, live, door, fetched, customer, second, stranger, agentBox, stop } = centre);
});

after(() => stop());

type Added = LoggedEvent<"message.added">["data"]["message"];

/** The first message in the log, now or later, that fits. */
const added = async (fits: (message: Added) => boolean): Promise<Message> => {
  const event = (await live.event(
    (each) => each.kind === "message.added" && fits(each.data.message),
  )) as LoggedEvent<"message.added">;
  return lena.call(api.concerns.message, { params: { id: event.data.message.id } });
};
const arrived = (word: string, fits: (message: Added) => boolean = () => true): Promise<Message> =>
  added((message) => message.direction === "in" && (message.subject ?? "").includes(word) && fits(message));
const opened = (concernId: string) => lena.call(api.concerns.open, { params: { id: concernId } });
const to = (address: string) => [{ name: "", address }];

/** Straight to our door, from a server that may not speak for the sender's domain. */
const forge = (mail: { from: string; to: string; subject: string; more?: string; text?: string }): Promise<string> => {
  const head = `From: ${mail.from}\r\nTo: ${mail.to}\r\nSubject: ${mail.subject}\r\n${mail.more ?? ""}`;
  const raw = Buffer.from(
    `${head}Message-ID: <${crypto.randomUUID()}@angreifer.test>\r\n\r\n${mail.text ?? "Ich bin es auch."}\r\n`,
  );
  const port = server.ports.smtp;
  return converse(
    { host: "127.0.0.1", port },
    { hello: "angreifer.test", from: "x@angreifer.test", to: [mail.to], raw },
  );
};

/** The agent's answer, sent at once. */
const reply = async (given: {
  readonly concernId: string;
  readonly text: string;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly html?: string;
  readonly uploads?: readonly string[];
  readonly channel?: Channel;
  readonly by?: Desk;
}): Promise<Message> => {
  const by = given.by ?? lena;
  const { message } = await by.call(api.concerns.reply, {
    params: { id: given.concernId },
    body: {
      channelId: (given.channel ?? door).id,
      to: [...(given.to ?? [customer.address])],
      cc: [...(given.cc ?? [])],
      text: given.text,
      html: given.html ?? null,
      uploads: [...(given.uploads ?? [])],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  return by.call(api.concerns.sendNow, { params: { id: message.id } });
};

const deliveryState = (messageId: string, state: string) =>
  live.event(
    (each) =>
      each.kind === "delivery.changed" && each.data.messageId === messageId && each.data.delivery.state === state,
  ) as Promise<LoggedEvent<"delivery.changed">>;

const headerOf = (mail: Received, name: string): string | null =>
  mail.headers.find((each) => each.name === name)?.value ?? null;

/** A customer's first mail and the agent's answer to it, as the customer got it. */
const exchange = async (
  word: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly first: Message; readonly firstId: string; readonly answer: Received }> => {
  const firstId = await customer.write({
    to: to("service@tuer.test"),
    subject: `Frage ${word}`,
    text: `Guten Tag, ${word}?`,
    headers,
  });
  const first = await arrived(word);
  await reply({ concernId: first.concernId, text: `Antwort ${word}` });
  return { first, firstId, answer: await customer.next((mail) => mail.text.includes(`Antwort ${word}`)) };
};

test("a mail comes in by our door, is answered at the desk, and the answer is in the mailbox", { skip }, async () => {
  const sentId = await customer.write({
    to: to("service@tuer.test"),
    subject: "Bild bleibt schwarz",
    text: "Guten Tag,\n\nseit heute früh ist das Bild schwarz – was nun?\n\nViele Grüße\nKarla",
  });
  const first = await arrived("Bild bleibt schwarz");
  assert.equal(first.assurance, "proved");
  assert.deepEqual(
    first.verdicts.filter((each) => each.check === "dmarc").map((each) => each.result),
    ["pass"],
  );
  assert.match(first.text, /seit heute früh ist das Bild schwarz – was nun\?/);
  const before = await opened(first.concernId);
  assert.equal(before.concern.row.customerName, "Karla Kunde");
  assert.equal(before.concern.row.status, "new");
  const [way] = before.ways;
  assert.deepEqual([way?.value, way?.channelId, way?.reason], [customer.address, door.id, "lastUsed"]);

  const uploadId = await lena.upload("Anleitung für Größe.txt", Buffer.from("Stecker ziehen.\n"), "text/plain");
  const sent = await reply({
    concernId: first.concernId,
    text: "Ziehen Sie den Stecker.",
    html: "<p>Ziehen Sie den <strong>Stecker</strong>.</p>",
    uploads: [uploadId],
  });
  const mail = await customer.next((each) => each.text.includes("Ziehen Sie den Stecker."));
  assert.equal(mail.from?.address, "service@tuer.test");
  assert.equal(mail.from?.name, "Lena Hartwig (Kabel)");
  assert.equal(mail.subject, `Re: Bild bleibt schwarz [#${before.concern.row.number}]`);
  assert.equal(mail.inReplyTo, sentId);
  assert.deepEqual(mail.references, [sentId]);
  assert.match(mail.replyTo[0]?.address ?? "", /^service\+[a-z2-7]{42}@tuer\.test$/);
  assert.match(mail.html ?? "", /<strong>Stecker<\/strong>/);
  assert.match(mail.text, /> .*seit heute früh ist das Bild schwarz/, "the last message is below, quoted");
  assert.deepEqual(
    mail.files.map((file) => [file.name, Buffer.from(file.bytes).toString("utf8")]),
    [["Anleitung für Größe.txt", "Stecker ziehen.\n"]],
  );
  const { results } = (await dkimVerify(mail.raw, { resolver: simResolver(zones) as DNSResolver })) as {
    results: { status: { result: string }; signingDomain: string }[];
  };
  assert.deepEqual(
    results.map((each) => [each.signingDomain, each.status.result]),
    [["tuer.test", "pass"]],
  );
  const sentState = await deliveryState(sent.id, "sent");
  assert.equal(sentState.data.delivery.recipient, customer.address);
  const { concern } = await opened(first.concernId);
  assert.equal(concern.row.status, "waiting");
  assert.ok(concern.firstReplyAt !== null);
});

test(
  "the customer's answer finds its concern by the token, with every hint but the address gone",
  { skip },
  async () => {
    const { first, answer } = await exchange("Marke");
    await customer.write({ to: answer.replyTo, subject: "Ganz anderer Betreff Marke", text: "Danke, das war es." });
    const back = await arrived("Ganz anderer Betreff Marke");
    assert.equal(back.concernId, first.concernId);
    assert.equal(back.seq, 3);
    assert.equal((await opened(first.concernId)).concern.row.status, "open");
  },
);

test("…by References alone, the quote folded away", { skip }, async () => {
  const { first, answer } = await exchange("Verweis");
  await customer.answer(answer, "Ohne Marke, aber mit Verweis.", {
    to: to("service@tuer.test"),
    subject: "AW: Verweis",
  });
  const back = await arrived("AW: Verweis");
  assert.equal(back.concernId, first.concernId);
  assert.equal(back.text.trim(), "Ohne Marke, aber mit Verweis.");
  assert.match(back.foldedText, /Antwort Verweis/);
});

test("…by Outlook's Thread-Index alone, and our answer continues it", { skip }, async () => {
  const index = Buffer.concat([Buffer.from([1]), Buffer.from("dc1a2b3c4d", "hex"), Buffer.alloc(16, 7)]);
  const { first, answer } = await exchange("Index", { "Thread-Index": index.toString("base64") });
  const continued = Buffer.from(headerOf(answer, "thread-index") ?? "", "base64");
  assert.equal(continued.length, 27);
  assert.ok(continued.subarray(0, 22).equals(index));
  await customer.write({
    to: to("service@tuer.test"),
    subject: "AW: Index",
    text: "Aus Outlook.",
    headers: { "Thread-Index": Buffer.concat([continued, Buffer.alloc(5, 1)]).toString("base64") },
  });
  assert.equal((await arrived("AW: Index")).concernId, first.concernId);
});

test("…by the number in the subject only for a known sender who is who they say", { skip }, async () => {
  const { first } = await exchange("Nummer");
  const { number } = (await opened(first.concernId)).concern.row;
  await customer.write({
    to: to("service@tuer.test"),
    subject: `Noch etwas zu [#${number}] bekannt`,
    text: "Ich bin es.",
  });
  assert.equal((await arrived("bekannt")).concernId, first.concernId);
  await stranger.write({
    to: to("service@tuer.test"),
    subject: `Noch etwas zu [#${number}] geraten`,
    text: "Was steht dort?",
  });
  assert.notEqual((await arrived("geraten")).concernId, first.concernId);
  // The same words in the customer's name from a server that may not speak for that domain.
  await forge({
    from: `Karla Kunde <${customer.address}>`,
    to: "service@tuer.test",
    subject: `Noch etwas zu [#${number}] vorgeblich`,
  });
  const forged = await arrived("vorgeblich");
  assert.notEqual(forged.concernId, first.concernId);
  assert.equal(forged.assurance, "failed");
});

test("a mailbox fetched by IMAP works the same, tokens included", { skip }, async () => {
  await customer.write({
    to: to("service@kabel.test"),
    subject: "Rechnung per Postfach",
    text: "Die Rechnung ist falsch.",
  });
  const first = await arrived("Rechnung per Postfach");
  assert.equal(first.channelId, fetched.id);
  await reply({ concernId: first.concernId, text: "Wir prüfen die Rechnung.", channel: fetched });
  const answer = await customer.next((mail) => mail.text.includes("Wir prüfen die Rechnung."));
  assert.match(answer.replyTo[0]?.address ?? "", /^service\+[a-z2-7]{42}@kabel\.test$/);
  await customer.write({ to: answer.replyTo, subject: "Und noch eine Seite Postfach", text: "Anbei." });
  assert.equal((await arrived("Und noch eine Seite Postfach")).concernId, first.concernId);
});

test("whom a sure sender copies takes part; nobody else does", { skip }, async () => {
  await customer.write({
    to: to("service@tuer.test"),
    cc: [{ name: "Zoe Zweite", address: second.address }],
    subject: "Vertrag Kopie",
    text: "Meine Schwester liest mit.",
  });
  const first = await arrived("Vertrag Kopie");
  const { concern } = await opened(first.concernId);
  assert.deepEqual(
    concern.parties.map((party) => [party.value, party.role]).toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    [
      [customer.address, "requester"],
      [second.address, "participant"],
    ],
  );
  await reply({ concernId: first.concernId, text: "An beide Kopie.", cc: [second.address] });
  const copy = await second.next((mail) => mail.text.includes("An beide Kopie."));
  await second.answer(copy, "Hier die Schwester.");
  const back = await added((message) => message.direction === "in" && message.from?.value === second.address);
  assert.equal(back.concernId, first.concernId);
  assert.equal(back.author.name, "Zoe Zweite");
});

test(
  "a forged sender who copies a stranger opens a concern of its own, and the stranger gets nothing",
  { skip },
  async () => {
    const { first, firstId, answer } = await exchange("Angriff");
    const { number } = (await opened(first.concernId)).concern.row;
    await forge({
      from: `Karla Kunde <${customer.address}>`,
      to: "service@tuer.test",
      subject: `Re: Frage Angriff [#${number}]`,
      more: `Cc: ${stranger.address}\r\nIn-Reply-To: <${answer.messageId}>\r\nReferences: <${firstId}> <${answer.messageId}>\r\n`,
    });
    const forged = await arrived("Re: Frage Angriff", (message) => message.assurance === "failed");
    assert.notEqual(forged.concernId, first.concernId);
    assert.ok((await opened(first.concernId)).concern.parties.every((party) => party.value !== stranger.address));
    assert.ok((await opened(forged.concernId)).concern.parties.every((party) => party.value !== stranger.address));
    await reply({ concernId: first.concernId, text: "Nur an die Kundin Angriff." });
    await customer.next((mail) => mail.text.includes("Nur an die Kundin Angriff."));
    assert.ok(stranger.mails.every((mail) => !mail.text.includes("Angriff")));
  },
);

test("what an agent forwards becomes the concern of who wrote it first", { skip }, async () => {
  await agentBox.write({
    to: to("service@tuer.test"),
    subject: "Fwd: Umzug weitergeleitet",
    text: `Bitte übernehmen.\n\n---------- Forwarded message ---------\nVon: Zoe Zweite <${second.address}>\nDate: Mo., 23. Nov. 2026 um 09:12 Uhr\nSubject: Umzug weitergeleitet\nTo: <lena@kabel.test>\n\nIch ziehe im Dezember um.\n`,
  });
  const first = await arrived("Umzug weitergeleitet");
  assert.equal(first.from?.value, second.address);
  assert.equal(first.assurance, "none");
  const { messages, concern } = await opened(first.concernId);
  assert.equal(concern.row.customerName, "Zoe Zweite");
  assert.deepEqual(
    messages.map((message) => [message.direction, message.text.trim()]),
    [
      ["in", "Ich ziehe im Dezember um."],
      ["note", "Bitte übernehmen."],
    ],
  );
});

test("an agent answers from the own mail program; a forged agent reaches nobody", { skip }, async () => {
  const me = await lena.call(api.agents.me);
  await lena.call(api.agents.changePreferences, { body: { ...me.preferences, notifyByMail: true } });
  const { first, answer } = await exchange("Unterwegs");
  await lena.call(api.concerns.change, { params: { id: first.concernId }, body: { assigneeId: me.agent.id } });
  await customer.answer(answer, "Und jetzt?");
  const notice = await agentBox.next((mail) => mail.subject.includes("Unterwegs"));
  assert.match(notice.text, /Und jetzt\?/);
  assert.equal(headerOf(notice, "auto-submitted")?.startsWith("auto-"), true);
  const token = notice.replyTo[0]?.address ?? "";
  assert.match(token, /^service\+[a-z2-7]{42}@/);

  // With the right token, in the agent's name, from a server that may not speak for the agent's domain.
  await forge({
    from: `Lena Hartwig <${agentBox.address}>`,
    to: token,
    subject: "Re: gefaelschte Unterwegs",
    text: "Bitte ueberweisen Sie 500 Euro.",
  });
  const refused = await added(
    (message) => message.direction === "system" && (message.subject ?? "").includes("gefaelschte"),
  );
  assert.equal(refused.concernId, first.concernId);
  assert.ok(refused.warnings.includes("agentMailRefused"));

  await agentBox.answer(notice, "Kommt morgen, schreibe ich vom Telefon.");
  const mail = await customer.next((each) => each.text.includes("schreibe ich vom Telefon"));
  assert.equal(mail.from?.name, "Lena Hartwig (Kabel)");
  assert.ok(!mail.text.includes(token.split("@")[0] ?? "?"), "the agent's own token does not reach the customer");
  assert.ok(customer.mails.every((each) => !each.text.includes("500 Euro")));
});

test("an answer to a closed concern reopens it, or follows it up where the topic says so", { skip }, async () => {
  const again = await exchange("Wiederauf");
  await lena.call(api.concerns.change, { params: { id: again.first.concernId }, body: { status: "closed" } });
  await customer.answer(again.answer, "Geht doch nicht.", { subject: "Re: Wiederauf zurueck" });
  assert.equal((await arrived("Wiederauf zurueck")).concernId, again.first.concernId);
  assert.equal((await opened(again.first.concernId)).concern.row.status, "open");

  const topic = await admin.call(api.brands.createTopic, {
    body: { parentId: null, name: "Abgeschlossen", teamId: null, whenClosed: "follow-up" },
  });
  const done = await exchange("Folge");
  await lena.call(api.concerns.change, { params: { id: done.first.concernId }, body: { topicId: topic.id } });
  await lena.call(api.concerns.change, { params: { id: done.first.concernId }, body: { status: "closed" } });
  await customer.answer(done.answer, "Neues Problem.", { subject: "Re: Folge neu" });
  const next = await arrived("Folge neu");
  assert.notEqual(next.concernId, done.first.concernId);
  const { concern } = await opened(next.concernId);
  assert.deepEqual(
    concern.links.map((link) => [link.concernId, link.kind, link.earlier]),
    [[done.first.concernId, "follow-up", true]],
  );
  assert.equal((await opened(done.first.concernId)).concern.row.status, "closed");
});

test("a real bounce marks the delivery it speaks of and closes the dead address", { skip }, async () => {
  const { concern, message } = await lena.call(api.concerns.create, {
    body: {
      brandId: door.brandId,
      channelId: door.id,
      customerId: null,
      kind: "email",
      to: [peers.refused],
      cc: [],
      subject: "Nachfrage ins Leere",
      text: "Sind Sie noch da?",
      html: null,
      uploads: [],
      key: crypto.randomUUID(),
    },
  });
  await lena.call(api.concerns.sendNow, { params: { id: message.id } });
  const failed = await deliveryState(message.id, "failed");
  assert.match(failed.data.delivery.code ?? "", /^5\.1\./);
  assert.match(failed.data.delivery.detail, /weg@kunde\.test/);
  const state = await opened(concern.id);
  assert.equal(state.concern.row.deliveryFailed, true);
  assert.equal(state.concern.row.status, "open");
  assert.equal(state.messages.length, 1, "the report itself is no message");
  const known = await lena.call(api.customers.get, { params: { id: concern.customerId } });
  assert.ok(known.addresses[0]?.suppressedReason !== null);
});

test("a vacation responder is kept and answered by nobody", { skip }, async () => {
  const { concern, message } = await lena.call(api.concerns.create, {
    body: {
      brandId: door.brandId,
      channelId: door.id,
      customerId: null,
      kind: "email",
      to: [peers.accounts.autoreply.user],
      cc: [],
      subject: "Termin Urlaub",
      text: "Passt Ihnen Dienstag?",
      html: null,
      uploads: [],
      key: crypto.randomUUID(),
    },
  });
  await lena.call(api.concerns.sendNow, { params: { id: message.id } });
  const away = await arrived("Ich bin im Urlaub");
  assert.equal(away.concernId, concern.id);
  assert.equal(away.automatic, "auto-reply");
  const state = await opened(concern.id);
  assert.equal(state.concern.row.status, "waiting", "a machine's answer wakes nobody");
  assert.equal(state.messages.filter((each) => each.direction === "out").length, 1);
  assert.equal((await peers.flags(peers.accounts.autoreply.user)).length, 1);
});

test(
  "an answer can be taken back while it is held, and one for later leaves then and not before",
  { skip },
  async () => {
    const { first } = await exchange("Zeit");
    const held = await lena.call(api.concerns.reply, {
      params: { id: first.concernId },
      body: {
        channelId: door.id,
        to: [customer.address],
        cc: [],
        text: "Uebereilt Zeit",
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "resolved",
        key: crypto.randomUUID(),
      },
    });
    assert.deepEqual(
      held.message.deliveries.map((delivery) => delivery.state),
      ["held"],
    );
    assert.equal(held.concern.status, "resolved");
    const draft = await lena.call(api.concerns.undoSend, { params: { id: held.message.id } });
    assert.equal(draft.text, "Uebereilt Zeit");
    assert.equal((await opened(first.concernId)).concern.row.status, "waiting");
    const sendAt = new Date(Date.now() + 6_000);
    await lena.call(api.concerns.reply, {
      params: { id: first.concernId },
      body: {
        channelId: door.id,
        to: [customer.address],
        cc: [],
        text: "Puenktlich Zeit",
        html: null,
        uploads: [],
        sendAt: sendAt.toISOString(),
        statusAfter: "waiting",
        key: crypto.randomUUID(),
      },
    });
    const mail = await customer.next((each) => each.text.includes("Puenktlich Zeit"));
    assert.ok(mail.at >= sendAt.getTime(), "not early");
    assert.ok(mail.at < sendAt.getTime() + 30_000, "and not when somebody happens to look");
    assert.ok(customer.mails.every((each) => !each.text.includes("Uebereilt Zeit")));
  },
);

test("at the end every mail is in one place: nothing lost, nothing twice", { skip }, () => {
  const ids = live.events.flatMap((each) => (each.kind === "message.added" ? [each.data.message.id] : []));
  assert.equal(new Set(ids).size, ids.length);
  const seqs = live.events.map((each) => each.seq);
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].toSorted((a, b) => a - b),
  );
  for (const box of [customer, second, stranger, agentBox])
    assert.equal(new Set(box.mails.map((mail) => mail.messageId)).size, box.mails.length);
});
