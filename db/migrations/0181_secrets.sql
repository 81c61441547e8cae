-- Card numbers and session secrets that customers send (lib/secrets.ts). What stood in a message is covered there and kept here, sealed; shown only to who
-- may, and each time that is said (message.secretShown). Owned by modules/concerns.
CREATE TABLE message_secret (
  message_id uuid PRIMARY KEY REFERENCES message ON DELETE CASCADE,
  sealed text NOT NULL
);
-- A mail that was set aside and has something of the kind: its bytes are not given until it is a concern.
ALTER TABLE set_aside ADD COLUMN secret boolean NOT NULL DEFAULT false;
-- Stored bytes in which something was found, by their hash. Owned by platform/files/secrets.ts.
CREATE TABLE file_secret (
  hash text PRIMARY KEY,
  -- card, session, key; none: it could not be looked through in time.
  kinds text[] NOT NULL,
  -- The copy without it; null: there is none.
  clean_hash text
);
CREATE INDEX file_secret_clean ON file_secret (clean_hash) WHERE clean_hash IS NOT NULL;
