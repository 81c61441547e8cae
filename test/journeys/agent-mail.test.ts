// What an agent sends from their own mail program, read as the door reads it: only their own words reach the customer, and the one they answer.
// The fault: the whole notice, private note included, went to the customer when the agent wrote below the quote, between its lines or without marks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { receive as readMail } from "#channels/email/inbound.ts";
import { mailbox } from "#channels/email/testSettings.ts";
import type { InboundMessage, Outbound } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { note } from "#modules/concerns/actions-reply.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { sql } from "#platform/db/db.ts";
import { answer, concernCalled, newConcern, rowOf, sendAll } from "#test/outbox.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  sure,
  type Cast,
  type TestWorld,
  hears,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const settings = mailbox({ address: "service@elbkabel.example" });
const noteText =
  "@anna Der Kunde ist ein notorischer Nörgler, Schufa negativ, bitte mit möglichst wenigen Worten und ohne jede Zusage abwimmeln.";

/** What follows from the events since then, and what leaves because of it. */
const react = async (since: number): Promise<Outbound[]> => {
  for (const event of await world.events(since))
    for (const reaction of concernReactions(world)) await hears(world, reaction, event);
  return sendAll(world);
};
const seqNow = async (): Promise<number> => (await world.events()).at(-1)?.seq ?? 0;

/** Anna is mentioned in a note, and told of it by mail. */
const mentioned = async () => {
  const made = await newConcern(world, cast);
  const since = await seqNow();
  sure(
    await note(world, cast.omar, { id: made.id, text: noteText, html: null, uploads: [], key: crypto.randomUUID() }),
  );
  const notice = (await react(since)).find((each) => each.to[0]?.value === "anna@staff.example");
  assert.ok(notice?.replyToken && notice.text.includes("Nörgler"));
  return { ...made, notice, token: notice.replyToken };
};

/** Anna's mail as it comes over the wire, read by the real reader; her server vouches for her. */
const read = async (
  notice: Outbound,
  body: string,
  head = "Content-Type: text/plain; charset=utf-8",
): Promise<InboundMessage> => {
  const to = `service+${notice.replyToken}@elbkabel.example`;
  const raw = `From: Anna <anna@staff.example>\nTo: ${to}\nSubject: Re: ${notice.subject}\nIn-Reply-To: <dt-${notice.deliveryToken}@elbkabel.example>\nMessage-ID: <${crypto.randomUUID()}@staff.example>\nDate: Mon, 02 Mar 2026 11:00:00 +0100\nMIME-Version: 1.0\n${head}\n\n${body}`;
  const [message] = await readMail(
    { bytes: Buffer.from(raw.replaceAll("\n", "\r\n")), receivedAt: "", transport: { by: "smtp", recipients: [to] } },
    settings,
    { now: world.now(), resolver: null },
  );
  assert.ok(message?.kind === "message" && message.thread.tokens.length === 1);
  return { ...message, assurance: "aligned" };
};

const quoted = (text: string): string =>
  text
    .trim()
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
/** As mail programs break what they quote: marked lines whose rest stands unmarked below. */
const broken = (text: string): string =>
  quoted(text)
    .split("\n")
    .flatMap((line) => line.match(/.{1,60}(?:\s|$)/g) ?? [line])
    .join("\n");
const service = "Elbkabel <service@elbkabel.example>";
const said = "Guten Tag, ich rufe Sie heute an.";

