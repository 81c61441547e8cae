-- Tiers of customers, and the agent of an account (customers). The order of the list is `place`, the lowest first.
CREATE TABLE customer_tier (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  place integer NOT NULL
);

ALTER TABLE customer
  ADD COLUMN tier_id uuid REFERENCES customer_tier,
  ADD COLUMN agent_id uuid REFERENCES agent;
ALTER TABLE organisation
  ADD COLUMN tier_id uuid REFERENCES customer_tier,
  ADD COLUMN agent_id uuid REFERENCES agent;

-- Found when a tier is to go.
CREATE INDEX customer_by_tier ON customer (tier_id) WHERE tier_id IS NOT NULL;

-- What counts for a customer: the higher tier of their own and their organisation's, and their own agent before their organisation's. Of somebody who was
-- merged into another, that one's. Read by whoever routes, promises or rules; the module customers is the only one that writes what it is made of.
CREATE VIEW customer_standing AS
SELECT k.id AS customer_id,
       (SELECT t.id FROM customer_tier t WHERE t.id IN (w.tier_id, o.tier_id) ORDER BY t.place DESC LIMIT 1) AS tier_id,
       coalesce(w.agent_id, o.agent_id) AS agent_id
  FROM customer k
  JOIN customer w ON w.id = coalesce(k.merged_into, k.id)
  LEFT JOIN organisation o ON o.id = w.organisation_id;

-- The order of tiers decides which one counts, so promises are counted anew.
CREATE TRIGGER promise_book_tiers AFTER INSERT OR UPDATE OR DELETE ON customer_tier FOR EACH STATEMENT EXECUTE FUNCTION promise_book_turn();
