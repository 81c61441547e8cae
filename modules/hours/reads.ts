// What others may read of opening hours.
import type { Hours, HoursOwner, OwnedHours } from "#contract/hours.ts";
import type { BrandId } from "#contract/ids.ts";
import { allBrands, allChannels } from "#modules/brands/reads.ts";
import type { Tx } from "#platform/db/db.ts";

export { allHours } from "#modules/hours/store.ts";

/** The brand of each that may have hours, by its id: another kind of owner does not compile until it stands here (and in the table's CHECK). */
const brandsOf: Readonly<Record<HoursOwner["kind"], (tx: Tx) => Promise<ReadonlyMap<string, BrandId>>>> = {
  brand: async (tx) => new Map((await allBrands(tx)).map(({ id }) => [id, id])),
  channel: async (tx) => new Map((await allChannels(tx)).map(({ id, brandId }) => [id, brandId])),
};

/** The brands of owners of hours, in their order; null: there is no such owner. */
export const brandsOfOwners = async (tx: Tx, owners: readonly HoursOwner[]): Promise<(BrandId | null)[]> => {
  const kinds = [...new Set(owners.map(({ kind }) => kind))];
  const known = new Map(await Promise.all(kinds.map(async (kind) => [kind, await brandsOf[kind](tx)] as const)));
  return owners.map(({ kind, id }) => known.get(kind)?.get(id) ?? null);
};

/** The hours of a channel among those that are set: its own, else its brand's; null: always open. */
export const hoursOf = (
  all: readonly OwnedHours[],
  channel: { readonly id: string; readonly brandId: string },
): Hours | null => {
  const of = (kind: OwnedHours["owner"]["kind"], id: string): Hours | undefined =>
    all.find(({ owner }) => owner.kind === kind && owner.id === id)?.hours;
  return of("channel", channel.id) ?? of("brand", channel.brandId) ?? null;
};