const layouts: readonly (readonly [name: string, body: (text: string) => string, expected?: string])[] = [
  ["above the quote", (text) => `${said}\n\nAm 02.03.26 um 10:30 schrieb Elbkabel:\n${quoted(text)}\n`],
  [
    "below the quote, as Thunderbird does",
    (text) => `Am 02.03.26 um 10:30 schrieb Elbkabel (Elbkabel):\n${quoted(text)}\n\n${said}\n`,
  ],
  [
    "below a quote with a broken head",
    (text) =>
      `On Mon, Mar 2, 2026 at 10:30 AM Elbkabel Kundenservice\n<service@elbkabel.example> wrote:\n\n${quoted(text)}\n\n${said}\n`,
  ],
  [
    "below a quote whose lines were broken",
    (text) => `Am 02.03.26 um 10:30 schrieb Elbkabel:\n${broken(text)}\n\n${said}\n`,
  ],
  [
    "between the lines",
    (text) => {
      const lines = quoted(text).split("\n");
      return `Am 02.03.26 um 10:30 schrieb Elbkabel:\n${lines.slice(0, 3).join("\n")}\n\n${said}\n\n${lines.slice(3).join("\n")}\n`;
    },
  ],
  ["above the text without a mark", (text) => `${said}\n\n${text.trim()}\n`],
  ["below the text without a mark", (text) => `${text.trim()}\n\n${said}\n`],
  [
    "below Outlook's block",
    (text) =>
      `Von: ${service}\nGesendet: Montag, 2. März 2026 10:30\nAn: Anna Berg <anna@staff.example>\nBetreff: Sache\n\n${text.trim()}\n\n${said}\n`,
  ],
  [
    "above Outlook's block",
    (text) =>
      `${said}\n\n________________________________\nVon: ${service}\nGesendet: Montag, 2. März 2026 10:30\nAn: Anna Berg <anna@staff.example>\nBetreff: Sache\n\n${text.trim()}\n`,
  ],
  [
    "with a greeting and a farewell of their own",
    (text) =>
      `Am 02.03.26 um 10:30 schrieb Elbkabel:\n${quoted(text)}\n\nGuten Tag,\n\n${said}\n\nMit freundlichen Grüßen\nAnna Berg\n`,
    `Guten Tag,\n\n${said}\n\nMit freundlichen Grüßen\nAnna Berg`,
  ],
];

for (const [name, body, expected = said] of layouts)
  void test(`an agent who writes ${name}: the customer gets that and not a word of the notice`, async () => {
    const { id, from, notice } = await mentioned();
    await deliver(world, cast.channel, await read(notice, body(notice.text)));
    const answered = (await messagesIn(world.db, id)).at(-1);
    assert.deepEqual([answered?.direction, answered?.text], ["out", expected]);
    const [leaving, ...others] = await sendAll(world);
    assert.deepEqual([leaving?.to.map((each) => each.value), others.length], [[from], 0]);
    assert.doesNotMatch(`${leaving?.text} ${leaving?.html}`, /Nörgler|Schufa|abwimmeln|Omar|service\+/);
  });

void test("the same of mails that are only HTML", async () => {
  const asHtml = (text: string): string => text.trim().replaceAll("\n", "<br>");
  for (const body of [
    (text: string) =>
      `<div>Am 02.03.26 um 10:30 schrieb Elbkabel:</div><blockquote type="cite">${asHtml(text)}</blockquote><p>${said}</p>`,
    (text: string) => `<p>${said}</p><div>${asHtml(text)}</div>`,
    (text: string) => `<div>${asHtml(text)}</div><p>${said}</p>`,
  ]) {
    const { id, notice } = await mentioned();
    await deliver(
      world,
      cast.channel,
      await read(notice, `<html><body>${body(notice.text)}</body></html>`, "Content-Type: text/html; charset=utf-8"),
    );
    const answered = (await messagesIn(world.db, id)).at(-1);
    assert.deepEqual([answered?.direction, answered?.text], ["out", said]);
    assert.doesNotMatch(JSON.stringify(await sendAll(world)), /Nörgler|Schufa|abwimmeln/);
  }
});

void test("where the note cannot be told from the answer, the mail stays with colleagues", async () => {
  const attached = (text: string): string =>
    `--x\nContent-Type: text/plain; charset=utf-8\n\n${said}\n--x\nContent-Type: message/rfc822\n\nFrom: ${service}\nSubject: Sache\n\n${text}\n--x--\n`;
  for (const [body, head] of [
    [(text: string) => `${said} ${text.replace(/\s+/g, " ").slice(60, 160)}`],
    [() => "Wie mir gesagt wurde: bitte mit möglichst wenigen Worten und ohne jede Zusage."],
    [attached, "Content-Type: multipart/mixed; boundary=x"],
  ] as const) {
    const { id, notice } = await mentioned();
    await deliver(world, cast.channel, await read(notice, body(notice.text), head));
    const kept = (await messagesIn(world.db, id)).findLast((each) => each.automatic === null);
    assert.deepEqual([kept?.direction, kept?.warnings.includes("agentMailRefused")], ["system", true]);
    assert.doesNotMatch(JSON.stringify(toldOf(await sendAll(world), "für Mitarbeiter bestimmt")), /Nörgler|wimmeln/);
    const refusal = (await world.events()).findLast((event) => event.kind === "intake.refused");
    assert.equal(refusal?.kind === "intake.refused" && refusal.data.reason, "agentMail.repeatsNotice");
  }
  // Nothing but the notice is no answer.
  const { id, notice } = await mentioned();
  await deliver(
    world,
    cast.channel,
    await read(notice, `Am 02.03.26 um 10:30 schrieb Elbkabel:\n${quoted(notice.text)}\n`),
  );
  assert.equal((await messagesIn(world.db, id)).at(-1)?.direction, "system");
  toldOf(await sendAll(world), "nichts darin als die Benachrichtigung");
});

