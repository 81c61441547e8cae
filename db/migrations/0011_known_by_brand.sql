-- server: one mail to two addresses of a brand is one message, so what was read is known to the whole brand, not to one channel.
ALTER TABLE intake_item ADD COLUMN brand_id uuid;
UPDATE intake_item i SET brand_id = c.brand_id FROM channel c WHERE c.id = i.channel_id;
DELETE FROM intake_item a USING intake_item b WHERE a.brand_id = b.brand_id AND a.provider_id = b.provider_id AND a.channel_id > b.channel_id;
DELETE FROM intake_item WHERE brand_id IS NULL;
ALTER TABLE intake_item ALTER COLUMN brand_id SET NOT NULL;
ALTER TABLE intake_item DROP CONSTRAINT intake_item_pkey;
ALTER TABLE intake_item ADD PRIMARY KEY (brand_id, provider_id);
