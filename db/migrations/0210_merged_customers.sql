-- One customer who was kept as two (customers). A merge is a bracket around them: addresses, concerns and messages stay with whom they came by, and the
-- desk reads the bracket as one. Taking it apart therefore moves nothing back. `merged_into` is the one whose row speaks for all; null: nobody's part.
ALTER TABLE customer ADD COLUMN merged_into uuid REFERENCES customer;
CREATE INDEX customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL;

-- What two spellings of one mailbox or number share; empty: nothing can be told. Mailbox: without "+tag", Google's also without dots. Number: the last nine digits.
CREATE FUNCTION address_alike(kind text, norm text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN
  CASE
    WHEN kind = 'email' AND position('@' IN norm) > 1 AND left(norm, 1) <> '"' THEN
      'mail:' || CASE WHEN split_part(norm, '@', 2) IN ('gmail.com', 'googlemail.com')
                      THEN replace(split_part(split_part(norm, '@', 1), '+', 1), '.', '') || '@gmail.com'
                      ELSE split_part(split_part(norm, '@', 1), '+', 1) || '@' || split_part(norm, '@', 2) END
    WHEN kind IN ('phone', 'whatsapp') AND length(translate(norm, '+', '')) >= 9 THEN 'number:' || right(norm, 9)
    ELSE ''
  END;
ALTER TABLE address ADD COLUMN alike text NOT NULL GENERATED ALWAYS AS (address_alike(kind, norm)) STORED;
CREATE INDEX address_alike ON address (alike) WHERE removed_at IS NULL AND alike <> '';
-- An agent wrote it down; of all other addresses we know whom they came by.
ALTER TABLE address ADD COLUMN by_agent boolean NOT NULL DEFAULT false;

-- What somebody says is theirs, or a site has signed for: believed of nobody, only a reason to ask whether two customers are one.
CREATE TABLE customer_claim (
  customer_id uuid NOT NULL REFERENCES customer ON DELETE CASCADE,
  kind text NOT NULL,
  norm text NOT NULL,
  alike text NOT NULL GENERATED ALWAYS AS (address_alike(kind, norm)) STORED,
  signed boolean NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (customer_id, kind, norm)
);
CREATE INDEX customer_claim_norm ON customer_claim (kind, norm);
CREATE INDEX customer_claim_alike ON customer_claim (alike) WHERE alike <> '';

CREATE TABLE customer_proposal (
  id uuid PRIMARY KEY,
  one_id uuid NOT NULL REFERENCES customer ON DELETE CASCADE,
  other_id uuid NOT NULL REFERENCES customer ON DELETE CASCADE,
  sure text NOT NULL CHECK (sure IN ('possible', 'likely', 'certain')),
  -- What is the same, see contract/merging.ts.
  evidence jsonb NOT NULL,
  at timestamptz NOT NULL,
  -- An agent said that they are two: never asked again.
  declined_at timestamptz,
  declined_by text,
  UNIQUE (one_id, other_id),
  CHECK (one_id < other_id)
);
CREATE INDEX customer_proposal_other ON customer_proposal (other_id);

CREATE TABLE customer_merge (
  id uuid PRIMARY KEY,
  kept_id uuid NOT NULL REFERENCES customer,
  gone_id uuid NOT NULL REFERENCES customer,
  place bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  by_name text NOT NULL,
  -- What they were called then.
  kept_name text NOT NULL,
  gone_name text NOT NULL,
  -- What was known of the kept one before and after, part by part.
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  -- The kept one's own addresses then, and whom each preferred to be written to.
  kept_addresses uuid[] NOT NULL,
  kept_preferred uuid,
  gone_preferred uuid,
  undone_at timestamptz,
  undone_by text
);
CREATE INDEX customer_merge_kept ON customer_merge (kept_id);
-- Whoever is somebody's part is that of one.
CREATE UNIQUE INDEX customer_merge_gone ON customer_merge (gone_id) WHERE undone_at IS NULL;
