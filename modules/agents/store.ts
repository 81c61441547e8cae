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
export const asAgent = (record: AgentRecord): Agent => ({
  id: record.id,
  name: record.name,
  handle: record.handle,
  role: record.role,
  active: record.active,
  teamIds: [...record.teamIds],
});

/** The agent with this id, active or not. */
export const agentById = (tx: Tx, id: AgentId): Promise<AgentRecord | null> =>
  tx.maybe<AgentRecord>(sql`SELECT ${columns} FROM agent a WHERE a.id = ${id}`);

/** The agent with this mail address (compared in lower case), active or not. */
export const agentByEmail = (tx: Tx, email: string): Promise<AgentRecord | null> =>
  tx.maybe<AgentRecord>(sql`SELECT ${columns} FROM agent a WHERE a.email = ${email.trim().toLowerCase()}`);

/** Agents with these handles, for mentions; unknown handles are left out. */
export const agentsByHandles = (tx: Tx, handles: readonly string[]): Promise<AgentRecord[]> =>
  handles.length === 0
    ? Promise.resolve([])
    : tx.rows<AgentRecord>(
        sql`SELECT ${columns} FROM agent a WHERE a.handle = ANY(${handles.map((handle) => handle.toLowerCase())}::text[]) ORDER BY a.id`,
      );

/** All teams by name. */
export const allTeams = (tx: Tx): Promise<Team[]> => tx.rows<Team>(sql`SELECT id, name FROM team ORDER BY name, id`);

/** The teams an agent belongs to, by name. */
export const teamsOf = (tx: Tx, agentId: AgentId): Promise<Team[]> =>
  tx.rows<Team>(
    sql`SELECT t.id, t.name FROM team t JOIN team_member m ON m.team_id = t.id WHERE m.agent_id = ${agentId} ORDER BY t.name, t.id`,
  );

/** All agents by name. */
export const allAgents = (tx: Tx): Promise<AgentRecord[]> =>
  tx.rows<AgentRecord>(sql`SELECT ${columns} FROM agent a ORDER BY a.name, a.id`);

/** Is there any agent yet? */
export const anyAgent = async (tx: Tx): Promise<boolean> =>
  (await tx.one<{ any: boolean }>(sql`SELECT EXISTS (SELECT FROM agent) AS any`)).any;

/** The stored password of an agent, for platform/auth alone. */
export const passwordOf = (
  tx: Tx,
  email: string,
): Promise<{ readonly id: AgentId; readonly password: string; readonly active: boolean } | null> =>
  tx.maybe(sql`SELECT id, password, active FROM agent WHERE email = ${email.trim().toLowerCase()}`);

/** A new agent without teams. */
export const insertAgent = async (
  tx: Tx,
  row: Omit<AgentRecord, "teamIds" | "lastSeenAt"> & { readonly password: string; readonly at: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO agent (id, name, handle, email, role, active, password, brand_ids, preferences, created_at)
    VALUES (${row.id}, ${row.name}, ${row.handle}, ${row.email}, ${row.role}, ${row.active}, ${row.password}, ${row.brandIds}::uuid[], ${JSON.stringify(row.preferences)}::jsonb, ${row.at})`);
};

/** Changes an agent's own row. */
export const updateAgent = async (
  tx: Tx,
  row: Pick<AgentRecord, "id" | "name" | "handle" | "email" | "role" | "active" | "brandIds">,
): Promise<void> => {
  await tx.run(sql`
    UPDATE agent SET name = ${row.name}, handle = ${row.handle}, email = ${row.email}, role = ${row.role}, active = ${row.active}, brand_ids = ${row.brandIds}::uuid[] WHERE id = ${row.id}`);
};

/** Puts an agent into exactly these teams. */
export const setTeams = async (tx: Tx, agentId: AgentId, teamIds: readonly TeamId[]): Promise<void> => {
  await tx.run(sql`DELETE FROM team_member WHERE agent_id = ${agentId} AND team_id <> ALL(${teamIds}::uuid[])`);
  await tx.run(
    sql`INSERT INTO team_member (team_id, agent_id) SELECT unnest(${teamIds}::uuid[]), ${agentId}::uuid ON CONFLICT DO NOTHING`,
  );
};

/** How many of these teams there are. */
export const countTeams = async (tx: Tx, ids: readonly TeamId[]): Promise<number> =>
  (await tx.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM team WHERE id = ANY(${ids}::uuid[])`)).n;

/** A new team. */
export const insertTeam = async (tx: Tx, team: Team): Promise<void> => {
  await tx.run(sql`INSERT INTO team (id, name) VALUES (${team.id}, ${team.name})`);
};

/** Stores another password. */
export const setPassword = async (tx: Tx, id: AgentId, password: string): Promise<void> => {
  await tx.run(sql`UPDATE agent SET password = ${password} WHERE id = ${id}`);
};

/** Stores preferences. */
export const setPreferences = async (tx: Tx, id: AgentId, preferences: Preferences): Promise<void> => {
  await tx.run(sql`UPDATE agent SET preferences = ${JSON.stringify(preferences)}::jsonb WHERE id = ${id}`);
};

/** Locks the active admins, so that two changes at once cannot each take "the last but one" away; says who they are. */
export const lockAdmins = async (tx: Tx): Promise<AgentId[]> =>
  (
    await tx.rows<{ id: AgentId }>(sql`SELECT id FROM agent WHERE role = 'admin' AND active ORDER BY id FOR UPDATE`)
  ).map((row) => row.id);
