-- The second screen of a call (module calls): by its link, or by the short code that the voice says. Of both only hashes are kept: they are made anew of the call's id by the centre's secret.
-- `round`: how often a code was already some other call's. `code_hash` NULL: that code leads to another call by now.
CREATE TABLE call_screen (
  call_id uuid PRIMARY KEY REFERENCES call ON DELETE CASCADE,
  link_hash text NOT NULL UNIQUE,
  code_hash text UNIQUE,
  round integer NOT NULL,
  created_at timestamptz NOT NULL
);
-- What a page follows after a callback was asked for: the call by which it is done.
CREATE INDEX call_after ON call ((record ->> 'afterId')) WHERE direction = 'out' AND record ->> 'afterId' IS NOT NULL;
