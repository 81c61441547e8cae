// The SQL of tiers, and of organisations' tiers and agents. Called by customers/actions-tiers.ts and customers/reads-tiers.ts.
import type { Organisation } from "#contract/customers.ts";
import type { AgentId, BrandId, CustomerId, OrganisationId, TierId } from "#contract/ids.ts";
import type { Tier } from "#contract/tiers.ts";
import { organisationObject } from "#modules/customers/store.ts";
import { empty, sql, type Tx } from "#platform/db/db.ts";

/** The tiers, the lowest first. */
export const allTiers = (tx: Tx): Promise<Tier[]> => tx.rows(sql`SELECT id, name FROM customer_tier ORDER BY place`);

/** Nobody else changes the list until the commit. */
export const lockTiers = async (tx: Tx): Promise<void> => {
  await tx.run(sql`LOCK TABLE customer_tier IN SHARE ROW EXCLUSIVE MODE`);
};

/** Which of these somebody has: customers and organisations. */
export const tiersInUse = async (
  tx: Tx,
  ids: readonly string[],
): Promise<{ readonly id: TierId; readonly n: number }[]> =>
  tx.rows(sql`
    SELECT id, sum(n)::int AS n FROM (
      SELECT tier_id AS id, count(*) AS n FROM customer WHERE tier_id = ANY (${ids}::uuid[]) GROUP BY 1
      UNION ALL SELECT tier_id, count(*) FROM organisation WHERE tier_id = ANY (${ids}::uuid[]) GROUP BY 1) AS had
     GROUP BY id ORDER BY n DESC`);

/** The list as it is from now on. Throws when one that somebody has is not in it. */
export const putTiers = async (tx: Tx, tiers: readonly Tier[]): Promise<void> => {
  await tx.run(sql`DELETE FROM customer_tier WHERE id <> ALL (${tiers.map(({ id }) => id)}::uuid[])`);
  await tx.run(sql`
    INSERT INTO customer_tier (id, name, place)
    SELECT id, name, place FROM unnest(${tiers.map(({ id }) => id)}::uuid[], ${tiers.map(({ name }) => name)}::text[]) WITH ORDINALITY AS t (id, name, place)
    ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, place = EXCLUDED.place`);
};

/** An organisation, locked; null: there is none, or these brands know nobody of it. */
export const lockOrganisation = async (
  tx: Tx,
  id: OrganisationId,
  brands: readonly string[] | null,
): Promise<Organisation | null> =>
  (
    await tx.maybe<{ it: Organisation }>(sql`
      SELECT ${organisationObject} AS it FROM organisation o
       WHERE o.id = ${id} ${brands === null ? empty : sql`AND EXISTS (SELECT FROM customer c WHERE c.organisation_id = o.id AND c.brand_ids && ${brands}::uuid[])`}
         FOR UPDATE`)
  )?.it ?? null;

/** Sets an organisation's tier and agent. */
export const updateOrganisation = async (
  tx: Tx,
  { id, tierId, agentId }: Pick<Organisation, "id" | "tierId" | "agentId">,
): Promise<void> => {
  await tx.run(sql`UPDATE organisation SET tier_id = ${tierId}, agent_id = ${agentId} WHERE id = ${id}`);
};

/** The brands that know somebody of an organisation. */
export const brandsOfOrganisation = async (tx: Tx, id: OrganisationId): Promise<BrandId[]> =>
  (
    await tx.rows<{ id: BrandId }>(
      sql`SELECT DISTINCT b AS id FROM customer c, unnest(c.brand_ids) AS b WHERE c.organisation_id = ${id} ORDER BY b`,
    )
  ).map(({ id }) => id);

/** What counts for a customer. */
export interface Standing {
  readonly customerId: CustomerId;
  readonly tierId: TierId | null;
  readonly agentId: AgentId | null;
}

/** What counts for each of these customers. */
export const standingsOf = (tx: Tx, ids: readonly string[]): Promise<Standing[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx.rows(sql`
        SELECT customer_id AS "customerId", tier_id AS "tierId", agent_id AS "agentId" FROM customer_standing WHERE customer_id = ANY (${ids}::uuid[])`);

/** Everybody whose standing hangs on one of these customers or organisations. */
export const dependentOn = async (
  tx: Tx,
  {
    customerIds,
    organisationIds,
  }: { readonly customerIds: readonly string[]; readonly organisationIds: readonly string[] },
): Promise<CustomerId[]> =>
  (
    await tx.rows<{ id: CustomerId }>(sql`
      WITH shown AS (
        SELECT coalesce(k.merged_into, k.id) AS id FROM customer k WHERE k.id = ANY (${customerIds}::uuid[])
        UNION SELECT id FROM customer WHERE organisation_id = ANY (${organisationIds}::uuid[]) AND merged_into IS NULL)
      SELECT id FROM shown UNION SELECT m.id FROM shown s JOIN customer m ON m.merged_into = s.id`)
  ).map(({ id }) => id);
