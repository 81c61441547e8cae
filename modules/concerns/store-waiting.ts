// The SQL of waiting: who waits for an answer, and how long those waited who came before. Called by concerns/reads-waiting.ts.
import { raw, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** Concerns that are looked at; whoever waits behind them is told no place. */
const mostQueued = 2_000;

export interface QueuedRow {
  readonly id: string;
  readonly brandId: string;
  /** Milliseconds since 1970. */
  readonly sinceAt: number;
  readonly isFirst: boolean;
}

export interface MeasuredRow {
  readonly brandId: string;
  readonly cameAt: number;
  readonly answeredAt: number | null;
}

const millis = (column: string): Sql => raw(`(extract(epoch FROM ${column}) * 1000)::float8`);

/** One status at a time, so that each comes in order from its index. */
const waitingIn = (status: "new" | "open", kind: string): Sql => sql`
  (SELECT id, brand_id, waiting_since, first_reply_at IS NULL AS is_first FROM concern
    WHERE status = ${raw(`'${status}'`)} AND waiting_since IS NOT NULL AND channels @> ARRAY[${kind}]
    ORDER BY waiting_since, id ${raw(`LIMIT ${mostQueued}`)})`;

/** Concerns with this kind of channel that wait for an answer, the longest wait first, of all brands. */
export const queueQuery = (kind: string): Sql => sql`
  SELECT id, brand_id AS "brandId", ${millis("waiting_since")} AS "sinceAt", is_first AS "isFirst"
    FROM (${waitingIn("new", kind)} UNION ALL ${waitingIn("open", kind)}) AS waits
   ORDER BY waiting_since, id ${raw(`LIMIT ${mostQueued}`)}`;

export const queueRows = (tx: Tx, kind: string): Promise<QueuedRow[]> => tx.rows<QueuedRow>(queueQuery(kind));

/**
 * Concerns begun by this kind of channel since `from`, at the same time of day as `to` (both instants) give or take `likeMs`, of all brands. Those that were
 * settled without an answer are left out: nobody waited for one.
 */
export const measuredQuery = (kind: string, from: string, to: string, likeMs: number): Sql => sql`
  SELECT brand_id AS "brandId", ${millis("created_at")} AS "cameAt", ${millis("first_reply_at")} AS "answeredAt"
    FROM concern
   WHERE last_message_at >= ${from}::timestamptz AND created_at >= ${from}::timestamptz AND channels[1] = ${kind}
     AND (first_reply_at IS NOT NULL OR status IN ('new', 'open'))
     AND mod(extract(epoch FROM ${to}::timestamptz - created_at) * 1000 + ${likeMs}::float8::numeric, 86400000) <= 2 * ${likeMs}::float8::numeric`;

export const measuredRows = (tx: Tx, kind: string, from: string, to: string, likeMs: number): Promise<MeasuredRow[]> =>
  tx.rows<MeasuredRow>(measuredQuery(kind, from, to, likeMs));
