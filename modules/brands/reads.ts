// What others may read of brands, channels and topics.
import type { Channel } from "#contract/brands.ts";
import type { KindOfChannel } from "#contract/channel-form.ts";
import type { ChannelId } from "#contract/ids.ts";
import { opened, type ChannelKinds } from "#modules/brands/model.ts";
import {
  allBrands,
  allChannels,
  allTopics,
  brandById,
  channelCosts,
  channelHealths,
  channelRow,
  channelRows,
  channelsOfBrand,
  topicById,
  type ChannelRow,
} from "#modules/brands/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export { allBrands, allChannels, allTopics, brandById, channelCosts, channelHealths, channelsOfBrand, topicById };

/** The kinds of channel there are, each with what a message by it costs. */
export const kindsWithCosts = async (
  world: Pick<World, "db"> & { readonly channelKinds: Pick<ChannelKinds, "all"> },
): Promise<KindOfChannel[]> => {
  const costs = await channelCosts(world.db);
  return world.channelKinds.all().map((kind) => ({ ...kind, cents: costs.get(kind.kind) ?? null }));
};

/** A channel with its settings opened: only for the program itself, never for an answer. */
export interface OpenedChannel extends Channel {
  /** As the channel's own schema gave them. */
  readonly settings: unknown;
}

/** The channel with this id, switched on or not, settings opened. */
export const channelById = async (world: Pick<World, "open">, tx: Tx, id: ChannelId): Promise<OpenedChannel | null> => {
  const row = await channelRow(tx, id);
  return row && unsealed(world, row);
};

/** Every channel, switched on or not, settings opened: stored messages of one that is off are still to be read. */
export const openedChannels = async (world: Pick<World, "open">, tx: Tx): Promise<OpenedChannel[]> =>
  (await channelRows(tx)).map((row) => unsealed(world, row));

/** The channels that are switched on, settings opened. */
export const enabledChannels = async (world: Pick<World, "open">, tx: Tx): Promise<OpenedChannel[]> =>
  (await openedChannels(world, tx)).filter((channel) => channel.enabled);

const unsealed = (world: Pick<World, "open">, row: ChannelRow): OpenedChannel => ({
  ...row,
  settings: opened(row.settings, world.open),
});
