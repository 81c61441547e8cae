// What agents do to customers at the desk. Called by customers/routes.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import type { AddressKind } from "#contract/channel.ts";
import type { Address, Customer, CustomerChange, customers } from "#contract/customers.ts";
import type { Input } from "#contract/endpoint.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { AddressId, BrandId, CustomerId, OrganisationId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { changed } from "#modules/customers/actions.ts";
import { factsOf, normalise } from "#modules/customers/model.ts";
import { cannotStand } from "#modules/customers/actions-tiers.ts";
import { brandsOf, isKnown } from "#modules/customers/policy.ts";
import {
  addressOf,
  customerById,
  insertAddress,
  insertCustomer,
  liveAddress,
  lockAddress,
  lockCustomer,
  organisationByName,
  raiseVersion,
  removedAddressOf,
  setNotPreferred,
  setPreferred,
  setRemoved,
  setRestored,
  setSuppressed,
  updateCustomer,
  wholeOf,
} from "#modules/customers/store.ts";
import { differ, judgeFields } from "#modules/fields/model.ts";
import { fieldsOf } from "#modules/fields/reads.ts";
import { setUnwanted } from "#modules/customers/store-calls.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/**
 * Adds a customer with one address, unverified; known to the agent's brands, or to none yet when the agent serves all of them. Refuses with
 * invalidAddress or addressTaken (facts.name says who has it, when this agent may see them).
 */
export const createCustomer = (
  world: Acting,
  who: Who,
  input: { readonly name: string; readonly kind: AddressKind; readonly value: string },
): Promise<Customer | Refusal> =>
  world.db.transaction(async (tx) => {
    const norm = await freeAddress(tx, who, input);
    if (isRefusal(norm)) return norm;
    const brands = (brandsOf(who) ?? []) as readonly BrandId[];
    const customerId = world.newId() as CustomerId;
    await insertCustomer(tx, {
      customerId,
      addressId: world.newId() as AddressId,
      name: input.name,
      language: null,
      kind: input.kind,
      norm: norm.norm,
      value: input.value.trim(),
      verifiedAt: null,
      verifiedBy: null,
      lastInAt: null,
      brandIds: brands,
      at: world.now().toISOString(),
    });
    const heard = brands.length === 0 ? [null] : brands;
    await say(
      world,
      tx,
      who,
      heard.map((brandId) => ({ kind: "customer.created", brandId, customerId, data: { customerId } })),
    );
    return (await customerById(tx, customerId)) ?? refuse("notFound");
  });

/**
 * Changes name, language, organisation (found or made by name; null or empty takes it away), by which channel they want to be answered, tier, agent, or fields (those that
 * are named; null takes one away). Refuses a value its field does not take, unknownTier, unknownAgent, and staleVersion where something of `was` is otherwise by now.
 */
export const changeCustomer = (
  world: Acting,
  who: Who,
  id: CustomerId,
  input: CustomerChange,
): Promise<Customer | Refusal> =>
  changing(world, who, id, async (tx, before) => {
    if (input.was !== undefined && isOtherwise(before, input.was)) return refuse("staleVersion");
    const fields =
      input.fields === undefined ? null : judgeFields(await fieldsOf(tx, "customer"), before.fields, input.fields);
    if (fields !== null && "refused" in fields) return fields;
    const { tierId = before.tierId, agentId = before.agentId } = input;
    // What stands there already may stay, also an agent who has gone since.
    const wrong = await cannotStand(tx, {
      tierId: tierId === before.tierId ? null : tierId,
      agentId: agentId === before.agentId ? null : agentId,
    });
    if (wrong !== null) return wrong;
    const newFields = fields !== null && fields.changed.length > 0 ? fields.values : undefined;
    const name = (input.organisation ?? "").trim();
    const organisationId =
      input.organisation === undefined
        ? undefined
        : name === ""
          ? null
          : await organisationByName(tx, world.newId() as OrganisationId, name);
    const what = [
      ...(input.name !== undefined && input.name !== before.name ? ["name"] : []),
      ...(input.language !== undefined && input.language !== before.language ? ["language"] : []),
      ...(organisationId !== undefined && organisationId !== (before.organisation?.id ?? null) ? ["organisation"] : []),
      ...(input.wish !== undefined && input.wish !== (before.wish?.kind ?? null) ? ["wish"] : []),
      ...(tierId === before.tierId ? [] : ["tier"]),
      ...(agentId === before.agentId ? [] : ["agent"]),
      ...(newFields === undefined ? [] : ["fields"]),
    ];
    const facts =
      newFields === undefined && organisationId === undefined
        ? {}
        : {
            facts: factsOf(
              organisationId === undefined ? (before.organisation?.name ?? null) : name,
              newFields ?? before.fields,
            ),
          };
    await updateCustomer(tx, before.id, {
      ...facts,
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.language === undefined ? {} : { language: input.language }),
      ...(organisationId === undefined ? {} : { organisationId }),
      ...(what.includes("wish") ? { wish: input.wish ? { kind: input.wish, by: "agent" as const } : null } : {}),
      ...(tierId === before.tierId ? {} : { tierId }),
      ...(agentId === before.agentId ? {} : { agentId }),
      ...(newFields === undefined ? {} : { fields: newFields }),
    });
    return what;
  });

