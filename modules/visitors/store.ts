// The SQL of visitors. Called by visitors/actions.ts.
import type { ChannelId } from "#contract/ids.ts";
import { alike } from "#platform/db/alike.ts";
import { sql, type Tx } from "#platform/db/db.ts";

export interface VisitorRow {
  readonly id: string;
  readonly channelId: ChannelId;
  readonly address: string;
  readonly name: string;
  readonly email: string;
  readonly language: "de" | "en";
  /** By which id the site has signed them in; null: it has not. */
  readonly signedId: string | null;
  /** They have shown to read at `email`: a site's signature says so, or a code that was sent there. */
  readonly emailProved: boolean;
  /** The site has signed the mail address. */
  readonly emailSigned: boolean;
  /** As the site said it; empty: it did not. */
  readonly phone: string;
  readonly createdAt: string;
  /** The signed visitor whose concerns these are by now; null: nobody's but theirs. */
  readonly joinedTo: string | null;
}

const columns = sql`v.id, v.channel_id AS "channelId", v.address, v.name, v.email, v.language, v.signed_id AS "signedId", v.email_proved AS "emailProved", v.signed_email <> '' AS "emailSigned", v.phone, v.created_at AS "createdAt", v.joined_to AS "joinedTo"`;

/** Writes a visitor and the browser down; who is written down already stays as they are. */
export const insertVisitor = async (
  tx: Tx,
  visitor: Pick<VisitorRow, "id" | "channelId" | "address" | "name" | "email" | "language"> & {
    readonly tokenHash: string;
    readonly at: string;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO visitor (id, channel_id, address, name, email, language, created_at, seen_at)
    VALUES (${visitor.id}, ${visitor.channelId}, ${visitor.address}, ${visitor.name}, ${visitor.email}, ${visitor.language}, ${visitor.at}, ${visitor.at})
    ON CONFLICT (address) DO NOTHING`);
  await tx.run(sql`
    INSERT INTO visitor_browser (token_hash, visitor_id, created_at)
    SELECT ${visitor.tokenHash}, id, ${visitor.at} FROM visitor WHERE address = ${visitor.address} ON CONFLICT DO NOTHING`);
};

/** Another browser that speaks as the visitor. */
export const insertBrowser = async (
  tx: Tx,
  browser: {
    readonly visitorId: string;
    readonly tokenHash: string;
    readonly readsEmail: string;
    readonly at: string;
    readonly until?: string | null;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO visitor_browser (token_hash, visitor_id, reads_email, created_at, signed_until)
    VALUES (${browser.tokenHash}, ${browser.visitorId}, ${browser.readsEmail}, ${browser.at}, ${browser.until ?? null})`);
};

/** What is known of a browser. `signedUntil`: it speaks as somebody the site has signed in, until then. */
interface Seated {
  readonly left: boolean;
  readonly readsEmail: string;
  readonly signedUntil: string | null;
}

/** Whose browser that is, in this channel, and at which mail address it has shown to read; `left`: it has signed out. */
export const visitorByToken = alike<
  { readonly channelId: ChannelId; readonly tokenHash: string },
  (VisitorRow & Seated) | null
>(async (tx, asked) => {
  const rows = await tx.rows<VisitorRow & Seated & { readonly tokenHash: string }>(sql`
    SELECT b.token_hash AS "tokenHash", ${columns}, b.reads_email AS "readsEmail", b.left_at IS NOT NULL AS "left", b.signed_until AS "signedUntil"
      FROM visitor_browser b JOIN visitor v ON v.id = b.visitor_id WHERE b.token_hash = ANY (${asked.map(({ tokenHash }) => tokenHash)}::text[])`);
  const byHash = new Map(rows.map(({ tokenHash, ...row }) => [tokenHash, row]));
  return asked.map(({ channelId, tokenHash }) => {
    const found = byHash.get(tokenHash);
    return found?.channelId === channelId ? found : null;
  });
});

/** Who has this address. */
export const visitorByAddress = (tx: Tx, address: string): Promise<VisitorRow | null> =>
  tx.maybe<VisitorRow>(sql`SELECT ${columns} FROM visitor v WHERE v.address = ${address}`);

