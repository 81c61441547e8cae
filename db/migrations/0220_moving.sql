-- Messages that are taken from one concern into another: split, move, merge (module concerns).

-- Concerns in which a message stood before: a token of one of them leads an answer to where the message is now.
ALTER TABLE message ADD COLUMN moved_from uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX message_moved_from ON message USING gin (moved_from) WHERE moved_from <> '{}';

-- Everything of it went there: what still comes for it goes on there. No key: the other one may be gone by an undo.
ALTER TABLE concern ADD COLUMN merged_into uuid;

ALTER TABLE concern_link DROP CONSTRAINT concern_link_kind_check;
ALTER TABLE concern_link ADD CONSTRAINT concern_link_kind_check CHECK (kind IN ('related', 'follow-up', 'duplicate', 'split', 'merged'));

-- A change set of the kinds split, move and merge: from where to where, and when the first of the messages was said.
ALTER TABLE change_set ADD COLUMN from_id uuid, ADD COLUMN to_id uuid, ADD COLUMN first_at timestamptz(3);
CREATE INDEX change_set_from ON change_set (from_id) WHERE from_id IS NOT NULL;
CREATE INDEX change_set_to ON change_set (to_id) WHERE to_id IS NOT NULL;
