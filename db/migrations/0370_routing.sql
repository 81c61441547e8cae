-- Routing (module routing): how it is set up, who is there, what waits, what was offered. One process leads and is the only writer of what the
-- engine decides; everybody else asks for things in the log ("work.wished").

-- One row: contract/routing.ts, RoutingBook. `revision` rises with every change of it.
CREATE TABLE routing_book (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  revision integer NOT NULL DEFAULT 1,
  book jsonb NOT NULL DEFAULT '{"skills": [], "queues": [], "kinds": {}, "reasons": [], "dispositions": [], "graceSeconds": 30, "stickySeconds": 300, "missesUntilAway": 2}'
);
INSERT INTO routing_book DEFAULT VALUES;

-- Who leads, by a number that rises with every taking over: what an earlier leader writes finds another number and is undone. `seq`: up to where it has
-- read the log; null: routing never ran. `swept`: the book's revision by which what is open was last looked through.
CREATE TABLE routing_leader (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  epoch bigint NOT NULL DEFAULT 0,
  seq bigint,
  swept integer NOT NULL DEFAULT 0,
  at timestamptz
);
INSERT INTO routing_leader DEFAULT VALUES;

-- What an agent is set up for: contract/routing.ts, AgentWork.
CREATE TABLE routing_agent (
  agent_id uuid PRIMARY KEY REFERENCES agent,
  work jsonb NOT NULL
);

-- `kept`: what the engine knows of them (modules/routing/model-shapes.ts, AgentRow), without what they are set up for.
CREATE TABLE routing_presence (
  agent_id uuid PRIMARY KEY REFERENCES agent,
  state text NOT NULL CHECK (state IN ('available', 'busy', 'away', 'wrapUp', 'offline')),
  since timestamptz NOT NULL,
  kept jsonb NOT NULL
);

-- A concern that wants somebody, or that somebody has. `kept`: ItemRow. With one agent or with none, never with two.
CREATE TABLE routing_item (
  id uuid PRIMARY KEY,
  concern_id uuid NOT NULL UNIQUE REFERENCES concern ON DELETE CASCADE,
  number bigint NOT NULL,
  kind text NOT NULL,
  queue_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'offered', 'held')),
  agent_id uuid REFERENCES agent,
  token integer NOT NULL,
  arrived_at timestamptz NOT NULL,
  urgency_at timestamptz NOT NULL,
  until timestamptz,
  because jsonb,
  kept jsonb NOT NULL,
  -- What was known of its concern when it was last compared (model-wants.ts, Seen).
  seen jsonb NOT NULL,
  CHECK ((state = 'waiting') = (agent_id IS NULL))
);
CREATE INDEX routing_item_waiting ON routing_item (queue_id, urgency_at, arrived_at, number) WHERE state = 'waiting';
CREATE INDEX routing_item_agent ON routing_item (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE routing_queue (
  queue_id uuid PRIMARY KEY,
  paused boolean NOT NULL,
  open boolean NOT NULL,
  kept jsonb NOT NULL,
  -- Place and predicted wait of the first who wait, by piece of work.
  waits jsonb NOT NULL DEFAULT '{}'
);

-- What was measured of a kind of work in a queue (`kept`: LineRow), and how it stands now (`now`: LineNow).
CREATE TABLE routing_line (
  queue_id uuid NOT NULL,
  kind text NOT NULL,
  kept jsonb NOT NULL,
  now jsonb,
  PRIMARY KEY (queue_id, kind)
);

-- One row for each piece of work, from its coming to its end: what reports, an agent's day and the service level are counted from.
CREATE TABLE routing_wait (
  item_id uuid PRIMARY KEY,
  concern_id uuid NOT NULL REFERENCES concern ON DELETE CASCADE,
  queue_id uuid NOT NULL,
  kind text NOT NULL,
  arrived_at timestamptz NOT NULL,
  -- By when it was said that it would be answered, in milliseconds of waiting; null: nothing was said.
  low_ms bigint,
  high_ms bigint,
  answered_at timestamptz,
  within boolean,
  -- Who had it last.
  agent_id uuid REFERENCES agent,
  -- In somebody's hands in all.
  held_ms bigint NOT NULL DEFAULT 0,
  ended_at timestamptz,
  end_why text CHECK (end_why IN ('finished', 'left')),
  disposition text
);
CREATE INDEX routing_wait_answered ON routing_wait (answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX routing_wait_left ON routing_wait (ended_at) WHERE answered_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX routing_wait_agent ON routing_wait (agent_id, ended_at) WHERE agent_id IS NOT NULL;
CREATE INDEX routing_wait_concern ON routing_wait (concern_id);

-- How long who was how: one row for each stretch of presence, closed when the next begins.
CREATE TABLE routing_stretch (
  agent_id uuid NOT NULL REFERENCES agent,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  state text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (agent_id, began_at)
);

CREATE TABLE team_word (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  by_id uuid NOT NULL REFERENCES agent,
  team_id uuid REFERENCES team,
  text text NOT NULL
);
CREATE INDEX team_word_at ON team_word (at);

-- A link to a wallboard: the table holds the SHA-256 of its token.
CREATE TABLE wallboard (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  queue_ids uuid[] NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz
);
