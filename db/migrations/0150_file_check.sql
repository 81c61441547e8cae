-- What the virus scanner said of bytes, by their hash. Owned by platform/files/checks.ts. No row: they were never asked about.
CREATE TABLE file_check (
  hash text PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('waiting', 'clean', 'infected', 'unscannable')),
  -- The scanner's name for what it found, or why it cannot look into it.
  finding text,
  tries integer NOT NULL DEFAULT 0,
  -- Of what waits: not before; while somebody looks at it, when another may.
  next_try_at timestamptz,
  checked_at timestamptz
);
CREATE INDEX file_check_waiting ON file_check (next_try_at) WHERE state = 'waiting';
