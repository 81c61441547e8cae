-- concerns: whom a message wants answered, {name, value} as written; null where it does not say.
ALTER TABLE message ADD COLUMN reply_to jsonb;
