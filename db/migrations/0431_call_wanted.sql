-- Callbacks that a flow has promised in writing (modules/calls): each under its dialogue's id, until somebody who drives a line of the brand makes a call of it, or nobody waits for it any more.
CREATE TABLE call_wanted (
  id uuid PRIMARY KEY,
  brand_id uuid NOT NULL REFERENCES brand,
  concern_id uuid NOT NULL REFERENCES concern ON DELETE CASCADE,
  number text NOT NULL,
  -- When it was chosen for; null: as soon as somebody is there.
  at timestamptz,
  queue_id uuid,
  language text NOT NULL CHECK (language IN ('de', 'en')),
  wanted_at timestamptz NOT NULL
);
CREATE INDEX call_wanted_brand ON call_wanted (brand_id, wanted_at);
