// All SQL of the search's own tables. Called by search/actions.ts and search/reads.ts.
import type { ConcernId, MessageId } from "#contract/ids.ts";
import { empty, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** One message's words, and those words that the table of words may lack; one statement. */
export const insertMessage = async (
  tx: Tx,
  row: { readonly messageId: MessageId; readonly concernId: ConcernId; readonly at: string; readonly text: string },
  newWords: readonly string[],
): Promise<void> => {
  const words: Sql = newWords.length === 0 ? empty : sql`WITH new AS (INSERT INTO search_word_new (word) SELECT unnest(${newWords}::text[]))`;
  await tx.run(sql`
    ${words}
    INSERT INTO message_search (message_id, concern_id, at, words)
    VALUES (${row.messageId}, ${row.concernId}, ${row.at}, to_tsvector('draht_de', ${row.text}) || to_tsvector('draht_en', ${row.text}))
    ON CONFLICT (message_id) DO NOTHING`);
};

/** Moves new words into the table of words. One at a time over all processes; says how many were moved. */
export const foldNewWords = async (tx: Tx): Promise<number> => {
  const { mine } = await tx.one<{ mine: boolean }>(sql`SELECT pg_try_advisory_xact_lock(7284003) AS mine`);
  if (!mine) return 0;
  return tx.run(sql`
    WITH gone AS (DELETE FROM search_word_new RETURNING word)
    INSERT INTO search_word (word) SELECT DISTINCT word FROM gone ORDER BY word ON CONFLICT DO NOTHING`);
};
