// Whether what somebody did not see in a chat goes by mail, and by which mailbox. Called by actions-unread.ts, which sends it, and reads-ways.ts, which says so.
import type { Channel } from "#contract/brands.ts";
import { addressKindOf } from "#contract/channel.ts";
import type { ConcernId } from "#contract/ids.ts";
import { agentByEmail } from "#modules/agents/reads.ts";
import { allChannels } from "#modules/brands/reads.ts";
import { withoutDetail } from "#modules/concerns/model-threading.ts";
import { automaticSince } from "#modules/concerns/store-outbox.ts";
import { normalise } from "#modules/customers/model.ts";
import { isSuppressed } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const dayMs = 24 * 3_600_000;
/** Most mails in a day to one address, and about one concern: the address is only what somebody typed, and may be a stranger's. */
const mostInADay = 10;
const mostOfOne = 5;

/** By which of a brand's channels it goes. */
export const mailboxOf = (channels: readonly Channel[]): Channel | undefined =>
  channels.find((each) => addressKindOf[each.kind] === "email" && each.enabled && each.canSend);

/** Not to ourselves, to agents, where mail comes back from, or more often than somebody would want who never asked for it. */
export const mayMail = async (
  world: Pick<World, "now">,
  tx: Tx,
  concernId: ConcernId,
  email: string,
): Promise<boolean> => {
  const since = new Date(world.now().getTime() - dayMs).toISOString();
  const own = (await allChannels(tx)).some(
    (channel) => withoutDetail(normalise("email", channel.address) ?? "") === withoutDetail(email),
  );
  return (
    !own &&
    !(await isSuppressed(tx, "email", email)) &&
    (await agentByEmail(tx, email)) === null &&
    (await automaticSince(tx, email, since, null)) < mostInADay &&
    (await automaticSince(tx, email, since, concernId)) < mostOfOne
  );
};
