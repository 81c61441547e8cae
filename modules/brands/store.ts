// All SQL of brands, channels and topics. Called by brands/actions.ts and brands/reads.ts.
import type { Brand, Channel, Topic } from "#contract/brands.ts";
import type { BrandId, ChannelId, TopicId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A channel with its settings as stored: secrets sealed. */
export interface ChannelRow extends Channel {
  readonly settings: unknown;
}

const channelColumns = sql`
  id, brand_id AS "brandId", kind, name, enabled, address, can_send AS "canSend", health, health_detail AS "healthDetail", health_at AS "healthAt"`;

/** The brand with this id. */
export const brandById = (tx: Tx, id: BrandId): Promise<Brand | null> => tx.maybe<Brand>(sql`SELECT id, name, signature, language FROM brand WHERE id = ${id}`);

/** All brands by name. */
export const allBrands = (tx: Tx): Promise<Brand[]> => tx.rows<Brand>(sql`SELECT id, name, signature, language FROM brand ORDER BY name, id`);

/** The channel with this id, with sealed settings. */
export const channelRow = (tx: Tx, id: ChannelId): Promise<ChannelRow | null> => tx.maybe<ChannelRow>(sql`SELECT ${channelColumns}, settings FROM channel WHERE id = ${id}`);

/** All channels with sealed settings, also those switched off. */
export const channelRows = (tx: Tx): Promise<ChannelRow[]> => tx.rows<ChannelRow>(sql`SELECT ${channelColumns}, settings FROM channel ORDER BY name, id`);

/** A brand's channels by name, also those switched off. */
export const channelsOfBrand = (tx: Tx, brandId: BrandId): Promise<Channel[]> => tx.rows<Channel>(sql`SELECT ${channelColumns} FROM channel WHERE brand_id = ${brandId} ORDER BY name, id`);

/** All channels by name. */
export const allChannels = (tx: Tx): Promise<Channel[]> => tx.rows<Channel>(sql`SELECT ${channelColumns} FROM channel ORDER BY name, id`);

/** The topic with this id. */
export const topicById = (tx: Tx, id: TopicId): Promise<Topic | null> =>
  tx.maybe<Topic>(sql`SELECT id, parent_id AS "parentId", name, team_id AS "teamId", when_closed AS "whenClosed" FROM topic WHERE id = ${id}`);

/** All topics by name. */
export const allTopics = (tx: Tx): Promise<Topic[]> =>
  tx.rows<Topic>(sql`SELECT id, parent_id AS "parentId", name, team_id AS "teamId", when_closed AS "whenClosed" FROM topic ORDER BY name, id`);
