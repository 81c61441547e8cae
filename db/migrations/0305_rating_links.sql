-- Where in a mail's text the links of a question for a rating stand, by number (concerns): nobody else's words become links, also when they are the marks'.
-- [{ "at": 120, "id": <the question's>, "score": 5 }, …]; "at" counts in units of UTF-16, as JavaScript does.
ALTER TABLE message_body ADD COLUMN rating_links jsonb;

-- Mails of before: found by the whole block of answers, which the program alone wrote.
WITH block (words) AS (VALUES
  (E'5 – sehr gut: [Link 5]\n4 – gut: [Link 4]\n3 – in Ordnung: [Link 3]\n2 – mäßig: [Link 2]\n1 – schlecht: [Link 1]'),
  (E'5 – very good: [Link 5]\n4 – good: [Link 4]\n3 – all right: [Link 3]\n2 – poor: [Link 2]\n1 – bad: [Link 1]')),
found AS (
  SELECT b.message_id, block.words, left(b.text, strpos(b.text, block.words) - 1) AS before,
         (SELECT part ->> 'id' FROM jsonb_array_elements(b.parts) part WHERE part ->> 'kind' = 'rating' LIMIT 1) AS id
    FROM message_body b JOIN message m ON m.id = b.message_id JOIN block ON strpos(b.text, block.words) > 0
   WHERE b.parts @> '[{"kind": "rating"}]' AND m.direction = 'out')
UPDATE message_body b SET rating_links = (
         SELECT jsonb_agg(jsonb_build_object('id', f.id, 'score', score, 'at',
                  char_length(f.before) + char_length(regexp_replace(f.before, '[^\U00010000-\U0010FFFF]', '', 'g')) + strpos(f.words, '[Link ' || score || ']') - 1)
                  ORDER BY score DESC)
           FROM generate_series(1, 5) score)
  FROM found f WHERE f.message_id = b.message_id;
