-- When rules that wait for time have to look at a concern (module automation).

-- Since when such a rule acts: what came due before is left alone. `swept_to`: up to which concern those of before have been looked through; null: all.
CREATE TABLE automation_since (
  rule_id uuid PRIMARY KEY,
  since timestamptz NOT NULL,
  swept_to uuid
);

-- One look: the stretch began at `anchor`. `due_at` null: nothing is to come. `state`: 'waits'; 'passed', its conditions did not hold when it was due; 'acted';
-- 'old', it was due before the rule began.
CREATE TABLE automation_timer (
  concern_id uuid NOT NULL REFERENCES concern ON DELETE CASCADE,
  rule_id uuid NOT NULL,
  anchor timestamptz NOT NULL,
  due_at timestamptz,
  state text NOT NULL CHECK (state IN ('waits', 'passed', 'acted', 'old')),
  PRIMARY KEY (concern_id, rule_id),
  CHECK ((due_at IS NULL) = (state <> 'waits'))
);
CREATE INDEX automation_timer_due ON automation_timer (due_at) WHERE due_at IS NOT NULL;
