// The only writers of brands, channels and topics. Called by brands/routes.ts, settings (first brand), server/start.ts (health) and the demo world.
import type { Who } from "#contract/actor.ts";
import type { Brand, Channel, ChannelCost, Topic } from "#contract/brands.ts";
import type { ChannelKind, Outbound } from "#contract/channel.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, BrandId, ChannelId, TopicId } from "#contract/ids.ts";
import type { Finding, Trouble } from "#contract/reasons.ts";
import { agentById, allTeams } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import {
  makesCircle,
  opened,
  sealed,
  secretForAnotherHost,
  testWords,
  withKnownSecrets,
  withoutSecrets,
  type ChannelKinds,
} from "#modules/brands/model.ts";
import {
  allTopics,
  brandById,
  channelRow,
  deleteTopic,
  insertBrand,
  isReferred,
  lockChannel,
  lockTopics,
  updateBrand,
  updateHealth,
  updateSending,
  upsertChannel,
  upsertCost,
  upsertTopic,
  type ChannelRow,
} from "#modules/brands/store.ts";
import { breaksUnique, type Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;
type ChannelActing = Acting & Pick<World, "seal" | "open"> & { readonly channelKinds: ChannelKinds };

const uniquely = async <T>(work: () => Promise<T>): Promise<T | Refusal> => {
  try {
    return await work();
  } catch (error) {
    if (breaksUnique(error, "brand_name_key")) return refuse("nameTaken", {}, "name");
    throw error;
  }
};

/** Adds a brand. Refuses with nameTaken. */
export const createBrand = (world: Acting, who: Who, input: Omit<Brand, "id">): Promise<Brand | Refusal> =>
  uniquely(() => world.db.transaction((tx) => addBrand(world, tx, who, input)));

/** Adds a brand inside a transaction at hand. Throws when the name is taken. */
export const addBrand = async (
  world: Pick<World, "now" | "newId" | "wake">,
  tx: Tx,
  who: Who,
  input: Omit<Brand, "id">,
): Promise<Brand> => {
  const brand = {
    id: world.newId() as BrandId,
    name: input.name,
    signature: input.signature,
    language: input.language,
  };
  await insertBrand(tx, brand);
  await sayBrand(world, tx, who, brand);
  return brand;
};

/** Changes a brand. Refuses with notFound or nameTaken. */
export const changeBrand = (world: Acting, who: Who, id: BrandId, input: Omit<Brand, "id">): Promise<Brand | Refusal> =>
  uniquely(() =>
    world.db.transaction(async (tx) => {
      const brand = { id, name: input.name, signature: input.signature, language: input.language };
      if (!(await updateBrand(tx, brand))) return refuse("notFound");
      await sayBrand(world, tx, who, brand);
      return brand;
    }),
  );

/** What an operator says about a channel. Settings are judged by the channel's own schema. */
export interface ChannelInput {
  readonly brandId: BrandId;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly enabled: boolean;
  /** On a change a secret that is null keeps what is stored. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Connects a channel. Refuses with notFound (brand) or invalidInput (settings; the field is named). */
export const addChannel = (world: ChannelActing, who: Who, input: ChannelInput): Promise<Channel | Refusal> =>
  world.db.transaction((tx) => keepChannel(world, tx, who, world.newId() as ChannelId, input, input.settings));

/**
 * Changes a channel. Its kind stays what it was: messages keep the kind they came by. A secret left null keeps what is stored, but only while
 * the host beside it stays the same.
 */
export const changeChannel = (
  world: ChannelActing,
  who: Who,
  id: ChannelId,
  input: ChannelInput,
): Promise<Channel | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockChannel(tx, id);
    if (before === null) return refuse("notFound");
    if (before.kind !== input.kind) return refuse("invalidInput", {}, "kind");
    const known = opened(before.settings, world.open);
    const secrets = world.channelKinds.secrets(input.kind);
    const wrong = secretForAnotherHost(input.settings, known, secrets);
    if (wrong !== null) return refuse("invalidInput", {}, `settings.${wrong}`);
    return keepChannel(world, tx, who, id, input, withKnownSecrets(input.settings, known, secrets));
  });

