// All SQL of brands, channels and topics. Called by brands/actions.ts and brands/reads.ts.
import type { Brand, Channel, Topic } from "#contract/brands.ts";
import type { BrandId, ChannelId, TopicId } from "#contract/ids.ts";
import type { Trouble } from "#contract/reasons.ts";
import { alike } from "#platform/db/alike.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A channel with its settings as stored: secrets sealed. */
export interface ChannelRow extends Channel {
  readonly settings: unknown;
}

const channelColumns = sql`
  id, brand_id AS "brandId", kind, name, enabled, address, can_send AS "canSend", health, health_at AS "healthAt",
  receiving_trouble AS "receivingTrouble", sending_trouble AS "sendingTrouble"`;

/** The brand with this id. */
export const brandById = alike<BrandId, Brand | null>(async (tx, ids) => {
  const rows = await tx.rows<Brand>(
    sql`SELECT id, name, signature, language FROM brand WHERE id = ANY (${[...new Set(ids)]}::uuid[])`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
});

/** All brands by name. */
export const allBrands = (tx: Tx): Promise<Brand[]> =>
  tx.rows<Brand>(sql`SELECT id, name, signature, language FROM brand ORDER BY name, id`);

/** The channel with this id, with sealed settings. */
export const channelRow = (tx: Tx, id: ChannelId): Promise<ChannelRow | null> =>
  tx.maybe<ChannelRow>(sql`SELECT ${channelColumns}, settings FROM channel WHERE id = ${id}`);

/** All channels with sealed settings, also those switched off. */
export const channelRows = (tx: Tx): Promise<ChannelRow[]> =>
  tx.rows<ChannelRow>(sql`SELECT ${channelColumns}, settings FROM channel ORDER BY name, id`);

/** What a message costs by the kinds of which somebody has said it. */
export const channelCosts = async (tx: Tx): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.rows<{ kind: string; cents: number }>(
    sql`SELECT kind, cents::float8 AS cents FROM channel_cost`,
  );
  return new Map(rows.map(({ kind, cents }) => [kind, cents]));
};

/** Says it; null: nothing is known of it. False when that was so. */
export const upsertCost = async (tx: Tx, kind: string, cents: number | null): Promise<boolean> =>
  (await tx.run(
    cents === null
      ? sql`DELETE FROM channel_cost WHERE kind = ${kind}`
      : sql`INSERT INTO channel_cost (kind, cents) VALUES (${kind}, ${cents}) ON CONFLICT (kind) DO UPDATE SET cents = excluded.cents
             WHERE channel_cost.cents <> excluded.cents`,
  )) > 0;

/** A brand's channels by name, also those switched off. */
export const channelsOfBrand = (tx: Tx, brandId: BrandId): Promise<Channel[]> =>
  tx.rows<Channel>(sql`SELECT ${channelColumns} FROM channel WHERE brand_id = ${brandId} ORDER BY name, id`);

/** All channels by name. */
export const allChannels = (tx: Tx): Promise<Channel[]> =>
  tx.rows<Channel>(sql`SELECT ${channelColumns} FROM channel ORDER BY name, id`);

/** The topic with this id. */
export const topicById = (tx: Tx, id: TopicId): Promise<Topic | null> =>
  tx.maybe<Topic>(
    sql`SELECT id, parent_id AS "parentId", name, team_id AS "teamId", when_closed AS "whenClosed" FROM topic WHERE id = ${id}`,
  );

/** All topics by name. */
export const allTopics = (tx: Tx): Promise<Topic[]> =>
  tx.rows<Topic>(
    sql`SELECT id, parent_id AS "parentId", name, team_id AS "teamId", when_closed AS "whenClosed" FROM topic ORDER BY name, id`,
  );

/** A new brand. Throws when the name is taken (brand_name_key). */
export const insertBrand = async (tx: Tx, brand: Brand): Promise<void> => {
  await tx.run(
    sql`INSERT INTO brand (id, name, signature, language) VALUES (${brand.id}, ${brand.name}, ${brand.signature}, ${brand.language})`,
  );
};

