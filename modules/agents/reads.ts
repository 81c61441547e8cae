// What others may read of agents and teams.
import type { AgentActor } from "#contract/actor.ts";
import type { Team } from "#contract/agents.ts";
import {
  agentByEmail,
  agentById,
  agentsByHandles,
  allAgents,
  allTeams,
  anyAgent,
  asAgent,
  teamsOf,
  type AgentRecord,
} from "#modules/agents/store.ts";
import type { Tx } from "#platform/db/db.ts";

export { agentByEmail, agentById, agentsByHandles, allAgents, allTeams, anyAgent, asAgent, teamsOf };
export type { AgentRecord };

/** The agent as one who acts. Callers check `active` first. */
export const asAgentActor = (record: AgentRecord): AgentActor => ({
  kind: "agent",
  id: record.id,
  name: record.name,
  role: record.role,
  brandIds: record.brandIds,
});

/** The teams whose work an agent sees as views: their own; supervisors and admins see every team's. */
export const teamsFor = (tx: Tx, who: AgentActor): Promise<Team[]> =>
  who.role === "agent" ? teamsOf(tx, who.id) : allTeams(tx);
