// The SQL of wallboards and of words to teams. Called by routing/actions-wallboards.ts, routing/actions-words.ts and routing/reads-floor.ts.
import type { AgentId, QueueId, TeamId } from "#contract/ids.ts";
import type { Wallboard } from "#contract/routing.ts";
import { sql, type Tx } from "#platform/db/db.ts";

const columns = sql`id, name, queue_ids AS "queueIds", iso(created_at) AS "createdAt", iso(last_seen_at) AS "lastSeenAt"`;

export const allWallboards = (tx: Tx): Promise<Wallboard[]> =>
  tx.rows<Wallboard>(sql`SELECT ${columns} FROM wallboard ORDER BY name, id`);

/** The wallboard whose link's token has this hash (SHA-256 in hex). */
export const wallboardBehind = (tx: Tx, hash: string): Promise<Wallboard | null> =>
  tx.maybe<Wallboard>(sql`SELECT ${columns} FROM wallboard WHERE token_hash = decode(${hash}, 'hex')`);

export const insertWallboard = async (
  tx: Tx,
  board: {
    readonly id: string;
    readonly name: string;
    readonly queueIds: readonly QueueId[];
    readonly hash: string;
    readonly at: string;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO wallboard (id, name, queue_ids, token_hash, created_at)
    VALUES (${board.id}, ${board.name}, ${board.queueIds}::uuid[], decode(${board.hash}, 'hex'), ${board.at})`);
};

/** Takes a wallboard away; its name, or null when there is none. */
export const deleteWallboard = async (tx: Tx, id: string): Promise<string | null> =>
  (await tx.maybe<{ name: string }>(sql`DELETE FROM wallboard WHERE id = ${id} RETURNING name`))?.name ?? null;

/** Notes that it was looked at, unless that was noted since `unless`. */
export const touchWallboard = async (tx: Tx, id: string, at: string, unless: string): Promise<void> => {
  await tx.run(
    sql`UPDATE wallboard SET last_seen_at = ${at} WHERE id = ${id} AND (last_seen_at IS NULL OR last_seen_at < ${unless})`,
  );
};

/** What a supervisor told a team, or (`teamId` null) everybody. */
export interface TeamWord {
  readonly id: string;
  readonly at: string;
  readonly by: AgentId;
  readonly teamId: TeamId | null;
  readonly text: string;
}

export const insertWord = async (tx: Tx, { id, at, by, teamId, text }: TeamWord): Promise<void> => {
  await tx.run(
    sql`INSERT INTO team_word (id, at, by_id, team_id, text) VALUES (${id}, ${at}, ${by}, ${teamId}, ${text})`,
  );
};

/** Forgets words from before then; how many. */
export const deleteWordsBefore = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM team_word WHERE at < ${before}`);

/** The latest words since then to everybody, to these teams, or by this agent; newest first, at most fifty. */
export const wordsSince = (tx: Tx, agentId: string, teamIds: readonly string[], since: string): Promise<TeamWord[]> =>
  tx.rows<TeamWord>(sql`
    SELECT id, iso(at) AS at, by_id AS by, team_id AS "teamId", text FROM team_word
     WHERE at >= ${since} AND (team_id IS NULL OR team_id = ANY (${teamIds}::uuid[]) OR by_id = ${agentId})
     ORDER BY at DESC, id DESC LIMIT 50`);
