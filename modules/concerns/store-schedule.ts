// The SQL of answers for a chosen time. Called by concerns/actions-schedule.ts. Locks in the order of README.md: concern, delivery, message.
import type { MessageId } from "#contract/ids.ts";
import type { Plan } from "#modules/concerns/model-schedule.ts";
import { line } from "#modules/concerns/store-outbox.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Scheduled answers whose time has come, the longest due first. */
export const dueScheduled = (tx: Tx, at: string, limit: number): Promise<{ readonly id: MessageId }[]> =>
  tx.rows(sql`SELECT id FROM message WHERE send_at <= ${at} ORDER BY send_at LIMIT ${limit}`);

/** A scheduled answer that has neither left nor been taken back. */
export interface ScheduledRow {
  readonly id: MessageId;
  readonly seq: number;
  readonly plan: Plan;
  /** Null: held back. */
  readonly sendAt: string | null;
  readonly subject: string | null;
  readonly text: string;
  /** When a person first wrote after it was written; null: nobody did. */
  readonly writtenSince: string | null;
}

/** See `ScheduledRow`; the caller holds the concern's lock. */
export const scheduledRow = (tx: Tx, id: MessageId): Promise<ScheduledRow | null> =>
  tx.maybe<ScheduledRow>(sql`
    SELECT m.id, m.seq, m.scheduled AS plan, m.send_at AS "sendAt", m.subject, b.text,
           (SELECT i.at FROM message i WHERE i.concern_id = m.concern_id AND i.seq > m.seq AND i.direction = 'in' AND i.automatic IS NULL AND i.withdrawn_at IS NULL
             ORDER BY i.seq LIMIT 1) AS "writtenSince"
      FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.id = ${id} AND m.scheduled IS NOT NULL AND m.withdrawn_at IS NULL`);

/** Writes a plan; `sendAt` null holds it back. Returns the message's new version. */
export const savePlan = async (tx: Tx, id: MessageId, plan: Plan, sendAt: string | null): Promise<number> =>
  (
    await tx.one<{ version: number }>(
      sql`UPDATE message SET scheduled = ${JSON.stringify(plan)}, send_at = ${sendAt}, version = version + 1 WHERE id = ${id} RETURNING version`,
    )
  ).version;

/** The answer counts as said at this moment, and its deliveries are due. Returns the message's new version. */
export const leaveNow = async (tx: Tx, id: MessageId, at: string, giveUpAt: string): Promise<number> => {
  await tx.run(sql`
    UPDATE delivery SET state = 'waiting', next_try_at = ${at}, give_up_at = ${giveUpAt}, history = ${line(at, sql`'waiting'::text`, "")}
     WHERE message_id = ${id} AND state = 'held'`);
  return (
    await tx.one<{ version: number }>(
      sql`UPDATE message SET at = ${at}, scheduled = NULL, send_at = NULL, version = version + 1 WHERE id = ${id} RETURNING version`,
    )
  ).version;
};
