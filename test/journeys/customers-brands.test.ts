// Whose customers an agent of some brands sees: those these brands have to do with, and of their addresses those they came by. Of all others
// there is nothing on any way: search, panel, opened concern, parties, writing first, refusals, events.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { CustomerId } from "#contract/ids.ts";
import { create, reply } from "#modules/concerns/actions-reply.ts";
import { concernsOf } from "#modules/concerns/reads-lists.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { searchEverything } from "#modules/concerns/reads-search.ts";
import {
  addAddress,
  changeAddress,
  changeCustomer,
  createCustomer,
  removeAddress,
  restoreAddress,
} from "#modules/customers/actions-desk.ts";
import { brandsOf, customerById } from "#modules/customers/reads.ts";
import { sql } from "#platform/db/db.ts";
import { deskMaySee } from "#server/live.ts";
import { concernCalled } from "#test/outbox.ts";
import { addCast, deliver, mail, openTestWorld, partiesIn, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const done = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) assert.fail(`refused: ${JSON.stringify(value)}`);
  return value;
};
const refused = async (work: Promise<unknown>): Promise<Refusal> => {
  const value = await work;
  assert.ok(isRefusal(value), JSON.stringify(value));
  return value;
};
const notFound = async (work: Promise<unknown>): Promise<void> =>
  assert.deepEqual((await refused(work)).refused, "notFound");

const seen = (who: AgentActor, id: CustomerId) => customerById(world.db, id, brandsOf(who));
const joined = (parts: readonly { readonly text: string }[]): string => parts.map((part) => part.text).join("");
/** Everything a search says, as one text. */
const found = async (who: AgentActor, q: string): Promise<string> => {
  const result = await searchEverything(world, who, q, 20);
  return [
    ...result.concerns.flatMap((one) => [JSON.stringify(one.row), joined(one.subject), joined(one.excerpt)]),
    ...result.customers.flatMap((one) => [joined(one.name), joined(one.address)]),
    ...result.alsoSearched,
  ].join("\n");
};

let phones = 0;
/** Gerda Geheim, who wrote to the other brand only; with a second address that an agent there added. */
const gerda = async (mark: string): Promise<{ readonly id: CustomerId; readonly address: string }> => {
  const address = `gerda.${mark}@privat.example`;
  await deliver(
    world,
    cast.otherChannel,
    mail(address, {
      subject: `Andere ${mark}`,
      text: `Zählerstand ${mark}`,
      from: { value: address, name: "Gerda Geheim" },
    }),
  );
  const { customerId } = await concernCalled(world, `Andere ${mark}`);
  phones += 1;
  const value = `+49 40 777 000${phones}`;
  done(await addAddress(world, cast.eva, customerId as CustomerId, { kind: "phone", value }));
  return { id: customerId as CustomerId, address };
};

test("a customer of another brand is not there: not in search, panel, changes, concerns or refusals", async () => {
  const { id, address } = await gerda("eins");
  for (const q of ["geheim", "gerda", "geheimm", address, "gerda.eins", "407770001", "zählerstand", "zählerstan"]) {
    assert.equal(await found(cast.anna, q), "", q);
    assert.notEqual(await found(cast.eva, q), "", q);
  }
  assert.match(await found(cast.omar, "gerda"), /Gerda/);
  assert.equal(await seen(cast.anna, id), null);
  assert.equal((await seen(cast.omar, id))?.addresses.length, 2);
  const addressId = (await seen(cast.eva, id))?.addresses[0]?.id ?? assert.fail();
  await notFound(changeCustomer(world, cast.anna, id, { name: "Übernommen" }));
  await notFound(addAddress(world, cast.anna, id, { kind: "email", value: "anna@mail.example" }));
  await notFound(changeAddress(world, cast.anna, id, addressId, { preferred: true }));
  await notFound(removeAddress(world, cast.anna, id, addressId));
  await notFound(concernsOf(world, cast.anna, { customerId: id, after: null, limit: 20 }));
  await notFound(concernsOf(world, cast.anna, { customerId: world.newId() as CustomerId, after: null, limit: 20 }));
  assert.equal(done(await concernsOf(world, cast.eva, { customerId: id, after: null, limit: 20 })).concerns.length, 1);
  const taken = await refused(createCustomer(world, cast.anna, { name: "X", kind: "email", value: address }));
  assert.deepEqual([taken.refused, taken.facts], ["addressTaken", {}], "who has it is not told");
  const told = await refused(createCustomer(world, cast.omar, { name: "X", kind: "email", value: address }));
  assert.deepEqual(told.facts, { name: "Gerda Geheim" });
});

test("whom an agent made belongs to the agent's brands; whom one of all brands made, to none until somebody has to do with them", async () => {
  const mine = done(
    await createCustomer(world, cast.anna, { name: "Von Anna", kind: "email", value: "von@anna.example" }),
  );
  assert.ok(await seen(cast.anna, mine.id));
  assert.equal(await seen(cast.eva, mine.id), null);
  const free = done(
    await createCustomer(world, cast.omar, { name: "Von Omar", kind: "email", value: "von@omar.example" }),
  );
  assert.equal(await seen(cast.anna, free.id), null);
  assert.ok(await seen(cast.omar, free.id));
  await deliver(world, cast.channel, mail("von@omar.example", { subject: "Jetzt hier" }));
  assert.ok(await seen(cast.anna, free.id));
  assert.equal(await seen(cast.eva, free.id), null);
});