/** The one mail that left is to Anna: her answer was refused, and why; it cannot be answered, and says nothing of the concern. */
const toldOf = (left: readonly Outbound[], why: string, to = "anna@staff.example"): Outbound => {
  assert.deepEqual(
    left.map((each) => [each.to.map((person) => person.value), each.replyToken, each.automatic, each.answers]),
    [[[to], null, true, []]],
  );
  const mailed = left[0] ?? assert.fail();
  assert.ok(mailed.text.includes(why), mailed.text);
  assert.doesNotMatch(`${mailed.subject} ${mailed.text}`, /Sache|Zwei|Kunde ist|Und wann/);
  return mailed;
};

// The fault: an agent on the road wrote an answer that nobody got, and nobody said so.
void test("an agent whose answer is refused is told by mail what is wrong and what to do, in their language", async () => {
  const { id, notice } = await mentioned();
  const { number } = (await rowOf(world, id)) ?? assert.fail();
  const without = { thread: { references: [`mid:dt-${notice.messageToken}@elbkabel.example`] } };
  const sent = (over: Parameters<typeof mail>[1] = {}, from = "anna@staff.example"): Promise<boolean> =>
    deliver(world, cast.channel, mail(from, { text: "Bis morgen.", assurance: "aligned", ...without, ...over }));
  // None of these is surely hers, or is no person's.
  for (const over of [
    { assurance: "none" },
    { assurance: "failed" },
    { automatic: "auto-reply" },
    { automatic: "auto-generated" },
    { seemsAway: true, subject: "Abwesend" },
    { assurance: "none", thread: { tokens: [notice.replyToken ?? ""] } },
    { automatic: "auto-reply", thread: { tokens: [notice.replyToken ?? ""] } },
  ] as const)
    await sent(over);
  // Somebody else's token says who it was given to, and not who may be written to.
  await sent({ thread: { tokens: [notice.replyToken ?? ""] } }, "omar@staff.example");
  assert.deepEqual(await sendAll(world), []);
  await sent();
  const first = toldOf(await sendAll(world), "persönliche Antwortadresse");
  assert.match(
    first.text,
    new RegExp(`Anliegen ${number} ging nicht an den Kunden[^]*Öffnen Sie das Anliegen am Desk`),
  );
  assert.doesNotMatch(first.text, /Bis morgen/);
  // Once in a while: further ones, and an answer to this very mail, start no correspondence.
  await sent();
  await sent({ thread: { references: [`mid:dt-${first.messageToken}@elbkabel.example`] } });
  assert.deepEqual(await sendAll(world), []);
  world.pass(5 * 60_000 + 1);
  await world.db.run(
    sql`UPDATE agent SET brand_ids = ${[cast.otherBrandId]}, preferences = jsonb_set(preferences, '{language}', '"en"') WHERE id = ${cast.anna.id}`,
  );
  await sent({ thread: { tokens: [notice.replyToken ?? ""] } });
  toldOf(await sendAll(world), "or no longer, answer in this concern");
  await world.db.run(
    sql`UPDATE agent SET brand_ids = ${[cast.brandId]}, preferences = jsonb_set(preferences, '{language}', '"de"') WHERE id = ${cast.anna.id}`,
  );
  // Nor more than thirty mails of ours in an hour, whatever they are about.
  const other = await mentioned();
  await world.db.run(
    sql`INSERT INTO automatic_mail (norm, at) SELECT 'anna@staff.example', ${world.now().toISOString()} FROM generate_series(1, 30)`,
  );
  await sent({ thread: { references: [`mid:dt-${other.notice.messageToken}@elbkabel.example`] } });
  assert.deepEqual(await sendAll(world), []);
  world.pass(3_600_000);
  // The news is still what is answered, whatever was refused in between.
  await deliver(world, cast.channel, await read(notice, "Morgen um zehn.\n"));
  assert.equal((await messagesIn(world.db, id)).at(-1)?.direction, "out");
  await sendAll(world);
  // Who works here no more is told nothing.
  await world.db.run(sql`UPDATE agent SET active = false WHERE id = ${cast.anna.id}`);
  await sent({ thread: { tokens: [notice.replyToken ?? ""] } });
  assert.deepEqual(await sendAll(world), []);
  await world.db.run(sql`UPDATE agent SET active = true WHERE id = ${cast.anna.id}`);
});

