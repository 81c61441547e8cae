// All SQL of the search's own tables. Called by search/actions.ts and search/reads.ts; bench explains the queries.
import type { BrandId, ConcernId, MessageId } from "#contract/ids.ts";
import { alike } from "#platform/db/alike.ts";
import { empty, raw, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** What is kept of a message (or, with the concern's id in place of the message's, of a concern's subject). */
export interface IndexRow {
  readonly messageId: MessageId | ConcernId;
  readonly concernId: ConcernId;
  readonly brandId: BrandId;
  readonly at: string;
  readonly text: string;
  /** As `codeWords` gives them. */
  readonly codes: readonly string[];
  /** The language whose word forms are known to it; null: both. */
  readonly language: "de" | "en" | null;
}

/** German mail is indexed by German stems only, English by English ones: half the work. A search asks for both. */
const wordsIn = (language: IndexRow["language"], text: Sql): Sql =>
  language === null
    ? sql`to_tsvector('draht_de', ${text}) || to_tsvector('draht_en', ${text})`
    : sql`to_tsvector(${raw(language === "de" ? "'draht_de'" : "'draht_en'")}, ${text})`;

/** A row, and those of its words that the table of words may lack. */
interface NewWords {
  readonly row: IndexRow;
  readonly newWords: readonly string[];
}

/** Stores what rows are found by; one statement for all rows of a language that come at one moment. */
export const insertWords = alike<NewWords, void>(async (tx, given) => {
  const last = new Map(given.map((each) => [each.row.messageId, each]));
  for (const [language, some] of Map.groupBy(last.values(), ({ row }) => row.language)) {
    const newWords = some.flatMap((each) => each.newWords);
    const rows = some.map(({ row }) => row);
    await tx.later(sql`
      ${newWords.length === 0 ? empty : sql`WITH new AS (INSERT INTO search_word_new (word) SELECT unnest(${newWords}::text[]))`}
      INSERT INTO message_search (message_id, concern_id, brand_id, at, words)
      SELECT id, concern_id, brand_id, at, strip(${wordsIn(language, sql`text`)}) || array_to_tsvector(ARRAY(SELECT jsonb_array_elements_text(codes)))
        FROM unnest(${rows.map(({ messageId }) => messageId)}::uuid[], ${rows.map(({ concernId }) => concernId)}::uuid[],
                    ${rows.map(({ brandId }) => brandId)}::uuid[], ${rows.map(({ at }) => at)}::timestamptz[],
                    ${rows.map(({ text }) => text)}::text[], ${rows.map(({ codes }) => JSON.stringify(codes))}::jsonb[])
               AS w (id, concern_id, brand_id, at, text, codes)
      ON CONFLICT (message_id) DO UPDATE SET at = excluded.at, words = excluded.words`);
  }
  return [];
});

/** Takes a message out of the search. */
export const deleteWords = async (tx: Tx, messageId: MessageId | ConcernId): Promise<void> => {
  await tx.run(sql`DELETE FROM message_search WHERE message_id = ${messageId}`);
};

/** Another concern for messages' entries. */
export const moveWords = async (tx: Tx, messageIds: readonly string[], concernId: ConcernId): Promise<void> => {
  await tx.run(sql`UPDATE message_search SET concern_id = ${concernId} WHERE message_id = ANY (${messageIds}::uuid[])`);
};

/** Another time for a message's entry. */
export const redate = async (tx: Tx, messageId: string, at: string): Promise<void> => {
  await tx.run(sql`UPDATE message_search SET at = ${at} WHERE message_id = ${messageId}`);
};

/** Moves new words into the table of words. One at a time over all processes; says how many were moved. */
export const foldNewWords = async (tx: Tx): Promise<number> => {
  const { mine } = await tx.one<{ mine: boolean }>(sql`SELECT pg_try_advisory_xact_lock(7284003) AS mine`);
  if (!mine) return 0;
  return tx.run(sql`
    WITH gone AS (DELETE FROM search_word_new RETURNING word)
    INSERT INTO search_word (word) SELECT DISTINCT word FROM gone ORDER BY word ON CONFLICT DO NOTHING`);
};

/** How this transaction's searches are planned: words differ ten-thousandfold in how common they are, and near spellings begin at this likeness. */
export const prepareSearch = async (tx: Tx): Promise<void> => {
  await tx.run(
    sql`SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('pg_trgm.similarity_threshold', '0.35', true)`,
  );
};

/** Words looked up for one term at most, before they are judged. */
const mostCandidates = 60;

/** Words that hold a term as a part, or are spelled nearly like it. `parts` and `near` say for which terms; all are folded letters. */
export const candidatesQuery = (parts: readonly string[], near: readonly string[]): Sql => sql`
  SELECT t.term, w.word, true AS part FROM unnest(${parts}::text[]) AS t (term)
   CROSS JOIN LATERAL (
     SELECT word FROM (
       SELECT word FROM (SELECT word FROM search_word WHERE skeleton LIKE '%' || skeleton(t.term) || '%' LIMIT 2000) AS stored
       UNION ALL SELECT word FROM (SELECT DISTINCT word FROM search_word_new WHERE skeleton(word) LIKE '%' || skeleton(t.term) || '%' LIMIT 100) AS fresh) AS found
      ORDER BY length(word), word LIMIT ${raw(String(mostCandidates))}) AS w
  UNION ALL
  SELECT t.term, w.word, false FROM unnest(${near}::text[]) AS t (term)
   CROSS JOIN LATERAL (
     SELECT word FROM (
       SELECT word, similarity(skeleton, skeleton(t.term)) AS likeness FROM search_word WHERE skeleton % skeleton(t.term)
       UNION ALL SELECT word, similarity(skeleton(word), skeleton(t.term)) FROM (SELECT DISTINCT word FROM search_word_new) AS fresh WHERE skeleton(word) % skeleton(t.term)) AS found
      ORDER BY likeness DESC, word LIMIT ${raw(String(mostCandidates))}) AS w`;

/** See `candidatesQuery`. */
export const candidates = (
  tx: Tx,
  parts: readonly string[],
  near: readonly string[],
): Promise<{ readonly term: string; readonly word: string; readonly part: boolean }[]> =>
  tx.rows(candidatesQuery(parts, near));

/** What one term asks for: the term itself as it was typed, and words that mean it. */
export interface TermWords {
  readonly term: string;
  /** Folded letters only. */
  readonly words: readonly string[];
}

/** A term as PostgreSQL understands it: a condition, and the stems in it. `stop`: one of the languages leaves the word out. */
export interface Understood {
  readonly query: string;
  readonly stems: readonly string[];
  readonly stop: boolean;
}

/** Each term in its place. */
export const understand = (tx: Tx, terms: readonly TermWords[]): Promise<Understood[]> =>
  tx.rows(sql`
    SELECT (de.q || en.q || also.q)::text AS query, tsvector_to_array(to_tsvector('simple', '')) || also.stems || tsvector_to_array(to_tsvector('draht_de', t.term)) || tsvector_to_array(to_tsvector('draht_en', t.term)) AS stems,
           numnode(de.q) = 0 OR numnode(en.q) = 0 AS stop
      FROM jsonb_to_recordset(${JSON.stringify(terms.map((term, place) => ({ place, term: term.term, words: term.words })))}::jsonb) AS t (place int, term text, words jsonb)
     CROSS JOIN LATERAL (SELECT plainto_tsquery('draht_de', t.term) AS q) AS de
     CROSS JOIN LATERAL (SELECT plainto_tsquery('draht_en', t.term) AS q) AS en
     CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(DISTINCT stem), '{}') AS stems, coalesce(string_agg(DISTINCT quote_literal(stem), ' | '), '')::tsquery AS q
         FROM jsonb_array_elements_text(t.words) AS w (word) CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('draht_de', w.word)) || tsvector_to_array(to_tsvector('draht_en', w.word))) AS s (stem)) AS also
     ORDER BY t.place`);

/** A message (or a subject: then its id is the concern's) that fits. */
export interface Hit {
  readonly messageId: string;
  readonly concernId: string;
}

const inBrands = (brandIds: readonly string[] | null): Sql =>
  brandIds === null ? empty : sql`AND brand_id = ANY(${brandIds}::uuid[])`;

/** The newest messages that fit, found through the index of words: for words that are not common. */
export const byWordsQuery = (query: string, brandIds: readonly string[] | null, limit: number): Sql => sql`
  WITH hits AS MATERIALIZED (SELECT message_id, concern_id, at FROM message_search WHERE words @@ ${query}::tsquery ${inBrands(brandIds)})
  SELECT message_id AS "messageId", concern_id AS "concernId" FROM hits ORDER BY at DESC, message_id DESC LIMIT ${limit}`;

/** The newest messages that fit among the last `depth`: for words so common that they are met at once. */
export const byTimeQuery = (
  query: string,
  brandIds: readonly string[] | null,
  depth: number,
  limit: number,
): Sql => sql`
  SELECT message_id AS "messageId", concern_id AS "concernId"
    FROM (SELECT message_id, concern_id, brand_id, at, words FROM message_search ORDER BY at DESC LIMIT ${depth}) AS newest
   WHERE words @@ ${query}::tsquery ${inBrands(brandIds)} ORDER BY at DESC, message_id DESC LIMIT ${limit}`;

/** Which of these messages fit. */
export const fitAmong = async (tx: Tx, query: string, messageIds: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ id: string }>(
      sql`SELECT message_id AS id FROM message_search WHERE message_id = ANY(${messageIds}::uuid[]) AND words @@ ${query}::tsquery`,
    )
  ).map(({ id }) => id);

/** See `byWordsQuery`. */
export const byWords = (tx: Tx, query: string, brandIds: readonly string[] | null, limit: number): Promise<Hit[]> =>
  tx.rows<Hit>(byWordsQuery(query, brandIds, limit));
/** See `byTimeQuery`. */
export const byTime = (
  tx: Tx,
  query: string,
  brandIds: readonly string[] | null,
  depth: number,
  limit: number,
): Promise<Hit[]> => tx.rows<Hit>(byTimeQuery(query, brandIds, depth, limit));

/** In which share of messages the most common stems stand, as PostgreSQL last measured it; stems that are not named are rarer. */
export const commonStems = (tx: Tx): Promise<{ readonly stem: string; readonly share: number }[]> =>
  tx.rows(sql`
    SELECT e.stem, e.share FROM pg_stats s
     CROSS JOIN LATERAL unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS e (stem, share)
     WHERE s.schemaname = current_schema() AND s.tablename = 'message_search' AND s.attname = 'words' AND e.stem IS NOT NULL`);

/** About how many messages are searched, as PostgreSQL last measured it. */
export const aboutHowMany = async (tx: Tx): Promise<number> =>
  (
    await tx.one<{ n: number }>(
      sql`SELECT greatest(reltuples, 0)::float8 AS n FROM pg_class WHERE oid = 'message_search'::regclass`,
    )
  ).n;