test("contact makes a customer known to the brand too, but not the addresses, concerns and words of the others", async () => {
  const { id, address } = await gerda("zwei");
  const other = "gerda@arbeit.example";
  done(await addAddress(world, cast.omar, id, { kind: "email", value: other }));
  await deliver(world, cast.channel, mail(other, { subject: "Auch hier", assurance: "none" }));
  const here = await concernCalled(world, "Auch hier");
  assert.equal(here.customerId, id);
  const known = await seen(cast.anna, id);
  assert.equal(known?.name, "Gerda Geheim");
  assert.deepEqual(
    known?.addresses.map((each) => each.value),
    [other],
  );
  const opened = done(await openConcern(world, cast.anna, here.id));
  assert.deepEqual(
    opened.ways.map((way) => way.value),
    [other],
  );
  assert.ok(!JSON.stringify(opened).includes(address));
  const text = await found(cast.anna, "gerda");
  assert.ok(text.includes(other) && !text.includes(address) && !text.includes("Andere zwei"), text);
  assert.deepEqual(
    done(await concernsOf(world, cast.anna, { customerId: id, after: null, limit: 20 })).concerns.map((one) => one.id),
    [here.id],
  );
  const hidden = (await seen(cast.omar, id))?.addresses.find((each) => each.value === address)?.id ?? assert.fail();
  await notFound(removeAddress(world, cast.anna, id, hidden));
  done(await removeAddress(world, cast.eva, id, hidden));
  await notFound(restoreAddress(world, cast.anna, id, hidden, false));
  done(await restoreAddress(world, cast.eva, id, hidden, false));
  assert.equal((await seen(cast.omar, id))?.addresses.length, 3);
});

test("a false sender brings nobody's record into another brand, and moves nothing in it", async () => {
  const { id, address } = await gerda("drei");
  const before = await seen(cast.omar, id);
  world.pass(60_000);
  await deliver(
    world,
    cast.channel,
    mail(address, { subject: "Gefälscht", assurance: "failed", from: { value: address, name: "G." } }),
  );
  const forged = await concernCalled(world, "Gefälscht");
  assert.equal(await seen(cast.anna, id), null);
  assert.deepEqual(await seen(cast.omar, id), before);
  const opened = done(await openConcern(world, cast.anna, forged.id));
  assert.equal(opened.concern.row.customerName, "G.");
  assert.ok(!JSON.stringify(opened).includes("Geheim"));
  assert.ok(opened.ways.every((way) => way.value === ""));
  // A new name in the other brand does not reach this one.
  done(await changeCustomer(world, cast.eva, id, { name: "Gerda Neu-Geheim" }));
  const told = (await world.events()).filter((event) => event.customerId === id && event.kind === "customer.changed");
  assert.ok(told.length > 0 && told.every((event) => event.brandId === cast.otherBrandId));
});

test("copies, recipients and writing first tell no name that the brand does not know", async () => {
  const { id, address } = await gerda("vier");
  await deliver(
    world,
    cast.channel,
    mail("kopie@kunde.example", { subject: "Mit Kopie", cc: [{ value: address, name: null }] }),
  );
  const copied = await concernCalled(world, "Mit Kopie");
  assert.ok(!JSON.stringify(done(await openConcern(world, cast.anna, copied.id))).includes("Geheim"));
  await deliver(world, cast.channel, mail("ohne@kunde.example", { subject: "Ohne Kopie" }));
  const plain = await concernCalled(world, "Ohne Kopie");
  const written = { text: "Guten Tag", html: null, uploads: [], undoMs: 0 };
  done(
    await reply(world, cast.anna, {
      ...written,
      id: plain.id,
      channelId: cast.channel.id,
      to: ["ohne@kunde.example"],
      cc: [address],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    }),
  );
  assert.ok(address in (await partiesIn(world.db, plain.id)));
  assert.ok(!JSON.stringify(done(await openConcern(world, cast.anna, plain.id))).includes("Geheim"));
  await notFound(
    create(world, cast.anna, {
      ...written,
      brandId: cast.brandId,
      channelId: cast.channel.id,
      customerId: id,
      kind: "email",
      to: ["ganz@woanders.example"],
      cc: [],
      subject: "Wer ist das?",
      key: crypto.randomUUID(),
    }),
  );
  assert.equal(await seen(cast.anna, id), null);
});

test("no event of another brand's customer reaches a desk of this one, and every event's brand knows its customer", async () => {
  const events = await world.events();
  const about = events.filter((event) => event.kind.startsWith("customer."));
  assert.ok(about.length > 10);
  const brands = new Map(
    (await world.db.rows<{ id: string; brands: string[] }>(sql`SELECT id, brand_ids AS brands FROM customer`)).map(
      (row) => [row.id, row.brands],
    ),
  );
  for (const event of about) {
    const known = brands.get(event.customerId ?? "") ?? [];
    assert.equal(deskMaySee(cast.omar, event), true);
    assert.equal(deskMaySee(cast.anna, event), event.brandId === cast.brandId);
    assert.ok(event.brandId === null || known.includes(event.brandId), JSON.stringify(event));
  }
  const anna = events.filter((event) => deskMaySee(cast.anna, event));
  assert.ok(!JSON.stringify(anna.filter((event) => event.kind.startsWith("customer."))).includes("gerda.eins"));
  assert.ok(!JSON.stringify(anna).includes("Andere "));
});
