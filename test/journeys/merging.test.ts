// Two customers who are one, on a real PostgreSQL: proposed, merged, taken apart; nobody outside sees more for it, nothing is lost, nothing is there twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { system } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId, CustomerId } from "#contract/ids.ts";
import { undoMerge } from "#modules/concerns/actions-merging.ts";
import { create, reply } from "#modules/concerns/actions-reply.ts";
import { claimDeliveries, outboundOf } from "#modules/concerns/actions-outbox.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { concernsOf, listConcerns } from "#modules/concerns/reads-lists.ts";
import { undoing } from "#modules/concerns/reads-merging.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { searchEverything } from "#modules/concerns/reads-search.ts";
import { chatsOf } from "#modules/concerns/reads-visitor.ts";
import { resolveCustomer } from "#modules/customers/actions.ts";
import { addAddress, changeAddress, changeCustomer, removeAddress } from "#modules/customers/actions-desk.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { declineProposal, mergeCustomers } from "#modules/customers/actions-merging.ts";
import { customerReactions } from "#modules/customers/reactions.ts";
import { compareCustomers, mergesFor } from "#modules/customers/reads-merging.ts";
import { customerByAddress, customerById } from "#modules/customers/reads.ts";
import { everything } from "#contract/concerns.ts";
import { sql } from "#platform/db/db.ts";
import { fc } from "#test/chance.ts";
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
import { bestWay } from "#web/state/composing.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

let seen = 0;
/** The reactions of customers and of names, as the server runs them. */
const react = async (): Promise<void> => {
  for (;;) {
    const events = await world.events(seen);
    if (events.length === 0) return;
    seen = events.at(-1)?.seq ?? seen;
    for (const event of events)
      for (const reaction of [...customerReactions(world), ...concernReactions(world)])
        if (reaction.name.startsWith("customers.") || reaction.name === "concerns.customerName")
          await hears(world, reaction, event);
  }
};

const idOf = async (value: string, kind: "email" | "chat" = "email"): Promise<CustomerId> =>
  (await customerByAddress(world.db, kind, value))?.customerId ?? assert.fail(value);

const writes = async (from: string, over: Parameters<typeof mail>[1] = {}): Promise<void> => {
  world.pass(3_600_000);
  assert.ok(await deliver(world, cast.channel, mail(from, over)));
};

/** A visitor's customer who says to have a mail address. */
const visits = async (address: string, name: string, email: string): Promise<CustomerId> => {
  await world.db.transaction(async (tx) => {
    const made = sure(
      await resolveCustomer(world, tx, system, {
        kind: "chat",
        value: address,
        name,
        language: null,
        assurance: "proved",
        brandId: cast.brandId,
      }),
    );
    await claimFor(world, tx, system, made.customerId, { kind: "email", norm: email, signed: false });
  });
  await react();
  return idOf(address, "chat");
};

const merged = async (kept: CustomerId, gone: CustomerId, take: readonly string[] = []): Promise<string> => {
  const { mergeId } = sure(await mergeCustomers(world, cast.anna, kept, { otherId: gone, take }));
  await react();
  return mergeId;
};
const nothing = { parts: {}, addresses: {}, concerns: {} };
const apart = async (mergeId: string, choices: Parameters<typeof undoMerge>[3] = nothing): Promise<void> => {
  sure(await undoMerge(world, cast.anna, mergeId, choices));
  await react();
};

const proposalsFor = async (id: CustomerId) => sure(await mergesFor(world, cast.anna, id)).proposals;

test("who says to have another's address is proposed to be them, with what is the same; declined for good; seen by whom may see both", async () => {
  await writes("hanna@kunde.example", { from: { value: "hanna@kunde.example", name: "Hanna Krüger" } });
  const hanna = await idOf("hanna@kunde.example");
  const visitor = await visits("visitor-hanna", "Hanna Krueger", "hanna@kunde.example");
  const [proposal, ...more] = await proposalsFor(hanna);
  assert.ok(proposal && more.length === 0);
  assert.deepEqual([proposal.other.id, proposal.sure], [visitor, "likely"]);
  assert.deepEqual(
    proposal.evidence.map(({ kind, other }) => [kind, other]),
    [
      ["claimed", "hanna@kunde.example"],
      ["sameName", "Hanna Krueger"],
    ],
  );
  assert.equal((await proposalsFor(visitor))[0]?.other.id, hanna);
  assert.equal((await mergesFor(world, cast.eva, hanna)) && isRefusal(await mergesFor(world, cast.eva, hanna)), true);
  const compared = sure(await compareCustomers(world, cast.anna, hanna, visitor));
  assert.deepEqual(compared.conflicts, [{ part: "name", one: "Hanna Krüger", other: "Hanna Krueger" }]);
  assert.ok(isRefusal(await declineProposal(world, cast.eva, proposal.id, true)));
  sure(await declineProposal(world, cast.anna, proposal.id, true));
  assert.deepEqual(await proposalsFor(hanna), []);
  // More evidence, and the same again: what was declined is not asked a second time.
  sure(await changeCustomer(world, cast.anna, visitor, { name: "Hanna Krüger" }));
  await react();
  assert.deepEqual(await proposalsFor(hanna), []);
  sure(await declineProposal(world, cast.anna, proposal.id, false));
  assert.equal((await proposalsFor(visitor)).length, 1);
  // What is claimed no more speaks for nothing.
  await world.db.transaction((tx) =>
    claimFor(world, tx, system, visitor, { kind: "email", norm: null, signed: false }),
  );
  await react();
  assert.deepEqual(await proposalsFor(hanna), []);
});

