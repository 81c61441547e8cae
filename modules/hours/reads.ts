// What others may read of opening hours.
import type { Hours, OwnedHours } from "#contract/hours.ts";

export { allHours } from "#modules/hours/store.ts";

/** The hours of a channel among those that are set: its own, else its brand's; null: always open. */
export const hoursOf = (
  all: readonly OwnedHours[],
  channel: { readonly id: string; readonly brandId: string },
): Hours | null => {
  const of = (kind: OwnedHours["owner"]["kind"], id: string): Hours | undefined =>
    all.find(({ owner }) => owner.kind === kind && owner.id === id)?.hours;
  return of("channel", channel.id) ?? of("brand", channel.brandId) ?? null;
};
