-- Who held what, and how: one row for each stretch in which neither the holder nor the rest changed. What an agent's day came to is reckoned from these (routing).
CREATE TABLE routing_hold (
  item_id uuid NOT NULL REFERENCES routing_wait ON DELETE CASCADE,
  agent_id uuid NOT NULL REFERENCES agent,
  kind text NOT NULL,
  rest text NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (item_id, began_at)
);
CREATE INDEX routing_hold_agent ON routing_hold (agent_id, ended_at);

-- Of before, what is known: who had it last and for how long, and what is in somebody's hands now.
INSERT INTO routing_hold (item_id, agent_id, kind, rest, began_at, ended_at)
SELECT item_id, agent_id, kind, 'none', ended_at - make_interval(secs => held_ms / 1000.0), ended_at
  FROM routing_wait WHERE agent_id IS NOT NULL AND held_ms > 0 AND ended_at > now() - interval '2 days';
INSERT INTO routing_hold (item_id, agent_id, kind, rest, began_at)
SELECT i.id, i.agent_id, i.kind, i.kept -> 'holding' ->> 'rest', to_timestamp((i.kept -> 'holding' ->> 'sinceMs')::float8 / 1000)
  FROM routing_item i JOIN routing_wait w ON w.item_id = i.id WHERE i.state = 'held'
ON CONFLICT DO NOTHING;
