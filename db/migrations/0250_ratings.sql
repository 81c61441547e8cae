-- What customers say of how their concern was settled (ratings): one question a concern, asked after a while where the customer is.
CREATE TABLE rating_rule (
  brand_id uuid PRIMARY KEY REFERENCES brand,
  enabled boolean NOT NULL,
  -- From the resolution to the question.
  delay_ms bigint NOT NULL CHECK (delay_ms >= 0),
  -- So long it can be answered.
  window_days integer NOT NULL CHECK (window_days > 0),
  -- Nobody is asked again before.
  pause_days integer NOT NULL CHECK (pause_days >= 0),
  -- A rating of 1 or 2 opens the concern again.
  reopens boolean NOT NULL
);
CREATE TABLE rating (
  -- Links are proved by it: see modules/ratings/model.ts.
  id uuid PRIMARY KEY,
  concern_id uuid NOT NULL UNIQUE REFERENCES concern ON DELETE CASCADE,
  brand_id uuid NOT NULL REFERENCES brand,
  -- Whose concern it was when it was settled; null: that customer is gone.
  customer_id uuid REFERENCES customer ON DELETE SET NULL,
  -- When to ask; null: asked, or nothing to ask for.
  due_at timestamptz,
  asked_at timestamptz,
  -- Until then it can be answered.
  closes_at timestamptz,
  -- Where the question went.
  kind text,
  norm text,
  score smallint CHECK (score BETWEEN 1 AND 5),
  words text NOT NULL DEFAULT '',
  given_at timestamptz,
  changed boolean NOT NULL DEFAULT false,
  CHECK ((asked_at IS NULL) = (closes_at IS NULL) AND (asked_at IS NULL) = (norm IS NULL) AND (score IS NULL) = (given_at IS NULL))
);
CREATE INDEX rating_due ON rating (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX rating_asked ON rating (customer_id, asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX rating_brand ON rating (brand_id, asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX rating_norm ON rating (norm, asked_at) WHERE norm IS NOT NULL;
-- Who does not want to be asked.
CREATE TABLE rating_silence (norm text PRIMARY KEY, at timestamptz NOT NULL);

-- What lists show and filter by (concerns); written with the rating. Most concerns have none, and no place in the index.
ALTER TABLE concern ADD COLUMN rating smallint CHECK (rating BETWEEN 1 AND 5);
CREATE INDEX concern_rating ON concern (rating, last_message_at DESC, id DESC) WHERE rating IS NOT NULL;
-- Ratings of a concern that was merged are shown at the other one.
CREATE INDEX concern_merged ON concern (merged_into) WHERE merged_into IS NOT NULL;
