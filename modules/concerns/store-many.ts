// The SQL of changes to many concerns: which change it is, and what it did to each. Called by concerns/actions-many.ts and concerns/actions-time.ts.
import type { Actor } from "#contract/events.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { Changeable } from "#modules/concerns/model-many.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Keeps the change, unless its key is known. */
export const insertChange = async (
  tx: Tx,
  row: { readonly key: string; readonly actor: Actor; readonly at: string; readonly wanted: unknown },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO change_set (id, kind, actor, at, moved, wanted)
    VALUES (${row.key}, 'change', ${JSON.stringify(row.actor)}, ${row.at}, '[]', ${JSON.stringify(row.wanted)}) ON CONFLICT (id) DO NOTHING`);
};

/** A change that is kept under this key. */
export interface KeptChange {
  readonly actorId: string | null;
  /** It wants just that. */
  readonly isSame: boolean;
}

/** The change of this key. */
export const changeByKey = (tx: Tx, key: string, wanted: unknown): Promise<KeptChange | null> =>
  tx.maybe<KeptChange>(sql`
    SELECT actor ->> 'id' AS "actorId", wanted IS NOT DISTINCT FROM ${JSON.stringify(wanted)}::jsonb AS "isSame"
      FROM change_set WHERE id = ${key} AND kind = 'change'`);

/** From now on nothing more is changed under this key; waits for the concern that is being changed under it. */
export const endChange = async (tx: Tx, key: string, at: string): Promise<void> => {
  await tx.run(sql`UPDATE change_set SET undone_at = ${at} WHERE id = ${key} AND undone_at IS NULL`);
};

/** What the change did to one concern. */
export interface Step {
  readonly before: Changeable;
  readonly after: Changeable;
  readonly undone: boolean;
}

/**
 * What the change did to this concern (`before` null: nothing yet), and whether it may still do anything; it stays so until the commit. The
 * caller holds the concern's lock.
 */
export const holdStep = (
  tx: Tx,
  key: string,
  concernId: ConcernId,
): Promise<{ readonly isOpen: boolean } & (Step | { readonly before: null })> =>
  tx.one(sql`
    SELECT c.undone_at IS NULL AS "isOpen", s.before, s.after, s.undone
      FROM change_set c LEFT JOIN change_step s ON s.change_set_id = c.id AND s.concern_id = ${concernId} WHERE c.id = ${key} FOR SHARE OF c`);

/** Remembers what the change did to this concern. */
export const insertStep = (
  tx: Tx,
  key: string,
  concernId: ConcernId,
  step: Pick<Step, "before" | "after">,
): Promise<void> =>
  tx.later(
    sql`INSERT INTO change_step (change_set_id, concern_id, before, after) VALUES (${key}, ${concernId}, ${JSON.stringify(step.before)}, ${JSON.stringify(step.after)})`,
  );

/** Remembers that it was taken back. */
export const endStep = (tx: Tx, key: string, concernId: ConcernId): Promise<void> =>
  tx.later(sql`UPDATE change_step SET undone = true WHERE change_set_id = ${key} AND concern_id = ${concernId}`);

/** How many concerns the change has moved beside these. */
export const changedBeside = async (tx: Tx, key: string, ids: readonly ConcernId[]): Promise<number> =>
  (
    await tx.one<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM change_step WHERE change_set_id = ${key} AND concern_id <> ALL (${ids}::uuid[])`,
    )
  ).n;

/** The concerns that the change moved, in the order of their ids. */
export const changedBy = async (tx: Tx, key: string): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(
      sql`SELECT concern_id AS id FROM change_step WHERE change_set_id = ${key} ORDER BY concern_id`,
    )
  ).map((row) => row.id);

/** Forgets changes older than that, with their steps; says how many. */
export const removeChangesBefore = (tx: Tx, at: string): Promise<number> =>
  tx.run(sql`DELETE FROM change_set WHERE kind = 'change' AND at < ${at}`);
