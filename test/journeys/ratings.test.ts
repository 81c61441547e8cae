// What customers say of how their concern was settled: asked once, when it makes sense, and answered by a link that nobody can forge.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { Outbound } from "#contract/channel.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import { scores } from "#contract/score.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { move, split } from "#modules/concerns/actions-moving.ts";
import { claimDeliveries, outboundOf } from "#modules/concerns/actions-outbox.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { mergeCustomers } from "#modules/customers/actions-merging.ts";
import { askWhatIsDue, giveRating, questionBehind, setRatingRule, stopAsking } from "#modules/ratings/actions.ts";
import { notAsked, noRule, tokenFor, type Asking } from "#modules/ratings/model.ts";
import { ratingReactions } from "#modules/ratings/reactions.ts";
import { ratingOf, ruleFor } from "#modules/ratings/reads.ts";
import { sql } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";
import { startMailSim } from "#channels/email/sim.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import type { LiveFeed } from "#test/desk.ts";
import { startTestServer } from "#test/server.ts";
import {
  addCast,
  allConcerns,
  deliver,
  hears,
  mail,
  messagesIn,
  openTestWorld,
  sure,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  sure(await setRatingRule(world, cast.omar, cast.brandId, rule));
});
after(() => world.close());

const rule = { ...noRule, enabled: true };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
let seen = 0;
const react = async (): Promise<void> => {
  const events = await world.events(seen);
  seen = events.at(-1)?.seq ?? seen;
  for (const event of events)
    for (const { wants, handle } of ratingReactions(world))
      if (wants(event)) await world.db.transaction((tx) => handle(tx, event));
};

const begins = async (from: string, over: Parameters<typeof mail>[1] = {}): Promise<ConcernId> => {
  world.pass(hourMs);
  await deliver(world, cast.channel, mail(from, over));
  return (await allConcerns(world.db)).at(-1)?.id as ConcernId;
};

const answers = async (id: ConcernId, to: string): Promise<void> => {
  sure(
    await reply(world, cast.anna, {
      id,
      channelId: cast.channel.id,
      to: [to],
      cc: [],
      text: "Erledigt.",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
      undoMs: 0,
    }),
  );
};

const sets = async (id: ConcernId, status: "resolved" | "open"): Promise<void> => {
  sure(await change(world, cast.anna, { id, change: { status } }));
  await react();
};

const asks = (): Promise<number> => askWhatIsDue(world);

/** What a link to the question about a concern carries. */
const tokenOf = async (id: ConcernId): Promise<string> => {
  const { rating } = await world.db.one<{ rating: string }>(
    sql`SELECT id AS rating FROM rating WHERE concern_id = ${id}`,
  );
  return tokenFor(world.mac, rating);
};

const ratingLink = (rating: string, score: number): string =>
  `https://kabel.example/rating/${tokenFor(world.mac, rating)}?score=${score}`;

/** A message as it leaves. */
const leaves = async (messageId: string): Promise<Outbound> => {
  const claim = (await claimDeliveries(world, { limit: 100, leaseMs: 50_000 })).find(
    (each) => each.messageId === messageId,
  );
  assert.ok(claim);
  return (await outboundOf(world, claim, { rating: ratingLink, chat: () => "" })) ?? assert.fail();
};

const rowNow = async (id: ConcernId) => (await rowById(world.db, id)) ?? assert.fail();

/** A concern that was answered and settled. */
const settled = async (from: string, over: Parameters<typeof mail>[1] = {}): Promise<ConcernId> => {
  const id = await begins(from, over);
  await answers(id, from);
  await sets(id, "resolved");
  return id;
};

