-- Whoever says something in a chat is told what became of it by its arrival (module concerns): without this every word looked through all messages.
CREATE INDEX message_intake ON message (intake_id) WHERE intake_id IS NOT NULL;
