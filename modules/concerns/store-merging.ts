// Whose concerns are when two customers are taken apart. Called by concerns/actions-merging.ts and reads-merging.ts.
import type { AddressKind } from "#contract/channel.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { NewParty } from "#modules/concerns/store.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A customer's concerns since a time that came by no address anybody has: nothing tells whose they are. */
export const begunSince = (
  tx: Tx,
  customerId: string,
  since: string,
): Promise<{ readonly id: ConcernId; readonly number: number; readonly subject: string; readonly brandId: string }[]> =>
  tx.rows(sql`
    SELECT c.id, c.number, c.subject, c.brand_id AS "brandId" FROM concern c
     WHERE c.customer_id = ${customerId} AND c.created_at >= ${since}
       AND NOT EXISTS (SELECT FROM party p WHERE p.concern_id = c.id AND p.role = 'requester' AND p.customer_id IS NOT NULL)
     ORDER BY c.number LIMIT 200`);

/** A customer's concerns that came by one of these addresses. */
export const cameBy = async (
  tx: Tx,
  customerId: string,
  addresses: readonly { readonly kind: AddressKind; readonly norm: string }[],
): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(sql`
      SELECT c.id FROM concern c WHERE c.customer_id = ${customerId} AND EXISTS (
        SELECT FROM party p JOIN unnest(${addresses.map(({ kind }) => kind)}::text[], ${addresses.map(({ norm }) => norm)}::text[]) AS a (kind, norm)
               ON p.kind = a.kind AND p.norm = a.norm
         WHERE p.concern_id = c.id AND p.role = 'requester')`)
  ).map(({ id }) => id);

/** Everywhere a customer takes part under one of these addresses, another does from now on; gives these parties. */
export const giveParties = (
  tx: Tx,
  from: string,
  to: string,
  addresses: readonly { readonly kind: AddressKind; readonly norm: string }[],
): Promise<(NewParty & { readonly concernId: ConcernId; readonly brandId: string })[]> =>
  tx.rows(sql`
    UPDATE party p SET customer_id = ${to}
      FROM concern c, unnest(${addresses.map(({ kind }) => kind)}::text[], ${addresses.map(({ norm }) => norm)}::text[]) AS a (kind, norm)
     WHERE p.kind = a.kind AND p.norm = a.norm AND p.customer_id = ${from} AND c.id = p.concern_id
    RETURNING p.id, p.customer_id AS "customerId", p.name, p.kind, p.norm, p.value, p.role, p.sees_from AS "seesFrom", p.concern_id AS "concernId", c.brand_id AS "brandId"`);
