// The SQL of drafts. Called by concerns/actions-drafts.ts.
import type { Draft, DraftQuote } from "#contract/concerns.ts";
import type { AgentId, ChannelId, ConcernId } from "#contract/ids.ts";
import type { FileRow } from "#modules/concerns/store-threads.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Which draft. */
export interface DraftKey {
  readonly concernId: ConcernId;
  readonly agentId: AgentId;
  readonly kind: Draft["kind"];
}

/** Keeps a draft in place of the one there was. */
export const upsertDraft = async (
  tx: Tx,
  key: DraftKey,
  row: {
    readonly channelId: ChannelId | null;
    readonly to: readonly string[];
    readonly cc: readonly string[];
    readonly text: string;
    readonly html: string | null;
    readonly uploads: readonly string[];
    readonly quote: DraftQuote;
    readonly at: string;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO draft (concern_id, agent_id, kind, channel_id, recipients, copies, text, html, uploads, quote, updated_at)
    VALUES (${key.concernId}, ${key.agentId}, ${key.kind}, ${row.channelId}, ${row.to}, ${row.cc}, ${row.text}, ${row.html}, ${row.uploads}::uuid[],
            ${row.quote === null ? null : JSON.stringify(row.quote)}::jsonb, ${row.at})
    ON CONFLICT (concern_id, agent_id, kind) DO UPDATE
       SET channel_id = excluded.channel_id, recipients = excluded.recipients, copies = excluded.copies, text = excluded.text, html = excluded.html, uploads = excluded.uploads, quote = excluded.quote, updated_at = excluded.updated_at`);
};

/** Which drafts the agent has there. */
export const draftKinds = async (tx: Tx, concernId: ConcernId, agentId: AgentId): Promise<readonly Draft["kind"][]> =>
  (
    await tx.rows<{ kind: Draft["kind"] }>(
      sql`SELECT kind FROM draft WHERE concern_id = ${concernId} AND agent_id = ${agentId}`,
    )
  ).map((row) => row.kind);

/** Forgets a draft. False when there was none. */
export const deleteDraft = async (tx: Tx, key: DraftKey): Promise<boolean> =>
  (await tx.run(
    sql`DELETE FROM draft WHERE concern_id = ${key.concernId} AND agent_id = ${key.agentId} AND kind = ${key.kind}`,
  )) > 0;

/** Those of the named uploads that this agent made, in the given order. */
export const uploadsOf = async (tx: Tx, agentId: AgentId, ids: readonly string[]): Promise<FileRow[]> => {
  if (ids.length === 0) return [];
  const rows = await tx.rows<FileRow>(sql`
    SELECT id, hash, name, media_type AS "mediaType", size_bytes AS "sizeBytes", NULL AS "inlineId", image FROM upload WHERE agent_id = ${agentId} AND id = ANY(${ids}::uuid[])`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id)).filter((row) => row !== undefined);
};
