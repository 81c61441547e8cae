// The SQL of merges, claims and proposals. Called by customers/actions-merging.ts, customers/actions-likeness.ts and customers/reads-merging.ts.
import type { AddressKind } from "#contract/channel.ts";
import type { Evidence, Merge, Sureness } from "#contract/merging.ts";
import type { AddressId, CustomerId } from "#contract/ids.ts";
import type { Parts } from "#modules/customers/model-merging.ts";
import type { Likeness } from "#modules/customers/model-merging.ts";
import { empty, raw, sql, type Sql, type Tx } from "#platform/db/db.ts";

export interface MergeRow {
  readonly id: string;
  readonly keptId: CustomerId;
  readonly goneId: CustomerId;
  readonly at: string;
  readonly byName: string;
  readonly keptName: string;
  readonly goneName: string;
  readonly before: Parts;
  readonly after: Parts;
  readonly keptAddresses: readonly AddressId[];
  readonly keptPreferred: AddressId | null;
  readonly gonePreferred: AddressId | null;
  readonly undoneAt: string | null;
  readonly undoneBy: string | null;
}

const columns = sql`
  id, kept_id AS "keptId", gone_id AS "goneId", at, by_name AS "byName", kept_name AS "keptName", gone_name AS "goneName", before, after,
  kept_addresses AS "keptAddresses", kept_preferred AS "keptPreferred", gone_preferred AS "gonePreferred", undone_at AS "undoneAt", undone_by AS "undoneBy"`;

/** Writes a merge down. */
export const insertMerge = async (tx: Tx, m: Omit<MergeRow, "undoneAt" | "undoneBy">): Promise<void> => {
  await tx.run(sql`
    INSERT INTO customer_merge (id, kept_id, gone_id, at, by_name, kept_name, gone_name, before, after, kept_addresses, kept_preferred, gone_preferred)
    VALUES (${m.id}, ${m.keptId}, ${m.goneId}, ${m.at}, ${m.byName}, ${m.keptName}, ${m.goneName}, ${JSON.stringify(m.before)}::jsonb,
            ${JSON.stringify(m.after)}::jsonb, ${m.keptAddresses}::uuid[], ${m.keptPreferred}, ${m.gonePreferred})`);
};

/** A merge; `lock`: nobody else takes it apart meanwhile. */
export const mergeById = (tx: Tx, id: string, lock = false): Promise<MergeRow | null> =>
  tx.maybe<MergeRow>(sql`SELECT ${columns} FROM customer_merge WHERE id = ${id} ${lock ? sql`FOR UPDATE` : empty}`);

/** The merges into the same customer that came after this one and stand, oldest first. */
export const mergesAfter = (tx: Tx, merge: Pick<MergeRow, "id" | "keptId">): Promise<MergeRow[]> =>
  tx.rows<MergeRow>(sql`
    SELECT ${columns} FROM customer_merge
     WHERE kept_id = ${merge.keptId} AND undone_at IS NULL AND place > (SELECT place FROM customer_merge WHERE id = ${merge.id}) ORDER BY place`);

/** What a later merge found, when an earlier one is taken apart. */
export const setFound = async (tx: Tx, id: string, before: Parts): Promise<void> => {
  await tx.run(sql`UPDATE customer_merge SET before = ${JSON.stringify(before)}::jsonb WHERE id = ${id}`);
};

/** A merge stands no more. */
export const setUndone = async (tx: Tx, id: string, at: string, by: string): Promise<void> => {
  await tx.run(sql`UPDATE customer_merge SET undone_at = ${at}, undone_by = ${by} WHERE id = ${id}`);
};

/** The merges in which somebody of these took part, newest first. */
export const mergesOf = (tx: Tx, ids: readonly string[], limit: number): Promise<MergeRow[]> =>
  tx.rows<MergeRow>(sql`
    SELECT ${columns} FROM customer_merge WHERE kept_id = ANY (${ids}::uuid[]) OR gone_id = ANY (${ids}::uuid[]) ORDER BY place DESC LIMIT ${limit}`);

/** Puts a customer, with everybody merged into them, behind another. */
export const setMergedInto = async (tx: Tx, goneId: CustomerId, keptId: CustomerId): Promise<void> => {
  await tx.run(
    sql`UPDATE customer SET merged_into = ${keptId}, version = version + 1 WHERE id = ${goneId} OR merged_into = ${goneId}`,
  );
};

/** Makes a customer whole again, with everybody who was merged into them or into one of these; gives their ids. */
export const setApart = async (tx: Tx, goneId: CustomerId): Promise<CustomerId[]> =>
  (
    await tx.rows<{ id: CustomerId }>(sql`
      WITH RECURSIVE part (id) AS (
        SELECT ${goneId}::uuid UNION SELECT m.gone_id FROM customer_merge m JOIN part p ON m.kept_id = p.id WHERE m.undone_at IS NULL)
      UPDATE customer c SET merged_into = nullif(${goneId}::uuid, c.id), version = version + 1 FROM part p WHERE c.id = p.id RETURNING c.id`)
  ).map(({ id }) => id);

