// Customers on a real PostgreSQL: one customer under any race, addresses that belong to one, proof, suppression, and what the events say.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { system } from "#contract/actor.ts";
import type { Customer, OrganisationChange } from "#contract/customers.ts";
import { customer as customerShape } from "#contract/customers.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { CustomerId, TierId } from "#contract/ids.ts";
import type { Tier } from "#contract/tiers.ts";
import {
  resolveCustomer,
  suppressAddress,
  touchAddress,
  verifyAddress,
  type Resolved,
} from "#modules/customers/actions.ts";
import {
  addAddress,
  changeAddress,
  changeCustomer,
  createCustomer,
  removeAddress,
  restoreAddress,
} from "#modules/customers/actions-desk.ts";
import { changeOrganisation, setTiers } from "#modules/customers/actions-tiers.ts";
import { standingsOf } from "#modules/customers/reads-tiers.ts";
import {
  customerByAddress,
  customerById,
  findCustomers,
  isSuppressed,
  suppressedOf,
} from "#modules/customers/reads.ts";
import { sql } from "#platform/db/db.ts";
import { addCast, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

const done = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused}`);
  return value;
};
const refusedWith = (value: unknown): string | null => (isRefusal(value) ? value.refused : null);

const arrives = (value: string, over: Partial<Parameters<typeof resolveCustomer>[3]> = {}): Promise<Resolved> =>
  world.db.transaction(async (tx) =>
    done(
      await resolveCustomer(world, tx, system, {
        kind: "email",
        value,
        name: null,
        language: "de",
        assurance: "none",
        brandId: cast.brandId,
        ...over,
      }),
    ),
  );

test("fifty messages of a new customer at once make one customer, twenty times over", async () => {
  for (let round = 0; round < 20; round += 1) {
    const value = `burst-${round}@mail.example`;
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) => arrives(i % 2 === 0 ? value : value.toUpperCase())),
    );
    assert.equal(new Set(all.map((one) => one.customerId)).size, 1);
    assert.equal(all.filter((one) => one.isNew).length, 1);
  }
  const { n } = await world.db.one<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM customer WHERE name LIKE 'burst-%' OR name LIKE 'BURST-%'`,
  );
  assert.equal(n, 20);
});

