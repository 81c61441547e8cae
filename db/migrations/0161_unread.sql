-- Words of ours in a chat that nobody there has seen yet (concerns): what is still unread after a while goes by mail.
CREATE TABLE unread (
  concern_id uuid NOT NULL REFERENCES concern ON DELETE CASCADE,
  -- The address of the kind "chat" they were said to.
  norm text NOT NULL,
  -- Places of the first and the last of them in the concern, and when each was said.
  from_seq integer NOT NULL,
  last_seq integer NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  -- There is nowhere to send them to.
  parked boolean NOT NULL DEFAULT false,
  PRIMARY KEY (concern_id, norm)
);
CREATE INDEX unread_due ON unread (last_at) WHERE NOT parked;
CREATE INDEX unread_norm ON unread (norm);