/** Says what a message by a kind of channel costs, in cents rounded to two places; null: nothing is known of it. The same again says nothing. */
export const changeCost = (world: Acting, who: Who, input: ChannelCost): Promise<ChannelCost> =>
  world.db.transaction(async (tx) => {
    const cents = input.cents === null ? null : Math.round(input.cents * 100) / 100;
    const cost = { kind: input.kind, cents };
    if (await upsertCost(tx, cost.kind, cost.cents))
      await say(world, tx, who, [{ kind: "channelCost.changed", data: { cost } }]);
    return cost;
  });

/** A channel's settings as an admin may see them: secrets are null. */
export const channelSettings = async (
  world: Pick<World, "db"> & { readonly channelKinds: ChannelKinds },
  id: ChannelId,
): Promise<{ settings: Record<string, unknown> } | Refusal> => {
  const row = await channelRow(world.db, id);
  return row
    ? { settings: withoutSecrets(row.settings, world.channelKinds.secrets(row.kind)) as Record<string, unknown> }
    : refuse("notFound");
};

/** Settings to try, and where the message goes (empty: nowhere). `id`: the channel whose secrets stand where they are null. */
export interface ChannelTry extends Pick<ChannelInput, "brandId" | "kind" | "settings"> {
  readonly id: ChannelId | null;
  readonly to: string;
}

/**
 * Sends a real message with settings that need not be kept, and looks whether fetching works; changes nothing here. A secret left null is the one
 * that is kept, but only for the host it was given for. Refuses with notFound or invalidInput (the field is named).
 */
export const testChannel = async (
  world: ChannelActing & Pick<World, "mac" | "newToken" | "log">,
  who: Who,
  input: ChannelTry,
): Promise<{ readonly sending: Finding | null; readonly receiving: Finding | null } | Refusal> => {
  const brand = await brandById(world.db, input.brandId);
  if (brand === null) return refuse("notFound", {}, "brandId");
  const secrets = world.channelKinds.secrets(input.kind);
  let settings: unknown = input.settings;
  if (input.id !== null) {
    const row = await channelRow(world.db, input.id);
    if (row === null) return refuse("notFound");
    if (row.kind !== input.kind) return refuse("invalidInput", {}, "kind");
    const known = opened(row.settings, world.open);
    const wrong = secretForAnotherHost(settings, known, secrets);
    if (wrong !== null) return refuse("invalidInput", {}, `settings.${wrong}`);
    settings = withKnownSecrets(settings, known, secrets);
  }
  const parsed = world.channelKinds.parse(input.kind, settings);
  if (!parsed.ok) return wrongSettings(parsed);
  const language = (who.id === null ? null : await agentById(world.db, who.id as AgentId))?.preferences.language;
  const words = testWords(language ?? brand.language, { agent: who.name, brand: brand.name });
  const id = world.newId();
  const message: Outbound = {
    deliveryId: id,
    concernNumber: 0,
    at: world.now().toISOString(),
    fromName: brand.name,
    to: [{ name: null, value: input.to }],
    cc: [],
    recipients: [input.to],
    ...words,
    html: null,
    files: [],
    replyToken: null,
    messageToken: world.mac("message", id).slice(0, 26),
    // Nobody's: a report about it is set aside, where an admin finds it.
    deliveryToken: world.newToken(),
    answers: [],
    automatic: false,
  };
  const sends = input.to !== "" && parsed.canSend;
  const found = await world.channelKinds.tryOut(input.kind, parsed.settings, sends ? message : null, {
    log: (level, event, facts) => world.log[level](event, facts),
    now: world.now,
  });
  world.log.info("channel.tested", {
    channelId: input.id,
    kind: input.kind,
    sending: found.sending?.result ?? null,
    receiving: found.receiving?.result ?? null,
  });
  return found;
};

const wrongSettings = (parsed: { readonly field: string; readonly detail: string }): Refusal =>
  refuse("invalidInput", { detail: parsed.detail }, parsed.field === "" ? "settings" : `settings.${parsed.field}`);

/** Writes down what a channel's transport says of itself; the same again changes nothing. Others' words are cut to 500 characters. */
export const recordHealth = (
  world: Pick<World, "db" | "now" | "wake">,
  who: Who,
  id: ChannelId,
  health: Channel["health"],
  trouble: Trouble | null,
): Promise<void> =>
  world.db.transaction(async (tx) => {
    if (!(await updateHealth(tx, id, health, short(trouble), world.now().toISOString()))) return;
    const row = await channelRow(tx, id);
    if (row) await sayChannel(world, tx, who, row);
  });

