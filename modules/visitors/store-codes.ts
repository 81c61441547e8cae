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
           sent_at = excluded.sent_at, expires_at = excluded.expires_at, sealed = NULL, mail_id = NULL, mail_at = NULL, mail_tries = 0
     WHERE email_code.sent_at <= ${code.notAfter}`)) > 0;

/** The visitor's code is to go by mail, from `at` on. */
export const planMail = async (
  tx: Tx,
  mail: { readonly visitorId: string; readonly mailId: string; readonly sealed: string; readonly at: string },
): Promise<void> => {
  await tx.run(
    sql`UPDATE email_code SET sealed = ${mail.sealed}, mail_id = ${mail.mailId}, mail_at = ${mail.at} WHERE visitor_id = ${mail.visitorId}`,
  );
};

/** A mail with a code, in the hands of one worker. */
export interface CodeMailRow {
  readonly visitorId: string;
  readonly mailId: string;
  readonly email: string;
  readonly sealed: string;
  /** When the code was made. */
  readonly at: string;
  /** Which try this is, from 1. */
  readonly tries: number;
  readonly channelId: string;
  readonly language: "de" | "en";
}

/** Takes what is due, each for one worker until `until`: whoever does not come back has it taken from them then. Codes that are over are left. */
export const takeMails = (tx: Tx, now: string, until: string, limit: number): Promise<CodeMailRow[]> =>
  tx.rows<CodeMailRow>(sql`
    UPDATE email_code e SET mail_at = ${until}, mail_tries = e.mail_tries + 1 FROM visitor v
     WHERE v.id = e.visitor_id AND e.visitor_id IN (
       SELECT visitor_id FROM email_code WHERE mail_at <= ${now} AND expires_at > ${now} ORDER BY mail_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING e.visitor_id AS "visitorId", e.mail_id AS "mailId", e.email, e.sealed, e.sent_at AS at, e.mail_tries AS tries, v.channel_id AS "channelId", v.language`);

/** Tries a mail again from then on; null: never, and its code is forgotten here. One that another has taken the place of is left. */
export const mailNext = async (
  tx: Tx,
  { visitorId, mailId }: Pick<CodeMailRow, "visitorId" | "mailId">,
  at: string | null,
): Promise<void> => {
  await tx.run(sql`
    UPDATE email_code SET mail_at = ${at}, sealed = CASE WHEN ${at}::timestamptz IS NULL THEN NULL ELSE sealed END
     WHERE visitor_id = ${visitorId} AND mail_id = ${mailId}`);
};

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
    sql`UPDATE email_code SET tries_left = 0, code_hash = '', sealed = NULL, mail_at = NULL WHERE visitor_id = ${visitorId} AND code_hash = ${codeHash}`,
  )) > 0;

/** The visitor has shown to read at their address; false: it is another by now. */
export const setProved = async (tx: Tx, visitorId: string, email: string): Promise<boolean> =>
  (await tx.run(sql`UPDATE visitor SET email_proved = true WHERE id = ${visitorId} AND email = ${email}`)) > 0;

/** Forgets codes that are long over; says how many. */
export const deleteOldCodes = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM email_code WHERE expires_at < ${before}`);
