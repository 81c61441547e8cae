// The SQL of customers who call, or do not want to be called. Called by customers/actions-calls.ts, actions-desk.ts and reads.ts.
import type { AddressId, BrandId, CustomerId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A new customer without an address. */
export const insertNameless = async (
  tx: Tx,
  row: {
    readonly customerId: CustomerId;
    readonly name: string;
    readonly language: "de" | "en";
    readonly brandId: BrandId;
    readonly at: string;
  },
): Promise<void> => {
  await tx.later(
    sql`INSERT INTO customer (id, name, language, brand_ids, created_at) VALUES (${row.customerId}, ${row.name}, ${row.language}, ARRAY[${row.brandId}::uuid], ${row.at})`,
  );
};

/** Nobody wants to be called there, or they may be again. False when it was so. */
export const setUnwanted = async (tx: Tx, addressId: AddressId, unwanted: boolean): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE address SET do_not_call = ${unwanted} WHERE id = ${addressId} AND do_not_call <> ${unwanted} AND removed_at IS NULL`,
  )) === 1;

/** Does somebody not want to be called there? Written with or without its plus. */
export const unwantedAt = async (tx: Tx, norms: readonly string[]): Promise<boolean> =>
  (await tx.maybe(
    sql`SELECT 1 FROM address WHERE kind IN ('phone', 'whatsapp') AND norm = ANY (${norms}::text[]) AND removed_at IS NULL AND do_not_call`,
  )) !== null;
