-- An answer for a chosen time: written now, said then. Owned by modules/concerns.
-- scheduled: {at, statusAfter, holdIfAnswered}, until it has left or was taken back; send_at: when it is due, null once somebody has written meanwhile and it is held back.
ALTER TABLE message ADD COLUMN scheduled jsonb, ADD COLUMN send_at timestamptz;
CREATE INDEX message_send_at ON message (send_at) WHERE send_at IS NOT NULL;
