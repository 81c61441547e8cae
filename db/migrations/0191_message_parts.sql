-- What of a message is more than words (concerns): choices, forms and articles that we send, and the answers to them. The text says all of it as well.
ALTER TABLE message_body ADD COLUMN parts jsonb;
-- Which of them have been answered: each is answered once.
CREATE TABLE part_answer (
  message_id uuid NOT NULL REFERENCES message ON DELETE CASCADE,
  -- Its place among the message's parts, from 0.
  part integer NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (message_id, part)
);
