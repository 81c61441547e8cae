// Taking back the message a concern began with: nothing empty remains; and what happened meanwhile is never lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { ConcernId, CustomerId, MessageId } from "#contract/ids.ts";
import { changeIn, follow } from "#modules/concerns/actions-change.ts";
import { link } from "#modules/concerns/actions-links.ts";
import { changeMany } from "#modules/concerns/actions-many.ts";
import { saveDraft } from "#modules/concerns/actions-drafts.ts";
import { claimDeliveries, recordDelivery } from "#modules/concerns/actions-outbox.ts";
import { create, note, undoSend } from "#modules/concerns/actions-reply.ts";
import { searchEverything } from "#modules/concerns/reads-search.ts";
import { viewsFor } from "#modules/concerns/reads-lists.ts";
import { addAddress } from "#modules/customers/actions-desk.ts";
import { sql } from "#platform/db/db.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const sure = <T>(value: T): Exclude<T, Refusal> => {
  if (isRefusal(value)) return assert.fail(JSON.stringify(value));
  return value as Exclude<T, Refusal>;
};

const refusal = (value: unknown): string => (isRefusal(value) ? value.refused : assert.fail(JSON.stringify(value)));

const begin = async (to: string): Promise<{ id: ConcernId; messageId: MessageId; customerId: CustomerId }> => {
  const said = sure(
    await create(world, cast.anna, {
      brandId: cast.brandId,
      channelId: cast.channel.id,
      customerId: null,
      kind: "email",
      to: [to],
      cc: ["kopie@kunde.example"],
      subject: "Ihr Quastenflosser",
      text: "Guten Tag, er schwimmt.",
      html: "<p>Guten Tag, er <b>schwimmt</b>.</p>",
      uploads: [],
      key: crypto.randomUUID(),
      undoMs: 10_000,
    }),
  );
  return { id: said.state.id, messageId: said.messageId, customerId: said.state.customerId };
};

/** How many rows there are of everything a first message makes. */
const counted = async (): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { name } of await world.db.rows<{ name: string }>(
    sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('event', 'concern_tally', 'concern_label_change', 'concern_label_tally', 'search_word', 'search_word_new')`,
  ))
    counts[name] = (
      await world.db.one<{ n: number }>(
        sql`SELECT (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || quote_ident(${name}), false, true, '')))[1]::text::int AS n`,
      )
    ).n;
  return counts;
};

test("the concern goes as if it had never been written, with the customer it was made for; the text comes back", async () => {
  await deliver(world, cast.channel, mail("bekannt@kunde.example"));
  const before = await counted();
  const viewsBefore = (await viewsFor(world, cast.anna)).views.map(({ id, count }) => [id, count]);
  const { messageId } = await begin("neu@kunde.example");
  const undone = sure(
    await verifyAction(world, cast.anna, () => undoSend(world, cast.anna, messageId), [
      "concern.removed",
      "customer.removed",
    ]),
  );
  assert.deepEqual(
    [undone.gone, undone.to, undone.cc, undone.text, undone.html],
    [
      { subject: "Ihr Quastenflosser" },
      ["neu@kunde.example"],
      ["kopie@kunde.example"],
      "Guten Tag, er schwimmt.",
      "<p>Guten Tag, er <b>schwimmt</b>.</p>",
    ],
  );
  assert.deepEqual(await counted(), before, "nothing remains in any table");
  assert.deepEqual(
    (await viewsFor(world, cast.anna)).views.map(({ id, count }) => [id, count]),
    viewsBefore,
  );
  assert.deepEqual((await searchEverything(world, cast.omar, "quastenflosser", 20)).concerns, []);
  world.pass(60_000);
  assert.deepEqual(await claimDeliveries(world, { limit: 50, leaseMs: 45_000 }), [], "nothing leaves");
  assert.equal(refusal(await undoSend(world, cast.anna, messageId)), "notFound");
});

test("a customer who was there before stays, also one who learned something meanwhile", async () => {
  const known = await begin("bekannt@kunde.example");
  sure(await undoSend(world, cast.anna, known.messageId));
  const grown = await begin("waechst@kunde.example");
  sure(await addAddress(world, cast.omar, grown.customerId, { kind: "phone", value: "+49 40 123" }));
  assert.deepEqual(sure(await undoSend(world, cast.anna, grown.messageId)).gone, { subject: "Ihr Quastenflosser" });
  const left = await world.db.rows<{ id: string }>(
    sql`SELECT id FROM customer WHERE id = ANY(${[known.customerId, grown.customerId]}::uuid[])`,
  );
  assert.equal(left.length, 2);
});

test("whatever somebody added meanwhile keeps the concern: a note, a draft, a link, the customer's own mail", async () => {
  const other = (await allConcerns(world.db))[0];
  assert.ok(other);
  const meanwhile: Record<string, (begun: Awaited<ReturnType<typeof begin>>) => Promise<unknown>> = {
    note: ({ id }) => note(world, cast.omar, { id, text: "Gut", html: null, uploads: [], key: crypto.randomUUID() }),
    draft: ({ id }) =>
      saveDraft(world, cast.omar, id, "note", {
        channelId: null,
        to: [],
        cc: [],
        text: "Ich wollte",
        html: null,
        uploads: [],
      }),
    link: ({ id }) => link(world, cast.omar, { id, number: other.number, kind: "related" }),
  };
  for (const [what, act] of Object.entries(meanwhile)) {
    const begun = await begin(`${what}@kunde.example`);
    sure(await act(begun));
    const undone = sure(await undoSend(world, cast.anna, begun.messageId));
    assert.equal(undone.gone, null, what);
    assert.ok(
      (await allConcerns(world.db)).some((concern) => concern.id === begun.id),
      what,
    );
  }
  const written = await begin("schreibt@kunde.example");
  await deliver(world, cast.channel, mail("schreibt@kunde.example"));
  sure(await undoSend(world, cast.anna, written.messageId));
  const theirs = (await allConcerns(world.db)).filter((concern) => concern.customerId === written.customerId);
  assert.equal(theirs.length, 1, "their own mail is kept, and they with it");
});

test("a change or a follower alone keeps nothing; what has left is not taken back", async () => {
  const changed = await begin("geaendert@kunde.example");
  await world.db.transaction((tx) =>
    changeIn(world, tx, cast.omar, {
      id: changed.id,
      change: { priority: "high", subject: "Anders", fields: { Gerät: "X" } },
    }),
  );
  sure(await follow(world, cast.omar, changed.id, cast.omar.id));
  sure(
    await changeMany(world, cast.omar, {
      key: crypto.randomUUID(),
      ids: [changed.id],
      change: { priority: "low" },
    }),
  );
  assert.deepEqual(sure(await undoSend(world, cast.anna, changed.messageId)).gone, { subject: "Anders" });
  const left = await begin("weg@kunde.example");
  world.pass(10_000);
  const claim = (await claimDeliveries(world, { limit: 50, leaseMs: 45_000 })).find(
    (each) => each.messageId === left.messageId,
  );
  assert.ok(claim);
  assert.equal(refusal(await undoSend(world, cast.anna, left.messageId)), "alreadySent");
  await recordDelivery(world, claim, { kind: "accepted", providerId: null, detail: "", refused: [] });
});
