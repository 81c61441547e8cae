// What others may read of customers.
import type { AddressKind } from "#contract/channel.ts";
import { normalise } from "#modules/customers/model.ts";
import { addressesOf, customerById, liveAddress, suppressedAmong, type AddressRow } from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";

export { addressesOf, customerById };

/** The customer who has this address now; null when nobody has, or when it is no address. Takes no lock. */
export const customerByAddress = async (tx: Tx, kind: AddressKind, value: string): Promise<AddressRow | null> => {
  const norm = normalise(kind, value);
  return norm === null ? null : liveAddress(tx, kind, norm);
};

/** Must we not write there (it bounced for good)? */
export const isSuppressed = async (tx: Tx, kind: AddressKind, value: string): Promise<boolean> => (await suppressedOf(tx, kind, [value])).size > 0;

/** Those of the given addresses to which we do not write, in normalised form, each with the reason. */
export const suppressedOf = async (tx: Tx, kind: AddressKind, values: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const norms = values.map((value) => normalise(kind, value)).filter((norm) => norm !== null);
  if (norms.length === 0) return new Map();
  return new Map((await suppressedAmong(tx, kind, norms)).map((row) => [row.norm, row.reason]));
};

