-- Which brands know a customer, and each of their addresses: an agent of some brands sees no others (customers).
ALTER TABLE customer ADD COLUMN brand_ids uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE address ADD COLUMN brand_ids uuid[] NOT NULL DEFAULT '{}';
UPDATE customer c SET brand_ids = known.ids
  FROM (SELECT customer_id, array_agg(DISTINCT brand_id) AS ids FROM concern GROUP BY customer_id) AS known
 WHERE known.customer_id = c.id;
-- By which brand an older address came is not written down: those who know the customer have seen it.
UPDATE address a SET brand_ids = c.brand_ids FROM customer c WHERE c.id = a.customer_id;
