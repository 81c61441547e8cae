// What others may read of customers. `brands`: who asks sees only what these know (policy.ts); null: everything.
import type { AddressKind } from "#contract/channel.ts";
import type { CustomerId } from "#contract/ids.ts";
import { normalise } from "#modules/customers/model.ts";
import { isKnown } from "#modules/customers/policy.ts";
import {
  addressesOf,
  customerById,
  findNearQuery,
  findQuery,
  isKnownTo,
  liveAddress,
  suppressedAmong,
  type AddressRow,
} from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";

export { addressesOf, customerById, isKnownTo };
export { brandsOf } from "#modules/customers/policy.ts";

/** The customer who has this address now; null when nobody has, or when it is no address. Takes no lock. */
export const customerByAddress = async (tx: Tx, kind: AddressKind, value: string): Promise<AddressRow | null> => {
  const norm = normalise(kind, value);
  return norm === null ? null : liveAddress(tx, kind, norm);
};

/** What a customer is called where a brand shows them to its agents; null when it does not know them. */
export const nameHere = (known: AddressRow | null, brandId: string): string | null =>
  known !== null && isKnown([brandId], known.brandIds) ? known.name : null;

/** A customer as a search shows them. */
export interface FoundCustomer {
  readonly id: CustomerId;
  readonly name: string;
  readonly address: string;
}

/**
 * Customers by parts of name or address. `words`: folded, as `skeleton` gives them; `address`: part of a normalised address, three characters or more.
 * Where nobody has such a name, names spelled nearly so.
 */
export const findCustomers = async (
  tx: Tx,
  wish: { readonly words: readonly string[]; readonly address: string | null },
  brands: readonly string[] | null,
  limit: number,
): Promise<FoundCustomer[]> => {
  if (wish.words.length === 0 && wish.address === null) return [];
  const found = await tx.rows<FoundCustomer>(findQuery(wish.words, wish.address, brands, limit));
  return found.length > 0 || wish.words.length === 0
    ? found
    : tx.rows<FoundCustomer>(findNearQuery(wish.words.join(" "), brands, limit));
};

/** Must we not write there (it bounced for good)? */
export const isSuppressed = async (tx: Tx, kind: AddressKind, value: string): Promise<boolean> =>
  (await suppressedOf(tx, kind, [value])).size > 0;

/** Those of the given addresses to which we do not write, in normalised form, each with the reason. */
export const suppressedOf = async (
  tx: Tx,
  kind: AddressKind,
  values: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const norms = values.map((value) => normalise(kind, value)).filter((norm) => norm !== null);
  if (norms.length === 0) return new Map();
  return new Map((await suppressedAmong(tx, kind, norms)).map((row) => [row.norm, row.reason]));
};
