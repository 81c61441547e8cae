// Two concerns in one stream: messages are taken into a new concern or another one, what is answered later goes where the message is, and all of it is taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { saveDraft } from "#modules/concerns/actions-drafts.ts";
import { claimDeliveries } from "#modules/concerns/actions-outbox.ts";
import { move, split } from "#modules/concerns/actions-moving.ts";
import { moveBack, undoOf } from "#modules/concerns/actions-moving-back.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { mendTally } from "#modules/concerns/actions-views.ts";
import { note, reply } from "#modules/concerns/actions-reply.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { sql } from "#platform/db/db.ts";
import { answer, leaseMs, rowOf, send, sendAll } from "#test/outbox.ts";
import { verifyAction } from "#test/verify-action.ts";
import {
  addCast,
  allConcerns,
  arrivalNow,
  deliver,
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
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

let people = 0;
/** A customer of a test's own. */
const person = (): string => `bewegt${(people += 1)}@kunde.example`;

/** The customer writes, answering those keys; gives the message and its concern as they are then. */
const writes = async (from: string, text: string, over: Parameters<typeof mail>[1] = {}) => {
  world.pass(300_000);
  const sent = mail(from, { subject: null, text, ...over });
  assert.ok(await deliver(world, cast.channel, sent));
  const found = await world.db.one<{ id: MessageId; concernId: ConcernId }>(
    sql`SELECT message_id AS id, concern_id AS "concernId" FROM reference WHERE key = ${sent.thread.own[0]}`,
  );
  return { ...found, key: sent.thread.own[0] ?? "" };
};

const answers = async (id: ConcernId, to: string, over: Partial<Parameters<typeof reply>[2]> = {}) => {
  world.pass(60_000);
  return (await answer(world, cast, id, to, over)).messageId;
};

const textsOf = async (id: string): Promise<string[]> => (await messagesIn(world.db, id)).map(({ text }) => text);
const key = (): string => crypto.randomUUID();
const numberOf = async (id: ConcernId): Promise<number> => (await rowOf(world, id))?.number ?? 0;

/** What must hold of every concern at any time. */
const sound = async (): Promise<void> => {
  const wrong = await world.db.rows(sql`
    SELECT c.number, array_agg(m.seq ORDER BY m.seq) AS places FROM concern c JOIN message m ON m.concern_id = c.id GROUP BY c.id
    HAVING min(m.seq) <> 1 OR max(m.seq) <> count(*) OR max(m.seq) <> c.last_seq
        OR count(*) FILTER (WHERE m.withdrawn_at IS NULL AND m.direction <> 'system') <> c.message_count`);
  assert.deepEqual(wrong, [], "places without gaps, and counts that are right");
  const astray = await world.db.rows(sql`
    SELECT m.id FROM message m JOIN reference r ON r.message_id = m.id WHERE r.concern_id <> m.concern_id
    UNION ALL SELECT m.id FROM message m JOIN awaited_reference r ON r.message_id = m.id WHERE r.concern_id <> m.concern_id
    UNION ALL SELECT m.id FROM message m JOIN message_search s ON s.message_id = m.id WHERE s.concern_id <> m.concern_id`);
  assert.deepEqual(astray, [], "keys and the search follow the message");
};

void test("messages from one on become a concern of their own, with everything that hangs on them, and come back", async () => {
  const from = person();
  const first = await writes(from, "Mein Bild ist schwarz.", { subject: "Kein Bild" });
  const id = first.concernId;
  await answers(id, from, { text: "Wir schicken jemanden." });
  const [left] = await sendAll(world);
  const second = await writes(from, "Danke. Noch etwas: meine Rechnung 4711 stimmt nicht.", {
    thread: { references: [first.key], tokens: [left?.replyToken ?? ""] },
  });
  assert.equal(second.concernId, id);
  sure(
    await saveDraft(world, cast.anna, id, "reply", {
      channelId: cast.channel.id,
      to: [from],
      cc: [],
      text: "Zur Rechnung",
      html: null,
      uploads: [],
    }),
  );
  const answer = await answers(id, from, { text: "Zur Rechnung: 12,40 € zu viel.", undoMs: 10_000 });
  sure(
    await saveDraft(world, cast.anna, id, "reply", {
      channelId: cast.channel.id,
      to: [from],
      cc: [],
      text: "PS",
      html: null,
      uploads: [],
    }),
  );
  const before = await rowOf(world, id);
  const one = key();
  const done = await verifyAction(
    world,
    cast.anna,
    () => split(world, cast.anna, { id, key: one, messages: { from: second.id }, subject: null }),
    ["concern.created", "message.moved", "concern.linked"],
  );
  const both = sure(done);
  assert.deepEqual(await textsOf(id), ["Mein Bild ist schwarz.", "Wir schicken jemanden."]);
  assert.deepEqual((await textsOf(both.to.id)).length, 2);
  assert.equal(both.to.subject, "Danke. Noch etwas: meine Rechnung 4711 stimmt nicht.");
  assert.deepEqual([both.from.status, both.from.waitingSince, both.to.status], ["waiting", null, "waiting"]);
  assert.deepEqual(both.to.channels, ["email"]);
  await sound();
  const open = sure(await openConcern(world, cast.anna, both.to.id));
  assert.deepEqual(
    open.drafts.map(({ text }) => text),
    ["PS"],
    "the draft is where the message is that it answers",
  );
  assert.deepEqual(
    open.concern.moves.map(({ side, other, count }) => [side, other.concernId, count]),
    [["to", id, 2]],
  );
  assert.deepEqual(
    open.concern.links.map(({ kind, concernId }) => [kind, concernId]),
    [["split", id]],
  );
  // What had not left leaves from there, and its answer comes back there, though the customer answers with the older token as well.
  world.pass(10_000);
  const [claim] = await claimDeliveries(world, { limit: 10, leaseMs });
  const outbound = await send(world, claim);
  assert.equal(outbound.concernNumber, both.to.number);
  const back = await writes(from, "Dann bitte gutschreiben.", {
    thread: { references: [`mid:dt-${outbound.messageToken}@elbkabel.example`], tokens: [left?.replyToken ?? ""] },
  });
  assert.equal(back.concernId, both.to.id);
  const other = await writes(from, "Wann kommt jemand?", {
    thread: { references: [`mid:dt-${left?.messageToken}@elbkabel.example`], tokens: [left?.replyToken ?? ""] },
  });
  assert.equal(other.concernId, id);
  // The same key again does nothing more.
  assert.equal(
    sure(await split(world, cast.anna, { id, key: one, messages: { from: second.id }, subject: null })).to.id,
    both.to.id,
  );
  await receiveReceipt(
    world,
    world.db,
    cast.channel,
    {
      kind: "receipt",
      providerId: "b1",
      references: [`dt:${claim?.deliveryToken}`],
      state: "failed",
      code: "5.1.1",
      permanent: true,
      diagnostic: "550 no such user",
      recipient: from,
      reason: null,
      asksForToken: true,
    } as never,
    arrivalNow(world),
  );
  assert.deepEqual(
    [(await rowOf(world, both.to.id))?.deliveryFailed, (await rowOf(world, id))?.deliveryFailed],
    [true, false],
  );
  // Taken back much later: what came since goes with what it answers.
  const plan = sure(await undoOf(world, cast.anna, one));
  assert.deepEqual(
    [plan.back, plan.gone, plan.emptied, plan.since.map(({ goes }) => goes)],
    [2, 0, "closed", ["back"]],
  );
  await verifyAction(world, cast.anna, () => moveBack(world, cast.anna, one), ["message.moved"]);
  assert.deepEqual(
    (await textsOf(id)).map((text) => text.slice(0, 8)),
    ["Mein Bil", "Wir schi", "Danke. N", "Zur Rech", "Dann bit", "Wann kom"],
  );
  await sound();
  assert.equal((await rowOf(world, both.to.id))?.status, "closed");
  assert.equal(before?.number, (await rowOf(world, id))?.number);
  const late = await writes(from, "Und?", { thread: { number: both.to.number } });
  assert.equal(late.concernId, id, "what still comes for the emptied one is led on");
  assert.ok(answer);
  const again = await moveBack(world, cast.anna, one);
  assert.ok(isRefusal(again) && again.refused === "nothingToUndo");
});

/** Everything of the customer's concerns that people see, to compare before and after. */
const picture = async (ids: readonly string[]): Promise<unknown> => {
  const rows = (await allConcerns(world.db))
    .filter(({ id }) => ids.includes(id))
    .map(({ version: _version, ...row }) => row);
  const messages = await world.db.rows(
    sql`SELECT concern_id, seq, id, at, direction FROM message WHERE concern_id = ANY (${ids}::uuid[]) ORDER BY concern_id, seq`,
  );
  const parties = await world.db.rows(
    sql`SELECT concern_id, norm, role, sees_from FROM party WHERE concern_id = ANY (${ids}::uuid[]) ORDER BY concern_id, norm`,
  );
  const links = await world.db.rows(
    sql`SELECT earlier_id, later_id, kind FROM concern_link WHERE earlier_id = ANY (${ids}::uuid[]) OR later_id = ANY (${ids}::uuid[]) ORDER BY 1, 2`,
  );
  const found = await world.db.rows(
    sql`SELECT message_id, concern_id FROM message_search WHERE concern_id = ANY (${ids}::uuid[]) ORDER BY 1`,
  );
  const mentions = await world.db.rows(
    sql`SELECT agent_id, concern_id, status FROM concern_mention WHERE concern_id = ANY (${ids}::uuid[]) ORDER BY 1, 2`,
  );
  return { rows, messages, parties, links, found, mentions };
};

const step = fc.record({
  what: fc.constantFrom(
    "writes",
    "writes",
    "answers",
    "note",
    "status",
    "split",
    "split",
    "move",
    "merge",
    "undo",
    "undo",
  ),
  which: fc.nat(1000),
  other: fc.nat(1000),
  many: fc.nat(1000),
});

void test("whatever is written, split, moved, merged and taken back: nothing is lost or twice, every concern has one order, and taking back restores", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      const from = person();
      const said = new Map<string, string>();
      const ids = new Set<ConcernId>();
      const kept: string[] = [];
      const note1 = async (text: string, over: Parameters<typeof mail>[1] = {}) => {
        const one = await writes(from, text, over);
        said.set(one.id, one.key);
        ids.add(one.concernId);
        return one;
      };
      await note1("Erstes", { subject: "Erstes" });
      await note1("Zweites", { subject: "Ganz anderes" });
      const pick = <T>(all: readonly T[], at: number): T => all[at % all.length] as T;
      const live = async (): Promise<ConcernId[]> =>
        (await allConcerns(world.db)).flatMap(({ id, messageCount }) => (ids.has(id) && messageCount > 0 ? [id] : []));
      const linesIn = async (id: ConcernId) =>
        world.db.rows<{ id: MessageId }>(
          sql`SELECT id FROM message WHERE concern_id = ${id} AND direction <> 'system' ORDER BY seq`,
        );
      const undoes = async (done: Awaited<ReturnType<typeof move>>, under: string, before: unknown): Promise<void> => {
        if (isRefusal(done)) return;
        ids.add(done.to.id);
        await sound();
        // Every other one is taken back at once: everything is as it was.
        if (kept.length % 2 === 1) {
          kept.push(under);
          return;
        }
        kept.push(under);
        const all = [...ids];
        sure(await moveBack(world, cast.anna, under));
        assert.deepEqual(await picture(all), before);
      };
      for (const { what, which, other, many } of steps) {
        const open = await live();
        const id = pick(open, which);
        const lines = await linesIn(id);
        const before = await picture([...ids]);
        const under = key();
        if (what === "writes") {
          const answered = pick([...said], other);
          await note1(`Wort ${said.size}`, many % 3 === 0 ? {} : { thread: { references: [answered[1]] } });
        } else if (what === "answers") said.set(await answers(id, from, { text: `Antwort ${said.size}` }), "mid:none");
        else if (what === "note")
          said.set(
            sure(
              await note(world, cast.anna, {
                id,
                text: `Notiz ${said.size} @omar`,
                html: null,
                uploads: [],
                key: key(),
              }),
            ).messageId,
            "mid:none",
          );
        else if (what === "status")
          await change(world, cast.anna, { id, change: { status: pick(["open", "waiting", "resolved"], other) } });
        else if (what === "split") {
          const chosen =
            many % 2 === 0
              ? { from: pick(lines, other).id }
              : { only: lines.filter((_, n) => (many >> n) % 2 === 1).map((line) => line.id) };
          if ("only" in chosen && chosen.only.length === 0) continue;
          await undoes(
            await split(world, cast.anna, { id, key: under, messages: chosen, subject: null }),
            under,
            before,
          );
        } else if (what === "move" || what === "merge") {
          const target = pick(open, other);
          const chosen = what === "merge" ? null : { from: pick(lines, many).id };
          await undoes(
            await move(world, cast.anna, { id, key: under, messages: chosen, number: await numberOf(target) }),
            under,
            before,
          );
        } else if (kept.length > 0) await moveBack(world, cast.anna, pick(kept, other));
        await sound();
        const standing = await world.db.rows<{ id: string; at: string; concernId: string }>(
          sql`SELECT id, at, concern_id AS "concernId" FROM message WHERE id = ANY (${[...said.keys()]}::uuid[]) ORDER BY concern_id, seq`,
        );
        assert.equal(standing.length, said.size, "nothing is lost");
        const total = await world.db.one<{ n: number }>(
          sql`SELECT count(*)::int AS n FROM message m JOIN concern c ON c.id = m.concern_id JOIN party p ON p.concern_id = c.id AND p.norm = ${from} WHERE m.direction <> 'system'`,
        );
        assert.equal(total.n, said.size, "nothing is twice");
        for (const some of Object.values(Object.groupBy(standing, (one) => one.concernId)))
          assert.deepEqual(
            some?.map(({ at }) => at),
            some?.map(({ at }) => at).toSorted(),
            "one order, by time",
          );
      }
    }),
    { numRuns: Number(process.env["MOVES"] ?? 12), seed: 4711 },
  );
  assert.equal(await mendTally(world), 0, "counters are what counting gives");
});

