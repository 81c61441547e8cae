-- The tables of the first road, each owned by one module (docs/subsystems/data.md). Times are UTC instants, ids UUIDv7 made in the program.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Search: German and English stems over unaccented words. unaccent is only STABLE, so it is wrapped for use in indexes.
CREATE TEXT SEARCH CONFIGURATION draht_de (COPY = german);
ALTER TEXT SEARCH CONFIGURATION draht_de ALTER MAPPING FOR hword, hword_part, word, asciiword, asciihword, hword_asciipart WITH unaccent, german_stem;
CREATE TEXT SEARCH CONFIGURATION draht_en (COPY = english);
ALTER TEXT SEARCH CONFIGURATION draht_en ALTER MAPPING FOR hword, hword_part, word, asciiword, asciihword, hword_asciipart WITH unaccent, english_stem;
CREATE FUNCTION fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN lower(public.unaccent('public.unaccent', value));
-- How an instant stands inside JSON: as it crosses the wire.
CREATE FUNCTION iso(value timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE STRICT
  RETURN to_char(value AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
-- What words that sound alike share: "groessmann" and "grossmann" (from "Größmann") are one here.
CREATE FUNCTION skeleton(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN replace(replace(replace(word, 'ae', 'a'), 'oe', 'o'), 'ue', 'u');

-- agents ---------------------------------------------------------------------------------------------------------
CREATE TABLE team (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE
);

CREATE TABLE agent (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  handle text NOT NULL UNIQUE,
  email text NOT NULL UNIQUE,
  role text NOT NULL CHECK (role IN ('agent', 'supervisor', 'admin')),
  active boolean NOT NULL DEFAULT true,
  password text NOT NULL,
  brand_ids uuid[] NOT NULL DEFAULT '{}',
  preferences jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz
);

CREATE TABLE team_member (
  team_id uuid NOT NULL REFERENCES team,
  agent_id uuid NOT NULL REFERENCES agent,
  PRIMARY KEY (team_id, agent_id)
);
CREATE INDEX team_member_agent ON team_member (agent_id);

CREATE TABLE session (
  token_hash bytea PRIMARY KEY,
  agent_id uuid NOT NULL REFERENCES agent,
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_agent ON session (agent_id);

-- brands ---------------------------------------------------------------------------------------------------------
CREATE TABLE brand (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  signature text NOT NULL DEFAULT '',
  language text NOT NULL CHECK (language IN ('de', 'en'))
);

CREATE TABLE channel (
  id uuid PRIMARY KEY,
  brand_id uuid NOT NULL REFERENCES brand,
  kind text NOT NULL,
  name text NOT NULL,
  enabled boolean NOT NULL,
  -- Secrets inside are sealed with the centre's own secret.
  settings jsonb NOT NULL,
  address text NOT NULL,
  can_send boolean NOT NULL,
  health text NOT NULL DEFAULT 'off' CHECK (health IN ('connected', 'connecting', 'failing', 'off')),
  health_detail text NOT NULL DEFAULT '',
  health_at timestamptz
);

CREATE TABLE topic (
  id uuid PRIMARY KEY,
  parent_id uuid REFERENCES topic,
  name text NOT NULL,
  team_id uuid REFERENCES team,
  when_closed text NOT NULL DEFAULT 'reopen' CHECK (when_closed IN ('reopen', 'follow-up'))
);

-- One row of the centre's own facts (settings).
CREATE TABLE setting (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);

-- customers ------------------------------------------------------------------------------------------------------
CREATE TABLE organisation (
  id uuid PRIMARY KEY,
  name text NOT NULL
);
CREATE UNIQUE INDEX organisation_name ON organisation (fold(name));

CREATE TABLE customer (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  language text CHECK (language IN ('de', 'en')),
  organisation_id uuid REFERENCES organisation,
  fields jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  -- What a search compares.
  sound text NOT NULL GENERATED ALWAYS AS (skeleton(fold(name))) STORED
);
CREATE INDEX customer_sound_trgm ON customer USING gin (sound gin_trgm_ops);
CREATE INDEX customer_organisation ON customer (organisation_id) WHERE organisation_id IS NOT NULL;

CREATE TABLE address (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customer,
  kind text NOT NULL,
  -- The key: normalised, compared exactly.
  norm text NOT NULL,
  -- As the customer wrote it.
  value text NOT NULL,
  verified_at timestamptz,
  verified_by text,
  last_in_at timestamptz,
  last_out_at timestamptz,
  preferred boolean NOT NULL DEFAULT false,
  suppressed_reason text,
  removed_at timestamptz
);
-- One live address of a kind and value belongs to one customer.
CREATE UNIQUE INDEX address_live ON address (kind, norm) WHERE removed_at IS NULL;
CREATE INDEX address_customer ON address (customer_id);
CREATE INDEX address_trgm ON address USING gin (norm gin_trgm_ops) WHERE removed_at IS NULL;

-- concerns -------------------------------------------------------------------------------------------------------
CREATE SEQUENCE concern_number START 1001;

CREATE TABLE concern (
  id uuid PRIMARY KEY,
  number bigint NOT NULL UNIQUE DEFAULT nextval('concern_number'),
  brand_id uuid NOT NULL,
  subject text NOT NULL,
  status text NOT NULL CHECK (status IN ('new', 'open', 'waiting', 'snoozed', 'resolved', 'closed')),
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  topic_id uuid REFERENCES topic,
  tags text[] NOT NULL DEFAULT '{}',
  assignee_id uuid REFERENCES agent,
  team_id uuid REFERENCES team,
  customer_id uuid NOT NULL REFERENCES customer,
  -- Kept here so that a list reads one table.
  customer_name text NOT NULL,
  channels text[] NOT NULL DEFAULT '{}',
  snippet text NOT NULL DEFAULT '',
  last_direction text NOT NULL DEFAULT 'in',
  -- In milliseconds, as cursors carry them.
  last_message_at timestamptz(3) NOT NULL,
  waiting_since timestamptz(3),
  snoozed_until timestamptz,
  delivery_failed boolean NOT NULL DEFAULT false,
  message_count integer NOT NULL DEFAULT 0,
  -- Next message's place; taken under the row's lock.
  last_seq integer NOT NULL DEFAULT 0,
  language text,
  created_at timestamptz(3) NOT NULL,
  first_reply_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  version integer NOT NULL DEFAULT 1
);
-- fields live beside the row that lists read
CREATE TABLE concern_extra (
  concern_id uuid PRIMARY KEY REFERENCES concern,
  fields jsonb NOT NULL DEFAULT '{}'
);

-- Lists: the last message's time and the id are the keyset. A list of several statuses (or brands) merges one ordered stream for each
-- (modules/concerns/store-lists.ts), so every index leads with what is compared for equality and ends with the keyset; none is sorted.
CREATE INDEX concern_all ON concern (last_message_at DESC, id DESC);
CREATE INDEX concern_status ON concern (status, last_message_at DESC, id DESC);
CREATE INDEX concern_brand ON concern (brand_id, status, last_message_at DESC, id DESC);
CREATE INDEX concern_assignee ON concern (assignee_id, status, last_message_at DESC, id DESC) WHERE assignee_id IS NOT NULL;
CREATE INDEX concern_unassigned ON concern (status, last_message_at DESC, id DESC) WHERE assignee_id IS NULL;
CREATE INDEX concern_team ON concern (team_id, status, last_message_at DESC, id DESC) WHERE team_id IS NOT NULL;
CREATE INDEX concern_topic ON concern (topic_id, status, last_message_at DESC, id DESC) WHERE topic_id IS NOT NULL;
CREATE INDEX concern_failed ON concern (last_message_at DESC, id DESC) WHERE delivery_failed;
CREATE INDEX concern_wait ON concern (status, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX concern_customer ON concern (customer_id, created_at DESC, id DESC);
CREATE INDEX concern_snoozed ON concern (snoozed_until) WHERE status = 'snoozed';
CREATE INDEX concern_tags ON concern USING gin (tags);

CREATE TABLE concern_follower (
  concern_id uuid NOT NULL REFERENCES concern,
  agent_id uuid NOT NULL REFERENCES agent,
  PRIMARY KEY (agent_id, concern_id)
);
CREATE INDEX concern_follower_concern ON concern_follower (concern_id);

CREATE TABLE concern_link (
  earlier_id uuid NOT NULL REFERENCES concern,
  later_id uuid NOT NULL REFERENCES concern,
  kind text NOT NULL CHECK (kind IN ('related', 'follow-up', 'duplicate')),
  PRIMARY KEY (earlier_id, later_id),
  CHECK (earlier_id <> later_id)
);
CREATE INDEX concern_link_later ON concern_link (later_id);

-- Counters of views: kept, not counted. Changes are appended by a trigger (no hot row), and rolled up now and then.
CREATE TABLE concern_tally (
  brand_id uuid NOT NULL,
  status text NOT NULL,
  priority text NOT NULL,
  assignee_id uuid,
  team_id uuid,
  delivery_failed boolean NOT NULL,
  n bigint NOT NULL
);
CREATE FUNCTION concern_tally_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (OLD.brand_id, OLD.status, OLD.priority, OLD.assignee_id, OLD.team_id, OLD.delivery_failed)
       IS NOT DISTINCT FROM (NEW.brand_id, NEW.status, NEW.priority, NEW.assignee_id, NEW.team_id, NEW.delivery_failed) THEN
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP IN ('UPDATE', 'DELETE') THEN
    INSERT INTO concern_tally VALUES (OLD.brand_id, OLD.status, OLD.priority, OLD.assignee_id, OLD.team_id, OLD.delivery_failed, -1);
  END IF;
  IF TG_OP IN ('UPDATE', 'INSERT') THEN
    INSERT INTO concern_tally VALUES (NEW.brand_id, NEW.status, NEW.priority, NEW.assignee_id, NEW.team_id, NEW.delivery_failed, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER concern_tally_keep AFTER INSERT OR DELETE OR UPDATE OF brand_id, status, priority, assignee_id, team_id, delivery_failed ON concern
  FOR EACH ROW EXECUTE FUNCTION concern_tally_keep();
-- Folds rows of one kind into one; rows appended meanwhile are left for the next time. Returns how many rows were taken away.
CREATE FUNCTION concern_tally_fold() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE gone bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(7284002) THEN RETURN 0; END IF;
  WITH many AS (
         SELECT brand_id, status, priority, assignee_id, team_id, delivery_failed, sum(n) AS n, array_agg(ctid) AS places
           FROM concern_tally GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(*) > 1 OR sum(n) = 0),
       taken AS (DELETE FROM concern_tally t USING (SELECT unnest(places) AS place FROM many) p WHERE t.ctid = p.place RETURNING 1),
       put AS (INSERT INTO concern_tally SELECT brand_id, status, priority, assignee_id, team_id, delivery_failed, n FROM many WHERE n <> 0)
  SELECT count(*) INTO gone FROM taken;
  RETURN gone;
END $$;

CREATE TABLE party (
  id uuid PRIMARY KEY,
  concern_id uuid NOT NULL REFERENCES concern,
  customer_id uuid REFERENCES customer,
  name text NOT NULL,
  kind text NOT NULL,
  norm text NOT NULL,
  value text NOT NULL,
  role text NOT NULL CHECK (role IN ('requester', 'participant', 'third-party')),
  sees_from integer NOT NULL DEFAULT 1,
  UNIQUE (concern_id, kind, norm)
);
CREATE INDEX party_norm ON party (kind, norm);

CREATE TABLE message (
  id uuid PRIMARY KEY,
  concern_id uuid NOT NULL REFERENCES concern,
  seq integer NOT NULL,
  direction text NOT NULL CHECK (direction IN ('in', 'out', 'note', 'system')),
  author_kind text NOT NULL CHECK (author_kind IN ('customer', 'agent', 'helper', 'system')),
  author_id uuid,
  author_name text NOT NULL,
  channel_kind text,
  channel_id uuid,
  -- {name, value} as written; never changed, also not by merge or move
  sender jsonb,
  recipients jsonb NOT NULL DEFAULT '[]',
  copies jsonb NOT NULL DEFAULT '[]',
  subject text,
  assurance text,
  verdicts jsonb NOT NULL DEFAULT '[]',
  warnings text[] NOT NULL DEFAULT '{}',
  automatic text,
  mentions uuid[] NOT NULL DEFAULT '{}',
  answers_id uuid REFERENCES message,
  file_count integer NOT NULL DEFAULT 0,
  has_html boolean NOT NULL DEFAULT false,
  html_lines integer NOT NULL DEFAULT 0,
  remote_images boolean NOT NULL DEFAULT false,
  -- made by the client: the same key twice is one message
  client_key uuid UNIQUE,
  intake_id uuid,
  at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  -- What taking the answer back restores: the concern as it was, and the draft's uploads.
  undo jsonb,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (concern_id, seq)
);
CREATE INDEX message_mentions ON message USING gin (mentions) WHERE mentions <> '{}';

-- The big parts, out of the row that threads read.
CREATE TABLE message_body (
  message_id uuid PRIMARY KEY REFERENCES message,
  text text NOT NULL,
  folded_text text NOT NULL DEFAULT '',
  html text,
  raw_hash text
);

-- Search over what was said. Of its own, so that writing a thread's row never rewrites it. A concern's subject is a row whose message_id is the concern's.
CREATE TABLE message_search (
  message_id uuid PRIMARY KEY,
  concern_id uuid NOT NULL,
  brand_id uuid NOT NULL,
  at timestamptz NOT NULL,
  -- Without positions: half the size, and newest first needs no rank.
  words tsvector NOT NULL
);
CREATE INDEX message_search_words ON message_search USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 4096);
-- Words that stand in every tenth message are found by walking back in time.
CREATE INDEX message_search_at ON message_search (at DESC);
-- Every different word of four letters or more, folded, once: parts of compounds and near spellings are found here.
CREATE TABLE search_word (
  word text PRIMARY KEY,
  skeleton text NOT NULL GENERATED ALWAYS AS (skeleton(word)) STORED
);
CREATE INDEX search_word_trgm ON search_word USING gin (skeleton gin_trgm_ops);
-- Words that a message brought and no process knew; appended in the message's transaction (no unique key to wait at), folded into search_word now and then.
CREATE TABLE search_word_new (word text NOT NULL);

CREATE TABLE attachment (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL REFERENCES message,
  position integer NOT NULL,
  hash text NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  size_bytes bigint NOT NULL,
  inline_id text,
  image boolean NOT NULL
);
CREATE INDEX attachment_message ON attachment (message_id, position);
CREATE INDEX attachment_hash ON attachment (hash);

-- A file given by an agent before its message exists.
CREATE TABLE upload (
  id uuid PRIMARY KEY,
  agent_id uuid NOT NULL REFERENCES agent,
  hash text NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  size_bytes bigint NOT NULL,
  image boolean NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX upload_at ON upload (at);

-- The outbox: one row per message and recipient set. Every write by a worker checks the lease token.
CREATE TABLE delivery (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL REFERENCES message,
  channel_id uuid NOT NULL REFERENCES channel,
  recipient text NOT NULL,
  -- Random; goes into the envelope sender, so that a bounce finds it.
  token text NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('held', 'waiting', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'withdrawn')),
  attempts integer NOT NULL DEFAULT 0,
  next_try_at timestamptz,
  give_up_at timestamptz NOT NULL,
  lease_token uuid,
  lease_until timestamptz,
  -- Set when the provider is about to be called: only a delivery that had not begun is given to another worker.
  begun_at timestamptz,
  provider_id text,
  code text,
  detail text NOT NULL DEFAULT '',
  history jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX delivery_due ON delivery (next_try_at) WHERE state IN ('held', 'waiting');
CREATE INDEX delivery_lease ON delivery (lease_until) WHERE state = 'sending';
CREATE INDEX delivery_message ON delivery (message_id);

-- Opaque keys by which answers and receipts find what they speak of.
CREATE TABLE reference (
  key text NOT NULL,
  channel_kind text NOT NULL,
  message_id uuid NOT NULL REFERENCES message,
  concern_id uuid NOT NULL REFERENCES concern,
  -- True for keys we made ourselves: only these let an answer in.
  ours boolean NOT NULL,
  PRIMARY KEY (channel_kind, key, message_id)
);
CREATE INDEX reference_message ON reference (message_id);

-- A token in a reply address: bound to one concern and one party or agent.
CREATE TABLE reply_token (
  token text PRIMARY KEY,
  concern_id uuid NOT NULL REFERENCES concern,
  party_id uuid REFERENCES party,
  agent_id uuid REFERENCES agent,
  created_at timestamptz NOT NULL,
  CHECK ((party_id IS NULL) <> (agent_id IS NULL))
);
CREATE INDEX reply_token_concern ON reply_token (concern_id);

-- A provider's thread or a chat session, and which concern is current in it.
CREATE TABLE stream (
  channel_id uuid NOT NULL REFERENCES channel,
  key text NOT NULL,
  concern_id uuid NOT NULL REFERENCES concern,
  PRIMARY KEY (channel_id, key)
);

CREATE TABLE draft (
  concern_id uuid NOT NULL REFERENCES concern,
  agent_id uuid NOT NULL REFERENCES agent,
  kind text NOT NULL CHECK (kind IN ('reply', 'note')),
  channel_id uuid REFERENCES channel,
  recipients text[] NOT NULL,
  copies text[] NOT NULL,
  text text NOT NULL,
  html text,
  uploads uuid[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (concern_id, agent_id, kind)
);

-- A named list of one agent.
CREATE TABLE view (
  id uuid PRIMARY KEY,
  agent_id uuid NOT NULL REFERENCES agent,
  name text NOT NULL,
  filter jsonb NOT NULL,
  position integer NOT NULL
);
CREATE INDEX view_agent ON view (agent_id, position);

-- What a merge, split or move did: which rows went from where to where, so that it can be undone.
CREATE TABLE change_set (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  actor jsonb NOT NULL,
  at timestamptz NOT NULL,
  moved jsonb NOT NULL,
  undone_at timestamptz
);

-- Mails no person wrote, per address: the brake against loops and storms.
CREATE TABLE automatic_mail (
  norm text NOT NULL,
  at timestamptz NOT NULL,
  concern_id uuid
);
CREATE INDEX automatic_mail_norm ON automatic_mail (norm, at);

-- server ---------------------------------------------------------------------------------------------------------
-- Written before anything is acknowledged.
-- (No foreign key to the channel, here and wherever every mail would lock the same row: channels are never deleted.)
CREATE TABLE intake (
  id uuid PRIMARY KEY,
  channel_id uuid NOT NULL,
  provider_id text NOT NULL,
  raw_hash text NOT NULL,
  transport jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'stored' CHECK (state IN ('stored', 'done', 'unreadable')),
  -- How often reading or receiving failed, and how often somebody took it up: a server that was killed with a backlog is no message's fault.
  attempts integer NOT NULL DEFAULT 0,
  claims integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  lease_token uuid,
  error text,
  UNIQUE (channel_id, provider_id)
);
CREATE INDEX intake_open ON intake (received_at) WHERE state = 'stored';
-- The id the reading found (for e-mail: Message-ID and content): a mail that came twice by two ways is one message.
CREATE TABLE intake_item (
  channel_id uuid NOT NULL,
  provider_id text NOT NULL,
  intake_id uuid NOT NULL,
  PRIMARY KEY (channel_id, provider_id)
);
CREATE TABLE channel_cursor (
  channel_id uuid NOT NULL REFERENCES channel,
  name text NOT NULL,
  value jsonb NOT NULL,
  PRIMARY KEY (channel_id, name)
);

-- audit: the one spine --------------------------------------------------------------------------------------------
CREATE SEQUENCE event_seq;
CREATE TABLE event (
  seq bigint PRIMARY KEY DEFAULT nextval('event_seq'),
  at timestamptz NOT NULL,
  kind text NOT NULL,
  actor jsonb NOT NULL,
  brand_id uuid,
  concern_id uuid,
  customer_id uuid,
  data jsonb NOT NULL
);
ALTER SEQUENCE event_seq OWNED BY event.seq;
CREATE INDEX event_concern ON event (concern_id, seq DESC) WHERE concern_id IS NOT NULL;
CREATE INDEX event_customer ON event (customer_id, seq DESC) WHERE customer_id IS NOT NULL AND concern_id IS NULL;
-- Numbers are drawn in the order of writing, not of commit. So every writer first holds a shared advisory lock named by the
-- last number drawn before its own; event_horizon() is below every lock still held, and readers stay below the horizon.
-- The order of looks matters: first the sequence, then the locks (a writer missing there draws a higher number later).
CREATE FUNCTION event_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared((728::bigint << 48) | (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_seq));
  RETURN NULL;
END $$;
CREATE TRIGGER event_hold BEFORE INSERT ON event FOR EACH STATEMENT EXECUTE FUNCTION event_hold();
CREATE FUNCTION event_horizon() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE last bigint; lowest bigint;
BEGIN
  SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO last FROM event_seq;
  SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) INTO lowest
    FROM pg_locks
   WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint >> 16) = 728
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
  RETURN least(last, coalesce(lowest, last));
END $$;
CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the event log is append-only'; END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();

CREATE TABLE reaction_cursor (
  name text PRIMARY KEY,
  seq bigint NOT NULL
);
