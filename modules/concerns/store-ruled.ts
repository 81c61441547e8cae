// The SQL by which rules look at what was said. Called by concerns/reads-ruled.ts.
import type { Assurance } from "#contract/channel.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import type { Stretch } from "#contract/automation.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** What rules ask of a message. */
interface SpokenWords {
  readonly concernId: ConcernId;
  readonly messageId: MessageId;
  readonly subject: string;
  /** Without what it repeats; of a very long one the first 20,000 characters. */
  readonly text: string;
  readonly assurance: Assurance | null;
  readonly isMachine: boolean;
}

const columns = sql`m.concern_id AS "concernId", m.id AS "messageId", coalesce(m.subject, '') AS subject, left(b.text, 20000) AS text, m.assurance, m.automatic IS NOT NULL AS "isMachine"`;

/** A message of a concern; without an id what the customer's side said last, or, where it has said nothing, what we did. */
export const spokenWords = (tx: Tx, concernId: ConcernId, messageId: MessageId | null): Promise<SpokenWords | null> =>
  tx.maybe<SpokenWords>(sql`
    SELECT ${columns} FROM message m JOIN message_body b ON b.message_id = m.id
     WHERE m.concern_id = ${concernId} AND m.withdrawn_at IS NULL
       AND CASE WHEN ${messageId}::uuid IS NULL THEN m.direction IN ('in', 'out') ELSE m.id = ${messageId} END
     ORDER BY m.direction = 'in' DESC, m.seq DESC LIMIT 1`);

/** All that was said in these concerns, to and fro and in notes. */
export const allSpokenWords = (tx: Tx, concernIds: readonly string[]): Promise<SpokenWords[]> =>
  tx.rows<SpokenWords>(sql`
    SELECT ${columns} FROM message m JOIN message_body b ON b.message_id = m.id
     WHERE m.concern_id = ANY (${concernIds}::uuid[]) AND m.withdrawn_at IS NULL`);

const stands: Readonly<Record<Stretch, (from: string) => Sql>> = {
  customer: () => sql`c.status = 'waiting'`,
  us: () => sql`c.waiting_since IS NOT NULL AND c.status NOT IN ('resolved', 'closed')`,
  resolved: (from) => sql`c.status = 'resolved' AND c.resolved_at >= ${from}`,
};

/** Concerns behind this one in which such a stretch lasts, in the order of their ids. `from`: of what is settled, only since then. */
export const concernsIn = async (
  tx: Tx,
  stretch: Stretch,
  from: string,
  after: ConcernId,
  limit: number,
): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(
      sql`SELECT c.id FROM concern c WHERE c.id > ${after} AND c.merged_into IS NULL AND ${stands[stretch](from)} ORDER BY c.id LIMIT ${limit}`,
    )
  ).map(({ id }) => id);
