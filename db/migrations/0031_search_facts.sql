-- Customers are found by what their fields and organisation say, messages by codes in whatever writing. Owned by customers and search.

-- Folded values and organisation, and the keys of the codes among them; '' (and in no index) for whoever has none.
ALTER TABLE customer ADD COLUMN facts text NOT NULL DEFAULT '';
UPDATE customer c SET facts = skeleton(fold(said.text)) || E'\n' || lower(regexp_replace(said.text, '[^A-Za-z0-9\n]', '', 'g'))
  FROM (SELECT k.id, concat_ws(E'\n', o.name, (SELECT string_agg(v.value, E'\n') FROM jsonb_each_text(k.fields) AS v (key, value))) AS text
          FROM customer k LEFT JOIN organisation o ON o.id = k.organisation_id WHERE k.fields <> '{}' OR k.organisation_id IS NOT NULL) AS said
 WHERE said.id = c.id AND said.text <> '';
CREATE INDEX customer_facts_trgm ON customer USING gin (facts gin_trgm_ops) WHERE facts <> '';

-- What was said before codes had words of their own; modules/search/model-codes.ts does it for what comes.
UPDATE message_search s SET words = s.words || array_to_tsvector(codes.words)
  FROM (SELECT b.message_id, array_agg(DISTINCT '#' || reverse(lower(regexp_replace(f.piece[1], '[^A-Za-z0-9]', '', 'g')))) AS words
          FROM message_body b JOIN message m ON m.id = b.message_id
         CROSS JOIN LATERAL (
           SELECT regexp_matches(concat_ws(E'\n', m.subject, left(b.text, 100000)), '((?:[A-Za-z]{1,4}[-./_])?[A-Za-z0-9]*\d[A-Za-z0-9]*(?:[-./_][A-Za-z0-9]*\d[A-Za-z0-9]*)*)', 'g') AS piece
           UNION ALL
           SELECT regexp_matches(concat_ws(E'\n', m.subject, left(b.text, 100000)), '(\d[\d./_ -]{3,40}\d)', 'g')) AS f
         WHERE length(regexp_replace(f.piece[1], '[^A-Za-z0-9]', '', 'g')) BETWEEN 5 AND 34
           AND length(regexp_replace(f.piece[1], '[^0-9]', '', 'g')) >= 3
           AND f.piece[1] !~ '^(\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}-\d{2}-\d{2})$'
         GROUP BY b.message_id) AS codes
 WHERE codes.message_id = s.message_id;
