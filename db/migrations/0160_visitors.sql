-- Who chats with us from a website (visitors). Presence and typing are never stored.
CREATE TABLE visitor (
  id uuid PRIMARY KEY,
  channel_id uuid NOT NULL REFERENCES channel,
  -- The visitor's address of the kind "chat".
  address text NOT NULL UNIQUE,
  -- As said in the chat, believed of nobody.
  name text NOT NULL DEFAULT '',
  email text NOT NULL DEFAULT '',
  language text NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);
-- The browsers that speak as a visitor: SHA-256 of what each keeps. One that has signed out stays, so that its token opens nothing ever again.
CREATE TABLE visitor_browser (
  token_hash text PRIMARY KEY,
  visitor_id uuid NOT NULL REFERENCES visitor ON DELETE CASCADE,
  -- The mail address at which a link was read that was opened here: whoever sits at this browser reads there. It alone shows mails in the chat.
  reads_email text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  left_at timestamptz
);
CREATE INDEX visitor_browser_visitor ON visitor_browser (visitor_id);
-- Up to which place a party has seen the concern (concerns).
ALTER TABLE party ADD COLUMN seen_seq integer NOT NULL DEFAULT 0;
