-- Who waits no longer because they took another way (a callback, a chat, words that they left) has not given up (routing).
ALTER TABLE routing_wait DROP CONSTRAINT routing_wait_end_why_check;
ALTER TABLE routing_wait ADD CONSTRAINT routing_wait_end_why_check CHECK (end_why IN ('finished', 'left', 'moved'));
