-- That a customer's message seems to be about something else than its concern, and why (module concerns): {"reasons": [{"code", "detail"}]}. Null: it does
-- not, somebody said no, or it has been moved.
ALTER TABLE message ADD COLUMN proposal jsonb;
