-- Links by which a chat goes on at another browser (visitors): SHA-256 of what stands in the link. Each opens once, for a short time, and only while the browser it was made at
-- speaks as the visitor.
CREATE TABLE moved_chat (
  token_hash text PRIMARY KEY,
  from_hash text NOT NULL REFERENCES visitor_browser ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX moved_chat_expires ON moved_chat (expires_at);
CREATE INDEX moved_chat_from ON moved_chat (from_hash);
