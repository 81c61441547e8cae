// Concerns go to agents and come back because routing decided so. Called by routing/leading-save.ts.
import { system } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { AgentId, ConcernId } from "#contract/ids.ts";
import { changeLocked } from "#modules/concerns/actions-change.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/**
 * Gives a concern to an agent (null: to nobody), unless a person has decided otherwise meanwhile: only what `from` has is taken. Whoever hands over several calls
 * in the order of their ids. Tells who has it now; undefined: it is not there, or went into another one.
 */
export const handOver = async (
  world: World,
  tx: Tx,
  { id, from, to }: { readonly id: ConcernId; readonly from: AgentId | null; readonly to: AgentId | null },
): Promise<AgentId | null | undefined> => {
  const state = await lockConcern(tx, id);
  if (state === null || state.mergedInto !== null) return undefined;
  if (state.assigneeId === to || state.assigneeId !== from) return state.assigneeId;
  const after = await changeLocked(world, tx, system, state, { assigneeId: to }, "routing");
  return isRefusal(after) ? state.assigneeId : after.assigneeId;
};
