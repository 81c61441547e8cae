// Finds customers who may be one when something new is learnt of one of them. Called by customers/reactions.ts and by whoever hears what somebody claims.
import { system, type Who } from "#contract/actor.ts";
import type { CustomerId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { sayChanged } from "#modules/customers/actions.ts";
import { brandsKnowing } from "#modules/customers/actions-merging.ts";
import { likenessOf, turned } from "#modules/customers/model-merging.ts";
import {
  alikeTo,
  likenessRow,
  proposedWith,
  putClaim,
  putProposal,
  removeProposal,
} from "#modules/customers/store-merging.ts";
import { lockCustomer } from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "now" | "newId" | "wake">;

/** Most others one customer is compared with. */
const mostCompared = 20;

/**
 * Keeps what somebody says is theirs in place of what they said before of the same kind (null: nothing any more). Nobody believes it: no mail goes there and
 * nothing is shown because of it. `signed`: the site that carries the chat says so, too.
 */
export const claimFor = async (
  world: Acting,
  tx: Tx,
  who: Who,
  customerId: CustomerId,
  claim: { readonly kind: string; readonly norm: string | null; readonly signed: boolean },
): Promise<void> => {
  const { kind, norm, signed } = claim;
  const given = norm === null || norm === "" ? null : { kind, norm, signed };
  await lockCustomer(tx, customerId);
  if (await putClaim(tx, customerId, given, kind, world.now().toISOString()))
    await sayChanged(world, tx, who, customerId, ["claims"]);
};

/**
 * Compares a customer with those who have something alike, and keeps what speaks for being one; what speaks for it no more goes. Found by index, in a job
 * after the commit. Doing it again changes nothing.
 */
export const proposeFor = async (world: Acting, tx: Tx, customerId: CustomerId): Promise<void> => {
  const mine = await likenessRow(tx, customerId);
  if (mine === null) return;
  const others = new Set([...(await alikeTo(tx, customerId, mostCompared)), ...(await proposedWith(tx, customerId))]);
  for (const otherId of [...others].toSorted()) {
    const theirs = await likenessRow(tx, otherId);
    if (theirs === null) continue;
    const found = likenessOf(mine, theirs);
    const isFirst = customerId < otherId;
    const [oneId, secondId] = isFirst ? [customerId, otherId] : [otherId, customerId];
    const moved =
      found === null
        ? await removeProposal(tx, oneId, secondId)
        : await putProposal(tx, {
            id: world.newId(),
            oneId,
            otherId: secondId,
            sure: found.sure,
            evidence: isFirst ? found.evidence : turned(found.evidence),
            at: world.now().toISOString(),
          });
    if (!moved) continue;
    const heard = await brandsKnowing(tx, [oneId, secondId]);
    const data = { customerId: oneId, otherId: secondId, sure: found?.sure ?? null };
    await say(
      world,
      tx,
      system,
      heard.map((brandId) => ({ kind: "customer.proposed", brandId, customerId: oneId, data })),
    );
  }
};