void test("nothing is moved to another customer, another brand, itself or a merged concern, by who may not, or of nothing", async () => {
  const [from, other] = [person(), person()];
  const { concernId: id, id: messageId } = await writes(from, "Erstes", { subject: "Erstes" });
  const { concernId: theirs } = await writes(other, "Fremdes", { subject: "Fremdes" });
  const { concernId: mine } = await writes(from, "Zweites", { subject: "Zweites" });
  const refusedWith = async (work: Promise<unknown>): Promise<string | null> => {
    const result = await work;
    return isRefusal(result) ? result.refused : null;
  };
  const to = async (target: ConcernId, who = cast.anna, messages: Parameters<typeof move>[2]["messages"] = null) =>
    refusedWith(move(world, who, { id, key: key(), messages, number: await numberOf(target) }));
  assert.equal(await to(theirs), "moveOtherCustomer");
  assert.equal(await to(id), "moveToItself");
  assert.equal(await to(mine, cast.eva), "notFound");
  assert.equal(await to(mine, cast.anna, { only: [crypto.randomUUID() as MessageId] }), "moveNothing");
  assert.equal(
    await refusedWith(move(world, cast.anna, { id, key: key(), messages: null, number: 999_999 })),
    "notFound",
  );
  const whole = { from: messageId };
  assert.equal(
    await refusedWith(split(world, cast.anna, { id, key: key(), messages: whole, subject: null })),
    "moveAll",
  );
  assert.equal(
    await refusedWith(split(world, cast.eva, { id, key: key(), messages: whole, subject: null })),
    "notFound",
  );
  assert.equal(await refusedWith(undoOf(world, cast.anna, key())), "notFound");
  await deliver(world, cast.otherChannel, mail(from, { subject: "Andere Marke" }));
  const elsewhere = (await allConcerns(world.db)).at(-1)?.id as ConcernId;
  assert.equal(await to(elsewhere, cast.omar), "moveOtherBrand");
  assert.equal(await to(elsewhere), "notFound");
  const merged = key();
  sure(await move(world, cast.anna, { id: mine, key: merged, messages: null, number: await numberOf(id) }));
  assert.equal(await to(mine), "concernMerged");
  assert.equal(await refusedWith(undoOf(world, cast.eva, merged)), "notFound");
  assert.equal(await refusedWith(moveBack(world, cast.eva, merged)), "notFound");
});

