-- By which kind of channel a customer wants to be answered (customers); null: nobody has said. Who said it: an agent who was told, or they themselves.
ALTER TABLE customer ADD COLUMN wish text, ADD COLUMN wish_by text CHECK (wish_by IN ('agent', 'customer')),
  ADD CONSTRAINT customer_wish_said CHECK ((wish IS NULL) = (wish_by IS NULL));
