// Customers who call and say nothing of themselves. Called by concerns/actions-calls.ts.
import type { Who } from "#contract/actor.ts";
import type { BrandId, CustomerId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { insertNameless } from "#modules/customers/store-calls.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A customer of whom nothing is known but what they are called: somebody who withholds their number. */
export const makeNameless = async (
  world: Pick<World, "now" | "newId" | "wake">,
  tx: Tx,
  who: Who,
  given: { readonly name: string; readonly language: "de" | "en"; readonly brandId: BrandId },
): Promise<CustomerId> => {
  const customerId = world.newId() as CustomerId;
  await insertNameless(tx, { ...given, customerId, at: world.now().toISOString() });
  await say(world, tx, who, [{ kind: "customer.created", brandId: given.brandId, customerId, data: { customerId } }]);
  return customerId;
};
