// The SQL of visitors. Called by visitors/actions.ts.
import type { ChannelId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

export interface VisitorRow {
  readonly id: string;
  readonly channelId: ChannelId;
  readonly address: string;
  readonly name: string;
  readonly email: string;
  readonly language: "de" | "en";
}

const columns = sql`v.id, v.channel_id AS "channelId", v.address, v.name, v.email, v.language`;

/** Writes a visitor and the browser down; who is written down already stays as they are. */
export const insertVisitor = async (
  tx: Tx,
  visitor: VisitorRow & { readonly tokenHash: string; readonly at: string },
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
  browser: { readonly visitorId: string; readonly tokenHash: string; readonly readsEmail: string; readonly at: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO visitor_browser (token_hash, visitor_id, reads_email, created_at)
    VALUES (${browser.tokenHash}, ${browser.visitorId}, ${browser.readsEmail}, ${browser.at})`);
};

/** Whose browser that is, in this channel, and at which mail address it has shown to read; `left`: it has signed out. */
export const visitorByToken = (
  tx: Tx,
  channelId: ChannelId,
  tokenHash: string,
): Promise<(VisitorRow & { readonly left: boolean; readonly readsEmail: string }) | null> =>
  tx.maybe<VisitorRow & { readonly left: boolean; readonly readsEmail: string }>(sql`
    SELECT ${columns}, b.reads_email AS "readsEmail", b.left_at IS NOT NULL AS "left" FROM visitor_browser b JOIN visitor v ON v.id = b.visitor_id
     WHERE b.token_hash = ${tokenHash} AND v.channel_id = ${channelId}`);

/** Who has this address. */
export const visitorByAddress = (tx: Tx, address: string): Promise<VisitorRow | null> =>
  tx.maybe<VisitorRow>(sql`SELECT ${columns} FROM visitor v WHERE v.address = ${address}`);

/** What the visitor says of themselves. */
export const setIntroduced = async (
  tx: Tx,
  address: string,
  said: { readonly name: string; readonly email: string; readonly at: string },
): Promise<void> => {
  await tx.run(
    sql`UPDATE visitor SET name = ${said.name}, email = ${said.email}, seen_at = ${said.at} WHERE address = ${address}`,
  );
};

/** Whoever sits at the browser reads at that address. */
export const setReads = async (tx: Tx, tokenHash: string, email: string): Promise<void> => {
  await tx.run(sql`UPDATE visitor_browser SET reads_email = ${email} WHERE token_hash = ${tokenHash}`);
};

/** The browser's token opens nothing any more. */
export const endBrowser = async (tx: Tx, tokenHash: string, at: string): Promise<void> => {
  await tx.run(sql`UPDATE visitor_browser SET left_at = ${at} WHERE token_hash = ${tokenHash} AND left_at IS NULL`);
};
