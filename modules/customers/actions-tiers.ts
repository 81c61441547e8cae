// The only writer of tiers, and of organisations' tiers and agents. Called by customers/routes.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import type { Organisation, OrganisationChange } from "#contract/customers.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, OrganisationId, TierId } from "#contract/ids.ts";
import type { Tier } from "#contract/tiers.ts";
import { fold } from "#lib/fold.ts";
import { stable } from "#lib/stable.ts";
import { storable } from "#lib/text.ts";
import { agentById } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import { brandsOf } from "#modules/customers/policy.ts";
import {
  allTiers,
  brandsOfOrganisation,
  lockOrganisation,
  lockTiers,
  putTiers,
  tiersInUse,
  updateOrganisation,
} from "#modules/customers/store-tiers.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/**
 * Sets the tiers in their order. Refuses staleVersion where others stand than `was`, tierTwice (an id or a name), and tierInUse for one that is to go and that
 * `count` customers and organisations have.
 */
export const setTiers = (
  world: Acting,
  who: Who,
  input: { readonly tiers: readonly Tier[]; readonly was?: readonly Tier[] | undefined },
): Promise<Tier[] | Refusal> =>
  world.db.transaction(async (tx) => {
    await lockTiers(tx);
    const before = await allTiers(tx);
    if (input.was !== undefined && stable(before) !== stable(input.was)) return refuse("staleVersion");
    const tiers = input.tiers.map(({ id, name }) => ({ id, name: storable(name).trim() || "–" }));
    for (const [index, one] of tiers.entries())
      if (tiers.findIndex(({ id, name }) => id === one.id || fold(name) === fold(one.name)) !== index)
        return refuse("tierTwice", { name: one.name }, `tiers.${index}.name`);
    if (stable(before) === stable(tiers)) return tiers;
    const gone = before.filter(({ id }) => !tiers.some((one) => one.id === id));
    const [used] = await tiersInUse(
      tx,
      gone.map(({ id }) => id),
    );
    if (used !== undefined)
      return refuse("tierInUse", { name: gone.find(({ id }) => id === used.id)?.name ?? "", count: used.n });
    await putTiers(tx, tiers);
    await say(world, tx, who, [{ kind: "tier.changed", data: { tiers } }]);
    return tiers;
  });

/** What of a tier or an agent somebody is to be given cannot be: unknownTier, unknownAgent (also one who is no longer here); null: it can. */
export const cannotStand = async (
  tx: Tx,
  { tierId, agentId }: { readonly tierId?: TierId | null | undefined; readonly agentId?: AgentId | null | undefined },
): Promise<Refusal | null> => {
  if (tierId && !(await allTiers(tx)).some(({ id }) => id === tierId)) return refuse("unknownTier", {}, "tierId");
  if (agentId && (await agentById(tx, agentId))?.active !== true) return refuse("unknownAgent", {}, "agentId");
  return null;
};

/**
 * Changes an organisation's tier or agent. Refuses notFound where the agent may see nobody of it, what `cannotStand` does, and staleVersion where something of `was` is
 * otherwise by now.
 */
export const changeOrganisation = (
  world: Acting,
  who: Who,
  id: OrganisationId,
  input: OrganisationChange,
): Promise<Organisation | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockOrganisation(tx, id, brandsOf(who));
    if (before === null) return refuse("notFound");
    const { was = {} } = input;
    if (
      (was.tierId !== undefined && was.tierId !== before.tierId) ||
      (was.agentId !== undefined && was.agentId !== before.agentId)
    )
      return refuse("staleVersion");
    const { tierId = before.tierId, agentId = before.agentId } = input;
    const what = [...(tierId === before.tierId ? [] : ["tier"]), ...(agentId === before.agentId ? [] : ["agent"])];
    if (what.length === 0) return before;
    // What stands there already may stay, also an agent who has gone since.
    const wrong = await cannotStand(tx, {
      tierId: tierId === before.tierId ? null : tierId,
      agentId: agentId === before.agentId ? null : agentId,
    });
    if (wrong !== null) return wrong;
    await updateOrganisation(tx, { id, tierId, agentId });
    const brands = await brandsOfOrganisation(tx, id);
    await say(
      world,
      tx,
      who,
      (brands.length === 0 ? [null] : brands).map((brandId) => ({
        kind: "organisation.changed" as const,
        brandId,
        data: { organisationId: id, what },
      })),
    );
    return { ...before, tierId, agentId };
  });
