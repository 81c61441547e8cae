// The only writers of customers and addresses. Called by concerns (receive, create), customers/routes.ts and channels' verdicts through concerns.
import type { Who } from "#contract/actor.ts";
import type { AddressKind, Assurance } from "#contract/channel.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AddressId, BrandId, CustomerId, TierId } from "#contract/ids.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { betterName, nameFor, normalise } from "#modules/customers/model.ts";
import {
  addBrand,
  aloneById,
  deleteCustomer,
  insertAddress,
  insertCustomer,
  liveAddress,
  lockedAddress,
  lockCustomer,
  lockUnused,
  raiseVersion,
  setSuppressed,
  setVerified,
  touch,
  updateCustomer,
  type AddressRow,
  type Raised,
} from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "now" | "newId" | "wake">;

/** An address in a sender's or an agent's own words. */
export interface GivenAddress {
  readonly kind: AddressKind;
  readonly value: string;
}

/** Whom an address belongs to. */
export interface Resolved {
  readonly customerId: CustomerId;
  readonly addressId: AddressId;
  /** Their own name; and the one under which the desk shows them, which is another when they were merged into somebody. */
  readonly name: string;
  readonly shownName: string;
  readonly isNew: boolean;
  /** The tier that counts for them. */
  readonly tierId: TierId | null;
  /** Something sent there came back for good. */
  readonly isSuppressed: boolean;
}

/** An address under its lock, with whoever has it. */
export interface HeldAddress {
  readonly norm: string;
  readonly known: AddressRow | null;
}

/**
 * Takes the address' lock, and says who has it. For callers who ask something else of the database at the same time and give this to `resolveCustomer`
 * afterwards; whoever holds one address of a transaction must not hold a second.
 */
export const holdAddress = async (tx: Tx, kind: AddressKind, norm: string): Promise<HeldAddress> => ({
  norm,
  known: await lockedAddress(tx, { kind, norm }),
});

/**
 * The customer this address belongs to; made when there is none. Holds the address' lock until the commit, so of any number of messages that
 * arrive at once one makes the customer and the others wait for it. `assurance` says how sure we are of the sender: "proved" verifies the
 * address (a mail's by "dmarc", others by the "session" that spoke), and only a trusted sender may give a nameless customer a name. By this contact `brandId` knows the customer from now on,
 * unless the sender is shown to be false: then the brand learns nothing that it did not know, not even the name. Refuses with invalidAddress.
 */
export const resolveCustomer = async (
  world: Acting,
  tx: Tx,
  who: Who,
  input: GivenAddress & {
    readonly name: string | null;
    readonly language: "de" | "en" | null;
    readonly assurance: Assurance;
    readonly brandId: BrandId;
    /** Whose an address is that nobody has: they have shown it by a token that we sent there. */
    readonly ofCustomer?: CustomerId | null;
    /** The same address, when the caller holds it already. */
    readonly held?: HeldAddress | null;
    /** Something came from there now: noted of an address that is new (of others by `touchAddress`). */
    readonly heardAt?: string | null;
  },
): Promise<Resolved | Refusal> => {
  const norm = normalise(input.kind, input.value);
  if (norm === null) return refuse("invalidAddress", { address: input.value.slice(0, 320) });
  const { known } = input.held?.norm === norm ? input.held : await holdAddress(tx, input.kind, norm);
  const at = world.now().toISOString();
  const proved = input.assurance === "proved";
  const provedBy = input.kind === "email" ? "dmarc" : "session";
  const owner = known === null && input.ofCustomer ? await aloneById(tx, input.ofCustomer) : null;
  if (owner !== null) {
    await lockCustomer(tx, owner.id);
    const addressId = world.newId() as AddressId;
    const { kind, value } = input;
    await insertAddress(tx, {
      id: addressId,
      customerId: owner.id,
      kind,
      norm,
      value: value.trim(),
      brandIds: null,
      byAgent: false,
    });
    await sayChanged(world, tx, who, owner.id, ["addresses"]);
    const { name, shownName, countingTierId: tierId } = owner;
    return { customerId: owner.id, addressId, name, shownName, tierId, isNew: false, isSuppressed: false };
  }
  if (known === null) {
    const name = nameFor(input.name, input.value);
    const made = {
      customerId: world.newId() as CustomerId,
      addressId: world.newId() as AddressId,
      name,
      shownName: name,
    };
    await insertCustomer(tx, {
      ...made,
      language: input.language,
      kind: input.kind,
      norm,
      value: input.value.trim(),
      verifiedAt: proved ? at : null,
      verifiedBy: proved ? provedBy : null,
      lastInAt: input.heardAt ?? null,
      brandIds: [input.brandId],
      at,
    });
    await say(world, tx, who, [
      {
        kind: "customer.created",
        brandId: input.brandId,
        customerId: made.customerId,
        data: { customerId: made.customerId },
      },
    ]);
    return { ...made, tierId: null, isNew: true, isSuppressed: false };
  }
  const { customerId, addressId, tierId } = known;
  const isStranger = !known.brandIds.includes(input.brandId);
  if (isStranger && input.assurance === "failed") {
    const said = nameFor(input.name, input.value);
    return { customerId, addressId, name: said, shownName: said, tierId, isNew: false, isSuppressed: false };
  }
  const name = betterName(known.name, known.value, input.name, input.assurance);
  const what: string[] = [];
  const verifies = proved && known.verifiedAt === null;
  if (name !== null || verifies || isStranger) await lockCustomer(tx, customerId);
  if (input.assurance !== "failed" && (isStranger || !known.addressBrandIds.includes(input.brandId))) {
    await addBrand(tx, customerId, addressId, input.brandId);
    what.push("brands");
  }
  if (name !== null) {
    await updateCustomer(tx, customerId, { name });
    what.push("name");
  }
  if (verifies && (await setVerified(tx, addressId, at, provedBy))) what.push("addresses");
  await sayChanged(world, tx, who, customerId, what);
  return {
    customerId,
    addressId,
    name: name ?? known.name,
    shownName: known.isPart ? known.shownName : (name ?? known.name),
    tierId,
    isNew: false,
    isSuppressed: known.suppressedReason !== null,
  };
};

