// What others may read of visitors. Called by visitors/routes.ts, server/app.ts and server/file-sweep.ts.
import { refuse, type Refusal } from "#contract/errors.ts";
import type { ChannelId, CustomerId } from "#contract/ids.ts";
import type { Chatter, SigningKey } from "#contract/visitors.ts";
import { channelById } from "#modules/brands/reads.ts";
import { addressesOf, isKnownTo } from "#modules/customers/reads.ts";
import { visitorByAddress } from "#modules/visitors/store.ts";
import { keysOf } from "#modules/visitors/store-signed.ts";
import type { World } from "#platform/world.ts";

/** The keys of a chat, without their secrets. Refuses with notFound. */
export const signingKeys = async (
  world: Pick<World, "db" | "open">,
  channelId: ChannelId,
): Promise<SigningKey[] | Refusal> =>
  (await channelById(world, world.db, channelId))?.kind === "webchat"
    ? keysOf(world.db, channelId)
    : refuse("notFound");

/** Chats whose visitors a customer's panel tells of. */
const mostShown = 10;

/** What a customer said of themselves in chats, the one used last first. `brands`: of whoever asks; a customer these do not know is refused with notFound. */
export const chattersOf = async (
  world: Pick<World, "db">,
  customerId: CustomerId,
  brands: readonly string[] | null,
): Promise<Chatter[] | Refusal> => {
  if (!(await isKnownTo(world.db, customerId, brands))) return refuse("notFound");
  const addresses = (await addressesOf(world.db, customerId, brands)).filter(({ kind }) => kind === "chat");
  const found = await Promise.all(addresses.slice(0, mostShown).map(({ value }) => visitorByAddress(world.db, value)));
  return found
    .filter((visitor) => visitor !== null)
    .map(({ address, name, email, emailProved, emailSigned, phone, signedId, createdAt }) => ({
      address,
      name,
      email,
      emailProvedBy: emailProved ? (emailSigned ? "signature" : "code") : null,
      phone,
      signedId,
      since: createdAt,
    }));
};

export { chattingAt, visitorByAddress as visitorAt } from "#modules/visitors/store.ts";
export { namedByVisitors } from "#modules/visitors/store-files.ts";
