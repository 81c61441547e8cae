// May a mail go to an address that somebody typed who may not be its reader? Called by visitors/actions-codes.ts, which sends what belongs to no concern.
import { agentByEmail } from "#modules/agents/reads.ts";
import { allChannels } from "#modules/brands/reads.ts";
import { withoutDetail } from "#modules/concerns/model-threading.ts";
import { automaticSince, insertAutomatic, lockAutomatic } from "#modules/concerns/store-outbox.ts";
import { normalise } from "#modules/customers/model.ts";
import { isSuppressed } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const hourMs = 3_600_000;
/** Mails that nobody may have asked for to one address, in an hour and in a day, whoever had them sent. */
const mostInAnHour = 5;
const mostInADay = 10;

/** Counts one more mail to an address, if one may go there: not to ourselves or agents, not where mail comes back from, and not more than a stranger can bear. */
export const mayMailStranger = async (world: Pick<World, "now">, tx: Tx, email: string): Promise<boolean> => {
  const nowMs = world.now().getTime();
  const ago = (ms: number): string => new Date(nowMs - ms).toISOString();
  await lockAutomatic(tx, email);
  const own = (await allChannels(tx)).some(
    (channel) => withoutDetail(normalise("email", channel.address) ?? "") === withoutDetail(email),
  );
  const [agent, suppressed, inAnHour, inADay] = [
    await agentByEmail(tx, email),
    await isSuppressed(tx, "email", email),
    await automaticSince(tx, email, ago(hourMs), null),
    await automaticSince(tx, email, ago(24 * hourMs), null),
  ];
  if (own || suppressed || agent !== null || inAnHour >= mostInAnHour || inADay >= mostInADay) return false;
  await insertAutomatic(tx, email, ago(0), null);
  return true;
};
