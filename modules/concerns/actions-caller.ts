// Who called goes on in the chat: they take part in their concern under the chat's address, too, and see of it what is said from then on. Called by server/caller-asks.ts.
import type { Who } from "#contract/actor.ts";
import type { ConcernId, CustomerId, PartyId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { addParties } from "#modules/concerns/store-saving.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Lets a visitor's address take part in a concern; who takes part already stays as they are. False: there is no such concern (any more). */
export const joinByChat = async (
  world: World,
  tx: Tx,
  who: Who,
  one: {
    readonly concernId: ConcernId;
    readonly customerId: CustomerId;
    readonly name: string;
    readonly address: string;
  },
): Promise<boolean> => {
  const concern = await lockConcern(tx, one.concernId);
  if (concern === null) return false;
  const { customerId, name, address: value } = one;
  const id = world.newId() as PartyId;
  const party = {
    id,
    customerId,
    name,
    kind: "chat",
    value,
    role: "requester",
    seesFrom: concern.lastSeq + 1,
  } as const;
  const joined = await addParties(tx, one.concernId, [{ ...party, norm: value }]);
  if (joined.length === 0) return true;
  const { brandId } = concern;
  const about = { brandId, concernId: one.concernId, customerId: concern.customerId };
  await say(world, tx, who, [{ ...about, kind: "concern.partyJoined", data: { party } }]);
  return true;
};