/** Notes that something came from or went to an address. Nothing happens when nobody has it. Not an event: the message itself is one. */
export const touchAddress = async (
  tx: Tx,
  address: GivenAddress,
  direction: "in" | "out",
  at: string,
): Promise<void> => {
  const norm = normalise(address.kind, address.value);
  if (norm !== null) await touch(tx, { kind: address.kind, norm, direction, at });
};

/** Notes how an address was proved to be its customer's: "dmarc", "token", "code" or "agent". The first proof stays. */
export const verifyAddress = async (
  world: Acting,
  tx: Tx,
  who: Who,
  address: GivenAddress,
  by: "dmarc" | "token" | "code" | "agent",
): Promise<void> => {
  const known = await find(tx, address);
  if (known === null || known.verifiedAt !== null) return;
  await lockCustomer(tx, known.customerId);
  if (await setVerified(tx, known.addressId, world.now().toISOString(), by))
    await sayChanged(world, tx, who, known.customerId, ["addresses"]);
};

/** Notes an address that a customer gave as their own: nothing shows it. One that somebody has already, or that is none, changes nothing. */
export const claimAddress = async (
  world: Acting,
  tx: Tx,
  who: Who,
  claim: GivenAddress & { readonly customerId: CustomerId; readonly brandId: BrandId },
): Promise<void> => {
  const norm = normalise(claim.kind, claim.value);
  if (norm === null || (await liveAddress(tx, claim.kind, norm)) !== null) return;
  const owner = await aloneById(tx, claim.customerId);
  if (owner === null) return;
  await lockCustomer(tx, owner.id);
  const { kind, value, brandId } = claim;
  await insertAddress(tx, {
    id: world.newId() as AddressId,
    customerId: owner.id,
    kind,
    norm,
    value: value.trim(),
    brandIds: [brandId],
    byAgent: false,
  });
  await sayChanged(world, tx, who, owner.id, ["addresses"]);
};

/** After a permanent failure: why we do not write there any more (plain text, cut to 500 characters). */
export const suppressAddress = async (
  world: Acting,
  tx: Tx,
  who: Who,
  address: GivenAddress,
  reason: string,
): Promise<void> => {
  const known = await find(tx, address);
  if (known === null) return;
  await lockCustomer(tx, known.customerId);
  if (await setSuppressed(tx, known.addressId, reason.slice(0, 500)))
    await sayChanged(world, tx, who, known.customerId, ["addresses"]);
};

/** Whoever writes from an address can be written to there again: what bounced once is over. Says whether the address was closed. */
export const reviveAddress = async (world: Acting, tx: Tx, who: Who, address: GivenAddress): Promise<boolean> => {
  const known = await find(tx, address);
  if (known === null || known.suppressedReason === null) return false;
  await lockCustomer(tx, known.customerId);
  const revived = await setSuppressed(tx, known.addressId, null);
  if (revived) await sayChanged(world, tx, who, known.customerId, ["addresses"]);
  return revived;
};

/**
 * Removes a customer who was made for a message that was taken back, when nothing was learned of them since and `isNeeded` says so of nothing else.
 * Whoever writes from the address at this moment keeps them: that message holds the address' lock, which is only tried here. True when they are gone.
 */
export const forgetCustomer = async (
  world: Acting,
  tx: Tx,
  who: Who,
  customer: { readonly id: CustomerId; readonly brandId: BrandId },
  isNeeded: () => Promise<boolean>,
): Promise<boolean> => {
  const customerId = customer.id;
  if (!(await lockUnused(tx, customerId)) || (await isNeeded())) return false;
  await deleteCustomer(tx, customerId);
  await say(world, tx, who, [
    { kind: "customer.removed", brandId: customer.brandId, customerId, data: { customerId } },
  ]);
  return true;
};

const find = async (tx: Tx, address: GivenAddress): ReturnType<typeof liveAddress> => {
  const norm = normalise(address.kind, address.value);
  return norm === null ? null : liveAddress(tx, address.kind, norm);
};

/** Raises a customer's version and says what changed; nothing when nothing did. */
export const sayChanged = async (
  world: Acting,
  tx: Tx,
  who: Who,
  customerId: CustomerId,
  what: readonly string[],
): Promise<void> => {
  if (what.length === 0) return;
  const raised = await raiseVersion(tx, customerId);
  if (raised !== null) await say(world, tx, who, changed(what, raised));
};

/**
 * The entries for a changed customer: one for each brand that knows them, so that no other brand hears of it; and so of everybody who is one with them,
 * because the desk shows them as one.
 */
export const changed = (what: readonly string[], { version, brandIds, members }: Raised): Said[] =>
  members.flatMap((customerId) =>
    (brandIds.length === 0 ? [null] : brandIds).map((brandId) => ({
      kind: "customer.changed" as const,
      brandId,
      customerId,
      data: { customerId, what: [...what], version },
    })),
  );
