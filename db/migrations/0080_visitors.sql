-- Browsers that have chatted with us (visitors). Presence and typing are never stored.
CREATE TABLE visitor (
  id uuid PRIMARY KEY,
  channel_id uuid NOT NULL REFERENCES channel,
  -- The visitor's address of the kind "chat".
  address text NOT NULL UNIQUE,
  -- SHA-256 of what the browser keeps; null: it has signed out.
  token_hash text UNIQUE,
  -- As said in the chat, believed of nobody.
  name text NOT NULL DEFAULT '',
  email text NOT NULL DEFAULT '',
  language text NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);
-- Up to which place a party has seen the concern (concerns).
ALTER TABLE party ADD COLUMN seen_seq integer NOT NULL DEFAULT 0;