test("the lock is held to the commit: a second arrival waits, and sees what the first one made", async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const order: string[] = [];
  let inside = (): void => {};
  const isInside = new Promise<void>((resolve) => {
    inside = resolve;
  });
  const first = world.db.transaction(async (tx) => {
    const made = done(
      await resolveCustomer(world, tx, system, {
        kind: "email",
        value: "slow@mail.example",
        name: null,
        language: null,
        assurance: "none",
        brandId: cast.brandId,
      }),
    );
    inside();
    await held;
    order.push("first");
    return made;
  });
  await isInside;
  const second = arrives("slow@mail.example").then((found) => {
    order.push("second");
    return found;
  });
  // The second one is in line at the database before the first may go on.
  const inLine = async (): Promise<boolean> =>
    (
      await world.db.one<{ n: number }>(
        sql`SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    ).n > 0;
  while (!(await inLine()));
  release();
  const [made, found] = await Promise.all([first, second]);
  assert.deepEqual(order, ["first", "second"]);
  assert.equal(found.customerId, made.customerId);
  assert.equal(found.isNew, false);
});

test("a forged sender changes nothing of what is known; a proved one verifies and may give a name", async () => {
  const first = await arrives("nameless@mail.example");
  await arrives("nameless@mail.example", { name: "Mallory", assurance: "failed" });
  await arrives("nameless@mail.example", { name: "Mallory", assurance: "none" });
  let customer = await customerById(world.db, first.customerId);
  assert.equal(customer?.name, "nameless@mail.example");
  assert.equal(customer?.addresses[0]?.verifiedAt, null);
  const proved = await arrives("nameless@mail.example", { name: "Nora Amsel", assurance: "proved" });
  assert.equal(proved.name, "Nora Amsel");
  customer = await customerById(world.db, first.customerId);
  assert.equal(customer?.name, "Nora Amsel");
  assert.equal(customer?.addresses[0]?.verifiedBy, "dmarc");
  await arrives("nameless@mail.example", { name: "Somebody Else", assurance: "proved" });
  assert.equal((await customerById(world.db, first.customerId))?.name, "Nora Amsel", "a name that was given stays");
});

test("no address is refused and makes nobody", async () => {
  const before = await world.db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM customer`);
  const result = await world.db.transaction((tx) =>
    resolveCustomer(world, tx, system, {
      kind: "email",
      value: "not an address",
      name: null,
      language: null,
      assurance: "proved",
      brandId: cast.brandId,
    }),
  );
  assert.equal(refusedWith(result), "invalidAddress");
  assert.deepEqual(await world.db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM customer`), before);
});

test("use, proof and suppression of an address", async () => {
  const { customerId } = await arrives("used@mail.example");
  const address = { kind: "email" as const, value: "Used@mail.example" };
  await touchAddress(world.db, address, "in", "2026-03-02T10:00:00.000Z");
  await touchAddress(world.db, address, "in", "2026-03-01T10:00:00.000Z");
  await touchAddress(world.db, address, "out", "2026-03-02T11:00:00.000Z");
  await world.db.transaction((tx) => verifyAddress(world, tx, system, address, "token"));
  await world.db.transaction((tx) => verifyAddress(world, tx, system, address, "agent"));
  await world.db.transaction((tx) => suppressAddress(world, tx, system, address, "550 no such user"));
  const [kept] = (await customerById(world.db, customerId))?.addresses ?? [];
  assert.equal(kept?.lastInAt, "2026-03-02T10:00:00.000Z", "never backwards");
  assert.equal(kept?.lastOutAt, "2026-03-02T11:00:00.000Z");
  assert.equal(kept?.verifiedBy, "token", "the first proof stays");
  assert.equal(kept?.suppressedReason, "550 no such user");
  assert.ok(await isSuppressed(world.db, "email", "USED@mail.example"));
  assert.deepEqual(
    [...(await suppressedOf(world.db, "email", ["used@mail.example", "other@mail.example", "rubbish"])).keys()],
    ["used@mail.example"],
  );
  const changed = done(await changeAddress(world, cast.anna, customerId, kept?.id as never, { unsuppress: true }));
  assert.equal(changed.addresses[0]?.suppressedReason, null);
});

test("an address belongs to one customer; once removed it is free, and what it was stays", async () => {
  const one = done(
    await createCustomer(world, cast.anna, { name: "Olga Zwei", kind: "email", value: "olga@mail.example" }),
  );
  customerShape.parse(one);
  const other = done(
    await createCustomer(world, cast.anna, { name: "Otto Drei", kind: "email", value: "otto@mail.example" }),
  );
  assert.equal(
    refusedWith(await createCustomer(world, cast.anna, { name: "Dieb", kind: "email", value: "OLGA@mail.example" })),
    "addressTaken",
  );
  assert.equal(
    refusedWith(await addAddress(world, cast.anna, other.id, { kind: "email", value: "olga@mail.example" })),
    "addressTaken",
  );
  const same = done(await addAddress(world, cast.anna, one.id, { kind: "email", value: "olga@mail.example" }));
  assert.equal(same.version, one.version, "nothing changed, nothing is said");
  const more = done(await addAddress(world, cast.anna, one.id, { kind: "email", value: "olga2@mail.example" }));
  assert.deepEqual(
    more.addresses.map((address) => [address.value, address.verifiedAt]),
    [
      ["olga@mail.example", null],
      ["olga2@mail.example", null],
    ],
  );
  const second = more.addresses[1]?.id as never;
  const preferred = done(await changeAddress(world, cast.anna, one.id, second, { preferred: true }));
  assert.deepEqual(
    preferred.addresses.map((address) => [address.value, address.preferred]),
    [
      ["olga2@mail.example", true],
      ["olga@mail.example", false],
    ],
  );
  assert.equal(
    refusedWith(await removeAddress(world, cast.anna, other.id, second)),
    "notFound",
    "another customer's address is not found here",
  );
  const fewer = done(await removeAddress(world, cast.anna, one.id, second));
  assert.equal(fewer.addresses.length, 1);
  done(await addAddress(world, cast.anna, other.id, { kind: "email", value: "olga2@mail.example" }));
  assert.equal((await customerByAddress(world.db, "email", "olga2@mail.example"))?.customerId, other.id);
});

test("what is taken back of a customer is just what it was, and refused where somebody changed it since", async () => {
  const given = { name: "Rita Rück", kind: "email" as const, value: "rita@mail.example" };
  const { id } = done(await createCustomer(world, cast.anna, given));
  done(
    await changeCustomer(world, cast.anna, id, { name: "Rita Neu", organisation: "Reederei", fields: { Tarif: "XL" } }),
  );
  const before = done(
    await changeCustomer(world, cast.anna, id, {
      name: given.name,
      was: { name: "Rita Neu", fields: { Tarif: "XL" } },
    }),
  );
  assert.equal(before.name, given.name);
  for (const was of [
    { name: "Rita Neu" },
    { organisation: "Werft" },
    { fields: { Tarif: "L" } },
    { language: "en" as const },
  ])
    assert.equal(refusedWith(await changeCustomer(world, cast.omar, id, { name: "Dritte", was })), "staleVersion");
  assert.deepEqual(await customerById(world.db, id), before, "a refusal changes nothing");

  const first = before.addresses[0]?.id ?? assert.fail();
  const address = { kind: "email" as const, value: "rita2@mail.example" };
  const second = done(await addAddress(world, cast.anna, id, address)).addresses[1]?.id ?? assert.fail();
  // Preferring goes back to the one before, unless a colleague has preferred again.
  done(await changeAddress(world, cast.anna, id, second, { preferred: true }));
  const again = { preferred: true, insteadOf: second };
  assert.ok(
    done(await changeAddress(world, cast.anna, id, first, again)).addresses.find((one) => one.id === first)?.preferred,
  );
  assert.equal(refusedWith(await changeAddress(world, cast.anna, id, first, again)), "staleVersion");
  assert.equal(refusedWith(await changeAddress(world, cast.anna, id, second, { preferred: false })), "staleVersion");
  assert.ok(
    !done(await changeAddress(world, cast.anna, id, first, { preferred: false })).addresses.some(
      (one) => one.preferred,
    ),
  );

  // A removed address comes back with its proof, and preferred only where no other one is by now.
  await world.db.transaction((tx) => verifyAddress(world, tx, system, address, "code"));
  await world.db.transaction((tx) => suppressAddress(world, tx, system, address, "550 weg"));
  const suppress = { suppress: "551 anders" };
  assert.equal(refusedWith(await changeAddress(world, cast.anna, id, second, suppress)), "staleVersion");
  const known = (await customerById(world.db, id))?.addresses.find((one) => one.id === second);
  done(await removeAddress(world, cast.anna, id, second));
  done(await changeAddress(world, cast.anna, id, first, { preferred: true }));
  const back = done(await restoreAddress(world, cast.anna, id, second, true));
  assert.deepEqual(
    back.addresses.find((one) => one.id === second),
    known,
  );
  assert.equal(refusedWith(await removeAddress(world, cast.anna, id, second, true)), "staleVersion", "it is in use");
  done(await removeAddress(world, cast.anna, id, second));
  done(await removeAddress(world, cast.anna, id, first));
  assert.ok(done(await restoreAddress(world, cast.anna, id, first, true)).addresses[0]?.preferred);
  // Given anew meanwhile, to this customer or to somebody else: the old one stays away.
  const anew = done(await addAddress(world, cast.anna, id, address)).addresses.find(
    (one) => one.value === address.value,
  );
  assert.equal(refusedWith(await restoreAddress(world, cast.anna, id, second, false)), "staleVersion");
  done(await removeAddress(world, cast.anna, id, anew?.id ?? assert.fail(), true));
  await arrives(address.value);
  assert.equal(refusedWith(await restoreAddress(world, cast.anna, id, second, false)), "addressTaken");
  assert.equal(refusedWith(await restoreAddress(world, cast.anna, id, world.newId() as never, false)), "notFound");
});

test("a tier and an agent are given and taken back; what cannot be is refused", async () => {
  const tiers = ["Standard", "Plus"].map((name) => ({ id: world.newId() as TierId, name }));
  const [standard, plus] = tiers as [Tier, Tier];
  assert.deepEqual(done(await setTiers(world, cast.omar, { tiers, was: [] })), tiers);
  assert.equal(refusedWith(await setTiers(world, cast.omar, { tiers: [], was: [] })), "staleVersion");
  const twice = [...tiers, { id: world.newId() as TierId, name: "PLUS" }];
  assert.equal(refusedWith(await setTiers(world, cast.omar, { tiers: twice })), "tierTwice");
  const { id } = done(
    await createCustomer(world, cast.anna, { name: "Rang", kind: "email", value: "rang@mail.example" }),
  );
  const given = done(
    await changeCustomer(world, cast.anna, id, { tierId: plus.id, agentId: cast.omar.id, organisation: "Rang & Co" }),
  );
  assert.deepEqual([given.tierId, given.agentId, given.organisation?.tierId], [plus.id, cast.omar.id, null]);
  const was = { tierId: standard.id };
  assert.equal(refusedWith(await changeCustomer(world, cast.anna, id, { tierId: null, was })), "staleVersion");
  const unknown = world.newId() as never;
  assert.equal(refusedWith(await changeCustomer(world, cast.anna, id, { tierId: unknown })), "unknownTier");
  assert.equal(refusedWith(await changeCustomer(world, cast.anna, id, { agentId: unknown })), "unknownAgent");
  assert.equal(refusedWith(await setTiers(world, cast.omar, { tiers: [standard] })), "tierInUse");
  const firm = given.organisation?.id ?? assert.fail();
  const change = (body: OrganisationChange) => changeOrganisation(world, cast.anna, firm, body);
  assert.deepEqual(done(await change({ agentId: cast.anna.id, tierId: standard.id })), {
    id: firm,
    name: "Rang & Co",
    tierId: standard.id,
    agentId: cast.anna.id,
  });
  const standing = async () => (await standingsOf(world.db, [id]))[0];
  assert.deepEqual(await standing(), { customerId: id, tierId: plus.id, agentId: cast.omar.id }, "their own");
  done(await changeCustomer(world, cast.anna, id, { tierId: null, agentId: null, was: { tierId: plus.id } }));
  assert.deepEqual(await standing(), { customerId: id, tierId: standard.id, agentId: cast.anna.id }, "the firm's");
  assert.equal(refusedWith(await change({ tierId: null, was: { tierId: plus.id } })), "staleVersion");
  assert.equal(refusedWith(await change({ tierId: unknown })), "unknownTier");
  const stranger = { ...cast.anna, brandIds: [world.newId() as never] };
  assert.equal(refusedWith(await changeOrganisation(world, stranger, firm, { tierId: null })), "notFound");
  done(await change({ tierId: null, agentId: null, was: { agentId: cast.anna.id } }));
  assert.deepEqual(done(await setTiers(world, cast.omar, { tiers: [] })), []);
});

test("the same new address for two customers at once is given to one of them", async () => {
  const people = await Promise.all(
    Array.from({ length: 8 }, async (_, i) =>
      done(await createCustomer(world, cast.anna, { name: `Racer ${i}`, kind: "phone", value: `+49 30 555 00${i}` })),
    ),
  );
  const results = await Promise.all(
    people.map((person) => addAddress(world, cast.anna, person.id, { kind: "phone", value: "+49 30 999" })),
  );
  assert.equal(results.filter((result) => !isRefusal(result)).length, 1);
  assert.deepEqual(new Set(results.map(refusedWith)), new Set([null, "addressTaken"]));
});

test("changes are told with rising versions, also when two come at once", async () => {
  const person: Customer = done(
    await createCustomer(world, cast.anna, { name: "Vera Version", kind: "email", value: "vera@mail.example" }),
  );
  await Promise.all([
    changeCustomer(world, cast.anna, person.id, { organisation: "Größmann GmbH" }),
    changeCustomer(world, cast.omar, person.id, { fields: { contract: "K-17", vip: true } }),
    changeCustomer(world, cast.omar, person.id, { language: "en" }),
  ]);
  const after = await customerById(world.db, person.id);
  assert.deepEqual(
    [after?.organisation?.name, after?.fields, after?.language, after?.version],
    ["Größmann GmbH", { contract: "K-17", vip: true }, "en", person.version + 3],
  );
  const said = (await world.events()).filter(
    (event) => event.kind === "customer.changed" && event.customerId === person.id,
  );
  assert.deepEqual(
    said.map((event) => (event.data as { version: number }).version),
    [2, 3, 4],
  );
  const namesake = done(
    await createCustomer(world, cast.anna, { name: "Otto", kind: "email", value: "otto4@mail.example" }),
  );
  const theirs = done(await changeCustomer(world, cast.anna, namesake.id, { organisation: "GRÖSSMANN gmbh" }));
  assert.equal(
    theirs.organisation?.id,
    after?.organisation?.id,
    "one organisation under a name, however it is written",
  );
  assert.equal(done(await changeCustomer(world, cast.anna, namesake.id, { organisation: "" })).organisation, null);
  assert.equal(
    refusedWith(await changeCustomer(world, cast.anna, world.newId() as CustomerId, { name: "Nobody" })),
    "notFound",
  );
});

test("customers are found by parts of name and address, and by names spelled nearly so", async () => {
  await createCustomer(world, cast.anna, { name: "Heinrich Größmann", kind: "email", value: "h.g@firma.example" });
  await createCustomer(world, cast.anna, { name: "Paula Groessmann", kind: "phone", value: "+49 40 1234567" });
  const names = async (words: string[], address: string | null): Promise<string[]> =>
    (await findCustomers(world.db, { words, codes: [], address }, null, 8)).map((found) => found.name).toSorted();
  assert.deepEqual(
    await names(["grossmann"], null),
    ["Heinrich Größmann", "Paula Groessmann", "Vera Version"],
    "also by the organisation",
  );
  assert.deepEqual(await names(["hein", "gross"], null), ["Heinrich Größmann"]);
  assert.deepEqual(await names([], "401234"), ["Paula Groessmann"]);
  assert.deepEqual(await names([], "h.g@firma"), ["Heinrich Größmann"]);
  assert.deepEqual(await names(["heinrch"], null), ["Heinrich Größmann"], "a letter is missing");
  assert.deepEqual(await names(["%"], "_____"), [], "wildcards are letters here");
});