test("a number of two kinds and a mailbox with a tag are found by index, and nothing else is", async () => {
  await writes("otto+kabel@kunde.example");
  await writes("otto@kunde.example");
  await react();
  const otto = await idOf("otto@kunde.example");
  assert.deepEqual(
    (await proposalsFor(otto)).map(({ sure: how, evidence }) => [how, ...evidence.map(({ kind }) => kind)]),
    [["possible", "sameMailbox"]],
  );
  await writes("emil@kunde.example");
  await react();
  sure(await addAddress(world, cast.anna, otto, { kind: "phone", value: "+49 170 7654321" }));
  sure(
    await addAddress(world, cast.anna, await idOf("emil@kunde.example"), { kind: "whatsapp", value: "0170 7654321" }),
  );
  await react();
  assert.deepEqual(
    (await proposalsFor(await idOf("emil@kunde.example"))).map(({ other }) => other.id),
    [otto],
  );
});

// The attack (threats, E4): somebody gives a victim's address as their own, and an agent believes it and merges the two.
test("a merge shows an attacker nothing: not in the chat, not by a token, not by what follows by mail", async () => {
  const chat = { ...cast.channel, id: crypto.randomUUID(), kind: "webchat" as const } as typeof cast.channel;
  await world.db.run(
    sql`INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send) VALUES (${chat.id}, ${cast.brandId}, 'webchat', 'Chat', true, '{}', 'chat', true)`,
  );
  const attacker = "visitor-attack";
  const victim = "victim@kunde.example";
  await writes(victim, { text: "Meine Bankdaten: 4711", from: { value: victim, name: "Vera Opfer" } });
  const theirs = (await allConcerns(world.db)).at(-1)?.id as ConcernId;
  world.pass(3_600_000);
  await deliver(world, chat, mail(attacker, { text: "Hier Vera", from: { value: attacker, name: "Vera Opfer" } }));
  await visits(attacker, "Vera Opfer", victim);
  const own = (await allConcerns(world.db)).at(-1)?.id as ConcernId;
  const viewer = { kind: "chat", norm: attacker, email: "" } as const;
  const before = await chatsOf(world, viewer, null);
  assert.deepEqual([before.concerns.map(({ id }) => id), before.messages.length], [[own], 1]);

  const mergeId = await merged(await idOf(victim), await idOf(attacker, "chat"));
  assert.deepEqual(await chatsOf(world, viewer, null), before);
  // The desk reads both as one, each with how it came.
  const listed = sure(await concernsOf(world, cast.anna, { customerId: await idOf(victim), after: null, limit: 20 }));
  assert.deepEqual(listed.concerns.map(({ id }) => id).toSorted(), [own, theirs].toSorted());
  const opened = sure(await openConcern(world, cast.anna, theirs));
  assert.equal(opened.messages[0]?.from?.value, victim);

  // What is answered to the one goes to the one: the other's address is offered last, and never taken by itself.
  assert.equal(bestWay(opened.ways)?.value, victim);
  const there = opened.ways.find(({ value }) => value === attacker);
  assert.equal(there?.reason, "merged");
  await world.db.run(sql`UPDATE address SET suppressed_reason = 'voll' WHERE norm = ${victim}`);
  assert.equal(bestWay(sure(await openConcern(world, cast.anna, theirs)).ways)?.value, victim);
  await world.db.run(sql`UPDATE address SET suppressed_reason = NULL WHERE norm = ${victim}`);
  assert.equal(bestWay(sure(await openConcern(world, cast.anna, own)).ways)?.value, attacker);

  const said = sure(
    await reply(world, cast.anna, {
      id: theirs,
      channelId: cast.channel.id,
      to: [victim],
      cc: [],
      text: "Ihre Daten sind geändert.",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
      undoMs: 0,
    }),
  );
  world.pass(60_000);
  const claim = (await claimDeliveries(world, { limit: 50, leaseMs: 45_000 })).find(
    ({ messageId }) => messageId === said.messageId,
  );
  assert.ok(claim);
  const token = (await outboundOf(world, claim))?.replyToken ?? assert.fail();
  assert.deepEqual(await chatsOf(world, viewer, null), before);
  // The victim's token in a stranger's hand is a stranger's, also when the stranger has a mail address that an agent believed to be the victim's.
  const second = "attack@boese.example";
  await writes(second, { assurance: "none" });
  await merged(await idOf(victim), await idOf(second));
  await writes(second, { assurance: "none", text: "Und?", thread: { tokens: [token] } });
  assert.deepEqual((await messagesIn(world.db, theirs)).at(-1)?.warnings, ["otherSender"]);
  assert.equal((await customerByAddress(world.db, "email", second))?.verifiedAt, null, "and proves nothing of theirs");
  // A mail of the one does not slip into a fresh concern of the other.
  await writes(victim, { subject: "Neu" });
  const fresh = (await allConcerns(world.db)).at(-1)?.id as string;
  assert.ok(await deliver(world, cast.channel, mail(second, { subject: "Neu" })));
  assert.notEqual((await allConcerns(world.db)).at(-1)?.id, fresh);
  assert.deepEqual(await chatsOf(world, viewer, null), before);
  await apart(mergeId);
  assert.deepEqual(await chatsOf(world, viewer, null), before);
});

