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

const columns = sql`id, channel_id AS "channelId", address, name, email, language`;

/** Writes a visitor down; the same token twice is one visitor. */
export const insertVisitor = async (
  tx: Tx,
  visitor: VisitorRow & { readonly tokenHash: string; readonly at: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO visitor (id, channel_id, address, token_hash, name, email, language, created_at, seen_at)
    VALUES (${visitor.id}, ${visitor.channelId}, ${visitor.address}, ${visitor.tokenHash}, ${visitor.name}, ${visitor.email}, ${visitor.language},
            ${visitor.at}, ${visitor.at})
    ON CONFLICT DO NOTHING`);
};

/** Whose token that is, in this channel. */
export const visitorByToken = (tx: Tx, channelId: ChannelId, tokenHash: string): Promise<VisitorRow | null> =>
  tx.maybe<VisitorRow>(
    sql`SELECT ${columns} FROM visitor WHERE token_hash = ${tokenHash} AND channel_id = ${channelId}`,
  );

/** Who has this address. */
export const visitorByAddress = (tx: Tx, address: string): Promise<VisitorRow | null> =>
  tx.maybe<VisitorRow>(sql`SELECT ${columns} FROM visitor WHERE address = ${address}`);

/** What the visitor says of themselves. */
export const setIntroduced = async (
  tx: Tx,
  id: string,
  said: { readonly name: string; readonly email: string; readonly at: string },
): Promise<void> => {
  await tx.run(
    sql`UPDATE visitor SET name = ${said.name}, email = ${said.email}, seen_at = ${said.at} WHERE id = ${id}`,
  );
};

/** The token opens nothing any more. */
export const forgetToken = async (tx: Tx, id: string, at: string): Promise<void> => {
  await tx.run(sql`UPDATE visitor SET token_hash = NULL, seen_at = ${at} WHERE id = ${id}`);
};
