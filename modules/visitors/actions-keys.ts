// The keys by which a site signs its users in to a chat. Called by visitors/routes.ts.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, ChannelId } from "#contract/ids.ts";
import { mostSigningKeys, type SigningKey } from "#contract/visitors.ts";
import { say } from "#modules/audit/actions.ts";
import { channelById } from "#modules/brands/reads.ts";
import { endKey, insertKey, keysOf, lockKeys } from "#modules/visitors/store-signed.ts";
import { publicKeyOf } from "#platform/auth/jwt.ts";
import { newSession } from "#platform/auth/session.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake" | "seal" | "open">;

/** A chat by its id; null: there is none, or it is another kind of channel. */
const chatById = async (world: Acting, id: ChannelId): Promise<{ readonly brandId: BrandId } | null> => {
  const channel = await channelById(world, world.db, id);
  return channel?.kind === "webchat" ? { brandId: channel.brandId } : null;
};

/**
 * Adds a key; without a public key a secret of 256 bits is made and told this once. Refuses with notFound (no such chat), keyIsPrivate, keyNotP256 or
 * tooManyKeys.
 */
export const addKey = async (
  world: Acting,
  who: Who,
  channelId: ChannelId,
  input: { readonly name: string; readonly publicKey: string | null },
): Promise<{ readonly key: SigningKey; readonly secret: string | null } | Refusal> => {
  const chat = await chatById(world, channelId);
  if (chat === null) return refuse("notFound");
  const given = input.publicKey === null ? null : publicKeyOf(input.publicKey);
  if (given === "private") return refuse("keyIsPrivate", {}, "publicKey");
  if (given === "notP256") return refuse("keyNotP256", {}, "publicKey");
  const secret = given === null ? newSession().token : null;
  const key: SigningKey = {
    id: world.newId(),
    channelId,
    name: input.name,
    algorithm: given === null ? "HS256" : "ES256",
    createdAt: world.now().toISOString(),
    usedAt: null,
  };
  return world.db.transaction(async (tx) => {
    await lockKeys(tx, channelId);
    if ((await keysOf(tx, channelId)).length >= mostSigningKeys)
      return refuse("tooManyKeys", { count: mostSigningKeys });
    await insertKey(tx, { ...key, secret: secret === null ? null : world.seal(secret), publicKey: given?.pem ?? null });
    await sayKey(world, tx, who, chat.brandId, key, false);
    return { key, secret };
  });
};

/** Removes a key: what it signs is refused from now on. Refuses with notFound. */
export const removeKey = async (
  world: Acting,
  who: Who,
  channelId: ChannelId,
  keyId: string,
): Promise<{ readonly done: true } | Refusal> => {
  const chat = await chatById(world, channelId);
  if (chat === null) return refuse("notFound");
  return world.db.transaction(async (tx) => {
    const name = await endKey(tx, channelId, keyId, world.now().toISOString());
    if (name === null) return refuse("notFound");
    await sayKey(world, tx, who, chat.brandId, { id: keyId, channelId, name }, true);
    return { done: true };
  });
};

const sayKey = (
  world: Acting,
  tx: Parameters<typeof say>[1],
  who: Who,
  brandId: BrandId,
  key: Pick<SigningKey, "id" | "channelId" | "name">,
  removed: boolean,
): Promise<void> =>
  say(world, tx, who, [
    { kind: "signingKey.changed", brandId, data: { channelId: key.channelId, keyId: key.id, name: key.name, removed } },
  ]);