/** A concern of Anna's whose customer just wrote: she was told by mail. `over`: of that mail. */
const told = async (subject: string, over: Parameters<typeof mail>[1] = {}) => {
  const from = `${subject.toLowerCase().replaceAll(" ", "-")}@kunde.example`;
  await deliver(world, cast.channel, mail(from, { subject }));
  const { id } = await concernCalled(world, subject);
  sure(await change(world, cast.anna, { id, change: { assigneeId: cast.anna.id } }));
  await answer(world, cast, id, from);
  const token = (await sendAll(world)).find((each) => each.to[0]?.value === from)?.replyToken ?? assert.fail();
  world.pass(3_600_000);
  const since = await seqNow();
  await deliver(
    world,
    cast.channel,
    mail(from, { subject, text: "Und wann kommt er?", ...over, thread: { tokens: [token] } }),
  );
  const notice = (await react(since)).find((each) => each.to[0]?.value === "anna@staff.example") ?? assert.fail();
  return { id, from, token, notice };
};
const addressed = (out: Outbound | undefined): unknown => [
  out?.to.map((each) => each.value),
  out?.cc.map((each) => each.value),
];

void test("the answer goes to whom the agent was told of, whoever wrote since", async () => {
  const { id, from, token, notice } = await told("Zwei Absender");
  await deliver(
    world,
    cast.channel,
    mail(from, {
      automatic: "auto-reply",
      replyTo: { name: null, value: "anders@kunde.example" },
      text: "Ich bin im Urlaub.",
      thread: { tokens: [token] },
    }),
  );
  await deliver(
    world,
    cast.channel,
    mail("dritter@fremd.example", { text: "Mir wurde das weitergeleitet.", thread: { tokens: [token] } }),
  );
  await sendAll(world);
  await deliver(world, cast.channel, await read(notice, "Morgen um zehn.\n"));
  const [out, ...others] = await sendAll(world);
  assert.deepEqual([addressed(out), others.length], [[[from], []], 0]);
  assert.doesNotMatch(out?.text ?? "", /weitergeleitet|Urlaub/, "what stands below is the message that was answered");
  assert.match(out?.text ?? "", /Und wann kommt er\?/);
  assert.equal((await messagesIn(world.db, id)).at(-1)?.direction, "out");
});

void test("the answer goes where a sure sender wants it, with everybody they copied; a doubtful one's wish counts nothing", async () => {
  const copied = {
    replyTo: { name: null, value: "buero@kunde.example" },
    cc: [{ name: null, value: "zoe@kunde.example" }],
  };
  const one = await told("Mit Kopie", copied);
  await deliver(world, cast.channel, await read(one.notice, "Morgen um zehn.\n"));
  assert.deepEqual(addressed((await sendAll(world))[0]), [["buero@kunde.example"], ["zoe@kunde.example"]]);
  const two = await told("Ohne Beweis", { ...copied, assurance: "none" });
  await deliver(world, cast.channel, await read(two.notice, "Morgen um zehn.\n"));
  assert.deepEqual(addressed((await sendAll(world))[0]), [[two.from], []]);
});

void test("after a note the answer goes to the customer, not to a third party or a machine that wrote last", async () => {
  const { id, from, token } = await told("Nach Notiz");
  await deliver(world, cast.channel, mail("dritter@fremd.example", { thread: { tokens: [token] } }));
  await deliver(
    world,
    cast.channel,
    mail("robot@fremd.example", { automatic: "auto-generated", thread: { tokens: [token] } }),
  );
  const since = await seqNow();
  sure(
    await note(world, cast.omar, { id, text: "@anna schaust du?", html: null, uploads: [], key: crypto.randomUUID() }),
  );
  const notice = (await react(since)).find((each) => each.text.includes("schaust du")) ?? assert.fail();
  await deliver(world, cast.channel, await read(notice, "Morgen um zehn.\n"));
  assert.deepEqual(addressed((await sendAll(world))[0]), [[from], []]);
});