test("search, lists, names and the preferred address follow a merge and its undo", async () => {
  const [one, other] = ["xaver@kunde.example", "ignatius@kunde.example"];
  await writes(one, { from: { value: one, name: "Xaverius Quent" } });
  await writes(other, { from: { value: other, name: "Ignatius Zwirn" } });
  const [kept, gone] = [await idOf(one), await idOf(other)];
  for (const [id, value] of [
    [kept, one],
    [gone, other],
  ] as const) {
    const { addresses } = (await customerById(world.db, id)) ?? assert.fail();
    assert.equal(addresses[0]?.value, value);
    sure(await changeAddress(world, cast.anna, id, addresses[0].id, { preferred: true }));
  }
  await react();
  const found = async (query: string) =>
    (await searchEverything(world, cast.anna, query, 10)).customers.map(({ id }) => id);
  const names = async () =>
    (await allConcerns(world.db)).flatMap(({ customerId, id }) =>
      [kept, gone].includes(customerId as CustomerId) ? [id] : [],
    );
  const shown = async () =>
    (
      await world.db.rows<{ name: string }>(
        sql`SELECT customer_name AS name FROM concern WHERE id = ANY (${await names()}::uuid[]) ORDER BY number`,
      )
    ).map(({ name }) => name);
  const listOf = async (customerId: CustomerId) =>
    sure(await listConcerns(world, cast.anna, { filter: { ...everything, customerId }, after: null, limit: 20 })).rows
      .length;
  const preferred = async (id: CustomerId) =>
    ((await customerById(world.db, id)) ?? assert.fail()).addresses
      .filter((each) => each.preferred)
      .map(({ value }) => value);

  assert.deepEqual([await found("Quent"), await found("Zwirn")], [[kept], [gone]]);
  const mergeId = await merged(kept, gone);
  assert.deepEqual(
    [await found("Quent"), await found("Zwirn"), await found("ignatius@kunde")],
    [[kept], [kept], [kept]],
  );
  assert.deepEqual(await shown(), ["Xaverius Quent", "Xaverius Quent"]);
  assert.deepEqual([await listOf(kept), await listOf(gone)], [2, 2]);
  assert.deepEqual(await preferred(gone), [one]);
  const whole = (await customerById(world.db, gone)) ?? assert.fail();
  assert.deepEqual([whole.id, whole.addresses.map(({ value }) => value).toSorted()], [kept, [one, other].toSorted()]);
  assert.equal(
    ((await mergeCustomers(world, cast.anna, gone, { otherId: kept, take: [] })) as { refused?: string }).refused,
    "sameCustomer",
  );
  // What comes from the one is the one's, under the name of both; who is written to there as well.
  await writes(other, { subject: "Noch etwas", from: { value: other, name: "Ignatius Zwirn" } });
  const begun = sure(
    await create(world, cast.anna, {
      brandId: cast.brandId,
      channelId: cast.channel.id,
      customerId: kept,
      kind: "email",
      to: [other],
      cc: [],
      subject: "Nachfrage",
      text: "x",
      html: null,
      uploads: [],
      key: crypto.randomUUID(),
      undoMs: 0,
    }),
  );
  assert.equal(begun.state.customerId, gone);
  assert.deepEqual(
    await shown(),
    Array.from({ length: 4 }, () => "Xaverius Quent"),
  );
  await apart(mergeId);
  assert.deepEqual([await found("Quent"), await found("Zwirn")], [[kept], [gone]]);
  assert.deepEqual(await shown(), ["Xaverius Quent", "Ignatius Zwirn", "Ignatius Zwirn", "Ignatius Zwirn"]);
  assert.deepEqual([await preferred(kept), await preferred(gone)], [[one], [other]]);
  assert.deepEqual([await listOf(kept), await listOf(gone)], [1, 3]);
  const authors = (await messagesIn(world.db, begun.state.id)).map(({ authorKind }) => authorKind);
  assert.deepEqual(authors, ["agent"]);
  assert.equal(
    ((await undoMerge(world, cast.anna, mergeId, nothing)) as { refused?: string }).refused,
    "nothingToUndo",
  );
});