/** Writes down why nothing can leave by a channel (null: it can); the same again changes nothing. Others' words are cut to 500 characters. */
export const recordSending = (
  world: Pick<World, "db" | "now" | "wake">,
  who: Who,
  id: ChannelId,
  trouble: Trouble | null,
): Promise<void> =>
  world.db.transaction(async (tx) => {
    if (!(await updateSending(tx, id, short(trouble)))) return;
    const row = await channelRow(tx, id);
    if (row) await sayChannel(world, tx, who, row);
  });

const short = (trouble: Trouble | null): Trouble | null =>
  trouble && { ...trouble, detail: trouble.detail.slice(0, 500).toWellFormed() };

/** Adds a topic. Refuses with unknownTopic (parent) or unknownTeam. */
export const createTopic = (world: Acting, who: Who, input: Omit<Topic, "id">): Promise<Topic | Refusal> =>
  keepTopic(world, who, world.newId() as TopicId, input, true);

/** Changes a topic. Refuses with notFound, unknownTeam, or unknownTopic for a parent that is not there or lies below. */
export const changeTopic = (world: Acting, who: Who, id: TopicId, input: Omit<Topic, "id">): Promise<Topic | Refusal> =>
  keepTopic(world, who, id, input, false);

/** Removes a topic that no concern has and no topic lies below; else refuses with topicInUse. */
export const removeTopic = async (world: Acting, who: Who, id: TopicId): Promise<{ done: true } | Refusal> => {
  try {
    return await world.db.transaction(async (tx) => {
      if (!(await deleteTopic(tx, id))) return refuse("notFound");
      await say(world, tx, who, [{ kind: "topic.removed", data: { topicId: id } }]);
      return { done: true };
    });
  } catch (error) {
    if (isReferred(error)) return refuse("topicInUse");
    throw error;
  }
};

const keepChannel = async (
  world: ChannelActing,
  tx: Tx,
  who: Who,
  id: ChannelId,
  input: ChannelInput,
  settings: unknown,
): Promise<Channel | Refusal> => {
  if ((await brandById(tx, input.brandId)) === null) return refuse("notFound", {}, "brandId");
  const parsed = world.channelKinds.parse(input.kind, settings);
  if (!parsed.ok) return wrongSettings(parsed);
  await upsertChannel(tx, {
    id,
    brandId: input.brandId,
    kind: input.kind,
    name: input.name,
    enabled: input.enabled,
    settings: sealed(parsed.settings, world.channelKinds.secrets(input.kind), world.seal),
    address: parsed.address,
    canSend: parsed.canSend,
  });
  const row = await channelRow(tx, id);
  if (row === null) return refuse("notFound");
  return sayChannel(world, tx, who, row, { set: true });
};

const keepTopic = (
  world: Acting,
  who: Who,
  id: TopicId,
  input: Omit<Topic, "id">,
  isNew: boolean,
): Promise<Topic | Refusal> =>
  world.db.transaction(async (tx) => {
    await lockTopics(tx);
    const topics = await allTopics(tx);
    if (!isNew && !topics.some((topic) => topic.id === id)) return refuse("notFound");
    if (
      input.parentId !== null &&
      (!topics.some((topic) => topic.id === input.parentId) || makesCircle(topics, id, input.parentId))
    )
      return refuse("unknownTopic", {}, "parentId");
    if (input.teamId !== null && !(await allTeams(tx)).some((team) => team.id === input.teamId))
      return refuse("unknownTeam", {}, "teamId");
    const topic = {
      id,
      parentId: input.parentId,
      name: input.name,
      teamId: input.teamId,
      whenClosed: input.whenClosed,
    };
    await upsertTopic(tx, topic);
    await say(world, tx, who, [{ kind: "topic.changed", data: { topic } }]);
    return topic;
  });

const sayBrand = (world: Pick<World, "now" | "wake">, tx: Tx, who: Who, brand: Brand): Promise<void> =>
  say(world, tx, who, [{ kind: "brand.changed", brandId: brand.id, data: { brand } }]);

const sayChannel = async (
  world: Pick<World, "now" | "wake">,
  tx: Tx,
  who: Who,
  row: ChannelRow,
  more: { readonly set?: true } = {},
): Promise<Channel> => {
  const { settings: _settings, ...channel } = row;
  await say(world, tx, who, [{ kind: "channel.changed", brandId: channel.brandId, data: { channel, ...more } }]);
  return channel;
};
