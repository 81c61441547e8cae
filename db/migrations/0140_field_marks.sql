-- Lists by a custom field of the concern. What stands in the fields (concern_extra) stands on the concern as well, as marks "key=value" with the value
-- folded and cut: the planner knows how common each mark is, as of tags, and either takes the few from the index or meets the many while walking the
-- list. Owned by modules/concerns.
CREATE FUNCTION field_mark(key text, value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN key || '=' || left(fold(value), 100);
CREATE FUNCTION field_marks(fields jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (SELECT coalesce(array_agg(field_mark(f.key, f.value) ORDER BY f.key), '{}') FROM jsonb_each_text(fields) AS f (key, value));

ALTER TABLE concern ADD COLUMN field_marks text[] NOT NULL DEFAULT '{}';
UPDATE concern c SET field_marks = field_marks(e.fields) FROM concern_extra e WHERE e.concern_id = c.id;
CREATE INDEX concern_field_marks ON concern USING gin (field_marks) WHERE field_marks <> '{}';