/** Adds an address, unverified until it is proved. The customer's own address again changes nothing; somebody else's is refused with addressTaken. */
export const addAddress = (
  world: Acting,
  who: Who,
  id: CustomerId,
  input: { readonly kind: AddressKind; readonly value: string },
): Promise<Customer | Refusal> =>
  world.db.transaction(async (tx) => {
    // Addresses are locked before customers, as a message that arrives does.
    const norm = await freeAddress(tx, who, input, id);
    if (isRefusal(norm)) return norm;
    return changingIn(world, tx, who, id, async (_tx, before) => {
      if (norm.mine) return [];
      await insertAddress(tx, {
        id: world.newId() as AddressId,
        customerId: before.id,
        kind: input.kind,
        norm: norm.norm,
        value: input.value.trim(),
        brandIds: brandsOf(who),
        byAgent: true,
      });
      return ["addresses"];
    });
  });

/**
 * Prefers an address (or no longer), allows writing to a suppressed one again (or no longer), says that nobody is to be called there (or may be again). Refuses staleVersion where another one is preferred
 * than `insteadOf`, where the address is not preferred that is to be so no longer, and where it is suppressed already.
 */
export const changeAddress = (
  world: Acting,
  who: Who,
  id: CustomerId,
  addressId: AddressId,
  input: Input<typeof customers.changeAddress>["body"],
): Promise<Customer | Refusal> =>
  changing(world, who, id, async (tx, before) => {
    const address = await addressOf(tx, id, addressId, brandsOf(who));
    if (address === null) return refuse("notFound");
    const preferredId = before.addresses.find((one) => one.preferred)?.id ?? null;
    const isOvertaken =
      (input.insteadOf !== undefined && input.insteadOf !== preferredId) ||
      (input.preferred === false && preferredId !== addressId) ||
      (input.suppress !== undefined && address.suppressedReason !== null);
    if (isOvertaken) return refuse("staleVersion");
    if (input.preferred === true) await setPreferred(tx, id, addressId);
    if (input.preferred === false) await setNotPreferred(tx, addressId);
    if (input.unsuppress) await setSuppressed(tx, addressId, null);
    if (input.suppress !== undefined) await setSuppressed(tx, addressId, input.suppress);
    if (input.doNotCall !== undefined) await setUnwanted(tx, addressId, input.doNotCall);
    const given = [input.preferred, input.unsuppress, input.suppress, input.doNotCall];
    return given.some((part) => part !== undefined) ? ["addresses"] : [];
  });

/**
 * Takes an address away; what was said over it stays. Somebody who writes from it later is a customer nobody knows yet. With `ifUnused` it refuses
 * staleVersion when something has come from there or gone there, or when it was proved, preferred or suppressed.
 */
export const removeAddress = (
  world: Acting,
  who: Who,
  id: CustomerId,
  addressId: AddressId,
  ifUnused = false,
): Promise<Customer | Refusal> =>
  changing(world, who, id, async (tx, before) => {
    if ((await addressOf(tx, id, addressId, brandsOf(who))) === null) return refuse("notFound");
    const address = before.addresses.find((one) => one.id === addressId);
    if (ifUnused && address !== undefined && isInUse(address)) return refuse("staleVersion");
    await setRemoved(tx, addressId, world.now().toISOString());
    return ["addresses"];
  });

