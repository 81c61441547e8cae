-- What a message by a kind of channel costs the centre (brands), in cents; a kind that has no row costs nothing that anybody has said.
CREATE TABLE channel_cost (
  kind text PRIMARY KEY,
  cents numeric(7, 2) NOT NULL CHECK (cents >= 0)
);