/** A customer's own addresses in use, and the preferred one. */
export const ownAddresses = (
  tx: Tx,
  id: CustomerId,
): Promise<
  {
    readonly id: AddressId;
    readonly kind: AddressKind;
    readonly value: string;
    readonly norm: string;
    readonly byAgent: boolean;
  }[]
> =>
  tx.rows(
    sql`SELECT id, kind, value, norm, by_agent AS "byAgent" FROM address WHERE customer_id = ${id} AND removed_at IS NULL ORDER BY id`,
  );

/** The address that a customer, or one of those merged into them, prefers. */
export const preferredOf = async (tx: Tx, members: readonly string[]): Promise<AddressId | null> =>
  (
    await tx.maybe<{ id: AddressId }>(
      sql`SELECT id FROM address WHERE customer_id = ANY (${members}::uuid[]) AND removed_at IS NULL AND preferred ORDER BY id LIMIT 1`,
    )
  )?.id ?? null;

/** None of theirs is preferred. */
export const clearPreferred = async (tx: Tx, members: readonly string[]): Promise<void> => {
  await tx.run(
    sql`UPDATE address SET preferred = false WHERE customer_id = ANY (${members}::uuid[]) AND removed_at IS NULL AND preferred`,
  );
};

/** That address is preferred again, if it is still one of theirs and no other is. */
export const preferAgain = async (tx: Tx, members: readonly string[], addressId: AddressId | null): Promise<void> => {
  if (addressId === null) return;
  await tx.run(sql`
    UPDATE address SET preferred = true
     WHERE id = ${addressId} AND customer_id = ANY (${members}::uuid[]) AND removed_at IS NULL
       AND NOT EXISTS (SELECT FROM address a WHERE a.customer_id = ANY (${members}::uuid[]) AND a.removed_at IS NULL AND a.preferred)`);
};

/** Gives an address to another customer, and says to the brands that know it that they know them. */
export const giveAddress = async (tx: Tx, addressId: AddressId, to: CustomerId): Promise<void> => {
  await tx.run(sql`UPDATE address SET customer_id = ${to} WHERE id = ${addressId}`);
  await tx.run(sql`
    UPDATE customer c SET brand_ids = ARRAY(SELECT DISTINCT b FROM unnest(c.brand_ids || a.brand_ids) AS b)
      FROM address a WHERE a.id = ${addressId} AND c.id = ${to}`);
};

/** What likeness of a customer is judged by. */
export const likenessRow = (tx: Tx, id: CustomerId): Promise<(Likeness & { readonly whole: CustomerId }) | null> =>
  tx.maybe(sql`
    SELECT c.name, coalesce(c.merged_into, c.id) AS whole,
           coalesce((SELECT jsonb_agg(jsonb_build_object('kind', a.kind, 'norm', a.norm, 'alike', a.alike) ORDER BY a.id)
                       FROM address a WHERE a.customer_id = c.id AND a.removed_at IS NULL), '[]'::jsonb) AS addresses,
           coalesce((SELECT jsonb_agg(jsonb_build_object('kind', k.kind, 'norm', k.norm, 'alike', k.alike, 'signed', k.signed) ORDER BY k.kind, k.norm)
                       FROM customer_claim k WHERE k.customer_id = c.id), '[]'::jsonb) AS claims
      FROM customer c WHERE c.id = ${id}`);

/** Other customers with something alike, at most `limit`: by index, never by looking at all. */
export const alikeQuery = (id: string | Sql, limit: number): Sql => sql`
  WITH mine AS MATERIALIZED (
    SELECT kind, norm, alike, false AS claimed FROM address WHERE customer_id = ${id} AND removed_at IS NULL
    UNION ALL SELECT kind, norm, alike, true FROM customer_claim WHERE customer_id = ${id})
  SELECT DISTINCT id FROM (
    (SELECT a.customer_id AS id FROM mine m JOIN address a ON a.alike = m.alike AND a.alike <> '' AND a.removed_at IS NULL WHERE m.alike <> '' LIMIT 50)
    UNION ALL (SELECT a.customer_id FROM mine m JOIN address a ON a.kind = m.kind AND a.norm = m.norm AND a.removed_at IS NULL WHERE m.claimed LIMIT 50)
    UNION ALL (SELECT k.customer_id FROM mine m JOIN customer_claim k ON k.kind = m.kind AND k.norm = m.norm LIMIT 50)
    UNION ALL (SELECT k.customer_id FROM mine m JOIN customer_claim k ON k.alike = m.alike AND k.alike <> '' WHERE m.alike <> '' LIMIT 50)) AS f
   WHERE id <> ${id} ORDER BY id LIMIT ${limit}`;

/** Those of the customers with whom somebody has something alike, or about whom a proposal is open. */
export const likeSomebody = async (tx: Tx, ids: readonly CustomerId[]): Promise<readonly CustomerId[]> =>
  (
    await tx.rows<{ id: CustomerId }>(sql`
      SELECT asked.id FROM unnest(${ids}::uuid[]) AS asked (id)
       WHERE EXISTS (${alikeQuery(raw("asked.id"), 1)})
          OR EXISTS (SELECT FROM customer_proposal WHERE (one_id = asked.id OR other_id = asked.id) AND declined_at IS NULL)`)
  ).map(({ id }) => id);

