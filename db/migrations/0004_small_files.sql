-- Small bytes that come by the hundred a second (mails as they came) lie in the store itself: one commit keeps the bytes and the row that
-- speaks of them, where a file of their own costs a temporary name, two syncs and a rename. Owned by platform/files/small.ts.
CREATE TABLE small_file (
  -- SHA-256 in lower-case hex, as everywhere.
  hash text PRIMARY KEY,
  bytes bytea NOT NULL
);
-- Mails are base64 and markup: compressing each by itself costs more than it saves.
ALTER TABLE small_file ALTER COLUMN bytes SET STORAGE EXTERNAL;
