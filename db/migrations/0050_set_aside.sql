-- Mails that were taken in and made no concern (module concerns): shown to people, who make a concern of one or put it away. The bytes stay with
-- the intake.
CREATE TABLE set_aside (
  intake_id uuid PRIMARY KEY,
  provider_id text NOT NULL,
  brand_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  reason text NOT NULL CHECK (reason IN ('unknownSenders', 'unknownReceipt', 'falseAutoReply')),
  sender_name text,
  sender text NOT NULL,
  subject text,
  snippet text NOT NULL,
  raw_hash text NOT NULL,
  at timestamptz NOT NULL,
  settled_at timestamptz,
  settled_by uuid REFERENCES agent,
  settled_as text CHECK (settled_as IN ('concern', 'away'))
);
CREATE INDEX set_aside_open ON set_aside (reason, at DESC, intake_id DESC) WHERE settled_at IS NULL;

-- When senders nobody vouches for began a concern, by channel: what the brake counts.
CREATE TABLE unvouched_begin (channel_id uuid NOT NULL, at timestamptz NOT NULL);
CREATE INDEX unvouched_begin_at ON unvouched_begin (channel_id, at);

-- Somebody wants a concern of it, whatever it is.
ALTER TABLE intake ADD COLUMN let_in boolean NOT NULL DEFAULT false;
