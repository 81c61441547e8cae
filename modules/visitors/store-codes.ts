// The SQL of codes that prove an address. Called by visitors/actions-codes.ts.
import { sql, type Tx } from "#platform/db/db.ts";

/** Keeps a new code in place of the one before; false: that one was sent after `notAfter`. */
export const keepCode = async (
  tx: Tx,
  code: {
    readonly visitorId: string;
    readonly email: string;
    readonly codeHash: string;
    readonly tries: number;
    readonly at: string;
    readonly notAfter: string;
    readonly expiresAt: string;
  },
): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO email_code (visitor_id, email, code_hash, tries_left, sent_at, expires_at)
    VALUES (${code.visitorId}, ${code.email}, ${code.codeHash}, ${code.tries}, ${code.at}, ${code.expiresAt})
    ON CONFLICT (visitor_id) DO UPDATE SET email = excluded.email, code_hash = excluded.code_hash, tries_left = excluded.tries_left,
           sent_at = excluded.sent_at, expires_at = excluded.expires_at
     WHERE email_code.sent_at <= ${code.notAfter}`)) > 0;

/** When the visitor's last code was sent; null: none was. */
export const codeSentAt = async (tx: Tx, visitorId: string): Promise<string | null> =>
  (await tx.maybe<{ sentAt: string }>(sql`SELECT sent_at AS "sentAt" FROM email_code WHERE visitor_id = ${visitorId}`))
    ?.sentAt ?? null;

/** Takes one try away and gives what it is compared with, in one statement: of any number of tries at once no more are compared than were left. */
export const takeTry = (
  tx: Tx,
  visitorId: string,
  email: string,
  now: string,
): Promise<{ readonly codeHash: string; readonly left: number } | null> =>
  tx.maybe(sql`
    UPDATE email_code SET tries_left = tries_left - 1
     WHERE visitor_id = ${visitorId} AND email = ${email} AND tries_left > 0 AND expires_at > ${now}
    RETURNING code_hash AS "codeHash", tries_left AS "left"`);

/** The code has been used; false: somebody else has used it. The time it was sent stays: the next has to wait for it as any. */
export const endCode = async (tx: Tx, visitorId: string, codeHash: string): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE email_code SET tries_left = 0, code_hash = '' WHERE visitor_id = ${visitorId} AND code_hash = ${codeHash}`,
  )) > 0;

/** The visitor has shown to read at their address; false: it is another by now. */
export const setProved = async (tx: Tx, visitorId: string, email: string): Promise<boolean> =>
  (await tx.run(sql`UPDATE visitor SET email_proved = true WHERE id = ${visitorId} AND email = ${email}`)) > 0;

/** Forgets codes that are long over; says how many. */
export const deleteOldCodes = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM email_code WHERE expires_at < ${before}`);
