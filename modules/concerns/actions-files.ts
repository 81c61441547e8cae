// What a virus scanner says of files, told to the concerns they stand in. Called by server/start.ts in the transaction that keeps it.
import { system } from "#contract/actor.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { retryFiles } from "#modules/concerns/actions-outbox.ts";
import { attachedAs } from "#modules/concerns/store-uploads.ts";
import { raiseVersions } from "#modules/concerns/store-outbox.ts";
import type { Tx } from "#platform/db/db.ts";
import type { Held } from "#platform/files/checks.ts";
import type { World } from "#platform/world.ts";

/** Says in every concern that has the file what was found in it; null: nothing. */
export const fileChecked = async (world: World, tx: Tx, hash: string, held: Held | null): Promise<void> => {
  const rows = await attachedAs(tx, hash);
  if (rows.length === 0) return;
  const ids = [...new Set(rows.map((row) => row.messageId))].toSorted();
  // Answers that waited for it leave, or are refused, at their next try.
  await retryFiles(world, tx, ids);
  const messages = await raiseVersions(tx, ids);
  const said = rows.map(({ id, name, messageId, concernId, brandId }): Said => ({
    kind: "message.fileChecked",
    brandId,
    concernId,
    data: { messageId, fileId: id, name, held, version: messages.get(messageId)?.version ?? 1 },
  }));
  await say(world, tx, system, said);
};