void test("while messages are moved to and fro, what arrives and leaves finds its place, and everybody has one order", async () => {
  const from = person();
  const first = await writes(from, "Anfang", { subject: "Anfang" });
  const second = await writes(from, "Nachfrage", { thread: { references: [first.key] } });
  const third = await writes(from, "Ganz anderes", { subject: "Ganz anderes" });
  const [id, other] = [first.concernId, third.concernId];
  assert.notEqual(id, other);
  const toOther = await numberOf(other);
  const toFirst = await numberOf(id);
  const moves = async (): Promise<void> => {
    for (let n = 0; n < 6; n += 1) {
      await move(world, cast.anna, { id, key: key(), messages: { only: [second.id] }, number: toOther });
      await move(world, cast.anna, { id: other, key: key(), messages: { only: [second.id] }, number: toFirst });
    }
  };
  const arrives = async (): Promise<void> => {
    for (let n = 0; n < 8; n += 1)
      await deliver(world, cast.channel, mail(from, { text: `Dazu ${n}`, thread: { references: [second.key] } }));
  };
  const says = async (where: ConcernId): Promise<void> => {
    for (let n = 0; n < 4; n += 1)
      await note(world, cast.anna, { id: where, text: `Notiz ${n}`, html: null, uploads: [], key: key() });
  };
  const leaves = async (): Promise<void> => {
    for (let n = 0; n < 3; n += 1) {
      await reply(world, cast.anna, {
        id,
        channelId: cast.channel.id,
        to: [from],
        cc: [],
        text: "Antwort",
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "waiting",
        key: key(),
        undoMs: 0,
      });
      await sendAll(world);
    }
  };
  await Promise.all([moves(), moves(), arrives(), says(id), says(other), leaves()]);
  await sound();
  const total = await world.db.one<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM message WHERE concern_id = ANY (${[id, other]}::uuid[]) AND direction <> 'system'`,
  );
  assert.equal(total.n, 3 + 8 + 8 + 3);
});
