// The tiers of the demo's customers, and who looks after which company. Called by seed.ts and deeds.ts.
import { system } from "#contract/actor.ts";
import type { Customer } from "#contract/customers.ts";
import { isRefusal } from "#contract/errors.ts";
import type { AgentId, TierId } from "#contract/ids.ts";
import { changeOrganisation, setTiers } from "#modules/customers/actions-tiers.ts";
import { allTiers } from "#modules/customers/reads-tiers.ts";
import type { World } from "#platform/world.ts";

const names = ["Standard", "Plus", "Business"] as const;

/** The companies of the foreground, by name. */
const companies: Readonly<Record<string, { readonly tier: (typeof names)[number]; readonly agent: string | null }>> = {
  "Saltwick Logistics": { tier: "Business", agent: "emma" },
  "Thornbury Dental": { tier: "Plus", agent: null },
  "Kita Elbfrösche e. V.": { tier: "Plus", agent: null },
};

/** Standard, Plus and Business, the lowest first. */
export const addDemoTiers = async (world: World): Promise<void> => {
  const tiers = names.map((name) => ({ id: world.newId() as TierId, name }));
  const kept = await setTiers(world, system, { tiers });
  if (isRefusal(kept)) throw new Error(`the demo's tiers were refused: ${kept.refused}`);
};

/** Gives a customer's company what it has, once. */
export const standIn = async (
  world: World,
  { organisation }: Pick<Customer, "organisation">,
  agentOf: (key: string) => AgentId,
): Promise<void> => {
  const wanted = organisation === null ? undefined : companies[organisation.name];
  if (organisation === null || wanted === undefined || organisation.tierId !== null) return;
  const tierId = (await allTiers(world.db)).find(({ name }) => name === wanted.tier)?.id ?? null;
  const agentId = wanted.agent === null ? null : agentOf(wanted.agent);
  const kept = await changeOrganisation(world, system, organisation.id, { tierId, agentId });
  if (isRefusal(kept)) throw new Error(`the demo's company was refused: ${kept.refused}`);
};