/**
 * Brings a removed address back, with its proof and what stopped writing to it; preferred again if no other one is. Refuses addressTaken when somebody
 * else has it by now, staleVersion when this customer was given it anew.
 */
export const restoreAddress = (
  world: Acting,
  who: Who,
  id: CustomerId,
  addressId: AddressId,
  preferred: boolean,
): Promise<Customer | Refusal> =>
  world.db.transaction(async (tx) => {
    const removed = await removedAddressOf(tx, id, addressId, brandsOf(who));
    if (removed === null) return refuse("notFound");
    const norm = await freeAddress(tx, who, removed, id);
    if (isRefusal(norm)) return norm;
    return changingIn(world, tx, who, id, async () => {
      if (norm.mine) return refuse("staleVersion");
      await setRestored(tx, id, addressId, preferred);
      return ["addresses"];
    });
  });

const isInUse = (address: Address): boolean =>
  address.preferred ||
  address.doNotCall ||
  [address.verifiedAt, address.lastInAt, address.lastOutAt, address.suppressedReason].some((part) => part !== null);

/** Is something of a customer not as somebody saw it? An organisation by its name. */
const isOtherwise = (now: Customer, was: NonNullable<CustomerChange["was"]>): boolean =>
  (was.name !== undefined && was.name !== now.name) ||
  (was.language !== undefined && was.language !== now.language) ||
  (was.organisation !== undefined && (was.organisation ?? "") !== (now.organisation?.name ?? "")) ||
  (was.wish !== undefined && was.wish !== (now.wish?.kind ?? null)) ||
  (was.tierId !== undefined && was.tierId !== now.tierId) ||
  (was.agentId !== undefined && was.agentId !== now.agentId) ||
  (was.fields !== undefined && differ(now.fields, was.fields));

type Changing = (tx: Tx, before: Customer) => Promise<readonly string[] | Refusal>;

const changing = (world: Acting, who: Who, id: CustomerId, change: Changing): Promise<Customer | Refusal> =>
  world.db.transaction((tx) => changingIn(world, tx, who, id, change));

/** Runs a change under the row lock of the customer whom the desk shows. It refuses before it writes; what it says changed is told, with the next version; nothing changed is not. */
const changingIn = async (
  world: Acting,
  tx: Tx,
  who: Who,
  id: CustomerId,
  change: Changing,
): Promise<Customer | Refusal> => {
  const brands = brandsOf(who);
  const shown = await lockWhole(tx, id);
  const before = shown === null ? null : await customerById(tx, shown, brands);
  if (before === null) return refuse("notFound");
  const what = await change(tx, before);
  if (isRefusal(what)) return what;
  if (what.length === 0) return before;
  const raised = await raiseVersion(tx, before.id);
  if (raised !== null) await say(world, tx, who, changed(what, raised));
  return (await customerById(tx, id, brands)) ?? refuse("notFound");
};

/** Locks whom the desk shows for a customer, and gives their id: also when somebody merges them at this moment. Null: there is no such customer. */
export const lockWhole = async (tx: Tx, id: CustomerId): Promise<CustomerId | null> => {
  for (let shown = await wholeOf(tx, id); shown !== null;) {
    await lockCustomer(tx, shown);
    const now = await wholeOf(tx, id);
    if (now === shown) return shown;
    shown = now;
  }
  return null;
};

/** The key of an address nobody else has, under its lock. Of whoever has it nothing is told to who may not see them. */
const freeAddress = async (
  tx: Tx,
  who: Who,
  input: { readonly kind: AddressKind; readonly value: string; /** As it stood. */ readonly norm?: string },
  own?: CustomerId,
): Promise<{ readonly norm: string; readonly mine: boolean } | Refusal> => {
  const norm = input.norm ?? normalise(input.kind, input.value);
  if (norm === null) return refuse("invalidAddress", { address: input.value.slice(0, 320) }, "value");
  await lockAddress(tx, input.kind, norm);
  const taken = await liveAddress(tx, input.kind, norm);
  if (taken === null) return { norm, mine: false };
  if (own !== undefined && (await wholeOf(tx, taken.customerId)) === (await wholeOf(tx, own)))
    return { norm, mine: true };
  return refuse("addressTaken", isKnown(brandsOf(who), taken.brandIds) ? { name: taken.name } : {}, "value");
};
