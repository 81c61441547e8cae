-- An automatic answer that names nothing of ours and belongs to nobody we wrote to is set aside: nobody waits for it. Owned by modules/concerns.
ALTER TABLE set_aside DROP CONSTRAINT set_aside_reason_check,
  ADD CONSTRAINT set_aside_reason_check CHECK (reason IN ('unknownSenders', 'unknownReceipt', 'falseAutoReply', 'strayAutoReply'));
