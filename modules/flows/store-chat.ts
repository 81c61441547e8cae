// The SQL of runs that a chat's visitors hold by themselves. Called by flows/reads-chat.ts and actions-chat.ts.
import type { ConcernId, FlowRunId } from "#contract/ids.ts";
import type { RunFile } from "#modules/flows/model-runs.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Has any flow ever been published? */
export const anyVersion = async (tx: Tx): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 FROM flow_version LIMIT 1`)) !== null;

/** Runs that these began and hold, or held before they became concerns; the newest first. */
export const idsOfHolders = async (tx: Tx, holders: readonly string[], limit: number): Promise<FlowRunId[]> =>
  (
    await tx.rows<{ id: FlowRunId }>(sql`
      SELECT id FROM flow_run WHERE holder = ANY (${holders}::text[]) AND forgotten_at IS NULL ORDER BY begun_at DESC LIMIT ${limit}`)
  ).map(({ id }) => id);

/** Up to where a run has been seen. */
export const seenSeq = async (tx: Tx, runId: string): Promise<number> =>
  (await tx.maybe<{ seq: number }>(sql`SELECT seen_seq AS seq FROM flow_run WHERE id = ${runId}`))?.seq ?? 0;

/** Moves the mark forward. */
export const raiseSeenSeq = async (tx: Tx, holders: readonly string[], runId: string, seq: number): Promise<void> => {
  await tx.run(sql`
    UPDATE flow_run SET seen_seq = least(last_seq, ${seq}) WHERE id = ${runId} AND holder = ANY (${holders}::text[]) AND seen_seq < least(last_seq, ${seq})`);
};

/** A file that was said in a run which one of these holds; null: there is none. */
export const fileOfHolders = async (tx: Tx, holders: readonly string[], fileId: string): Promise<RunFile | null> =>
  (
    await tx.maybe<{ file: RunFile }>(sql`
      SELECT f.file FROM flow_run r JOIN flow_said s ON s.run_id = r.id CROSS JOIN LATERAL jsonb_array_elements(s.files) AS f (file)
       WHERE r.holder = ANY (${holders}::text[]) AND f.file ->> 'id' = ${fileId} LIMIT 1`)
  )?.file ?? null;

/** In which of these concerns which run speaks. */
export const speakingRuns = (
  tx: Tx,
  concernIds: readonly ConcernId[],
): Promise<{ readonly concernId: ConcernId; readonly runId: FlowRunId }[]> =>
  tx.rows(sql`
    SELECT concern_id AS "concernId", id AS "runId" FROM flow_run WHERE concern_id = ANY (${concernIds}::uuid[]) AND over IS NULL`);
