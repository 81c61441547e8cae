// The SQL of recordings. Called by calls/actions-recordings.ts and reads.ts.
import type { CallRecording } from "#contract/calls.ts";
import type { CallId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** The file of a recording that was fetched, or (hash null) that it is no more. What is known before is in the call's record. */
export interface RecordingRow {
  readonly id: string;
  readonly callId: CallId;
  readonly kind: CallRecording["kind"];
  readonly state: "kept" | "gone";
  readonly startedAt: string;
  readonly seconds: number;
  readonly hash: string | null;
  readonly sizeBytes: number | null;
  readonly wave: CallRecording["wave"];
  readonly pauses: CallRecording["pauses"];
  readonly text: string | null;
  readonly expiresAt: string | null;
}

const columns = sql`
  id, call_id AS "callId", kind, state, started_at AS "startedAt", seconds, hash, size_bytes AS "sizeBytes", wave, pauses, words AS text, expires_at AS "expiresAt"`;

/** Recordings of these calls that were fetched, the oldest first. */
export const recordingsOf = async (tx: Tx, callIds: readonly string[]): Promise<RecordingRow[]> =>
  callIds.length === 0
    ? []
    : tx.rows<RecordingRow>(
        sql`SELECT ${columns} FROM call_recording WHERE call_id = ANY (${callIds}::uuid[]) ORDER BY started_at, id`,
      );

export const recordingById = (tx: Tx, id: string): Promise<RecordingRow | null> =>
  tx.maybe<RecordingRow>(sql`SELECT ${columns} FROM call_recording WHERE id = ${id}`);

/** Notes a recording that was fetched; false: it was before. */
export const insertRecording = async (tx: Tx, row: RecordingRow): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO call_recording (id, call_id, kind, state, started_at, seconds, hash, size_bytes, wave, pauses, words, expires_at)
    VALUES (${row.id}, ${row.callId}, ${row.kind}, ${row.state}, ${row.startedAt}, ${row.seconds}, ${row.hash}, ${row.sizeBytes},
            ${row.wave === null ? null : JSON.stringify(row.wave)}, ${JSON.stringify(row.pauses)}, ${row.text}, ${row.expiresAt})
    ON CONFLICT (id) DO NOTHING`)) === 1;

/** What was said in it is known now. False: it is not there. */
export const setWords = async (tx: Tx, id: string, words: string): Promise<CallId | null> =>
  (
    await tx.maybe<{ callId: CallId }>(
      sql`UPDATE call_recording SET words = ${words} WHERE id = ${id} AND state = 'kept' RETURNING call_id AS "callId"`,
    )
  )?.callId ?? null;

/** The time of these is over: gives those that were there, without their files. */
export const expireRecordings = (
  tx: Tx,
  now: string,
  limit: number,
): Promise<{ readonly id: string; readonly callId: CallId }[]> =>
  tx.rows(sql`
    UPDATE call_recording SET state = 'gone', hash = NULL, size_bytes = NULL, wave = NULL, words = NULL
     WHERE id IN (SELECT id FROM call_recording WHERE expires_at <= ${now} AND hash IS NOT NULL ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, call_id AS "callId"`);

/** Those of the hashes that a recording names. */
export const namedRecordings = async (tx: Tx, hashes: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(
      sql`SELECT DISTINCT hash FROM call_recording WHERE hash = ANY (${hashes}::text[]) AND hash IS NOT NULL`,
    )
  ).map(({ hash }) => hash);
