-- Calendars of holidays that came as iCalendar (hours). `days` and `times` are what the text says within the years that were read, until `read_until`.
CREATE TABLE holiday_calendar (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- As it was given: rules go on for ever, and are read again when the years come.
  source text NOT NULL,
  -- [{from, to, name}]: whole days, both included, and times as modules/hours/model.ts has them.
  days jsonb NOT NULL,
  times jsonb NOT NULL,
  read_until date NOT NULL
);
CREATE UNIQUE INDEX holiday_calendar_name ON holiday_calendar (lower(name));

-- Promises are judged by them, too.
CREATE TRIGGER promise_book_calendars AFTER INSERT OR UPDATE OR DELETE ON holiday_calendar FOR EACH STATEMENT EXECUTE FUNCTION promise_book_turn();

-- Hours that were set before there were calendars have none.
UPDATE opening_hours SET hours = jsonb_set(hours, '{holidays}', '{"calendars": [], "named": []}'::jsonb || (hours -> 'holidays')) WHERE hours ? 'holidays';
