-- When a brand, or one channel of it, is open (hours). A kind and an id, because more than these two will have hours; brands and channels are never removed.
CREATE TABLE opening_hours (
  owner_kind text NOT NULL CHECK (owner_kind IN ('brand', 'channel')),
  owner_id uuid NOT NULL,
  -- As contract/hours.ts has them, judged.
  hours jsonb NOT NULL,
  PRIMARY KEY (owner_kind, owner_id)
);
-- What a brand says to everybody who opens its chat (notices). A notice that was ended is gone; the event log has it.
CREATE TABLE notice (
  id uuid PRIMARY KEY,
  brand_id uuid NOT NULL REFERENCES brand,
  text_de text NOT NULL,
  text_en text NOT NULL,
  from_at timestamptz NOT NULL,
  until_at timestamptz
);
