// Takes two merged customers apart, with the concerns of which only an agent can say whose they are. Called by concerns/routes.ts.
import type { AgentActor } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { BrandId, ConcernId, CustomerId } from "#contract/ids.ts";
import type { UndoChoices } from "#contract/merging.ts";
import { say } from "#modules/audit/actions.ts";
import { saveChange } from "#modules/concerns/actions-saving.ts";
import { begunOf } from "#modules/concerns/reads-merging.ts";
import { cameBy, giveParties } from "#modules/concerns/store-merging.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import { knowByBrand, takeApart } from "#modules/customers/actions-merging.ts";
import { undoingOf } from "#modules/customers/reads-merging.ts";
import { customerById } from "#modules/customers/reads.ts";
import type { World } from "#platform/world.ts";

/**
 * Takes a merge apart (`takeApart`). Concerns are with whom they came by all the while; those an agent has begun since with nobody's address go where
 * `choices` say, and those over an address that is given to the other one go with it. Names on concerns follow by the reaction `concerns.customerName`.
 */
export const undoMerge = (
  world: World,
  who: AgentActor,
  mergeId: string,
  choices: UndoChoices,
): Promise<{ readonly keptId: CustomerId; readonly goneId: CustomerId } | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await undoingOf(tx, who, mergeId);
    if (isRefusal(before)) return before;
    const begun = await begunOf(tx, who, before.row);
    const apart = await takeApart(world, tx, who, mergeId, choices);
    if (isRefusal(apart)) return apart;
    const { keptId, goneId, given } = apart;
    const ids = new Set<ConcernId>(begun.map(({ id }) => id).filter((id) => choices.concerns[id] === "gone"));
    if (given.length > 0) {
      for (const id of await cameBy(tx, keptId, given)) ids.add(id);
      for (const { concernId, brandId, norm: _norm, ...party } of await giveParties(tx, keptId, goneId, given))
        await say(world, tx, who, [
          { kind: "concern.partyJoined", brandId: brandId as BrandId, concernId, customerId: goneId, data: { party } },
        ]);
    }
    const gone = await customerById(tx, goneId);
    for (const id of [...ids].toSorted()) {
      const state = await lockConcern(tx, id);
      if (state === null || state.customerId !== keptId || gone === null) continue;
      await knowByBrand(tx, goneId, state.brandId);
      await saveChange(world, tx, who, state, { ...state, customerId: goneId, customerName: gone.name }, null);
    }
    return { keptId, goneId };
  });
