-- Why nothing can leave by a channel; null: it can, as far as anybody knows. What listening says of itself stays in health. Owned by modules/brands.
ALTER TABLE channel ADD COLUMN sending_trouble text;
