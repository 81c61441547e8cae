// By which way a customer says they want to be answered. Called by modules/visitors.
import type { Who } from "#contract/actor.ts";
import type { ChannelKind } from "#contract/channel.ts";
import type { CustomerId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { changed } from "#modules/customers/actions.ts";
import { lockWhole } from "#modules/customers/actions-desk.ts";
import { customerById, raiseVersion, updateCustomer } from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Keeps it of whoever the desk shows for them, as their own word; null: no wish any more. The same again says nothing. */
export const keepWish = async (
  world: Pick<World, "now" | "wake">,
  tx: Tx,
  who: Who,
  id: CustomerId,
  wish: ChannelKind | null,
): Promise<void> => {
  const shown = await lockWhole(tx, id);
  const before = shown === null ? null : await customerById(tx, shown);
  if (before === null || (before.wish?.kind ?? null) === wish) return;
  await updateCustomer(tx, before.id, { wish: wish === null ? null : { kind: wish, by: "customer" } });
  const raised = await raiseVersion(tx, before.id);
  if (raised !== null) await say(world, tx, who, changed(["wish"], raised));
};
