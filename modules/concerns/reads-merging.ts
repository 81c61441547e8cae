// What taking two merged customers apart would do to concerns. Called by concerns/routes-lists.ts and concerns/actions-merging.ts.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { CustomerId } from "#contract/ids.ts";
import type { Undoing } from "#contract/merging.ts";
import { begunSince } from "#modules/concerns/store-merging.ts";
import { undoingOf } from "#modules/customers/reads-merging.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Concerns this agent sees that were begun since a merge with an address that is neither one's. */
export const begunOf = async (
  tx: Tx,
  who: AgentActor,
  merge: { readonly keptId: CustomerId; readonly at: string },
): Promise<Undoing["begun"]> =>
  (await begunSince(tx, merge.keptId, merge.at))
    .filter(({ brandId }) => seesBrand(who, brandId))
    .map(({ id, number, subject }) => ({ id, number, subject }));

/** What undoing a merge would do and asks; refuses like `undoMerge`. */
export const undoing = async (
  { db }: Pick<World, "db">,
  who: AgentActor,
  mergeId: string,
): Promise<Undoing | Refusal> => {
  const found = await undoingOf(db, who, mergeId);
  if (isRefusal(found)) return found;
  const { row, ...rest } = found;
  return { ...rest, begun: await begunOf(db, who, row) };
};
