// All SQL of macros. Called by automation/actions-macros.ts and automation/reads-macros.ts.
import type { Action, MacroKey } from "#contract/automation.ts";
import type { AgentId, MacroId, TeamId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A macro as it is kept. */
export interface MacroRow {
  readonly id: MacroId;
  readonly agentId: AgentId;
  readonly teamId: TeamId | null;
  readonly forEverybody: boolean;
  readonly name: string;
  readonly key: MacroKey | null;
  readonly actions: Action[];
  readonly version: number;
}

const columns = sql`id, agent_id AS "agentId", team_id AS "teamId", for_everybody AS "forEverybody", name, key, actions, version`;

/** The macros an agent may use: own ones and those shared with them or with these teams; own ones first, then by name. */
export const macrosOf = (tx: Tx, agentId: AgentId, teamIds: readonly TeamId[]): Promise<MacroRow[]> =>
  tx.rows<MacroRow>(sql`
    SELECT ${columns} FROM macro
     WHERE (agent_id = ${agentId} AND team_id IS NULL AND NOT for_everybody) OR for_everybody OR team_id = ANY (${teamIds}::uuid[])
     ORDER BY for_everybody OR team_id IS NOT NULL, lower(name), id`);

/** A macro, locked until the commit; null: there is none. */
export const lockMacro = (tx: Tx, id: MacroId): Promise<MacroRow | null> =>
  tx.maybe<MacroRow>(sql`SELECT ${columns} FROM macro WHERE id = ${id} FOR UPDATE`);

/** A macro; null: there is none. */
export const macroById = (tx: Tx, id: MacroId): Promise<MacroRow | null> =>
  tx.maybe<MacroRow>(sql`SELECT ${columns} FROM macro WHERE id = ${id}`);

/** How many there are of the same kind: an agent's own, a team's, everybody's. */
export const countLike = async (tx: Tx, row: MacroRow): Promise<number> =>
  (
    await tx.one<{ n: number }>(
      row.forEverybody
        ? sql`SELECT count(*)::int AS n FROM macro WHERE for_everybody AND id <> ${row.id}`
        : row.teamId === null
          ? sql`SELECT count(*)::int AS n FROM macro WHERE agent_id = ${row.agentId} AND team_id IS NULL AND NOT for_everybody AND id <> ${row.id}`
          : sql`SELECT count(*)::int AS n FROM macro WHERE team_id = ${row.teamId} AND id <> ${row.id}`,
    )
  ).n;

/** Keeps a macro, new or changed. */
export const putMacro = async (tx: Tx, row: MacroRow): Promise<void> => {
  await tx.run(sql`
    INSERT INTO macro (id, agent_id, team_id, for_everybody, name, key, actions, version)
    VALUES (${row.id}, ${row.agentId}, ${row.teamId}, ${row.forEverybody}, ${row.name}, ${row.key}, ${JSON.stringify(row.actions)}, ${row.version})
    ON CONFLICT (id) DO UPDATE SET agent_id = excluded.agent_id, team_id = excluded.team_id, for_everybody = excluded.for_everybody, name = excluded.name,
       key = excluded.key, actions = excluded.actions, version = excluded.version`);
};

/** Takes a macro away. */
export const removeMacroRow = async (tx: Tx, id: MacroId): Promise<void> => {
  await tx.run(sql`DELETE FROM macro WHERE id = ${id}`);
};
