-- The next entries of the log and the number up to which they are complete, in one round trip. First the horizon, then the entries: a VOLATILE
-- function takes a new snapshot for each of its statements, so whatever lies below the horizon is seen by the second one.
-- Without entries there is one row, which only bears the number.
CREATE FUNCTION event_after(after bigint, most integer)
  RETURNS TABLE (up_to bigint, seq bigint, at timestamptz, kind text, actor jsonb, brand_id uuid, concern_id uuid, customer_id uuid, data jsonb)
  LANGUAGE plpgsql VOLATILE AS $$
DECLARE horizon bigint := event_horizon();
BEGIN
  RETURN QUERY
    SELECT horizon, e.seq, e.at, e.kind, e.actor, e.brand_id, e.concern_id, e.customer_id, e.data
      FROM event e WHERE e.seq > after AND e.seq <= horizon ORDER BY e.seq LIMIT most;
  IF NOT FOUND THEN
    RETURN QUERY SELECT horizon, NULL::bigint, NULL::timestamptz, NULL::text, NULL::jsonb, NULL::uuid, NULL::uuid, NULL::uuid, NULL::jsonb;
  END IF;
END $$;
