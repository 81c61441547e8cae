-- Users whom the site itself signs in to its chat (visitors): a visitor of their own for each id the site gives, whichever browser they sit at.
ALTER TABLE visitor
  -- The site's own id for them, said under its signature; null: nobody has signed them in.
  ADD COLUMN signed_id text,
  -- Said under the same signature.
  ADD COLUMN signed_name text NOT NULL DEFAULT '',
  ADD COLUMN signed_email text NOT NULL DEFAULT '',
  ADD COLUMN email_proved boolean NOT NULL DEFAULT false,
  ADD COLUMN phone text NOT NULL DEFAULT '',
  -- Whoever chatted unsigned and then signed in at the same browser: their concerns are that visitor's, too.
  ADD COLUMN joined_to uuid REFERENCES visitor,
  ADD COLUMN joined_at timestamptz;
CREATE UNIQUE INDEX visitor_signed ON visitor (channel_id, signed_id) WHERE signed_id IS NOT NULL;
CREATE INDEX visitor_joined ON visitor (joined_to) WHERE joined_to IS NOT NULL;
-- Until when a browser speaks as somebody the site has signed in; null: it is no such browser.
ALTER TABLE visitor_browser ADD COLUMN signed_until timestamptz;
-- What a site signs its users in with. HS256: `secret`, sealed with the centre's own; ES256: `public_key` (SPKI, PEM). Removed ones stay for the audit.
CREATE TABLE signing_key (
  id uuid PRIMARY KEY,
  channel_id uuid NOT NULL REFERENCES channel,
  name text NOT NULL,
  algorithm text NOT NULL CHECK (algorithm IN ('HS256', 'ES256')),
  secret text,
  public_key text,
  created_at timestamptz NOT NULL,
  used_at timestamptz,
  removed_at timestamptz,
  CHECK ((algorithm = 'HS256') = (secret IS NOT NULL) AND (algorithm = 'ES256') = (public_key IS NOT NULL))
);
CREATE INDEX signing_key_channel ON signing_key (channel_id) WHERE removed_at IS NULL;
-- Tokens that have signed somebody in, by their jti: each once, at the browser that said it first (by the hash of its session). Swept when they have expired.
CREATE TABLE signed_token (
  channel_id uuid NOT NULL REFERENCES channel,
  jti_hash text NOT NULL,
  session_hash text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (channel_id, jti_hash)
);
CREATE INDEX signed_token_expires ON signed_token (expires_at);
-- Addresses that a visitor has shown to be theirs, and by what ("signature", "code"): also those that another customer has, of whom it can only be proposed.
CREATE TABLE address_proof (
  visitor_id uuid NOT NULL REFERENCES visitor ON DELETE CASCADE,
  kind text NOT NULL,
  norm text NOT NULL,
  value text NOT NULL,
  proved_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (visitor_id, kind, norm)
);
CREATE INDEX address_proof_norm ON address_proof (kind, norm);
