-- Changes to many concerns at once (module concerns): the change in `change_set`, and here what it did to each concern, written in the
-- transaction that changed it. So a change that is sent again changes no concern twice, and all of it can be taken back. Kept for a day.
ALTER TABLE change_set ADD COLUMN wanted jsonb;
CREATE INDEX change_set_change ON change_set (at) WHERE kind = 'change';

CREATE TABLE change_step (
  change_set_id uuid NOT NULL REFERENCES change_set ON DELETE CASCADE,
  concern_id uuid NOT NULL REFERENCES concern,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  undone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (change_set_id, concern_id)
);
