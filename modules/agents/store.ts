// All SQL of agents, teams and sessions. Called by agents/actions.ts and agents/reads.ts.
import type { Agent, Preferences, Team } from "#contract/agents.ts";
import type { AgentId, BrandId, TeamId } from "#contract/ids.ts";
import type { Role } from "#contract/permissions.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Everything kept about an agent but the password. */
export interface AgentRecord {
  readonly id: AgentId;
  readonly name: string;
  readonly handle: string;
  readonly email: string;
  readonly role: Role;
  readonly active: boolean;
  /** Empty: all brands. */
  readonly brandIds: readonly BrandId[];
  readonly teamIds: readonly TeamId[];
  readonly preferences: Preferences;
  readonly lastSeenAt: string | null;
}

const columns = sql`
  a.id, a.name, a.handle, a.email, a.role, a.active, a.brand_ids AS "brandIds", a.preferences, a.last_seen_at AS "lastSeenAt",
  ARRAY(SELECT m.team_id FROM team_member m WHERE m.agent_id = a.id ORDER BY m.team_id) AS "teamIds"`;

/** The agent as colleagues see them. */
export const asAgent = (record: AgentRecord): Agent => ({ id: record.id, name: record.name, handle: record.handle, role: record.role, active: record.active, teamIds: [...record.teamIds] });

/** The agent with this id, active or not. */
export const agentById = (tx: Tx, id: AgentId): Promise<AgentRecord | null> => tx.maybe<AgentRecord>(sql`SELECT ${columns} FROM agent a WHERE a.id = ${id}`);

/** The agent with this mail address (compared in lower case), active or not. */
export const agentByEmail = (tx: Tx, email: string): Promise<AgentRecord | null> => tx.maybe<AgentRecord>(sql`SELECT ${columns} FROM agent a WHERE a.email = ${email.trim().toLowerCase()}`);

/** Agents with these handles, for mentions; unknown handles are left out. */
export const agentsByHandles = (tx: Tx, handles: readonly string[]): Promise<AgentRecord[]> =>
  handles.length === 0 ? Promise.resolve([]) : tx.rows<AgentRecord>(sql`SELECT ${columns} FROM agent a WHERE a.handle = ANY(${handles.map((handle) => handle.toLowerCase())}::text[]) ORDER BY a.id`);

/** All teams by name. */
export const allTeams = (tx: Tx): Promise<Team[]> => tx.rows<Team>(sql`SELECT id, name FROM team ORDER BY name, id`);

/** The teams an agent belongs to, by name. */
export const teamsOf = (tx: Tx, agentId: AgentId): Promise<Team[]> => tx.rows<Team>(sql`SELECT t.id, t.name FROM team t JOIN team_member m ON m.team_id = t.id WHERE m.agent_id = ${agentId} ORDER BY t.name, t.id`);
