-- Calls: live interactions by voice (module calls).

-- Who drives a channel's calls: one process at a time, which raises `epoch` when it takes over. What an earlier one still writes is refused.
CREATE TABLE call_leader (
  channel_id uuid PRIMARY KEY REFERENCES channel,
  epoch bigint NOT NULL,
  at timestamptz NOT NULL
);

-- One call. It lives while `ended_at` is NULL. `record`: everything, as modules/calls/model-record.ts has it; the columns are what is asked for. `person_key`: the kind of address and the
-- address by which its customer is found ("phone +49…", "chat …"); NULL: withheld. `due_at`: when its machine has to be told the time. `concern_id` NULL: nobody was needed, or that concern
-- is no more.
CREATE TABLE call (
  id uuid PRIMARY KEY,
  channel_id uuid NOT NULL REFERENCES channel,
  brand_id uuid NOT NULL REFERENCES brand,
  concern_id uuid REFERENCES concern ON DELETE SET NULL,
  customer_id uuid REFERENCES customer ON DELETE SET NULL,
  direction text NOT NULL CHECK (direction IN ('in', 'out')),
  person_key text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_as text,
  due_at timestamptz,
  record jsonb NOT NULL,
  version integer NOT NULL,
  CHECK ((ended_at IS NULL) = (end_as IS NULL)),
  CHECK (ended_at IS NULL OR due_at IS NULL)
);
-- What lives in a channel: read by whoever takes it over.
CREATE INDEX call_living ON call (channel_id) WHERE ended_at IS NULL;
-- What is due, callbacks among it: every look of the switchboard.
CREATE INDEX call_due ON call (channel_id, due_at) WHERE due_at IS NOT NULL;
-- A concern's calls; which of many concerns have one that lives is asked by every look of the routing.
CREATE INDEX call_of_concern ON call (concern_id, started_at) WHERE concern_id IS NOT NULL;
CREATE INDEX call_living_concern ON call (concern_id) WHERE ended_at IS NULL AND concern_id IS NOT NULL;
-- Who calls again shortly after: with every call.
CREATE INDEX call_person ON call (channel_id, person_key, started_at) WHERE person_key IS NOT NULL;
-- When a customer is forgotten, or found to be unused.
CREATE INDEX call_customer ON call (customer_id) WHERE customer_id IS NOT NULL;
-- What is counted of a stretch of time.
CREATE INDEX call_ended ON call (ended_at) WHERE ended_at IS NOT NULL;

-- A recording of a call, or words that were left, once it was fetched. `hash`: the stored file (WAV), NULL when its time is over. `wave`, `pauses`: contract/calls.ts.
-- `expires_at`: then the file goes; the row stays and says so.
CREATE TABLE call_recording (
  id uuid PRIMARY KEY,
  call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('call', 'voicemail')),
  state text NOT NULL CHECK (state IN ('kept', 'gone')),
  started_at timestamptz NOT NULL,
  seconds double precision NOT NULL,
  hash text,
  size_bytes bigint,
  wave jsonb,
  pauses jsonb NOT NULL,
  words text,
  expires_at timestamptz,
  CHECK ((state = 'kept') = (hash IS NOT NULL))
);
CREATE INDEX call_recording_call ON call_recording (call_id);
CREATE INDEX call_recording_expires ON call_recording (expires_at) WHERE hash IS NOT NULL;
CREATE INDEX call_recording_hash ON call_recording (hash) WHERE hash IS NOT NULL;

-- Every number that was dialled, for the caps against toll fraud: one row a try, by the leg's name. `seconds` NULL: it runs. Judged and written under the channel's lock.
CREATE TABLE call_dial (
  id text PRIMARY KEY,
  channel_id uuid NOT NULL REFERENCES channel,
  call_id uuid NOT NULL,
  number text NOT NULL,
  at timestamptz NOT NULL,
  seconds integer
);
CREATE INDEX call_dial_at ON call_dial (channel_id, at);
CREATE INDEX call_dial_call ON call_dial (call_id);

-- Somebody does not want to be called at this number by us (customers).
ALTER TABLE address ADD COLUMN do_not_call boolean NOT NULL DEFAULT false;
