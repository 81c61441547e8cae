-- The same as before, and of some kinds only: a reaction that waits for one kind is not handed the whole log. Null: of every kind.
-- `up_to` is where the look ended, whatever was left out below it.
DROP FUNCTION event_after(bigint, integer);
CREATE FUNCTION event_after(after bigint, most integer, kinds text[] DEFAULT NULL)
  RETURNS TABLE (up_to bigint, seq bigint, at timestamptz, kind text, actor jsonb, brand_id uuid, concern_id uuid, customer_id uuid, data jsonb)
  LANGUAGE plpgsql VOLATILE AS $$
DECLARE horizon bigint := event_horizon();
BEGIN
  RETURN QUERY
    SELECT horizon, e.seq, e.at, e.kind, e.actor, e.brand_id, e.concern_id, e.customer_id, e.data
      FROM event e WHERE e.seq > after AND e.seq <= horizon AND (kinds IS NULL OR e.kind = ANY (kinds)) ORDER BY e.seq LIMIT most;
  IF NOT FOUND THEN
    RETURN QUERY SELECT horizon, NULL::bigint, NULL::timestamptz, NULL::text, NULL::jsonb, NULL::uuid, NULL::uuid, NULL::uuid, NULL::jsonb;
  END IF;
END $$;
