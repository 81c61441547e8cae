-- Files a visitor has given before the message that names them (visitors). Named by the page that sends them, so that the same again is the same;
-- gone an hour later, whether a message has taken them or not: an attachment keeps its bytes by itself.
CREATE TABLE visitor_upload (
  -- The visitor's address of the kind "chat"; whoever has not said anything yet has no other row.
  address text NOT NULL,
  id uuid NOT NULL,
  hash text NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  size_bytes bigint NOT NULL,
  image boolean NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (address, id)
);
CREATE INDEX visitor_upload_at ON visitor_upload (at);
CREATE INDEX visitor_upload_hash ON visitor_upload (hash);
