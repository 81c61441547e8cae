-- Where in a mail's text the link stands that leads its reader back into the chat, and whom it leads to (concerns). The text has a mark there; the link is made
-- when the mail leaves, so that nobody finds it where messages are kept.
ALTER TABLE message_body ADD COLUMN chat_link jsonb;

-- Mails of before have the whole link in their text. Where the mail has left it is covered; what may still leave keeps it.
UPDATE message_body b SET text = regexp_replace(b.text, '(/chat/[0-9a-f-]{36}#visitor-[a-z2-7]{12}\.[0-9a-z]{1,12})\.[a-z2-7]{32}', '\1.[•••]', 'g')
  FROM message m
 WHERE m.id = b.message_id AND m.direction = 'out' AND m.automatic = 'auto-reply' AND b.text LIKE '%/chat/%#visitor-%'
   AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.state NOT IN ('sent', 'delivered', 'read', 'withdrawn'));
