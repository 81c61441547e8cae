-- The one pair of keys by which push services know this centre (visitors): made once, never changed; browsers' subscriptions are bound to it.
CREATE TABLE push_key (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  public_key text NOT NULL,
  -- Sealed with the centre's own secret.
  private_key text NOT NULL,
  created_at timestamptz NOT NULL
);
-- Browsers that are told when an answer is there and no page of theirs is open (visitors): one subscription for each browser that speaks as a visitor.
CREATE TABLE push_subscription (
  token_hash text PRIMARY KEY REFERENCES visitor_browser ON DELETE CASCADE,
  -- SHA-256 of the address: a browser that is somebody else's by now is theirs alone.
  endpoint_hash text NOT NULL UNIQUE,
  -- Address and keys, sealed: whoever has them can tell this browser anything.
  target text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Answers it is still to be told of, the first of them since when, and when it is tried next; null: there is nothing to tell.
  message_ids uuid[] NOT NULL DEFAULT '{}',
  since timestamptz,
  due_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  lease_token uuid,
  lease_until timestamptz
);
CREATE INDEX push_subscription_due ON push_subscription (due_at) WHERE due_at IS NOT NULL;
