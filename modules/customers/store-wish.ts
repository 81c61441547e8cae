// The SQL of by which way customers want to be answered, where nothing else of them is asked. Called by customers/reads.ts.
import type { AddressKind, ChannelKind } from "#contract/channel.ts";
import type { CustomerId } from "#contract/ids.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** What whoever the desk shows for a customer wants. */
const wished = async (tx: Tx, query: Sql): Promise<ChannelKind | null> =>
  (await tx.maybe<{ wish: ChannelKind | null }>(query))?.wish ?? null;

/** By which kind of channel whoever speaks for this customer wants to be answered; null: nobody has said. */
export const wishOf = (tx: Tx, id: CustomerId): Promise<ChannelKind | null> =>
  wished(
    tx,
    sql`SELECT w.wish FROM customer c JOIN customer w ON w.id = coalesce(c.merged_into, c.id) WHERE c.id = ${id}`,
  );

/** The same of whoever has this address; `norm` as `normalise` gives it. */
export const wishAt = (tx: Tx, kind: AddressKind, norm: string): Promise<ChannelKind | null> =>
  wished(
    tx,
    sql`SELECT w.wish FROM address a JOIN customer c ON c.id = a.customer_id JOIN customer w ON w.id = coalesce(c.merged_into, c.id)
         WHERE a.kind = ${kind} AND a.norm = ${norm} AND a.removed_at IS NULL`,
  );