void test("at the desk an answer goes to the concern's own customer: no third party, no machine and no wish of either comes first", async () => {
  const { id, from, token } = await told("Am Tisch");
  const elsewhere = { replyTo: { name: null, value: "konto@fremd.example" }, thread: { tokens: [token] } };
  await deliver(world, cast.channel, mail("dritter@fremd.example", elsewhere));
  await deliver(world, cast.channel, mail(from, { automatic: "auto-reply", ...elsewhere }));
  const opened = await openConcern(world, cast.anna, id);
  assert.ok(!isRefusal(opened));
  assert.deepEqual(
    opened.ways.map((way) => [way.value, way.reason]),
    [[from, "lastUsed"]],
  );
  // Nor does a machine's answer stand repeated below one of ours.
  await deliver(
    world,
    cast.channel,
    mail(from, { automatic: "auto-reply", text: "Abwesenheitsnotiz", thread: { tokens: [token] } }),
  );
  await answer(world, cast, id, from);
  assert.doesNotMatch((await sendAll(world))[0]?.text ?? "", /Abwesenheitsnotiz/);
});

void test("a form's mail is answered where it asks for it, though a machine sent it", async () => {
  await deliver(
    world,
    cast.channel,
    mail("noreply@formular.example", {
      subject: "Anfrage der Seite",
      automatic: "auto-generated",
      replyTo: { name: "Karla", value: "karla@kunde.example" },
    }),
  );
  const { id } = await concernCalled(world, "Anfrage der Seite");
  const opened = await openConcern(world, cast.anna, id);
  assert.ok(!isRefusal(opened));
  assert.deepEqual(opened.ways[0] && [opened.ways[0].value, opened.ways[0].reason], ["karla@kunde.example", "replyTo"]);
});

void test("an answer to a notice that repeats somebody's forward goes to the customer, and is no forward itself", async () => {
  const forwarded =
    "---------- Forwarded message ---------\nFrom: Netz AG <netz@fremd.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0100\nSubject: Rechnung 12\nTo: karla@kunde.example\n\nIhre Rechnung.";
  for (const [index, repeat] of [
    (text: string) => `On Mon, Mar 2, 2026 at 10:30 AM ${service} wrote:\n\n${quoted(text)}`,
    (text: string) =>
      `________________________________\nVon: ${service}\nGesendet: Montag, 2. März 2026 10:30\nAn: Anna Berg <anna@staff.example>\nBetreff: Sache\n\n${text}`,
  ].entries()) {
    const { id, from, notice } = await told(`Weitergeleitet ${index}`, { text: forwarded });
    const answer = await read(notice, `Ja, das stimmt so.\n\n${repeat(notice.text)}\n`);
    assert.equal(answer.forwarded, null);
    await deliver(world, cast.channel, answer);
    assert.deepEqual(addressed((await sendAll(world))[0]), [[from], []]);
    // The token decides, also if it were read as one.
    const original = {
      from: { name: null, value: "netz@fremd.example" },
      subject: "Rechnung 12",
      sentAt: null,
      text: "x",
      html: null,
      inlineIds: [],
      files: [],
    };
    await deliver(world, cast.channel, { ...(await read(notice, "Noch etwas.\n")), forwarded: original });
    assert.deepEqual(addressed((await sendAll(world))[0]), [[from], []]);
    assert.equal((await messagesIn(world.db, id)).at(-1)?.text, "Noch etwas.");
  }
  assert.ok((await allConcerns(world.db)).every((each) => each.subject !== "Rechnung 12"));
});

void test("an agent who passes on one of our own mails makes no customer of us", async () => {
  for (const value of ["service@elbkabel.example", "Service+abc@elbkabel.example", "hilfe@nordstrom.example"])
    await deliver(
      world,
      cast.channel,
      mail("anna@staff.example", {
        subject: "Fwd: Unsere Antwort",
        forwarded: {
          from: { name: null, value },
          subject: "Unsere Antwort",
          sentAt: null,
          text: "Wir kümmern uns.",
          html: null,
          inlineIds: [],
          files: [],
        },
      }),
    );
  const ours = await world.db.rows(sql`SELECT norm FROM party WHERE norm LIKE 'service%' OR norm LIKE 'hilfe%'`);
  assert.deepEqual(ours, []);
});
