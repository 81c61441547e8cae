// What others may read of agents and teams.
import type { AgentActor } from "#contract/actor.ts";
import { agentByEmail, agentById, agentsByHandles, asAgent, type AgentRecord } from "#modules/agents/store.ts";

export { agentByEmail, agentById, agentsByHandles, asAgent };
export type { AgentRecord };

/** The agent as one who acts. Callers check `active` first. */
export const asAgentActor = (record: AgentRecord): AgentActor => ({ kind: "agent", id: record.id, name: record.name, role: record.role, brandIds: record.brandIds });
