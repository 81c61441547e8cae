-- Custom fields of concerns and customers, defined by an administrator. Owned by modules/fields; the values stand with what they are of.
CREATE TABLE field (
  id uuid PRIMARY KEY,
  owner text NOT NULL CHECK (owner IN ('concern', 'customer')),
  -- Under what the values are kept; never changes, so that another name rewrites nothing.
  key text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice', 'yesNo')),
  choices text[] NOT NULL DEFAULT '{}',
  topic_id uuid REFERENCES topic,
  position integer NOT NULL,
  CONSTRAINT field_key UNIQUE (owner, key)
);
CREATE UNIQUE INDEX field_name ON field (owner, fold(name));
