// The SQL of addresses that were proved before they were anybody's. Called by customers/actions-proofs.ts.
import type { AddressKind } from "#contract/channel.ts";
import type { AddressId, BrandId, CustomerId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A further address of a customer, proved from the beginning. */
export const insertProved = async (
  tx: Tx,
  row: {
    readonly id: AddressId;
    readonly customerId: CustomerId;
    readonly kind: AddressKind;
    readonly norm: string;
    readonly value: string;
    readonly brandId: BrandId;
    readonly at: string;
    readonly by: string;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO address (id, customer_id, kind, norm, value, brand_ids, verified_at, verified_by)
    VALUES (${row.id}, ${row.customerId}, ${row.kind}, ${row.norm}, ${row.value}, ARRAY[${row.brandId}::uuid], ${row.at}, ${row.by})`);
};

/** Has the customer another id of the same site? `site`: what the keys of its ids begin with. */
export const hasOtherId = async (tx: Tx, customerId: CustomerId, site: string, norm: string): Promise<boolean> =>
  (
    await tx.one<{ has: boolean }>(sql`
      SELECT EXISTS (SELECT FROM address WHERE customer_id = ${customerId} AND kind = 'signed' AND removed_at IS NULL
                        AND starts_with(norm, ${site}) AND norm <> ${norm}) AS has`)
  ).has;
