-- Calendars that are fetched from an address (hours). What is kept of the fetching stands apart from the calendar: promises are judged by calendars, and not by these.
CREATE TABLE calendar_address (
  calendar_id uuid PRIMARY KEY REFERENCES holiday_calendar (id) ON DELETE CASCADE,
  url text NOT NULL,
  -- What the other side called the text that is kept (HTTP's validators): it need not be sent again.
  etag text,
  last_modified text,
  -- When it was last reached and could be read.
  fetched_at timestamptz NOT NULL,
  -- When it is fetched next; while it is being fetched, when somebody else may do it.
  due_at timestamptz NOT NULL,
  -- Whoever fetches it; an outcome in other hands is dropped.
  lease uuid,
  -- {code, facts}: why the last fetch failed (contract/errors.ts); and when the first of those failed that have failed since.
  fault jsonb,
  fault_since timestamptz,
  CHECK ((fault IS NULL) = (fault_since IS NULL))
);
CREATE INDEX calendar_address_due ON calendar_address (due_at);

-- Promises are judged anew when the days or times of a calendar change; another text that says the same is no change.
DROP TRIGGER promise_book_calendars ON holiday_calendar;
CREATE TRIGGER promise_book_calendars AFTER INSERT OR DELETE OR UPDATE OF days, times ON holiday_calendar FOR EACH STATEMENT EXECUTE FUNCTION promise_book_turn();
