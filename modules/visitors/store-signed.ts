// The SQL of users whom a site signs in: its keys, tokens that were used, and the visitors they are. Called by visitors/actions-signed.ts and
// visitors/actions-keys.ts.
import type { ChannelId } from "#contract/ids.ts";
import type { SigningKey } from "#contract/visitors.ts";
import { tellNobody } from "#modules/visitors/store.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A key as it verifies. HS256: `secret`, sealed; ES256: `publicKey`, PEM. */
export interface KeyRow {
  readonly id: string;
  readonly algorithm: "HS256" | "ES256";
  readonly secret: string | null;
  readonly publicKey: string | null;
}

/** The keys of a channel that sign, the newest first. */
export const keysOf = (tx: Tx, channelId: ChannelId): Promise<SigningKey[]> =>
  tx.rows<SigningKey>(sql`
    SELECT id, channel_id AS "channelId", name, algorithm, created_at AS "createdAt", used_at AS "usedAt"
      FROM signing_key WHERE channel_id = ${channelId} AND removed_at IS NULL ORDER BY created_at DESC, id DESC`);

/** The same keys as they verify. */
export const verifyingKeys = (tx: Tx, channelId: ChannelId): Promise<KeyRow[]> =>
  tx.rows<KeyRow>(sql`
    SELECT id, algorithm, secret, public_key AS "publicKey" FROM signing_key
     WHERE channel_id = ${channelId} AND removed_at IS NULL ORDER BY created_at DESC, id DESC`);

/** Until the commit nobody else adds a key to the channel. */
export const lockKeys = async (tx: Tx, channelId: ChannelId): Promise<void> => {
  await tx.run(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`signing-key:${channelId}`}, 0))`);
};

export const insertKey = async (tx: Tx, key: SigningKey & Omit<KeyRow, "id" | "algorithm">): Promise<void> => {
  await tx.run(sql`
    INSERT INTO signing_key (id, channel_id, name, algorithm, secret, public_key, created_at)
    VALUES (${key.id}, ${key.channelId}, ${key.name}, ${key.algorithm}, ${key.secret}, ${key.publicKey}, ${key.createdAt})`);
};

/** Removes a key and forgets its secret's place in use; gives its name, null when there is none. */
export const endKey = async (tx: Tx, channelId: ChannelId, keyId: string, at: string): Promise<string | null> =>
  (
    await tx.maybe<{ name: string }>(sql`
      UPDATE signing_key SET removed_at = ${at} WHERE id = ${keyId} AND channel_id = ${channelId} AND removed_at IS NULL RETURNING name`)
  )?.name ?? null;

/** Notes that a key has signed somebody in; at most once a minute. */
export const touchKey = async (tx: Tx, keyId: string, at: string): Promise<void> => {
  await tx.run(sql`
    UPDATE signing_key SET used_at = ${at} WHERE id = ${keyId} AND (used_at IS NULL OR used_at < ${at}::timestamptz - interval '1 minute')`);
};

/** Uses a token up; false: another browser has. The browser that used it may say it again: its answer may have been lost. */
export const useToken = async (
  tx: Tx,
  token: {
    readonly channelId: ChannelId;
    readonly jtiHash: string;
    readonly sessionHash: string;
    readonly expiresAt: string;
  },
): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO signed_token (channel_id, jti_hash, session_hash, expires_at)
    VALUES (${token.channelId}, ${token.jtiHash}, ${token.sessionHash}, ${token.expiresAt})
    ON CONFLICT (channel_id, jti_hash) DO UPDATE SET session_hash = signed_token.session_hash
     WHERE signed_token.session_hash = excluded.session_hash`)) > 0;

/** Forgets tokens that nobody could say any more; says how many. */
export const deleteOldTokens = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM signed_token WHERE expires_at < ${before}`);

/** What a site said of its user. */
export interface SignedRow {
  readonly id: string;
  readonly channelId: ChannelId;
  readonly address: string;
  readonly signedId: string;
  readonly name: string;
  readonly email: string;
  readonly emailProved: boolean;
  readonly phone: string;
  readonly language: "de" | "en";
  readonly at: string;
}

/** Writes the user down as the site says they are; what it says nothing of stays as they said it themselves. Gives the visitor's id. */
export const keepSigned = async (tx: Tx, user: SignedRow): Promise<string> =>
  (
    await tx.one<{ id: string }>(sql`
      INSERT INTO visitor (id, channel_id, address, name, email, language, created_at, seen_at, signed_id, signed_name, signed_email, email_proved, phone)
      VALUES (${user.id}, ${user.channelId}, ${user.address}, ${user.name}, ${user.email}, ${user.language}, ${user.at}, ${user.at},
              ${user.signedId}, ${user.name}, ${user.email}, ${user.emailProved}, ${user.phone})
      ON CONFLICT (channel_id, signed_id) WHERE signed_id IS NOT NULL DO UPDATE SET
        name = CASE WHEN excluded.signed_name <> '' THEN excluded.signed_name ELSE visitor.name END,
        email = CASE WHEN excluded.signed_email <> '' THEN excluded.signed_email ELSE visitor.email END,
        signed_name = excluded.signed_name, signed_email = excluded.signed_email, phone = excluded.phone,
        email_proved = CASE WHEN excluded.signed_email <> '' THEN excluded.email_proved
                            ELSE visitor.email_proved AND visitor.signed_email = '' END,
        seen_at = excluded.seen_at
      RETURNING id`)
  ).id;

/** A browser speaks as that visitor until then; one that has signed out does so no more. */
export const keepSignedBrowser = async (
  tx: Tx,
  browser: {
    readonly visitorId: string;
    readonly tokenHash: string;
    readonly readsEmail: string;
    readonly at: string;
    readonly until: string;
  },
): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO visitor_browser (token_hash, visitor_id, reads_email, created_at, signed_until)
    VALUES (${browser.tokenHash}, ${browser.visitorId}, ${browser.readsEmail}, ${browser.at}, ${browser.until})
    ON CONFLICT (token_hash) DO UPDATE SET signed_until = excluded.signed_until, reads_email = excluded.reads_email
     WHERE visitor_browser.visitor_id = excluded.visitor_id AND visitor_browser.left_at IS NULL`)) > 0;

/** An unsigned visitor is the signed one from now on; false: they are signed themselves, or joined already. Every browser that was them is so no more. */
export const joinVisitor = async (
  tx: Tx,
  join: { readonly visitorId: string; readonly to: string; readonly at: string },
): Promise<boolean> => {
  const joined = await tx.run(sql`
    UPDATE visitor SET joined_to = ${join.to}, joined_at = ${join.at}
     WHERE id = ${join.visitorId} AND signed_id IS NULL AND joined_to IS NULL AND id <> ${join.to}`);
  if (joined === 0) return false;
  await tx.run(
    sql`UPDATE visitor_browser SET left_at = ${join.at} WHERE visitor_id = ${join.visitorId} AND left_at IS NULL`,
  );
  await tellNobody(tx, join.visitorId);
  return true;
};

/** Writes down what a visitor has proved; the first proof stays. */
export const keepProof = async (
  tx: Tx,
  proof: {
    readonly visitorId: string;
    readonly kind: string;
    readonly norm: string;
    readonly value: string;
    readonly by: string;
    readonly at: string;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO address_proof (visitor_id, kind, norm, value, proved_by, at)
    VALUES (${proof.visitorId}, ${proof.kind}, ${proof.norm}, ${proof.value}, ${proof.by}, ${proof.at}) ON CONFLICT DO NOTHING`);
};
