// The SQL of links by which running flows go on elsewhere, and of who has held them. Called by flows/actions-links.ts and reads-links.ts.
import type { FlowId, FlowRunId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Keeps a link by its hash. */
export const insertLink = async (
  tx: Tx,
  link: { readonly tokenHash: string; readonly runId: FlowRunId; readonly expiresAt: string },
): Promise<void> => {
  await tx.run(
    sql`INSERT INTO flow_link (token_hash, run_id, expires_at) VALUES (${link.tokenHash}, ${link.runId}, ${link.expiresAt})`,
  );
};

/** The run that a link leads to, while it holds; null: none. */
export const runBehind = async (tx: Tx, tokenHash: string, now: string): Promise<FlowRunId | null> =>
  (
    await tx.maybe<{ readonly runId: FlowRunId }>(
      sql`SELECT run_id AS "runId" FROM flow_link WHERE token_hash = ${tokenHash} AND expires_at > ${now}`,
    )
  )?.runId ?? null;

/** Forgets links that have ended; says how many. */
export const deleteLinks = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM flow_link WHERE expires_at < ${before}`);

/** Remembers who held a run. */
export const insertHolder = async (tx: Tx, runId: FlowRunId, holder: string): Promise<void> => {
  await tx.run(sql`INSERT INTO flow_holder (run_id, holder) VALUES (${runId}, ${holder}) ON CONFLICT DO NOTHING`);
};

/** Has that holder held the run before? */
export const hasHeld = async (tx: Tx, runId: FlowRunId, holder: string): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 AS one FROM flow_holder WHERE run_id = ${runId} AND holder = ${holder}`)) !== null;

/** That holder has held nothing. */
export const deleteHolder = (tx: Tx, holder: string): Promise<number> =>
  tx.run(sql`DELETE FROM flow_holder WHERE holder = ${holder}`);

/** A flow as its pages name it, also one that was removed: its dialogues go on. */
export interface FlowName {
  readonly id: FlowId;
  readonly key: string;
  readonly name: string;
}

/** The flow with this key, unless it was removed; null: there is none. */
export const flowByKey = (tx: Tx, key: string): Promise<FlowName | null> =>
  tx.maybe(sql`SELECT id, key, name FROM flow WHERE key = ${key} AND removed_at IS NULL`);

/** The names of these flows. */
export const flowNames = (tx: Tx, ids: readonly FlowId[]): Promise<FlowName[]> =>
  tx.rows(sql`SELECT id, key, name FROM flow WHERE id = ANY (${ids}::uuid[])`);

/** All runs that holder has, those that have become concerns too. */
export const runsOf = async (tx: Tx, holder: string): Promise<FlowRunId[]> =>
  (await tx.rows<{ id: FlowRunId }>(sql`SELECT id FROM flow_run WHERE holder = ${holder} ORDER BY begun_at`)).map(
    ({ id }) => id,
  );

/** Those of the hashes that something said in a running flow names: what is a concern's, the concern names as well. */
export const namedInRuns = async (tx: Tx, hashes: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(sql`
      SELECT DISTINCT f.file ->> 'hash' AS hash FROM flow_said s CROSS JOIN LATERAL jsonb_array_elements(s.files) AS f (file)
       WHERE s.files <> '[]' AND f.file ->> 'hash' = ANY (${hashes}::text[])`)
  ).map(({ hash }) => hash);