/** Changes a brand. False when there is none. */
export const updateBrand = async (tx: Tx, brand: Brand): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE brand SET name = ${brand.name}, signature = ${brand.signature}, language = ${brand.language} WHERE id = ${brand.id}`,
  )) > 0;

/** Puts a channel's own row in, or changes it; its health stays, and what kept it from sending is forgotten: it may be mended now. */
export const upsertChannel = async (
  tx: Tx,
  row: Pick<ChannelRow, "id" | "brandId" | "kind" | "name" | "enabled" | "address" | "canSend" | "settings">,
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send)
    VALUES (${row.id}, ${row.brandId}, ${row.kind}, ${row.name}, ${row.enabled}, ${JSON.stringify(row.settings)}::jsonb, ${row.address}, ${row.canSend})
    ON CONFLICT (id) DO UPDATE SET brand_id = excluded.brand_id, name = excluded.name, enabled = excluded.enabled, settings = excluded.settings, address = excluded.address, can_send = excluded.can_send, sending_trouble = NULL`);
};

/** Takes the channel's row lock, so that two admins cannot each put back what the other changed. */
export const lockChannel = (tx: Tx, id: ChannelId): Promise<ChannelRow | null> =>
  tx.maybe<ChannelRow>(sql`SELECT ${channelColumns}, settings FROM channel WHERE id = ${id} FOR UPDATE`);

/** Writes down what a transport says of itself. False when it had said so already. */
export const updateHealth = async (
  tx: Tx,
  id: ChannelId,
  health: Channel["health"],
  trouble: Trouble | null,
  at: string,
): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE channel SET health = ${health}, receiving_trouble = ${json(trouble)}::jsonb, health_at = ${at}
         WHERE id = ${id} AND (health, receiving_trouble) IS DISTINCT FROM (${health}, ${json(trouble)}::jsonb)`,
  )) > 0;

const json = (trouble: Trouble | null): string | null => (trouble === null ? null : JSON.stringify(trouble));

/** Writes down why nothing can leave by the channel; null: it can. False when that was known. */
export const updateSending = async (tx: Tx, id: ChannelId, trouble: Trouble | null): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE channel SET sending_trouble = ${json(trouble)}::jsonb WHERE id = ${id} AND sending_trouble IS DISTINCT FROM ${json(trouble)}::jsonb`,
  )) > 0;

/** Puts a topic in, or changes it. */
export const upsertTopic = async (tx: Tx, topic: Topic): Promise<void> => {
  await tx.run(sql`
    INSERT INTO topic (id, parent_id, name, team_id, when_closed) VALUES (${topic.id}, ${topic.parentId}, ${topic.name}, ${topic.teamId}, ${topic.whenClosed})
    ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name, team_id = excluded.team_id, when_closed = excluded.when_closed`);
};

/** Serialises changes of the tree, so that two of them cannot close a circle together. */
export const lockTopics = async (tx: Tx): Promise<void> => {
  await tx.run(sql`SELECT pg_advisory_xact_lock(7284010)`);
};

/** Removes a topic. Throws when a concern or a topic below still has it (a foreign key). */
export const deleteTopic = async (tx: Tx, id: TopicId): Promise<boolean> =>
  (await tx.run(sql`DELETE FROM topic WHERE id = ${id}`)) > 0;

/** True when a statement failed because another row still refers to the one it removes. */
export const isReferred = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === "23503";

/** How many channels that are switched on are in which health; one that cannot send is failing. */
export const channelHealths = async (tx: Tx): Promise<Readonly<Record<string, number>>> => {
  const rows = await tx.rows<{ health: string; n: number }>(
    sql`SELECT CASE WHEN sending_trouble IS NULL THEN health ELSE 'failing' END AS health, count(*)::int AS n FROM channel WHERE enabled GROUP BY 1`,
  );
  return {
    connected: 0,
    connecting: 0,
    failing: 0,
    off: 0,
    ...Object.fromEntries(rows.map((row) => [row.health, row.n])),
  };
};