test("what nobody can tell apart is listed, and goes where the agent says; a later merge is taken apart first", async () => {
  for (const name of ["ruth", "rita", "rosa"])
    await writes(`${name}@kunde.example`, { from: { value: `${name}@kunde.example`, name } });
  const [ruth, rita, rosa] = await Promise.all(["ruth", "rita", "rosa"].map((name) => idOf(`${name}@kunde.example`)));
  assert.ok(ruth && rita && rosa);
  sure(
    await changeCustomer(world, cast.anna, rita, {
      organisation: "Ritas Laden",
      language: "en",
      fields: { Tarif: "500" },
    }),
  );
  const mergeId = await merged(ruth, rita, ["name", "language"]);
  const both = (await customerById(world.db, ruth)) ?? assert.fail();
  assert.deepEqual(
    [both.name, both.language, both.organisation?.name, both.fields],
    ["rita", "en", "Ritas Laden", { Tarif: "500" }],
  );

  const known = new Set(both.addresses.map(({ id }) => id));
  const grown = sure(await addAddress(world, cast.anna, rita, { kind: "email", value: "neu@kunde.example" }));
  const added = grown.addresses.find(({ id }) => !known.has(id)) ?? assert.fail();
  await writes("neu@kunde.example", { subject: "Von der neuen" });
  const overNew = (await allConcerns(world.db)).at(-1)?.id as ConcernId;
  sure(await changeCustomer(world, cast.anna, ruth, { fields: { Tarif: "1000", Ort: "Kiel" } }));
  const begun = sure(
    await create(world, cast.anna, {
      brandId: cast.brandId,
      channelId: cast.channel.id,
      customerId: ruth,
      kind: "email",
      to: ["niemands@kunde.example"],
      cc: [],
      subject: "An niemanden",
      text: "x",
      html: null,
      uploads: [],
      key: crypto.randomUUID(),
      undoMs: 0,
    }),
  ).state.id;

  const later = await merged(rosa, ruth);
  assert.equal(((await undoMerge(world, cast.anna, mergeId, nothing)) as { refused?: string }).refused, "mergedAgain");
  assert.ok(isRefusal(await undoMerge(world, cast.eva, later, nothing)));
  await apart(later);

  const asked = sure(await undoing(world, cast.anna, mergeId));
  assert.deepEqual(asked.addresses, ["rita@kunde.example"]);
  assert.deepEqual(asked.parts, [
    { part: "field:Tarif", before: null, gone: "500", now: "1000" },
    { part: "field:Ort", before: null, gone: null, now: "Kiel" },
  ]);
  assert.deepEqual(
    asked.added.map(({ value }) => value),
    ["neu@kunde.example"],
  );
  assert.deepEqual(
    asked.begun.map(({ id }) => id),
    [begun],
  );
  await apart(mergeId, {
    parts: { "field:Tarif": "gone", "field:Ort": "both" },
    addresses: { [added.id]: "gone" },
    concerns: { [begun]: "gone" },
  });
  const [one, other] = [await customerById(world.db, ruth), await customerById(world.db, rita)];
  assert.deepEqual([one?.name, one?.language, one?.organisation, one?.fields], ["ruth", "de", null, { Ort: "Kiel" }]);
  assert.deepEqual([other?.name, other?.language, other?.fields], ["rita", "en", { Tarif: "1000", Ort: "Kiel" }]);
  assert.deepEqual(other?.addresses.map(({ value }) => value).toSorted(), ["neu@kunde.example", "rita@kunde.example"]);
  const owners = new Map((await allConcerns(world.db)).map((concern) => [concern.id, concern.customerId]));
  assert.deepEqual([owners.get(begun), owners.get(overNew)], [rita, rita]);
  sure(await removeAddress(world, cast.anna, rita, added.id));
  const history = sure(await mergesFor(world, cast.anna, ruth)).merges;
  assert.deepEqual(
    history.map(({ undoneBy }) => undoneBy),
    ["Anna Berg", "Anna Berg"],
  );
});

