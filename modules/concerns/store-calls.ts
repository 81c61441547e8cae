// The SQL by which calls find their concerns. Called by concerns/actions-calls.ts.
import type { CallId, ConcernId, MessageId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** The newest concern of these customers at a brand that is not settled; null: there is none. */
export const newestUnsettled = async (
  tx: Tx,
  customerIds: readonly string[],
  brandId: string,
): Promise<ConcernId | null> =>
  (
    await tx.maybe<{ id: ConcernId }>(sql`
      SELECT id FROM concern
       WHERE customer_id = ANY (${customerIds}::uuid[]) AND brand_id = ${brandId} AND status NOT IN ('resolved', 'closed') AND merged_into IS NULL
       ORDER BY created_at DESC, id DESC LIMIT 1`)
  )?.id ?? null;

/** The calls whose cards stand in these messages. */
export const callsInMessages = async (tx: Tx, messageIds: readonly string[]): Promise<CallId[]> =>
  (
    await tx.rows<{ id: CallId }>(sql`
      SELECT DISTINCT p ->> 'callId' AS id FROM message_body b, jsonb_array_elements(b.parts) p
       WHERE b.message_id = ANY (${messageIds}::uuid[]) AND b.parts IS NOT NULL AND p ->> 'kind' = 'call'`)
  ).map(({ id }) => id);

/** A customer's message with a call's card, and whether they said anything after it; null: there is none. */
export const wordsOfCall = (
  tx: Tx,
  concernId: string,
  key: string,
): Promise<{ readonly id: MessageId; readonly at: string; readonly isLast: boolean } | null> =>
  tx.maybe(sql`
    SELECT m.id, m.at, NOT EXISTS (SELECT FROM message n WHERE n.concern_id = m.concern_id AND n.direction = 'in' AND n.withdrawn_at IS NULL AND n.seq > m.seq) AS "isLast"
      FROM message m WHERE m.client_key = ${key} AND m.concern_id = ${concernId}`);
