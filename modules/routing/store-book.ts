// All SQL of how routing is set up: the book, and what each agent is set up for. Called by routing/actions-book.ts, reads-book.ts and reads-preview.ts.
import type { AgentId } from "#contract/ids.ts";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** The book with the revision that rises with every change of it. */
export interface BookRow {
  readonly book: RoutingBook;
  readonly revision: number;
}

export const bookRow = (tx: Tx): Promise<BookRow> => tx.one<BookRow>(sql`SELECT book, revision FROM routing_book`);

/** The book, locked until the commit. */
export const lockBook = (tx: Tx): Promise<BookRow> =>
  tx.one<BookRow>(sql`SELECT book, revision FROM routing_book FOR UPDATE`);

/** The book, which nobody else changes until the commit. */
export const holdBook = (tx: Tx): Promise<BookRow> =>
  tx.one<BookRow>(sql`SELECT book, revision FROM routing_book FOR SHARE`);

/** Sets the book; gives its new revision. */
export const putBook = async (tx: Tx, book: RoutingBook): Promise<number> =>
  (
    await tx.one<{ revision: number }>(
      sql`UPDATE routing_book SET book = ${JSON.stringify(book)}::jsonb, revision = revision + 1 RETURNING revision`,
    )
  ).revision;

/** What agents are set up for; who never was is missing. */
export const agentWorkRows = (tx: Tx): Promise<{ readonly agentId: AgentId; readonly work: AgentWork }[]> =>
  tx.rows(sql`SELECT agent_id AS "agentId", work FROM routing_agent ORDER BY agent_id`);

/** What one agent is set up for; null: never was. */
export const agentWorkRow = async (tx: Tx, agentId: AgentId): Promise<AgentWork | null> =>
  (await tx.maybe<{ work: AgentWork }>(sql`SELECT work FROM routing_agent WHERE agent_id = ${agentId}`))?.work ?? null;

/** Sets an agent up. */
export const putAgentWork = async (tx: Tx, agentId: AgentId, work: AgentWork): Promise<void> => {
  await tx.run(sql`
    INSERT INTO routing_agent (agent_id, work) VALUES (${agentId}, ${JSON.stringify(work)}::jsonb)
    ON CONFLICT (agent_id) DO UPDATE SET work = EXCLUDED.work`);
};