test("asked an hour after it was settled, once, by a machine's mail that alone has the links; the answer stands on the concern and can be changed", async () => {
  const from = "zufrieden@kunde.example";
  const id = await settled(from);
  assert.equal(await asks(), 0, "not before its time");
  world.pass(hourMs);
  // Two nodes at once, as when leadership changes hands.
  assert.equal(
    (await Promise.all([asks(), asks()])).reduce((a, b) => a + b),
    1,
  );
  const token = await tokenOf(id);
  const question = (await messagesIn(world.db, id)).at(-1) ?? assert.fail();
  assert.deepEqual([question.automatic, question.recipients.map(({ value }) => value)], ["auto-reply", [from]]);
  const mailed = await leaves(question.id);
  for (const score of scores) assert.ok(mailed.text.includes(`/rating/${token}?score=${score}`), mailed.text);
  assert.doesNotMatch(mailed.text, /\[Link/);
  const proof = token.split(".")[1] ?? "";
  const kept = await world.db.rows(
    sql`SELECT to_jsonb(m) AS m, to_jsonb(b) AS b FROM message m JOIN message_body b ON b.message_id = m.id`,
  );
  assert.ok(!JSON.stringify([kept, await world.events(), await openConcern(world, cast.anna, id)]).includes(proof));
  assert.equal(await asks(), 0);
  assert.equal((await rowNow(id)).status, "resolved");

  for (let look = 0; look < 5; look += 1)
    assert.equal(sure(await questionBehind(world, token)).score, null, "looking counts for nothing");
  assert.deepEqual(await giveRating(world, token, { score: 4, text: " Schnell.\u0000 " }), {});
  // The same again, from two tabs at once, is nothing new.
  const again = { score: 4, text: "Schnell." };
  assert.deepEqual(await Promise.all([giveRating(world, token, again), giveRating(world, token, again)]), [{}, {}]);
  const given = sure(await ratingOf(world, cast.anna, id)) ?? assert.fail();
  assert.deepEqual([given.score, given.text, given.changed, given.of], [4, "Schnell.", false, null]);
  assert.equal((await rowNow(id)).rating, 4);
  const naughty = "<img src=x onerror=alert(1)>\u202e ${x} '; DROP TABLE rating; -- \ud83d";
  assert.deepEqual(await giveRating(world, token, { score: 1, text: naughty }), {});
  assert.deepEqual(await giveRating(world, token, { score: 2, text: naughty }), {});
  const last = sure(await ratingOf(world, cast.anna, id)) ?? assert.fail();
  assert.deepEqual([last.score, last.changed, last.text.startsWith("<img src=x onerror=alert(1)>")], [2, true, true]);
  assert.equal((await rowNow(id)).status, "resolved", "a bad one opens nothing unless it is set so");
  assert.deepEqual(await ratingOf(world, cast.eva, id), { refused: "notFound" });
  const said = (await world.events()).filter(({ concernId, kind }) => concernId === id && kind.startsWith("rating."));
  assert.deepEqual(
    said.map(({ kind, actor }) => [kind, actor.kind]),
    [["rating.asked", "system"], ...[1, 2, 3].map(() => ["rating.given", "customer"])],
  );
  const sums = sure(await ruleFor(world, cast.omar, cast.brandId));
  assert.deepEqual([sums.asked, sums.given, sums.average], [1, 1, 2]);

  // Who repeats our mail below an answer repeats the links: nobody at the desk finds them there.
  const quoted = `> ${mailed.text.replaceAll("\n", "\n> ")}`;
  const html = `<p>Danke</p><a href="https://safe.example/?u=https%3A%2F%2Fkabel.example%2Frating%2F${token}">5</a>`;
  const thread = { tokens: [mailed.replyToken ?? ""] };
  await deliver(world, cast.channel, mail(from, { thread, foldedText: quoted, html }));
  const opened = sure(await openConcern(world, cast.anna, id));
  const repeated = opened.messages.at(-1) ?? assert.fail();
  assert.ok(repeated.foldedText.includes("/rating/") && repeated.warnings.includes("ownLinkHidden"));
  const stored = await world.db.rows(sql`SELECT * FROM message_body WHERE message_id = ${repeated.id}`);
  assert.ok(!JSON.stringify([opened, stored]).includes(proof));
  await sets(id, "resolved");

  // Not twice to the same customer within the pause, whichever concern and address; after it again.
  const second = "zweit@kunde.example";
  const owner = (await rowNow(id)).customerId;
  await settled(from);
  const other = await settled(second);
  const gone = (await rowNow(other)).customerId;
  sure(await mergeCustomers(world, cast.anna, owner, { otherId: gone, take: [] }));
  world.pass(hourMs);
  assert.equal(await asks(), 0);
  assert.deepEqual(await giveRating(world, token, { score: 3, text: "" }), {}, "a merged customer's link still holds");
  world.pass(31 * dayMs);
  await settled(second);
  world.pass(hourMs);
  assert.equal(await asks(), 1);
});

test("not asked: opened again, without an answer of ours, spam, a machine, an agent, an address nobody proved, one that bounced, who said stop, too late", async () => {
  const opened = await settled("wieder@kunde.example");
  await sets(opened, "open");
  world.pass(hourMs);
  assert.equal(await asks(), 0);
  await sets(opened, "resolved");
  world.pass(hourMs / 2);
  // Opened and settled again, and the second not heard of yet: the time counts from the last.
  sure(await change(world, cast.anna, { id: opened, change: { status: "open" } }));
  world.pass(hourMs / 4);
  sure(await change(world, cast.anna, { id: opened, change: { status: "resolved" } }));
  world.pass(hourMs / 2);
  assert.equal(await asks(), 0, "its time is still to come");
  world.pass(hourMs / 2);
  assert.equal(await asks(), 1, "settled again, it is asked once");
  await sets(opened, "open");
  await sets(opened, "resolved");
  world.pass(31 * dayMs);
  assert.equal(await asks(), 0, "and never a second time");

  const unanswered = await begins("stumm@kunde.example");
  await sets(unanswered, "resolved");
  const spam = await begins("spam@kunde.example");
  await answers(spam, "spam@kunde.example");
  sure(await change(world, cast.anna, { id: spam, change: { addTags: ["Spam"], status: "resolved" } }));
  await react();
  const machine = await settled("melder@kunde.example", { automatic: "auto-generated" });
  sure(await change(world, cast.anna, { id: machine, change: { removeTags: ["automatic"] } }));
  await settled("behauptet@kunde.example", { assurance: "none" });
  await settled("voll@kunde.example");
  await world.db.run(sql`UPDATE address SET suppressed_reason = 'voll' WHERE norm = 'voll@kunde.example'`);
  world.pass(hourMs);
  assert.equal(await asks(), 0);

  const enough = await settled("genug@kunde.example");
  world.pass(hourMs);
  assert.equal(await asks(), 1);
  assert.deepEqual(await stopAsking(world, await tokenOf(enough)), {});
  world.pass(31 * dayMs);
  await settled("genug@kunde.example");
  world.pass(hourMs);
  assert.equal(await asks(), 0, "stopped");
  await settled("spaet@kunde.example");
  world.pass(4 * dayMs);
  assert.equal(await asks(), 0, "too late");
  assert.equal(await asks(), 0);
  const left = await world.db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM rating WHERE due_at IS NOT NULL`);
  assert.equal(left.n, 0, "nobody is looked at again");
});

test("a forged, foreign or old link, a score of 6 and too many words change nothing; one that cannot be asked delays nobody and is asked later", async () => {
  const id = await settled("ziel@kunde.example");
  const other = await settled("anderes@kunde.example");
  world.pass(hourMs);
  // Whatever stops it between the message and the mark stops both: as if the process were killed there.
  const db: World["db"] = {
    ...world.db,
    transaction: (work) =>
      world.db.transaction((tx) =>
        work({
          ...tx,
          run: (statement) => {
            const { text, values } = statement as unknown as {
              readonly text: string;
              readonly values: readonly unknown[];
            };
            if (text.includes("UPDATE rating SET asked_at") && values.includes(id)) throw new Error("killed");
            return tx.run(statement);
          },
        }),
      ),
  };
  await assert.rejects(askWhatIsDue({ ...world, db }), /killed/);
  assert.deepEqual(
    (await messagesIn(world.db, id)).map(({ automatic }) => automatic),
    [null, null],
    "nothing of it is left",
  );
  assert.equal((await messagesIn(world.db, other)).at(-1)?.automatic, "auto-reply", "one that fails delays nobody");
  assert.equal(await asks(), 1, "and is tried again");
  const token = await tokenOf(id);
  const foreign = await tokenOf(other);
  const [rating = "", proof = ""] = token.split(".");
  const forged = [
    "",
    "x".repeat(5_000),
    `${foreign.split(".")[0]}.${proof}`,
    `${id}.${proof}`,
    `${rating}.${"a".repeat(32)}`,
    `${token}x`,
    `${rating}.`,
  ];
  for (const link of forged) {
    assert.deepEqual(await questionBehind(world, link), { refused: "notFound" });
    assert.deepEqual(await giveRating(world, link, { score: 1, text: "" }), { refused: "notFound" });
    assert.deepEqual(await stopAsking(world, link), { refused: "notFound" });
  }
  const refusal = async (given: { readonly score: number; readonly text: string }) =>
    (await giveRating(world, token, given)) as { refused?: string; field?: string };
  for (const score of [0, 6, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.deepEqual(await refusal({ score, text: "" }), { refused: "invalidInput", field: "score" });
  for (const length of [2_001, 1_000_000])
    assert.deepEqual(await refusal({ score: 3, text: "x".repeat(length) }), { refused: "invalidInput", field: "text" });
  assert.equal(sure(await ratingOf(world, cast.anna, id))?.score, null);
  world.pass(14 * dayMs);
  assert.deepEqual(await refusal({ score: 3, text: "" }), { refused: "ratingOver" });
  assert.deepEqual(await questionBehind(world, token), { refused: "ratingOver" });
  assert.deepEqual(await stopAsking(world, token), { refused: "ratingOver" });
});

test("merged and split: a merged concern is not asked, and what was asked of it before counts where its thread goes on", async () => {
  const from = "zwei@kunde.example";
  const first = await settled(from);
  world.pass(hourMs);
  assert.equal(await asks(), 1);
  const token = await tokenOf(first);
  const second = await begins(from, { subject: "Router blinkt", text: "Der Router blinkt." });
  const { number } = await rowNow(second);
  sure(await move(world, cast.anna, { id: first, key: crypto.randomUUID(), messages: null, number }));
  await react();
  assert.deepEqual(await giveRating(world, token, { score: 2, text: "Zu langsam." }), {});
  const here = sure(await ratingOf(world, cast.anna, second)) ?? assert.fail();
  assert.deepEqual([here.score, here.of], [2, (await rowNow(first)).number]);
  assert.deepEqual([(await rowNow(first)).rating, (await rowNow(second)).rating], [2, null]);
  const said = (await world.events()).findLast(({ kind }) => kind === "rating.given");
  assert.equal(said?.concernId, second);

  // Merging settles the concern that gives; nobody is asked about that.
  const third = await begins("drei@kunde.example");
  await answers(third, "drei@kunde.example");
  const fourth = await begins("drei@kunde.example", { subject: "Noch etwas", text: "Und noch etwas ganz anderes." });
  const target = (await rowNow(fourth)).number;
  sure(await move(world, cast.anna, { id: third, key: crypto.randomUUID(), messages: null, number: target }));
  await react();
  world.pass(hourMs);
  assert.equal(await asks(), 0);
  // What is split off is a concern of its own, asked when it is settled itself.
  const [one] = await messagesIn(world.db, fourth);
  assert.ok(one);
  const halves = sure(
    await split(world, cast.anna, {
      id: fourth,
      key: crypto.randomUUID(),
      messages: { only: [one.id as MessageId] },
      subject: null,
    }),
  );
  await sets(fourth, "resolved");
  await sets(halves.to.id, "resolved");
  world.pass(hourMs);
  assert.equal(await asks(), 1, "one customer is asked about one of them");
});

test("a bad rating reopens where that is set, and whoever holds the concern is told with its words, once each", async () => {
  sure(await setRatingRule(world, cast.omar, cast.brandId, { ...rule, reopens: true }));
  const id = await settled("bose@kunde.example");
  sure(await change(world, cast.anna, { id, change: { assigneeId: cast.anna.id } }));
  world.pass(hourMs);
  assert.equal(await asks(), 1);
  const token = await tokenOf(id);
  const heard = async (): Promise<readonly string[]> => {
    const reaction = concernReactions(world).find(({ name }) => name === "concerns.rated") ?? assert.fail();
    const before = (await messagesIn(world.db, id)).length;
    const event = (await world.events()).findLast(({ kind }) => kind === "rating.given") ?? assert.fail();
    await hears(world, reaction, event);
    return (await messagesIn(world.db, id)).slice(before).map(({ direction, text }) => `${direction} ${text}`);
  };
  assert.deepEqual(await giveRating(world, token, { score: 4, text: "" }), {});
  assert.equal((await rowNow(id)).status, "resolved");
  assert.deepEqual(await heard(), [], "a good one without words disturbs nobody");
  assert.deepEqual(await giveRating(world, token, { score: 1, text: "Noch immer kein Bild." }), {});
  const row = await rowNow(id);
  assert.deepEqual([row.status, row.waitingSince, row.rating], ["open", world.now().toISOString(), 1]);
  const [told = "", ...more] = await heard();
  assert.match(told, /^system .*bewertet/);
  assert.match(told, /1 \/ 5\n\nNoch immer kein Bild\./);
  assert.deepEqual(more, []);
  sure(await setRatingRule(world, cast.omar, cast.brandId, rule));
});

test("every reason for which nobody is asked", () => {
  const fine: Asking = {
    now: 10 * dayMs,
    dueAt: 10 * dayMs,
    status: "resolved",
    isMerged: false,
    isMachine: false,
    answered: true,
    tags: [],
    sure: true,
    silent: false,
    lastAskedAt: null,
    rule: { ...noRule, enabled: true },
  };
  const reasons: readonly (readonly [ReturnType<typeof notAsked>, Partial<Asking>])[] = [
    [null, {}],
    ["off", { rule: noRule }],
    ["reopened", { status: "open" }],
    ["merged", { isMerged: true }],
    ["early", { now: 10 * dayMs - 1 }],
    ["machine", { isMachine: true }],
    ["unanswered", { answered: false }],
    ["spam", { tags: ["SPAM"] }],
    ["unsure", { sure: false }],
    ["silent", { silent: true }],
    ["recently", { now: 39 * dayMs, dueAt: 39 * dayMs, lastAskedAt: 10 * dayMs }],
    [null, { now: 40 * dayMs, dueAt: 40 * dayMs, lastAskedAt: 10 * dayMs }],
    ["late", { now: 14 * dayMs }],
  ];
  for (const [reason, part] of reasons) assert.equal(notAsked({ ...fine, ...part }), reason);
});

test("by mail, through the whole server: scanners' looks do not vote, the button does; refusals are pages in the reader's language", async () => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  const server = await startTestServer({ env: { UNDO_SECONDS: "0" } });
  let live: LiveFeed | undefined;
  try {
    const { desk, brand } = await setUpCentre(server.url);
    const channel = await addMailbox(desk, brand.id, {
      address: "service@kabel.test",
      smtp: { host: "127.0.0.1", port: sim.port },
    });
    const body0 = { ...rule, delayMinutes: 0 };
    await desk.call(api.ratings.setRule, { params: { id: brand.id }, body: body0 });
    live = await desk.live();
    const door = { host: "127.0.0.1", port: server.ports.smtp };
    const customer = { name: "Ida", address: "ida@kunde.test" };
    const writes = (more: object) =>
      sim.send(
        {
          from: customer,
          to: [{ name: "", address: "service@kabel.test" }],
          subject: "Bild",
          text: "Schwarz.",
          ...more,
        },
        door,
      );
    await writes({});
    const { concernId } = await live.event((event) => event.kind === "message.added");
    const params = { id: concernId ?? "" };
    const body = {
      channelId: channel.id,
      to: [customer.address],
      cc: [],
      text: "Geht es wieder?",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting" as const,
      key: crypto.randomUUID(),
    };
    await desk.call(api.concerns.reply, { params, body });
    const answer = await sim.next((letter) => letter.text.includes("Geht es wieder?"), 0);
    // The answer to our token shows whose the mailbox is.
    await writes({ to: answer.replyTo, subject: answer.subject, text: "Ja, danke." });
    await live.event((event) => event.kind === "customer.changed" && event.data.what.includes("addresses"));
    await desk.call(api.concerns.change, { params, body: { status: "resolved" } });
    const question = await sim.next((letter) => letter.text.includes("/rating/"), 0);
    assert.deepEqual(question.envelope, { from: "", to: [customer.address] });
    const headers = new Map(question.headers.map(({ name, value }) => [name, value]));
    assert.match(headers.get("auto-submitted") ?? "", /^auto-/);
    const link =
      /http:\/\/localhost:\d+(\/rating\/[\w.-]+)\?score=5/.exec(question.text)?.[1] ?? assert.fail(question.text);

    const german = { "accept-language": "de" };
    const at = (path: string) => fetch(server.url + path, { headers: german });
    const posted = (path: string, contentType: string, body: string) =>
      fetch(server.url + path, { method: "POST", body, headers: { ...german, "content-type": contentType } });
    const sent = (path: string, form: string) => posted(path, "application/x-www-form-urlencoded", form);
    for (const score of [1, 2, 3, 4, 5]) {
      const looked = await at(`${link}?score=${score}`);
      assert.equal(looked.status, 200);
      assert.match(await looked.text(), new RegExp(`value="${score}" required checked`));
      assert.match(looked.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    }
    const ratingNow = () => desk.call(api.ratings.ofConcern, { params });
    assert.equal((await ratingNow())?.score, null);
    assert.equal((await sent(link, "score=6")).status, 400);
    const huge = await sent(link, `score=5&text=${"x".repeat(1_000_000)}`);
    assert.equal(huge.status, 413);
    assert.match(await huge.text(), /zu viel Text/);
    assert.equal((await posted(link, "application/json", "{")).status, 400);
    assert.equal((await ratingNow())?.score, null);
    const thanks = await sent(link, "score=4&text=%3Cb%3ESchnell%3C%2Fb%3E");
    assert.match(await thanks.text(), /Danke für Ihre Antwort/);
    assert.deepEqual([(await ratingNow())?.score, (await ratingNow())?.text], [4, "<b>Schnell</b>"]);
    assert.match(await (await at(link)).text(), /&#60;b&#62;Schnell/);
    await sent(link, "score=2");
    assert.equal((await ratingNow())?.score, 2);
    assert.match(await (await sent(link, "score=9&text=Bleibt+stehen")).text(), /1 bis 5.*Bleibt stehen/s);
    assert.equal((await ratingNow())?.score, 2);
    const thread = await desk.call(api.concerns.open, { params });
    assert.ok(!JSON.stringify(thread).includes(link.split(".")[1] ?? "!"), "no desk is shown the link");
    const lost = await at("/rating/nichts");
    assert.equal(lost.status, 404);
    assert.match(await lost.text(), /Dieser Link gilt nicht/);
    assert.match(await (await sent(link, "stop=yes")).text(), /Wir fragen Sie nicht mehr/);
  } finally {
    live?.close();
    await server.stop();
    await sim.stop();
  }
});
