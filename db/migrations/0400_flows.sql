-- Flows (module flows) as they are written: the draft that is being worked on, the versions that were published, and the services they may ask.

-- `draft`: contract/flows.ts, FlowDocument; `version` rises with every change of it. `published`: the number that runs for who begins now.
-- A removed flow stays for dialogues that are under way, and for what is told about those that were.
CREATE TABLE flow (
  id uuid PRIMARY KEY,
  key text NOT NULL,
  name text NOT NULL,
  is_on boolean NOT NULL,
  version integer NOT NULL DEFAULT 1,
  draft jsonb NOT NULL,
  published integer,
  removed_at timestamptz
);
CREATE UNIQUE INDEX flow_key ON flow (key) WHERE removed_at IS NULL;

-- Never changed: a dialogue goes on by the version it began with.
CREATE TABLE flow_version (
  flow_id uuid NOT NULL REFERENCES flow,
  number integer NOT NULL CHECK (number > 0),
  document jsonb NOT NULL,
  at timestamptz NOT NULL,
  -- Null: the program itself.
  by_id uuid,
  by_name text NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (flow_id, number)
);
ALTER TABLE flow ADD FOREIGN KEY (id, published) REFERENCES flow_version (flow_id, number);

-- The only hosts a look-up reaches. `headers`: [{"name", "secret", "value"}]; a secret's value is sealed.
CREATE TABLE flow_service (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  url text NOT NULL,
  headers jsonb NOT NULL,
  is_on boolean NOT NULL
);
CREATE UNIQUE INDEX flow_service_name ON flow_service (lower(name));
