-- Promises (modules promises and concerns): the rules, and on each concern what is nearest, what was missed, and when somebody has to look again.

-- One row: the rules as contract/promises.ts has them, and a number that rises with everything promises are judged by. `swept`: up to which number
-- the open concerns have been counted anew; `recount`: what came of it.
CREATE TABLE promise_book (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  revision bigint NOT NULL DEFAULT 1,
  rules jsonb NOT NULL DEFAULT '[]',
  swept bigint NOT NULL DEFAULT 1,
  recount jsonb
);
INSERT INTO promise_book DEFAULT VALUES;

-- By a trigger, so that no writer of hours or topics can forget it.
CREATE FUNCTION promise_book_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE promise_book SET revision = revision + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER promise_book_hours AFTER INSERT OR UPDATE OR DELETE ON opening_hours FOR EACH STATEMENT EXECUTE FUNCTION promise_book_turn();
CREATE TRIGGER promise_book_topics AFTER INSERT OR UPDATE OR DELETE ON topic FOR EACH STATEMENT EXECUTE FUNCTION promise_book_turn();

ALTER TABLE concern
  -- What modules/promises/model.ts keeps (`Kept`); null: there is no rule, or nobody has looked at it since there are some.
  ADD COLUMN promises jsonb,
  ADD COLUMN promise_kind text CHECK (promise_kind IN ('firstReply', 'nextReply', 'resolution')),
  ADD COLUMN promise_state text CHECK (promise_state IN ('running', 'near', 'over', 'paused')),
  ADD COLUMN promise_rule_id uuid,
  ADD COLUMN due_at timestamptz,
  ADD COLUMN missed text[] NOT NULL DEFAULT '{}',
  -- When the timer has to look at it.
  ADD COLUMN promise_at timestamptz;

-- Each holds only what it is about: a concern without promises is in none.
CREATE INDEX concern_due ON concern (status, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX concern_near ON concern (due_at, id) WHERE promise_state IN ('near', 'over');
CREATE INDEX concern_missed ON concern (last_message_at DESC, id DESC) WHERE missed <> '{}';
CREATE INDEX concern_promise_at ON concern (promise_at) WHERE promise_at IS NOT NULL;
