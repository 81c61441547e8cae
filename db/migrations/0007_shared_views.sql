-- Views that more than one agent sees (module concerns): those of a team's members, or everybody's. Made by who supervises.
ALTER TABLE view
  ADD COLUMN team_id uuid REFERENCES team,
  ADD COLUMN for_everybody boolean NOT NULL DEFAULT false,
  -- Removed views are kept for a day, so that it can be undone.
  ADD COLUMN removed_at timestamptz,
  ADD CHECK (team_id IS NULL OR NOT for_everybody);
CREATE INDEX view_shared ON view (team_id, for_everybody) WHERE team_id IS NOT NULL OR for_everybody;

-- The order in which an agent wants to see views, own and shared ones. A view without a place comes behind those that have one.
CREATE TABLE view_place (
  agent_id uuid NOT NULL REFERENCES agent,
  view_id uuid NOT NULL REFERENCES view ON DELETE CASCADE,
  position integer NOT NULL,
  PRIMARY KEY (agent_id, view_id)
);
