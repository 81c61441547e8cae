-- When an agent first had a message of a visitor's before their eyes (concerns); null: nobody yet. It is the message's own, so that it goes along to another concern.
ALTER TABLE message ADD COLUMN read_at timestamptz;
-- Whoever comes back to a chat asks what was read there since.
CREATE INDEX message_read ON message (concern_id, read_at) WHERE read_at IS NOT NULL;
