-- What is asked of whoever drives a channel's calls, by other processes (server/switchboard): asked for once under an id, answered there. Answered and old ones are removed.
CREATE TABLE call_ask (
  id uuid PRIMARY KEY,
  channel_id uuid NOT NULL,
  ask jsonb NOT NULL,
  answer jsonb,
  at timestamptz NOT NULL
);
CREATE INDEX call_ask_open ON call_ask (channel_id, at) WHERE answer IS NULL;

-- The softphone of an agent: the browser that said so last (server/switchboard).
CREATE TABLE call_device (
  agent_id uuid PRIMARY KEY REFERENCES agent ON DELETE CASCADE,
  device_id uuid NOT NULL,
  at timestamptz NOT NULL
);
