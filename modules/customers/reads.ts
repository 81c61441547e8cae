// What others may read of customers. `brands`: who asks sees only what these know (policy.ts); null: everything.
import type { AddressKind } from "#contract/channel.ts";
import type { Suggestion } from "#contract/customers.ts";
import type { FieldValues } from "#contract/fields.ts";
import type { CustomerId } from "#contract/ids.ts";
import { fold, skeleton } from "#lib/fold.ts";
import { normalise } from "#modules/customers/model.ts";
import { isKnown } from "#modules/customers/policy.ts";
import {
  addressesOf,
  addressesOfKind,
  customerById,
  findNearQuery,
  findQuery,
  isKnownTo,
  liveAddress,
  membersOf,
  suggestQuery,
  suppressedAmong,
  type AddressRow,
  type CustomerWish,
} from "#modules/customers/store.ts";
import { unwantedAt } from "#modules/customers/store-calls.ts";
import { wishAt, wishOf } from "#modules/customers/store-wish.ts";
import type { Tx } from "#platform/db/db.ts";

export { addressesOf, addressesOfKind, customerById, isKnownTo, membersOf, wishAt, wishOf, type CustomerWish };
export type { OwnedAddress } from "#modules/customers/store.ts";
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
  readonly fields: FieldValues;
  readonly organisation: string | null;
}

/**
 * Customers by parts of name, organisation, fields or address. `words`: folded, as `skeleton` gives them; `codes`: as the search takes them from a
 * query; `address`: part of a normalised address, three characters or more. Where nobody has such a name, names spelled nearly so.
 */
export const findCustomers = async (
  tx: Tx,
  wish: CustomerWish,
  brands: readonly string[] | null,
  limit: number,
): Promise<FoundCustomer[]> => {
  if (wish.words.length === 0 && wish.codes.length === 0 && wish.address === null) return [];
  const found = await tx.rows<FoundCustomer>(findQuery(wish, brands, limit));
  return found.length > 0 || wish.words.length === 0 || wish.codes.length > 0
    ? found
    : tx.rows<FoundCustomer>(findNearQuery(wish.words.join(" "), brands, limit));
};

/** What a field for recipients offers after three letters: at most eight addresses. */
export const suggestAddresses = async (
  tx: Tx,
  kind: AddressKind,
  typed: string,
  brands: readonly string[] | null,
): Promise<Suggestion[]> => {
  const text = typed.replaceAll("\u0000", "").trim();
  const words = text
    .split(/[\s<>",;]+/)
    .map((word) => skeleton(fold(word)))
    .filter((word) => word !== "");
  return text.length < 3 || words.length === 0
    ? []
    : tx.rows<Suggestion>(suggestQuery(kind, words.slice(0, 5), text.toLowerCase(), brands, mostSuggested));
};

const mostSuggested = 8;

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

/** Does whoever has this number (E.164) not want to be called there? */
export const unwantedNumber = (tx: Tx, number: string): Promise<boolean> => unwantedAt(tx, [number, number.slice(1)]);
