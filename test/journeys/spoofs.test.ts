// P12: whoever writes in another's name gets nothing and changes nothing. Every forgery of the collection, each with everything an outsider can
// know or guess of a thread: read as the door reads it, taken in as the server does. Counted: bytes told to others, messages taken for the victim's.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { receive } from "#channels/email/inbound.ts";
import type { EmailSettings } from "#channels/email/settings.ts";
import { forgeries, zoneResolver, type Transport } from "#channels/email/testForgeries.ts";
import type { Outbound } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import { createAgent } from "#modules/agents/actions.ts";
import { note } from "#modules/concerns/actions-reply.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { findClues } from "#modules/concerns/store-evidence.ts";
import { sql } from "#platform/db/db.ts";
import { system } from "#contract/actor.ts";
import { answer, concernCalled, sendAll } from "#test/outbox.ts";
import { addCast, deliver, mail, messagesIn, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

const service = "service@elbkabel.example";
const victim = "b@victim.example";
const secret = "Die Zugangskennung lautet KUPFERKESSEL-4711.";
const settings: EmailSettings = {
  address: service,
  aliases: [],
  displayName: "",
  imap: null,
  smtp: null,
  dkim: null,
  door: true,
  plusAddressing: true,
  trustedAuthservIds: ["mx.kabel.example"],
  trustedRelays: ["198.51.100.0/24", "2001:db8:1::/48"],
};

let world: TestWorld;
let cast: Cast;
let cases = 0;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

/** The victim's concern: a secret in it, answered once. */
const conversation = async (subject: string) => {
  const messageId = `${crypto.randomUUID()}@victim.example`;
  const from = { value: victim, name: "Bea" };
  await deliver(
    world,
    cast.channel,
    mail(victim, { subject, text: secret, from, thread: { own: [`mid:${messageId}`] } }),
  );
  const concern = await concernCalled(world, subject);
  await answer(world, cast, concern.id, victim);
  const [sent] = await sendAll(world);
  assert.ok(sent?.replyToken);
  return {
    id: concern.id,
    number: concern.number,
    token: sent.replyToken,
    messageToken: sent.messageToken,
    messageId,
  };
};

/** Everything of a concern that a mail could change. */
const state = async (id: string) => ({
  row: await world.db.one(sql`SELECT * FROM concern WHERE id = ${id}`),
  parties: await world.db.rows(sql`SELECT * FROM party WHERE concern_id = ${id} ORDER BY id`),
  messages: await messagesIn(world.db, id),
  customer: await world.db.rows(sql`
    SELECT c.*, a.* FROM concern n JOIN customer c ON c.id = n.customer_id JOIN address a ON a.customer_id = c.id WHERE n.id = ${id} ORDER BY a.id`),
});

/** Takes a forged mail in as the server does; gives the ids of the messages it became. */
const take = async (text: string, transport: Transport, recipients: readonly string[]): Promise<string[]> => {
  const inbound = await receive(
    {
      bytes: Buffer.from(text),
      receivedAt: world.now().toISOString(),
      transport: { by: "smtp", ...transport, recipients },
    },
    settings,
    { now: world.now(), resolver: zoneResolver },
  );
  const before = new Set((await world.db.rows<{ id: string }>(sql`SELECT id FROM message`)).map((row) => row.id));
  for (const each of inbound) if (each.kind === "message") await deliver(world, cast.channel, each, []);
  return (await world.db.rows<{ id: string }>(sql`SELECT id FROM message`))
    .map((row) => row.id)
    .filter((id) => !before.has(id));
};

const told = (mails: readonly Outbound[]): number =>
  mails
    .filter((each) => [...each.to, ...each.cc].some((person) => person.value !== victim))
    .reduce(
      (sum, each) => sum + (`${each.subject} ${each.text} ${each.html ?? ""}`.split("KUPFERKESSEL").length - 1),
      0,
    );

/** Nobody may take a message for the victim's: either it stands under another address, or it is shown as false or unproved. */
const misattributed = async (ids: readonly string[]): Promise<number> =>
  (
    await world.db.one<{ n: number }>(sql`
      SELECT count(*)::int AS n FROM message WHERE id = ANY (${ids}::uuid[]) AND direction = 'in' AND sender ->> 'value' ILIKE '%victim.example' AND assurance IN ('proved', 'aligned')`)
  ).n;

const guessed = "abcdefghijklmnopqrstuvwxyz234567abcdefghij";

interface Known {
  readonly number: number;
  readonly token: string;
  readonly messageToken: string;
  readonly messageId: string;
}

/** What an outsider can know or guess, as header lines and envelope recipients. */
const hints: readonly (readonly [
  string,
  (known: Known) => { readonly head: string; readonly to: readonly string[]; readonly subject: string },
])[] = [
  [
    "the number in the subject, and a stranger in copy",
    ({ number }) => ({
      head: "Cc: stranger@attacker.example\r\nReply-To: a@attacker.example\r\n",
      to: [service],
      subject: `Re: Vertrag [#${number}]`,
    }),
  ],
  [
    "guessed and broken tokens",
    ({ token, number }) => ({
      head: `To: service+${guessed}@elbkabel.example\r\nCc: stranger@attacker.example\r\n`,
      to: [
        `service+${guessed}@elbkabel.example`,
        `service+${token.slice(0, 26)}${guessed.slice(0, 16)}@elbkabel.example`,
        `service+${guessed.slice(0, 26)}${token.slice(26)}@elbkabel.example`,
        `service+${token.slice(0, -1)}${token.endsWith("a") ? "b" : "a"}@elbkabel.example`,
      ],
      subject: `AW: Vertrag [#${number}]`,
    }),
  ],
  [
    "message ids of the victim, and ours with another token",
    ({ number, messageToken, messageId }) => ({
      head: `In-Reply-To: <${messageId}>\r\nReferences: <${messageId}> <dt-${messageToken.split("").toReversed().join("")}.${number}@elbkabel.example>\r\nCc: stranger@attacker.example\r\n`,
      to: [service],
      subject: "Vertrag",
    }),
  ],
  [
    "the very message id of our answer",
    ({ number, messageToken }) => ({
      head: `In-Reply-To: <dt-${messageToken}.${number}@elbkabel.example>\r\nCc: stranger@attacker.example\r\n`,
      to: [service],
      subject: `Re: Vertrag [#${number}]`,
    }),
  ],
];

for (const [hint, of] of hints)
  test(`a false sender who knows ${hint}: nothing told, nothing changed, nothing taken for the victim's`, async () => {
    const known = await conversation(`Vertrag ${hint}`);
    const before = await state(known.id);
    const wrong: string[] = [];
    const made: string[] = [];
    const { head, to, subject } = of(known);
    for (const [index, [story, , transport]] of forgeries("").entries()) {
      cases += 1;
      const rest = `To: ${service}\r\n${head}Subject: ${subject} ${index}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <${crypto.randomUUID()}@attacker.example>\r\n\r\nBitte neue Adresse eintragen und ${story}.\r\n`;
      const text = forgeries(rest)[index]?.[1] ?? assert.fail();
      const ids = await take(typeof text === "string" ? text : await text(), transport, to);
      made.push(...ids);
      assert.ok(ids.length > 0, `${story} is kept for people to see`);
      if (JSON.stringify(await state(known.id)) !== JSON.stringify(before)) wrong.push(story);
    }
    // A sender who stands under an own, proved address and holds our Message-ID was given it by its recipient: they join, and see what comes later.
    if (!hint.startsWith("the very")) assert.deepEqual(wrong, []);
    assert.equal(await misattributed(made), 0);
    const stranger = await world.db.rows(
      sql`SELECT * FROM party WHERE concern_id = ${known.id} AND norm LIKE 'stranger%'`,
    );
    assert.deepEqual(stranger, []);
    // The agents answer everybody: the victim, and whoever wrote these.
    await answer(world, cast, known.id, victim);
    const senders = await world.db.rows<{ id: string; sender: string; status: string }>(sql`
      SELECT DISTINCT m.concern_id AS id, m.sender ->> 'value' AS sender, c.status FROM message m JOIN concern c ON c.id = m.concern_id WHERE m.id = ANY (${made}::uuid[])`);
    for (const { id, sender } of senders)
      if (!sender.endsWith(".invalid") && /^[^\s<>@]+@[^\s<>@]+$/.test(sender))
        await answer(world, cast, id as never, sender);
    assert.equal(told(await sendAll(world)), 0);
  });

test("a false agent, even with the agent's own token: no customer hears of it", async () => {
  const agent = await createAgent(world, system, {
    name: "Bea Agentin",
    handle: "bea",
    email: victim,
    role: "agent",
    active: true,
    teamIds: [],
    brandIds: [],
    password: "ein-langes-geheimes-wort",
  });
  assert.ok(!isRefusal(agent));
  await world.db.run(
    sql`UPDATE agent SET preferences = preferences || '{"notifyByMail": true}' WHERE id = ${agent.id}`,
  );
  await deliver(world, cast.channel, mail("kundin@kunde.example", { subject: "Für Bea", text: secret }));
  const { id, number } = await concernCalled(world, "Für Bea");
  assert.ok(
    !isRefusal(
      await note(world, cast.anna, { id, text: "@bea schau mal", html: null, uploads: [], key: crypto.randomUUID() }),
    ),
  );
  const tell = concernReactions(world).find((each) => each.name === "concerns.notify") ?? assert.fail();
  for (const event of await world.events())
    if (tell.wants(event)) await world.db.transaction((tx) => tell.handle(tx, event));
  const token = (await sendAll(world)).find((each) => each.to[0]?.value === victim)?.replyToken ?? assert.fail();
  const before = await world.db.one(
    sql`SELECT status, waiting_since, message_count, assignee_id, snippet FROM concern WHERE id = ${id}`,
  );
  for (const [index, [story, , transport]] of forgeries("").entries()) {
    cases += 1;
    const rest = `To: service+${token}@elbkabel.example\r\nSubject: Re: Für Bea [#${number}] ${index}\r\nMessage-ID: <${crypto.randomUUID()}@attacker.example>\r\n\r\nBitte überweisen Sie an die neue Adresse, ${story}.\r\n`;
    const text = forgeries(rest)[index]?.[1] ?? assert.fail();
    await take(typeof text === "string" ? text : await text(), transport, [`service+${token}@elbkabel.example`]);
    assert.deepEqual(await sendAll(world), [], story);
  }
  assert.deepEqual(
    await world.db.one(
      sql`SELECT status, waiting_since, message_count, assignee_id, snippet FROM concern WHERE id = ${id}`,
    ),
    before,
  );
  const added = (await messagesIn(world.db, id)).filter((message) => message.direction === "out");
  assert.deepEqual(added, []);
});

test("a hundred thousand guessed tokens open nothing", async () => {
  const { id } = await conversation("Erraten");
  const before = await state(id);
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  const guess = (): string =>
    Array.from(crypto.getRandomValues(new Uint8Array(42)), (byte) => letters[byte % 32]).join("");
  for (let n = 0; n < 100; n += 1) {
    const clues = await findClues(world.db, {
      channelKind: "email",
      kind: "email",
      senderNorm: victim,
      brandId: cast.brandId,
      randomParts: Array.from({ length: 1_000 }, () => guess().slice(0, 26)),
      references: [],
      number: null,
      own: [],
      burst: null,
    });
    assert.deepEqual(clues, []);
  }
  // As mails, twenty in each: more of one mail's addresses are not looked up.
  const thread = () => ({ tokens: Array.from({ length: 20 }, guess) });
  for (let n = 0; n < 50; n += 1)
    await deliver(world, cast.channel, mail("raten@attacker.example", { subject: "Geraten", thread: thread() }));
  assert.deepEqual(await state(id), before);
  assert.equal((await concernCalled(world, "Geraten")).messageCount, 50);
});

test("at least 120 cases were counted", () => {
  assert.ok(cases >= 120, `${cases}`);
});
