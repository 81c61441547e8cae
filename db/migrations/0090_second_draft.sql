-- An answer that is taken back while another is being written stands beside it as a second draft.
ALTER TABLE draft DROP CONSTRAINT draft_kind_check, ADD CONSTRAINT draft_kind_check CHECK (kind IN ('reply', 'note', 'second'));
