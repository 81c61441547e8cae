// Addresses that somebody has proved to be theirs become their customer's, unless another customer has them. Called by visitors.
import type { Who } from "#contract/actor.ts";
import type { AddressKind } from "#contract/channel.ts";
import type { AddressId, BrandId, CustomerId } from "#contract/ids.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { sayChanged } from "#modules/customers/actions.ts";
import { signedNorm } from "#modules/customers/model.ts";
import { hasOtherId, insertProved } from "#modules/customers/store-proofs.ts";
import { liveAddress, lockAddress, lockCustomer, setVerified } from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "now" | "newId" | "wake">;

/** An address with its key, and what shows that it is theirs. */
export interface Proof {
  readonly kind: AddressKind;
  readonly norm: string;
  readonly value: string;
  readonly by: "signature" | "code" | "session";
}

/** Takes the locks of addresses in one order, before any customer's: whoever needs several cannot deadlock with a message that arrives. */
export const lockAddresses = async (
  tx: Tx,
  addresses: readonly { readonly kind: AddressKind; readonly norm: string }[],
): Promise<void> => {
  const keys = addresses.toSorted((a, b) => (`${a.kind} ${a.norm}` < `${b.kind} ${b.norm}` ? -1 : 1));
  for (const { kind, norm } of keys) await lockAddress(tx, kind, norm);
};

/**
 * Makes proved addresses the customer's: one that nobody has is added, their own is verified, and one that another customer has stays theirs (it is
 * proposed that they are one). The caller holds the addresses' locks. Gives those that another customer has.
 */
export const addProofs = async (
  world: Acting,
  tx: Tx,
  who: Who,
  customerId: CustomerId,
  brandId: BrandId,
  proofs: readonly Proof[],
): Promise<readonly Proof[]> => {
  const others: Proof[] = [];
  const at = world.now().toISOString();
  await lockCustomer(tx, customerId);
  let isChanged = false;
  for (const proof of proofs) {
    const { kind, norm, value, by } = proof;
    const known = await liveAddress(tx, kind, norm);
    if (known === null) {
      const id = world.newId() as AddressId;
      await insertProved(tx, { id, customerId, kind, norm, value, brandId, at, by });
      isChanged = true;
    } else if (known.customerId !== customerId) others.push(proof);
    else if (known.verifiedAt === null) isChanged = (await setVerified(tx, known.addressId, at, by)) || isChanged;
  }
  if (isChanged) await sayChanged(world, tx, who, customerId, ["addresses"]);
  // Whose they are is asked at the desk.
  for (const { kind, norm } of others) await claimFor(world, tx, who, customerId, { kind, norm, signed: true });
  return others;
};

/** Is the customer another user of the same site already? */
export const isOtherUser = async (tx: Tx, customerId: CustomerId, channelId: string, id: string): Promise<boolean> => {
  const norm = signedNorm(channelId, id);
  return norm === null || hasOtherId(tx, customerId, `${channelId} `, norm);
};

/** The customer who is that user of the site; null: nobody is, as far as we know. */
export const signedCustomer = async (tx: Tx, channelId: string, id: string): Promise<CustomerId | null> => {
  const norm = signedNorm(channelId, id);
  return norm === null ? null : ((await liveAddress(tx, "signed", norm))?.customerId ?? null);
};
