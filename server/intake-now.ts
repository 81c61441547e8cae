// Takes in what a small, trusted reader can read at once: stored, read and received in one commit. For chats, where somebody waits. Called by server/chat.ts.
import type { Raw } from "#contract/channel.ts";
import type { IntakeId } from "#contract/ids.ts";
import { receive } from "#modules/concerns/actions.ts";
import type { IncomingFile } from "#modules/concerns/model.ts";
import type { Tx } from "#platform/db/db.ts";
import { hashOf } from "#platform/files/small.ts";
import type { World } from "#platform/world.ts";
import { insertDone } from "#server/intake-store.ts";
import type { ConnectedChannel } from "#server/intake.ts";

/**
 * Resolves after the commit with the arrival's id; the same provider id again gives the same arrival and changes nothing. `first` is carried out in
 * the same transaction before anything else; when it gives false nothing is stored, and the result is null. Bytes must be few: nothing limits the reading but their number. `files` are stored already.
 */
export const takeNow = async (
  world: World,
  channel: ConnectedChannel,
  raw: Raw,
  files: readonly IncomingFile[],
  first: (tx: Tx) => Promise<boolean>,
): Promise<IntakeId | null> => {
  const [inbound] = await channel.implementation.receive(raw, channel.settings as never, {
    now: world.now(),
    resolver: null,
  });
  if (inbound?.kind !== "message") throw new Error("what was said is no message");
  const rawHash = hashOf(raw.bytes);
  const stopped = new Error("not to be stored");
  const work = world.db.transaction(async (tx) => {
    const done = await insertDone(tx, {
      id: world.newId() as IntakeId,
      channelId: channel.id,
      brandId: channel.brandId,
      providerId: inbound.providerId,
      rawHash,
      bytes: raw.bytes,
      transport: raw.transport,
      receivedAt: raw.receivedAt,
    });
    if (!done.fresh) return done.id;
    if (!(await first(tx))) throw stopped;
    await receive(world, tx, channel, { intakeId: done.id, rawHash, receivedAt: raw.receivedAt }, inbound, files);
    return done.id;
  });
  return work.catch((error: unknown) => {
    if (error === stopped) return null;
    throw error;
  });
};
