-- Automation (module automation): the rules in their order, what they did, when to look again by time, and macros.

-- One row: the rules as contract/automation.ts has them.
CREATE TABLE automation_book (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  rules jsonb NOT NULL DEFAULT '[]'
);
INSERT INTO automation_book DEFAULT VALUES;

-- What a rule did, written with it in one transaction: under one `deed` (what somebody did, or a stretch of time that began then) a rule acts on a
-- concern once. Rules are not rows, so a run outlives its rule.
CREATE TABLE automation_run (
  id uuid PRIMARY KEY,
  rule_id uuid NOT NULL,
  concern_id uuid NOT NULL REFERENCES concern ON DELETE CASCADE,
  deed text NOT NULL,
  -- What set it off (`cause`), with the promise it was about.
  cause text NOT NULL,
  about text NOT NULL,
  -- The last entry about the concern before it: whether a person has acted since is asked from there.
  after_seq bigint NOT NULL,
  at timestamptz NOT NULL,
  deeds jsonb NOT NULL,
  -- It sent an answer.
  answered boolean NOT NULL,
  UNIQUE (concern_id, rule_id, deed)
);
CREATE INDEX automation_run_rule ON automation_run (rule_id, at DESC, id DESC);
CREATE INDEX automation_run_at ON automation_run (at);

-- What people do in one step. For its owner alone, for a team, or for everybody.
CREATE TABLE macro (
  id uuid PRIMARY KEY,
  agent_id uuid NOT NULL REFERENCES agent,
  team_id uuid REFERENCES team,
  for_everybody boolean NOT NULL,
  name text NOT NULL,
  key text,
  actions jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  CHECK (NOT for_everybody OR team_id IS NULL)
);
CREATE INDEX macro_agent ON macro (agent_id);
CREATE INDEX macro_team ON macro (team_id) WHERE team_id IS NOT NULL;
CREATE INDEX macro_everybody ON macro (name) WHERE for_everybody;
