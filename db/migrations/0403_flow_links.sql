-- Links by which a running flow goes on elsewhere (flows): SHA-256 of what stands in the link. It holds for days and opens any number of times; what it opens is one dialogue.
CREATE TABLE flow_link (
  token_hash text PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES flow_run ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
CREATE INDEX flow_link_expires ON flow_link (expires_at);
CREATE INDEX flow_link_run ON flow_link (run_id);

-- Who has held a run before it went on elsewhere: they see that it did, and can take it back.
CREATE TABLE flow_holder (
  run_id uuid NOT NULL REFERENCES flow_run ON DELETE CASCADE,
  holder text NOT NULL,
  PRIMARY KEY (run_id, holder)
);
CREATE INDEX flow_holder_holder ON flow_holder (holder);
