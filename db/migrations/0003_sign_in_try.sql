-- Tries to sign in that failed or are under way, by what they count for: guessing is slowed down over all server processes alike (agents).
CREATE TABLE sign_in_try (
  -- HMAC of an account with an address, an address, or an account: what people type into the wrong field is not kept.
  key text PRIMARY KEY,
  failures integer NOT NULL,
  at timestamptz NOT NULL,
  -- When somebody last got in with this account from this address: whoever guesses from elsewhere cannot lock them out.
  good_at timestamptz
);
CREATE INDEX sign_in_try_at ON sign_in_try (at);
