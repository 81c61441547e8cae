-- Flows that run (module flows): what each is at, what was said, what is to be done outside, and which ways were taken.

-- One dialogue. It is held in a concern (`concern_id`), or by itself: then `holder` says by whom, a visitor's chat address or the hash of a page's token.
-- `version` stays what it was at the beginning. `state`: contract/flow-runs.ts, FlowState. `over` NULL: it goes on. A run by itself that ends without anything to answer
-- loses what was said after 30 days (`forgotten_at`); its row stays for the numbers.
CREATE TABLE flow_run (
  id uuid PRIMARY KEY,
  flow_id uuid NOT NULL REFERENCES flow,
  version integer NOT NULL,
  name text NOT NULL,
  medium text NOT NULL CHECK (medium IN ('chat', 'text', 'page', 'voice')),
  brand_id uuid NOT NULL,
  channel_id uuid,
  holder text,
  concern_id uuid REFERENCES concern ON DELETE CASCADE,
  language text NOT NULL,
  state jsonb NOT NULL,
  -- The mail address that is shown to be theirs.
  verified text,
  -- How somebody on a page wants to be answered: {"name", "email", "phone"}, as they typed it.
  contact jsonb,
  begun_at timestamptz NOT NULL,
  moved_at timestamptz NOT NULL,
  ended_at timestamptz,
  over text CHECK (over IN ('solved', 'ended', 'handedOver', 'callback', 'left', 'stopped')),
  -- contract/flow-runs.ts, FlowEnding.
  ending jsonb,
  last_seq integer NOT NULL DEFAULT 0,
  -- Of a run in a concern: the place its thread had come to when it began. What an agent says behind it stops the run.
  since_seq integer NOT NULL DEFAULT 0,
  -- Who had the concern then: as soon as it is somebody else, the run is silent.
  assignee_id uuid,
  -- When whoever says nothing has left; NULL: nothing is waited for from them.
  rests_at timestamptz,
  -- The last question, in words, for whoever looks at the run.
  question text,
  forgotten_at timestamptz,
  CHECK ((over IS NULL) = (ended_at IS NULL)),
  CHECK (holder IS NOT NULL OR concern_id IS NOT NULL)
);
CREATE INDEX flow_run_concern ON flow_run (concern_id) WHERE concern_id IS NOT NULL;
-- One flow at a time speaks in a concern.
CREATE UNIQUE INDEX flow_run_speaks ON flow_run (concern_id) WHERE concern_id IS NOT NULL AND over IS NULL;
CREATE INDEX flow_run_holder ON flow_run (holder, begun_at) WHERE holder IS NOT NULL;
CREATE INDEX flow_run_rests ON flow_run (rests_at) WHERE rests_at IS NOT NULL;
CREATE INDEX flow_run_flow ON flow_run (flow_id, begun_at);
CREATE INDEX flow_run_old ON flow_run (ended_at) WHERE forgotten_at IS NULL AND ended_at IS NOT NULL;

-- What was said, in its order. Of a run in a concern the messages have the words: then `words` is empty, and `id` is the message's.
CREATE TABLE flow_said (
  run_id uuid NOT NULL REFERENCES flow_run ON DELETE CASCADE,
  seq integer NOT NULL,
  id uuid NOT NULL,
  direction text NOT NULL CHECK (direction IN ('in', 'out')),
  at timestamptz NOT NULL,
  words text NOT NULL,
  outputs jsonb NOT NULL,
  files jsonb NOT NULL,
  PRIMARY KEY (run_id, seq)
);
-- The same said twice is said once.
CREATE UNIQUE INDEX flow_said_id ON flow_said (run_id, id);

-- What is to be done outside: by any process that claims it, under a lease and a token without which nothing is told. The row goes when its outcome is told.
CREATE TABLE flow_effect (
  run_id uuid NOT NULL REFERENCES flow_run ON DELETE CASCADE,
  number integer NOT NULL,
  what jsonb NOT NULL,
  due_at timestamptz NOT NULL,
  lease uuid,
  tries integer NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX flow_effect_due ON flow_effect (due_at);
CREATE INDEX flow_effect_lease ON flow_effect (lease) WHERE lease IS NOT NULL;

-- Which way out of which step was taken. `what`: 'way'; or 'left' and 'human', where somebody was who left or wanted somebody (then `exit` is empty).
CREATE TABLE flow_passed (
  flow_id uuid NOT NULL,
  version integer NOT NULL,
  run_id uuid NOT NULL,
  at timestamptz NOT NULL,
  step text NOT NULL,
  exit text NOT NULL,
  what text NOT NULL CHECK (what IN ('way', 'left', 'human'))
);
CREATE INDEX flow_passed_flow ON flow_passed (flow_id, at);

-- A code that shows that somebody reads at an address: six digits, mailed, tried five times. `code_hash` is keyed.
CREATE TABLE flow_code (
  run_id uuid PRIMARY KEY REFERENCES flow_run ON DELETE CASCADE,
  email text NOT NULL,
  code_hash text NOT NULL,
  tries_left integer NOT NULL,
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
