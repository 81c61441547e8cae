-- Keys that a message answers and that nobody has brought yet: the answer overtook what it answers. Whoever brings one finds the thread by it.
CREATE TABLE awaited_reference (
  channel_kind text NOT NULL,
  key text NOT NULL,
  concern_id uuid NOT NULL REFERENCES concern ON DELETE CASCADE,
  message_id uuid NOT NULL REFERENCES message ON DELETE CASCADE,
  PRIMARY KEY (channel_kind, key, message_id)
);
CREATE INDEX awaited_reference_concern ON awaited_reference (concern_id);
CREATE INDEX awaited_reference_message ON awaited_reference (message_id);