const people = [0, 1, 2, 3];
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("write" as const), who: fc.constantFrom(...people) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("merge" as const),
      who: fc.constantFrom(...people),
      into: fc.constantFrom(...people),
      take: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("undo" as const), which: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("edit" as const), who: fc.constantFrom(...people) }) },
);

// Mails, merges, edits and undos in any order: in the end, when every merge has been taken apart, each of the four has exactly what came by their address,
// is called what they were called or what an agent called them, and no message is lost or there twice.
test("whatever happened between, taking merges apart gives everybody exactly their own", async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      round += 1;
      const addressOf = (who: number): string => `p${round}-${who}@kunde.example`;
      const sent = new Map(people.map((who) => [who, [] as string[]]));
      const write = async (who: number): Promise<void> => {
        const subject = `Mail ${round}-${who}-${sent.get(who)?.length}`;
        sent.get(who)?.push(subject);
        await writes(addressOf(who), { subject, from: { value: addressOf(who), name: `Person ${who}` } });
      };
      for (const who of people) await write(who);
      const ids = await Promise.all(people.map((who) => idOf(addressOf(who))));
      const idAt = (who: number): CustomerId => ids[who] ?? assert.fail();
      const names = new Map(people.map((who) => [idAt(who), `Person ${who}`]));
      const standing: { readonly mergeId: string; readonly kept: CustomerId; readonly gone: CustomerId }[] = [];
      const wholeOf = (id: CustomerId): CustomerId => {
        const into = standing.find(({ gone }) => gone === id)?.kept;
        return into === undefined ? id : wholeOf(into);
      };
      const undo = async (index: number): Promise<boolean> => {
        const merge = standing[index];
        if (merge === undefined) return false;
        const done = await undoMerge(world, cast.omar, merge.mergeId, nothing);
        if (isRefusal(done)) {
          assert.equal(done.refused, "mergedAgain");
          return false;
        }
        standing.splice(index, 1);
        return true;
      };
      const wholesFit = async (): Promise<void> => {
        for (const id of ids) assert.equal((await customerById(world.db, id))?.id, wholeOf(id), "who is one with whom");
      };
      for (const [at, each] of steps.entries()) {
        if (each.do === "write") await write(each.who);
        else if (each.do === "undo") await undo(each.which % Math.max(1, standing.length));
        else if (each.do === "edit") {
          const shown = sure(await changeCustomer(world, cast.omar, idAt(each.who), { name: `Name ${at}` }));
          names.set(shown.id, `Name ${at}`);
        } else {
          const made = await mergeCustomers(world, cast.omar, idAt(each.into), {
            otherId: idAt(each.who),
            take: each.take ? ["name"] : [],
          });
          if (isRefusal(made)) assert.equal(made.refused, "sameCustomer");
          else standing.push({ mergeId: made.mergeId, kept: wholeOf(idAt(each.into)), gone: wholeOf(idAt(each.who)) });
        }
        await wholesFit();
      }
      while (standing.length > 0) {
        let undone = false;
        for (let index = 0; index < standing.length && !undone; index += 1) undone = await undo(index);
        assert.ok(undone, "some merge can always be taken apart");
        await wholesFit();
      }
      await react();
      for (const who of people) {
        const customer = (await customerById(world.db, idAt(who))) ?? assert.fail();
        assert.equal(customer.id, idAt(who));
        assert.equal(customer.name, names.get(idAt(who)));
        assert.deepEqual(
          customer.addresses.map(({ value }) => value),
          [addressOf(who)],
        );
        const rows = await world.db.rows<{ subject: string; name: string }>(sql`
          SELECT m.subject, c.customer_name AS name FROM concern c JOIN message m ON m.concern_id = c.id WHERE c.customer_id = ${idAt(who)} ORDER BY m.at`);
        assert.deepEqual(
          rows.map(({ subject }) => subject),
          sent.get(who),
        );
        assert.deepEqual([...new Set(rows.map(({ name }) => name))], [customer.name]);
      }
    }),
    { numRuns: Number(process.env["MERGES"] ?? "12") },
  );
});