/** Where whoever has one of these addresses chats, and at which mail address they are reached by now, also since they have signed in; empty: at none. */
export const chattingAt = (
  tx: Tx,
  addresses: readonly string[],
): Promise<{ readonly address: string; readonly channelId: ChannelId; readonly email: string }[]> =>
  tx.rows(sql`
    SELECT v.address, v.channel_id AS "channelId", coalesce(j.email, v.email) AS email
      FROM visitor v LEFT JOIN visitor j ON j.id = v.joined_to WHERE v.address = ANY (${addresses}::text[])`);

/** Those of the visitors' addresses whose visitors have typed a mail address, or were signed in by their site. */
export const addressesThatTyped = async (tx: Tx, addresses: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ address: string }>(
      sql`SELECT address FROM visitor WHERE address = ANY (${addresses}::text[]) AND (email <> '' OR signed_id IS NOT NULL)`,
    )
  ).map(({ address }) => address);

/** Who has this id. */
export const visitorById = (tx: Tx, id: string): Promise<VisitorRow | null> =>
  tx.maybe<VisitorRow>(sql`SELECT ${columns} FROM visitor v WHERE v.id = ${id}`);

/** What the visitor says of themselves, but for what the site has signed; gives what stands there now. Another address is proved by nothing. */
export const setIntroduced = (
  tx: Tx,
  address: string,
  said: { readonly name: string; readonly email: string; readonly at: string },
): Promise<Pick<VisitorRow, "name" | "email" | "emailProved">> =>
  tx.one(sql`
    UPDATE visitor SET
      name = CASE WHEN signed_name <> '' THEN name ELSE ${said.name} END,
      email = CASE WHEN signed_email <> '' THEN email ELSE ${said.email} END,
      email_proved = email_proved AND (signed_email <> '' OR email = ${said.email}),
      seen_at = ${said.at}
     WHERE address = ${address} RETURNING name, email, email_proved AS "emailProved"`);

/** What number they gave, but for what the site has said. */
export const setPhone = async (tx: Tx, address: string, phone: string): Promise<void> => {
  await tx.run(sql`UPDATE visitor SET phone = ${phone} WHERE address = ${address} AND signed_id IS NULL`);
};

/** Addresses of those who were that visitor before the site signed them in. */
export const joinedAddresses = async (tx: Tx, visitorId: string): Promise<string[]> =>
  (
    await tx.rows<{ address: string }>(
      sql`SELECT address FROM visitor WHERE joined_to = ${visitorId} ORDER BY joined_at, id`,
    )
  ).map(({ address }) => address);

/** Whoever sits at the browser reads at that address. */
export const setReads = async (tx: Tx, tokenHash: string, email: string): Promise<void> => {
  await tx.run(sql`UPDATE visitor_browser SET reads_email = ${email} WHERE token_hash = ${tokenHash}`);
};

/** The browser's token opens nothing any more, and it is told nothing any more. */
export const endBrowser = async (tx: Tx, tokenHash: string, at: string): Promise<void> => {
  await tx.run(sql`UPDATE visitor_browser SET left_at = ${at} WHERE token_hash = ${tokenHash} AND left_at IS NULL`);
  await tx.run(sql`DELETE FROM push_subscription WHERE token_hash = ${tokenHash}`);
};

/** No browser speaks as the visitor any more. */
export const endBrowsers = async (tx: Tx, visitorId: string, at: string): Promise<void> => {
  await tx.run(sql`UPDATE visitor_browser SET left_at = ${at} WHERE visitor_id = ${visitorId} AND left_at IS NULL`);
  await tellNobody(tx, visitorId);
};

/** No browser of the visitor is told anything any more. */
export const tellNobody = async (tx: Tx, visitorId: string): Promise<void> => {
  await tx.run(
    sql`DELETE FROM push_subscription s USING visitor_browser b WHERE b.token_hash = s.token_hash AND b.visitor_id = ${visitorId}`,
  );
};
