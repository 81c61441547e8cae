-- What we have to say of a delivery or a channel is a code with facts, apart from what others said, which stays as text as they said it.
-- Owned by modules/concerns (delivery) and modules/brands (channel). What was written before stays and is shown as it stands.
ALTER TABLE delivery ADD COLUMN reason jsonb;
ALTER TABLE channel ADD COLUMN receiving_trouble jsonb;
UPDATE channel SET receiving_trouble = jsonb_build_object('reason', NULL, 'code', substring(health_detail FROM '(?:^|[ :])([245]\.\d{1,3}\.\d{1,3})(?: |$)'), 'detail', health_detail)
 WHERE health = 'failing' AND health_detail <> '';
ALTER TABLE channel DROP COLUMN health_detail;
ALTER TABLE channel ALTER COLUMN sending_trouble TYPE jsonb
  USING CASE WHEN sending_trouble IS NULL THEN NULL
             ELSE jsonb_build_object('reason', NULL, 'code', split_part(sending_trouble, ' ', 1), 'detail', btrim(substr(sending_trouble, length(split_part(sending_trouble, ' ', 1)) + 1))) END;
