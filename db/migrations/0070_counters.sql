-- What a counter costs does not grow with the number of concerns (module concerns): tallies by topic, tag and channel, and what an agent
-- follows or is mentioned in with the concern's status beside it, so that what was settled long ago is not walked through.

-- A label is what a concern carries that a view can ask for: `topic:<id>`, `tag:<word>`, `channel:<kind>`. Changes are appended (no hot row)
-- and now and then folded into the table behind; what counts is the sum of both.
CREATE TABLE concern_label_change (
  label text NOT NULL,
  brand_id uuid NOT NULL,
  status text NOT NULL,
  priority text NOT NULL,
  team_id uuid,
  assigned boolean NOT NULL,
  n bigint NOT NULL
);
CREATE TABLE concern_label_tally (
  LIKE concern_label_change,
  UNIQUE NULLS NOT DISTINCT (label, brand_id, status, priority, team_id, assigned)
);

-- The labels of a concern, each once.
CREATE FUNCTION concern_labels(topic uuid, tags text[], channels text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN topic IS NULL THEN '{}'::text[] ELSE ARRAY['topic:' || topic] END
      || CASE WHEN tags = '{}' THEN '{}' ELSE ARRAY(SELECT DISTINCT 'tag:' || tag FROM unnest(tags) AS tag) END
      || CASE WHEN channels = '{}' THEN '{}' ELSE ARRAY(SELECT DISTINCT 'channel:' || kind FROM unnest(channels) AS kind) END
$$;

ALTER TABLE concern_follower ADD COLUMN status text;
UPDATE concern_follower f SET status = c.status FROM concern c WHERE c.id = f.concern_id;
ALTER TABLE concern_follower ALTER COLUMN status SET NOT NULL;
CREATE INDEX concern_follower_status ON concern_follower (agent_id, status, concern_id);

CREATE TABLE concern_mention (
  agent_id uuid NOT NULL REFERENCES agent,
  concern_id uuid NOT NULL REFERENCES concern ON DELETE CASCADE,
  status text NOT NULL,
  PRIMARY KEY (agent_id, concern_id)
);
CREATE INDEX concern_mention_concern ON concern_mention (concern_id);
CREATE INDEX concern_mention_status ON concern_mention (agent_id, status, concern_id);
INSERT INTO concern_mention
  SELECT DISTINCT agent_id, m.concern_id, c.status FROM message m JOIN concern c ON c.id = m.concern_id CROSS JOIN unnest(m.mentions) AS agent_id
   WHERE m.mentions <> '{}';

DROP INDEX message_mentions;

-- The status that is copied is read under the concern's lock, which whoever changes it holds.
CREATE FUNCTION concern_follower_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT status INTO NEW.status FROM concern WHERE id = NEW.concern_id FOR NO KEY UPDATE;
  -- A concern that is gone is refused by the key, not for want of its status.
  NEW.status := coalesce(NEW.status, '');
  RETURN NEW;
END $$;
CREATE TRIGGER concern_follower_status BEFORE INSERT ON concern_follower FOR EACH ROW EXECUTE FUNCTION concern_follower_status();

CREATE FUNCTION concern_mention_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current text;
BEGIN
  SELECT status INTO current FROM concern WHERE id = NEW.concern_id FOR NO KEY UPDATE;
  INSERT INTO concern_mention SELECT DISTINCT agent_id, NEW.concern_id, coalesce(current, '') FROM unnest(NEW.mentions) AS agent_id ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER concern_mention_keep AFTER INSERT ON message FOR EACH ROW WHEN (NEW.mentions <> '{}') EXECUTE FUNCTION concern_mention_keep();

CREATE OR REPLACE FUNCTION concern_tally_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO concern_tally VALUES (NEW.brand_id, NEW.status, NEW.priority, NEW.assignee_id, NEW.team_id, NEW.delivery_failed, 1);
    INSERT INTO concern_label_change
      SELECT label, NEW.brand_id, NEW.status, NEW.priority, NEW.team_id, NEW.assignee_id IS NOT NULL, 1
        FROM unnest(concern_labels(NEW.topic_id, NEW.tags, NEW.channels)) AS label;
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    INSERT INTO concern_tally VALUES (OLD.brand_id, OLD.status, OLD.priority, OLD.assignee_id, OLD.team_id, OLD.delivery_failed, -1);
    INSERT INTO concern_label_change
      SELECT label, OLD.brand_id, OLD.status, OLD.priority, OLD.team_id, OLD.assignee_id IS NOT NULL, -1
        FROM unnest(concern_labels(OLD.topic_id, OLD.tags, OLD.channels)) AS label;
    RETURN NULL;
  END IF;
  IF (OLD.brand_id, OLD.status, OLD.priority, OLD.assignee_id, OLD.team_id, OLD.delivery_failed)
     IS DISTINCT FROM (NEW.brand_id, NEW.status, NEW.priority, NEW.assignee_id, NEW.team_id, NEW.delivery_failed) THEN
    INSERT INTO concern_tally VALUES
      (OLD.brand_id, OLD.status, OLD.priority, OLD.assignee_id, OLD.team_id, OLD.delivery_failed, -1),
      (NEW.brand_id, NEW.status, NEW.priority, NEW.assignee_id, NEW.team_id, NEW.delivery_failed, 1);
  END IF;
  IF (OLD.brand_id, OLD.status, OLD.priority, OLD.assignee_id IS NULL, OLD.team_id, OLD.topic_id, OLD.tags, OLD.channels)
     IS DISTINCT FROM (NEW.brand_id, NEW.status, NEW.priority, NEW.assignee_id IS NULL, NEW.team_id, NEW.topic_id, NEW.tags, NEW.channels) THEN
    INSERT INTO concern_label_change
      SELECT label, OLD.brand_id, OLD.status, OLD.priority, OLD.team_id, OLD.assignee_id IS NOT NULL, -1
        FROM unnest(concern_labels(OLD.topic_id, OLD.tags, OLD.channels)) AS label
      UNION ALL
      SELECT label, NEW.brand_id, NEW.status, NEW.priority, NEW.team_id, NEW.assignee_id IS NOT NULL, 1
        FROM unnest(concern_labels(NEW.topic_id, NEW.tags, NEW.channels)) AS label;
  END IF;
  IF OLD.status <> NEW.status THEN
    UPDATE concern_follower SET status = NEW.status WHERE concern_id = NEW.id;
    UPDATE concern_mention SET status = NEW.status WHERE concern_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER concern_tally_keep ON concern;
CREATE TRIGGER concern_tally_keep
  AFTER INSERT OR DELETE OR UPDATE OF brand_id, status, priority, assignee_id, team_id, delivery_failed, topic_id, tags, channels ON concern
  FOR EACH ROW EXECUTE FUNCTION concern_tally_keep();

-- Folds what was appended; rows appended meanwhile are left for the next time. Returns how many rows were taken away.
CREATE OR REPLACE FUNCTION concern_tally_fold() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  gone bigint;
  labelled bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(7284002) THEN RETURN 0; END IF;
  WITH many AS (
         SELECT brand_id, status, priority, assignee_id, team_id, delivery_failed, sum(n) AS n, array_agg(ctid) AS places
           FROM concern_tally GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(*) > 1 OR sum(n) = 0),
       taken AS (DELETE FROM concern_tally t USING (SELECT unnest(places) AS place FROM many) p WHERE t.ctid = p.place RETURNING 1),
       put AS (INSERT INTO concern_tally SELECT brand_id, status, priority, assignee_id, team_id, delivery_failed, n FROM many WHERE n <> 0)
  SELECT count(*) INTO gone FROM taken;
  WITH taken AS (DELETE FROM concern_label_change RETURNING *),
       put AS (
         INSERT INTO concern_label_tally AS t
         SELECT label, brand_id, status, priority, team_id, assigned, sum(n) FROM taken GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0
         ON CONFLICT (label, brand_id, status, priority, team_id, assigned) DO UPDATE SET n = t.n + excluded.n)
  SELECT count(*) INTO labelled FROM taken;
  IF labelled > 0 THEN DELETE FROM concern_label_tally WHERE n = 0; END IF;
  RETURN gone + labelled;
END $$;

-- Counts what is kept anew and mends what differs; returns how many rows it wrote for that. A statement sees concerns and tallies as of one
-- moment, and a change writes both in one transaction: what differs is wrong, whoever is writing meanwhile.
CREATE FUNCTION concern_tally_mend() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  wrong bigint;
  mended bigint := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7284002);
  WITH both_sides AS (
         SELECT brand_id, status, priority, assignee_id, team_id, delivery_failed, 1 AS n FROM concern
         UNION ALL SELECT brand_id, status, priority, assignee_id, team_id, delivery_failed, -n FROM concern_tally),
       put AS (
         INSERT INTO concern_tally
         SELECT brand_id, status, priority, assignee_id, team_id, delivery_failed, sum(n) FROM both_sides GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0
         RETURNING 1)
  SELECT count(*) INTO wrong FROM put;
  mended := mended + wrong;
  WITH both_sides AS (
         SELECT label, brand_id, status, priority, team_id, assignee_id IS NOT NULL AS assigned, 1 AS n
           FROM concern CROSS JOIN unnest(concern_labels(topic_id, tags, channels)) AS label
         UNION ALL SELECT label, brand_id, status, priority, team_id, assigned, -n FROM concern_label_tally
         UNION ALL SELECT label, brand_id, status, priority, team_id, assigned, -n FROM concern_label_change),
       put AS (
         INSERT INTO concern_label_change
         SELECT label, brand_id, status, priority, team_id, assigned, sum(n) FROM both_sides GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0
         RETURNING 1)
  SELECT count(*) INTO wrong FROM put;
  mended := mended + wrong;
  -- Copies are mended under the lock of the concern.
  PERFORM FROM concern WHERE id IN (
    SELECT c.id FROM concern c JOIN concern_follower f ON f.concern_id = c.id WHERE f.status <> c.status
    UNION SELECT c.id FROM concern c JOIN concern_mention m ON m.concern_id = c.id WHERE m.status <> c.status)
   ORDER BY id FOR NO KEY UPDATE;
  UPDATE concern_follower f SET status = c.status FROM concern c WHERE c.id = f.concern_id AND f.status <> c.status;
  GET DIAGNOSTICS wrong = ROW_COUNT;
  mended := mended + wrong;
  UPDATE concern_mention m SET status = c.status FROM concern c WHERE c.id = m.concern_id AND m.status <> c.status;
  GET DIAGNOSTICS wrong = ROW_COUNT;
  RETURN mended + wrong;
END $$;

INSERT INTO concern_label_tally
  SELECT label, brand_id, status, priority, team_id, assignee_id IS NOT NULL, count(*)
    FROM concern CROSS JOIN unnest(concern_labels(topic_id, tags, channels)) AS label GROUP BY 1, 2, 3, 4, 5, 6;
