-- The mail that brings a code (visitors): kept until it has left or the code is over, so that a restart loses none. The code itself stands here sealed by the
-- centre's secret, and only so long.
ALTER TABLE email_code
  ADD COLUMN sealed text,
  -- By which copies of it are recognised.
  ADD COLUMN mail_id uuid,
  -- When it is tried next; null: nothing is to be sent (any more).
  ADD COLUMN mail_at timestamptz,
  ADD COLUMN mail_tries integer NOT NULL DEFAULT 0;
CREATE INDEX email_code_mail ON email_code (mail_at) WHERE mail_at IS NOT NULL;
