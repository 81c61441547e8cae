// The SQL of sessions: tokens are kept as SHA-256 only. Called by agents/actions-sessions.ts.
import type { AgentId, BrandId } from "#contract/ids.ts";
import type { Role } from "#contract/permissions.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A session with the rights of its agent. */
export interface SessionRow {
  readonly agentId: AgentId;
  readonly name: string;
  readonly role: Role;
  readonly brandIds: readonly BrandId[];
  readonly seenAt: string;
  readonly expiresAt: string;
}

/** Begins a session and forgets those of the same agent that are over. */
export const insertSession = async (
  tx: Tx,
  row: {
    readonly hash: string;
    readonly agentId: AgentId;
    readonly at: string;
    readonly expiresAt: string;
    readonly idleSince: string;
  },
): Promise<void> => {
  await tx.run(
    sql`DELETE FROM session WHERE agent_id = ${row.agentId} AND (expires_at <= ${row.at} OR seen_at <= ${row.idleSince})`,
  );
  await tx.run(
    sql`INSERT INTO session (token_hash, agent_id, created_at, seen_at, expires_at) VALUES (decode(${row.hash}, 'hex'), ${row.agentId}, ${row.at}, ${row.at}, ${row.expiresAt})`,
  );
};

/** The session with this hash when its agent is active and it is neither idle nor over. */
export const sessionByHash = (tx: Tx, hash: string, at: string, idleSince: string): Promise<SessionRow | null> =>
  tx.maybe<SessionRow>(sql`
    SELECT a.id AS "agentId", a.name, a.role, a.brand_ids AS "brandIds", s.seen_at AS "seenAt", s.expires_at AS "expiresAt"
      FROM session s JOIN agent a ON a.id = s.agent_id
     WHERE s.token_hash = decode(${hash}, 'hex') AND a.active AND s.expires_at > ${at} AND s.seen_at > ${idleSince}`);

/** Has this agent access, and any session that is neither idle nor over? */
export const anySession = async (
  tx: Tx,
  agentId: string,
  at: string,
  idleSince: string,
): Promise<{ readonly brandIds: readonly BrandId[] } | null> =>
  tx.maybe(sql`
    SELECT a.brand_ids AS "brandIds" FROM session s JOIN agent a ON a.id = s.agent_id
     WHERE s.agent_id = ${agentId} AND a.active AND s.expires_at > ${at} AND s.seen_at > ${idleSince} LIMIT 1`);

/** Notes that a session is in use. */
export const touchSession = async (tx: Tx, hash: string, at: string): Promise<void> => {
  await tx.run(sql`
    WITH seen AS (UPDATE session SET seen_at = ${at} WHERE token_hash = decode(${hash}, 'hex') RETURNING agent_id)
    UPDATE agent SET last_seen_at = ${at} WHERE id IN (SELECT agent_id FROM seen)`);
};

/** Ends one session. */
export const deleteSession = async (tx: Tx, hash: string): Promise<void> => {
  await tx.run(sql`DELETE FROM session WHERE token_hash = decode(${hash}, 'hex')`);
};

/** Ends an agent's sessions, but not the one with the given hash. */
export const deleteSessionsOf = async (tx: Tx, agentId: AgentId, but: string | null): Promise<void> => {
  await tx.run(sql`DELETE FROM session WHERE agent_id = ${agentId} AND token_hash <> decode(${but ?? ""}, 'hex')`);
};

/** Removes sessions that are over or idle; says how many. */
export const deleteOldSessions = (tx: Tx, at: string, idleSince: string): Promise<number> =>
  tx.run(sql`DELETE FROM session WHERE expires_at <= ${at} OR seen_at <= ${idleSince}`);
