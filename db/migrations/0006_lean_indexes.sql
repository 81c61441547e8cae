-- Indexes that hold only what is looked for in them: every mail paid for a place that nobody ever asks for.
-- Most concerns have no tags (modules/concerns/store-lists.ts says so in its condition).
DROP INDEX concern_tags;
CREATE INDEX concern_tags ON concern USING gin (tags) WHERE tags <> '{}';
-- What customers write has no client's key.
ALTER TABLE message DROP CONSTRAINT message_client_key_key;
CREATE UNIQUE INDEX message_client_key ON message (client_key) WHERE client_key IS NOT NULL;
