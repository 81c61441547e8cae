// The SQL that removes a concern of which nothing is left. Called by actions-undo.ts, which holds the concern's lock.
import { sql, type Tx } from "#platform/db/db.ts";

/** Is there nothing of a concern but this one message: no other (withdrawn or not), no draft of anybody's, no link? */
export const isNothingElse = async (tx: Tx, concernId: string, messageId: string): Promise<boolean> =>
  (
    await tx.one<{ nothing: boolean }>(sql`
      SELECT NOT EXISTS (SELECT FROM message WHERE concern_id = ${concernId} AND id <> ${messageId})
         AND NOT EXISTS (SELECT FROM draft WHERE concern_id = ${concernId})
         AND NOT EXISTS (SELECT FROM concern_link WHERE earlier_id = ${concernId} OR later_id = ${concernId}) AS nothing`)
  ).nothing;

/** Has a concern a draft of anybody's, or a link? */
export const hasDraftOrLink = async (tx: Tx, concernId: string): Promise<boolean> =>
  (
    await tx.one<{ any: boolean }>(sql`
      SELECT EXISTS (SELECT FROM draft WHERE concern_id = ${concernId})
          OR EXISTS (SELECT FROM concern_link WHERE earlier_id = ${concernId} OR later_id = ${concernId}) AS any`)
  ).any;

/** Has a customer any concern, or any part in one? */
export const isCustomerOf = async (tx: Tx, customerId: string): Promise<boolean> =>
  (
    await tx.one<{ any: boolean }>(sql`
      SELECT EXISTS (SELECT FROM concern WHERE customer_id = ${customerId}) OR EXISTS (SELECT FROM party WHERE customer_id = ${customerId}) AS any`)
  ).any;

/** Removes a concern with everything that hangs on it; the event log keeps that it was there. */
export const removeConcern = async (tx: Tx, concernId: string): Promise<void> => {
  const messages = sql`(SELECT id FROM message WHERE concern_id = ${concernId})`;
  await tx.run(sql`DELETE FROM delivery WHERE message_id IN ${messages}`);
  await tx.run(sql`DELETE FROM attachment WHERE message_id IN ${messages}`);
  await tx.run(sql`DELETE FROM reference WHERE concern_id = ${concernId}`);
  await tx.run(sql`DELETE FROM message_body WHERE message_id IN ${messages}`);
  await tx.run(sql`DELETE FROM message WHERE concern_id = ${concernId}`);
  await tx.run(sql`DELETE FROM reply_token WHERE concern_id = ${concernId}`);
  await tx.run(sql`DELETE FROM party WHERE concern_id = ${concernId}`);
  await tx.run(sql`DELETE FROM change_step WHERE concern_id = ${concernId}`);
  await tx.run(sql`DELETE FROM concern_follower WHERE concern_id = ${concernId}`);
  await tx.run(sql`DELETE FROM concern_extra WHERE concern_id = ${concernId}`);
  await tx.run(sql`DELETE FROM concern WHERE id = ${concernId}`);
};
