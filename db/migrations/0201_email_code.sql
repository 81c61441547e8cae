-- A code that was mailed to the address a visitor gave (visitors): one at a time, bound to both, by its keyed hash. What was tried too often or has expired is worth nothing.
CREATE TABLE email_code (
  visitor_id uuid PRIMARY KEY REFERENCES visitor ON DELETE CASCADE,
  email text NOT NULL,
  code_hash text NOT NULL,
  tries_left integer NOT NULL,
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
