// The SQL behind the ways to a customer: when something last came from where. Called by concerns/reads-ways.ts.
import { sql, type Tx } from "#platform/db/db.ts";

/** When the last message came by a channel from an address (in lower case), in the concerns of these customers. */
export const lastInBy = (
  tx: Tx,
  channelIds: readonly string[],
  customerIds: readonly string[],
): Promise<{ readonly channelId: string; readonly value: string; readonly at: string }[]> =>
  tx.rows(sql`
    SELECT m.channel_id AS "channelId", lower(m.sender ->> 'value') AS value, iso(max(m.at)) AS at
      FROM concern c JOIN message m ON m.concern_id = c.id
     WHERE c.customer_id = ANY (${customerIds}::uuid[]) AND m.channel_id = ANY (${channelIds}::uuid[])
       AND m.direction = 'in' AND m.withdrawn_at IS NULL AND m.sender IS NOT NULL
     GROUP BY 1, 2`);