/** Ids of customers with something alike. */
export const alikeTo = async (tx: Tx, id: string, limit: number): Promise<CustomerId[]> =>
  (await tx.rows<{ id: CustomerId }>(alikeQuery(id, limit))).map((row) => row.id);

/** What somebody says is theirs, in place of what they said before. True when that is something new. */
export const putClaim = async (
  tx: Tx,
  customerId: CustomerId,
  claim: { readonly kind: string; readonly norm: string; readonly signed: boolean } | null,
  kind: string,
  at: string,
): Promise<boolean> => {
  const gone = await tx.run(
    sql`DELETE FROM customer_claim WHERE customer_id = ${customerId} AND kind = ${kind} ${claim === null ? empty : sql`AND norm <> ${claim.norm}`}`,
  );
  if (claim === null) return gone > 0;
  const put = await tx.run(sql`
    INSERT INTO customer_claim (customer_id, kind, norm, signed, at) VALUES (${customerId}, ${claim.kind}, ${claim.norm}, ${claim.signed}, ${at})
    ON CONFLICT (customer_id, kind, norm) DO UPDATE SET signed = excluded.signed, at = excluded.at WHERE customer_claim.signed <> excluded.signed`);
  return gone + put > 0;
};

export interface ProposalRow {
  readonly id: string;
  readonly oneId: CustomerId;
  readonly otherId: CustomerId;
  readonly sure: Sureness;
  readonly evidence: readonly Evidence[];
  readonly at: string;
  readonly declinedAt: string | null;
}

const proposalColumns = sql`id, one_id AS "oneId", other_id AS "otherId", sure, evidence, at, declined_at AS "declinedAt"`;

/** Keeps what speaks for two being one; what was declined stays so. True when it is new or says something else than before. */
export const putProposal = async (tx: Tx, p: Omit<ProposalRow, "declinedAt">): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO customer_proposal (id, one_id, other_id, sure, evidence, at)
    VALUES (${p.id}, ${p.oneId}, ${p.otherId}, ${p.sure}, ${JSON.stringify(p.evidence)}::jsonb, ${p.at})
    ON CONFLICT (one_id, other_id) DO UPDATE SET sure = excluded.sure, evidence = excluded.evidence, at = excluded.at
     WHERE customer_proposal.declined_at IS NULL AND customer_proposal.evidence <> excluded.evidence`)) > 0;

/** Nothing speaks for it any more; what was declined is remembered. True when it was open. */
export const removeProposal = async (tx: Tx, oneId: string, otherId: string): Promise<boolean> =>
  (await tx.run(
    sql`DELETE FROM customer_proposal WHERE one_id = ${oneId} AND other_id = ${otherId} AND declined_at IS NULL`,
  )) > 0;

/** Whom open proposals name beside this customer. */
export const proposedWith = async (tx: Tx, id: string): Promise<CustomerId[]> =>
  (
    await tx.rows<{ id: CustomerId }>(sql`
      SELECT CASE WHEN one_id = ${id} THEN other_id ELSE one_id END AS id FROM customer_proposal
       WHERE (one_id = ${id} OR other_id = ${id}) AND declined_at IS NULL`)
  ).map((row) => row.id);

/** What is open about somebody of these and somebody else, the surest first. */
export const proposalsOf = (tx: Tx, members: readonly string[], limit: number): Promise<ProposalRow[]> =>
  tx.rows<ProposalRow>(sql`
    SELECT ${proposalColumns} FROM customer_proposal
     WHERE declined_at IS NULL AND (one_id = ANY (${members}::uuid[])) <> (other_id = ANY (${members}::uuid[]))
     ORDER BY array_position(ARRAY['certain', 'likely', 'possible'], sure), at DESC, id LIMIT ${limit}`);

/** A proposal, locked. */
export const proposalById = (tx: Tx, id: string): Promise<ProposalRow | null> =>
  tx.maybe<ProposalRow>(sql`SELECT ${proposalColumns} FROM customer_proposal WHERE id = ${id} FOR UPDATE`);

/** Says that two are not one (null: that nobody says so). */
export const setDeclined = async (
  tx: Tx,
  id: string,
  declined: { readonly at: string; readonly by: string } | null,
): Promise<void> => {
  await tx.run(
    sql`UPDATE customer_proposal SET declined_at = ${declined?.at ?? null}, declined_by = ${declined?.by ?? null} WHERE id = ${id}`,
  );
};

/** What of a merge crosses the wire. */
export const asMerge = (row: MergeRow): Merge => ({
  id: row.id,
  at: row.at,
  by: row.byName,
  kept: { id: row.keptId, name: row.keptName },
  gone: { id: row.goneId, name: row.goneName },
  undoneAt: row.undoneAt,
  undoneBy: row.undoneBy,
});
