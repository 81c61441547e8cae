-- What an agent chose to repeat below an answer. Owned by modules/concerns.
-- draft.quote: null as usual, "none", or {messageId, text} when it was edited. message_body.quote_of: the message whose formatting is repeated, too.
ALTER TABLE draft ADD COLUMN quote jsonb;
ALTER TABLE message_body ADD COLUMN quote_of uuid;
