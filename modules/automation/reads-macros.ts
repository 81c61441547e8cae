// What others may read of macros.
import type { AgentActor } from "#contract/actor.ts";
import type { Macro } from "#contract/automation.ts";
import { teamsFor } from "#modules/agents/reads.ts";
import { mayChange } from "#modules/automation/policy.ts";
import { macrosOf, type MacroRow } from "#modules/automation/store-macros.ts";
import type { World } from "#platform/world.ts";

/** A macro as its users see it. */
export const asMacro = (
  who: AgentActor,
  { id, name, key, teamId, forEverybody, actions, version, agentId }: MacroRow,
): Macro => ({
  id,
  name,
  key,
  share: forEverybody ? { with: "everybody" } : teamId === null ? { with: "me" } : { with: "team", teamId },
  actions,
  mayChange: mayChange(who, { agentId, teamId, forEverybody }),
  version,
});

/** The macros this agent may use, their own first. */
export const macrosFor = async (world: Pick<World, "db">, who: AgentActor): Promise<Macro[]> => {
  const teamIds = (await teamsFor(world.db, who)).map(({ id }) => id);
  return (await macrosOf(world.db, who.id, teamIds)).map((row) => asMacro(who, row));
};
