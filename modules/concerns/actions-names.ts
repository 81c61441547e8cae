// Keeps the customer's name on concerns' rows what it is: lists read one table. Called by concerns/reactions.ts when a customer was renamed.
import { system } from "#contract/actor.ts";
import type { BrandId, ConcernId, CustomerId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { renameCustomer } from "#modules/concerns/store-lists.ts";
import { customerById } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Writes a customer's present name on their concerns of a brand that knows them and says so of each. Doing it again changes nothing. */
export const followName = async (
  world: Pick<World, "now" | "wake">,
  tx: Tx,
  customerId: CustomerId,
  brandId: BrandId,
): Promise<void> => {
  const customer = await customerById(tx, customerId, [brandId]);
  if (customer === null) return;
  const renamed = await renameCustomer(tx, customerId, brandId, customer.name);
  await say(
    world,
    tx,
    system,
    renamed.map(({ id, brandId, version }) => ({
      kind: "concern.changed" as const,
      concernId: id as ConcernId,
      brandId: brandId as BrandId,
      data: { patch: { customerName: customer.name, version }, because: null },
    })),
  );
};
