// All SQL of customers, their addresses and organisations. Called by customers/actions.ts and customers/reads.ts.
import type { AddressKind } from "#contract/channel.ts";
import type { Address, Customer } from "#contract/customers.ts";
import type { AddressId, AgentId, BrandId, CustomerId, OrganisationId, TierId } from "#contract/ids.ts";
import { alike } from "#platform/db/alike.ts";
import { empty, join, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A live address with its customer. */
export interface AddressRow {
  readonly addressId: AddressId;
  readonly customerId: CustomerId;
  /** Their own; and that of whoever they were merged into, which is what the desk shows. */
  readonly name: string;
  readonly shownName: string;
  /** They were merged into somebody. */
  readonly isPart: boolean;
  readonly value: string;
  readonly verifiedAt: string | null;
  readonly suppressedReason: string | null;
  /** The brands that know the customer, and this address of theirs. */
  readonly brandIds: readonly BrandId[];
  readonly addressBrandIds: readonly BrandId[];
  /** The tier that counts for them. */
  readonly tierId: TierId | null;
}

const addressColumns = sql`
  a.id AS "addressId", c.id AS "customerId", c.name, coalesce((SELECT w.name FROM customer w WHERE w.id = c.merged_into), c.name) AS "shownName", c.merged_into IS NOT NULL AS "isPart", a.value, a.verified_at AS "verifiedAt", a.suppressed_reason AS "suppressedReason",
  c.brand_ids AS "brandIds", a.brand_ids AS "addressBrandIds", (SELECT s.tier_id FROM customer_standing s WHERE s.customer_id = c.id) AS "tierId"`;

/** What the given brands know (null: everything). \`column\` holds the brands that know a row. */
const knownTo = (brands: readonly string[] | null, column: Sql): Sql =>
  brands === null ? empty : sql`AND ${column} && ${brands}::uuid[]`;

/** Whom the desk shows for a customer `c`: themselves, or whoever they were merged into. */
const whole = sql`coalesce(c.merged_into, c.id)`;

/** The ids of everybody who is one with this customer, themselves included. */
export const membersQuery = (id: string): Sql => sql`
  (SELECT m.id FROM customer k JOIN customer m ON m.id = coalesce(k.merged_into, k.id) OR m.merged_into = coalesce(k.merged_into, k.id) WHERE k.id = ${id})`;

/** Do these brands know somebody of the whole? `id`: whom the desk shows. */
const wholeKnownTo = (brands: readonly string[] | null, id: Sql): Sql =>
  brands === null
    ? empty
    : sql`AND EXISTS (SELECT FROM customer m WHERE (m.id = ${id} OR m.merged_into = ${id}) AND m.brand_ids && ${brands}::uuid[])`;

interface AddressKey {
  readonly kind: AddressKind;
  readonly norm: string;
}

const lockName = ({ kind, norm }: AddressKey): string => `address:${kind}:${norm}`;

/** Until the commit nobody else finds or makes a customer under this address. A statement of its own: later ones then see what was committed. */
export const lockAddress = async (tx: Tx, kind: AddressKind, norm: string): Promise<void> => {
  await tx.later(sql`SELECT pg_advisory_xact_lock(hashtextextended(${lockName({ kind, norm })}, 0))`);
};

/** The live address of this kind and key. */
export const liveAddress = (tx: Tx, kind: AddressKind, norm: string): Promise<AddressRow | null> =>
  tx.maybe<AddressRow>(sql`
    SELECT ${addressColumns} FROM address a JOIN customer c ON c.id = a.customer_id
     WHERE a.kind = ${kind} AND a.norm = ${norm} AND a.removed_at IS NULL`);

/** Both for several addresses at one moment, whose locks are taken in one order. */
export const lockedAddress = alike<AddressKey, AddressRow | null>(async (tx, keys) => {
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    await lockAddress(tx, only.kind, only.norm);
    return [await liveAddress(tx, only.kind, only.norm)];
  }
  const [, rows] = await Promise.all([
    tx.later(sql`
      SELECT pg_advisory_xact_lock(key)
        FROM (SELECT hashtextextended(name, 0) AS key FROM unnest(${keys.map(lockName)}::text[]) AS name ORDER BY 1 OFFSET 0) AS k`),
    tx.rows<AddressRow & AddressKey>(sql`
      SELECT a.kind, a.norm, ${addressColumns}
        FROM unnest(${keys.map(({ kind }) => kind)}::text[], ${keys.map(({ norm }) => norm)}::text[]) AS k (kind, norm)
        JOIN address a ON a.kind = k.kind AND a.norm = k.norm AND a.removed_at IS NULL
        JOIN customer c ON c.id = a.customer_id`),
  ]);
  const known = new Map(rows.map(({ kind, norm, ...row }) => [lockName({ kind, norm }), row]));
  return keys.map((key) => known.get(lockName(key)) ?? null);
});

/** A new customer with its first address, in one statement. */
export const insertCustomer = async (
  tx: Tx,
  row: {
    readonly customerId: CustomerId;
    readonly addressId: AddressId;
    readonly name: string;
    readonly language: "de" | "en" | null;
    readonly kind: AddressKind;
    readonly norm: string;
    readonly value: string;
    readonly verifiedAt: string | null;
    readonly verifiedBy: string | null;
    readonly lastInAt: string | null;
    readonly brandIds: readonly BrandId[];
    readonly at: string;
  },
): Promise<void> => {
  await tx.later(sql`
    WITH made AS (
      INSERT INTO customer (id, name, language, brand_ids, created_at)
      VALUES (${row.customerId}, ${row.name}, ${row.language}, ${row.brandIds}::uuid[], ${row.at}) RETURNING id, brand_ids
    )
    INSERT INTO address (id, customer_id, kind, norm, value, verified_at, verified_by, last_in_at, preferred, brand_ids)
    SELECT ${row.addressId}, id, ${row.kind}, ${row.norm}, ${row.value}, ${row.verifiedAt}, ${row.verifiedBy}, ${row.lastInAt}, true, brand_ids FROM made`);
};

/** From now on this brand knows the customer and this address. The caller holds the address' lock. */
export const addBrand = async (
  tx: Tx,
  customerId: CustomerId,
  addressId: AddressId,
  brandId: BrandId,
): Promise<void> => {
  await tx.later(sql`
    WITH known AS (UPDATE customer SET brand_ids = brand_ids || ${brandId}::uuid WHERE id = ${customerId} AND ${brandId}::uuid <> ALL (brand_ids))
    UPDATE address SET brand_ids = brand_ids || ${brandId}::uuid WHERE id = ${addressId} AND ${brandId}::uuid <> ALL (brand_ids)`);
};

/** From now on this brand knows the customer. */
export const addBrandTo = async (tx: Tx, customerId: CustomerId, brandId: BrandId): Promise<void> => {
  await tx.run(
    sql`UPDATE customer SET brand_ids = brand_ids || ${brandId}::uuid WHERE id = ${customerId} AND ${brandId}::uuid <> ALL (brand_ids)`,
  );
};

/** A further address of a customer. */
export const insertAddress = async (
  tx: Tx,
  row: {
    readonly id: AddressId;
    readonly customerId: CustomerId;
    readonly kind: AddressKind;
    readonly norm: string;
    readonly value: string;
    /** Null: those that know the customer. */
    readonly brandIds: readonly string[] | null;
    /** An agent wrote it down; otherwise its reader wrote to us. */
    readonly byAgent: boolean;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO address (id, customer_id, kind, norm, value, brand_ids, by_agent)
    SELECT ${row.id}, id, ${row.kind}, ${row.norm}, ${row.value}, coalesce(${row.brandIds}::uuid[], brand_ids), ${row.byAgent} FROM customer WHERE id = ${row.customerId}`);
};

interface Touched extends AddressKey {
  readonly direction: "in" | "out";
  readonly at: string;
}

/** Moves the time of last use forwards, never backwards. */
export const touch = alike<Touched, void>(async (tx, touched) => {
  for (const [direction, some] of Map.groupBy(touched, (each) => each.direction)) {
    const column = direction === "in" ? sql`last_in_at` : sql`last_out_at`;
    await tx.later(sql`
      UPDATE address a SET ${column} = greatest(a.${column}, t.at)
        FROM (SELECT kind, norm, max(at) AS at
                FROM unnest(${some.map(({ kind }) => kind)}::text[], ${some.map(({ norm }) => norm)}::text[], ${some.map(({ at }) => at)}::timestamptz[])
                  AS g (kind, norm, at) GROUP BY kind, norm) AS t
       WHERE a.kind = t.kind AND a.norm = t.norm AND a.removed_at IS NULL`);
  }
  return [];
});

/** Marks a live address as proved. False when it was already, or is gone. */
export const setVerified = async (tx: Tx, addressId: AddressId, at: string, by: string): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE address SET verified_at = ${at}, verified_by = ${by} WHERE id = ${addressId} AND verified_at IS NULL AND removed_at IS NULL`,
  )) > 0;

/** Sets or takes away the reason for which we do not write to an address. False when nothing changed. */
export const setSuppressed = async (tx: Tx, addressId: AddressId, reason: string | null): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE address SET suppressed_reason = ${reason} WHERE id = ${addressId} AND suppressed_reason IS DISTINCT FROM ${reason} AND removed_at IS NULL`,
  )) > 0;

/** Prefers one address of a customer over the others. */
export const setPreferred = async (tx: Tx, customerId: CustomerId, addressId: AddressId): Promise<void> => {
  await tx.run(
    sql`UPDATE address SET preferred = (id = ${addressId}) WHERE customer_id IN ${membersQuery(customerId)} AND removed_at IS NULL AND preferred <> (id = ${addressId})`,
  );
};

/** Takes an address out of use; the row stays for what was said over it. */
export const setRemoved = async (tx: Tx, addressId: AddressId, at: string): Promise<void> => {
  await tx.run(
    sql`UPDATE address SET removed_at = ${at}, preferred = false WHERE id = ${addressId} AND removed_at IS NULL`,
  );
};

/** Prefers an address no longer. False when it was not preferred. */
export const setNotPreferred = async (tx: Tx, addressId: AddressId): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE address SET preferred = false WHERE id = ${addressId} AND preferred AND removed_at IS NULL`,
  )) > 0;

/** An address that was taken out of use, when it is this customer's and known to these brands. */
export const removedAddressOf = (
  tx: Tx,
  customerId: CustomerId,
  addressId: AddressId,
  brands: readonly string[] | null,
): Promise<{ readonly kind: AddressKind; readonly value: string; readonly norm: string } | null> =>
  tx.maybe(sql`
    SELECT kind, value, norm FROM address
     WHERE id = ${addressId} AND customer_id IN ${membersQuery(customerId)} AND removed_at IS NOT NULL ${knownTo(brands, sql`brand_ids`)}`);

/** Takes a removed address into use again as it was; with `preferred` it is the preferred one, unless another is. */
export const setRestored = async (
  tx: Tx,
  customerId: CustomerId,
  addressId: AddressId,
  preferred: boolean,
): Promise<void> => {
  await tx.run(sql`
    UPDATE address SET removed_at = NULL,
           preferred = ${preferred} AND NOT EXISTS (SELECT FROM address a WHERE a.customer_id IN ${membersQuery(customerId)} AND a.removed_at IS NULL AND a.preferred)
     WHERE id = ${addressId}`);
};

/** Which of these keys are suppressed, with the reason. */
export const suppressedAmong = (
  tx: Tx,
  kind: AddressKind,
  norms: readonly string[],
): Promise<{ readonly norm: string; readonly reason: string }[]> =>
  tx.rows(
    sql`SELECT norm, suppressed_reason AS reason FROM address WHERE kind = ${kind} AND norm = ANY(${norms}::text[]) AND removed_at IS NULL AND suppressed_reason IS NOT NULL`,
  );

/** Takes the customer's row lock: changes of one customer go one after the other. */
export const lockCustomer = async (tx: Tx, customerId: CustomerId): Promise<void> => {
  await tx.run(sql`SELECT FROM customer WHERE id = ${customerId} FOR UPDATE`);
};

/**
 * Locks a customer who is as they were made: first version, no address that was proved or used. Until the commit nobody else can refer to them.
 * False when they are more than that, or when somebody is just doing something with the address or the customer: it waits for nobody.
 */
export const lockUnused = async (tx: Tx, customerId: CustomerId): Promise<boolean> => {
  const { free } = await tx.one<{ free: boolean }>(sql`
    SELECT coalesce(bool_and(pg_try_advisory_xact_lock(hashtextextended('address:' || kind || ':' || norm, 0))), false) AS free
      FROM address WHERE customer_id = ${customerId}`);
  if (!free) return false;
  const mine = await tx.maybe<{ id: string }>(sql`
    SELECT c.id FROM customer c
     WHERE c.id = ${customerId} AND c.version = 1 AND c.merged_into IS NULL
       AND NOT EXISTS (SELECT FROM address a WHERE a.customer_id = c.id AND (a.verified_at IS NOT NULL OR a.last_in_at IS NOT NULL OR a.last_out_at IS NOT NULL))
       FOR UPDATE SKIP LOCKED`);
  return mine !== null;
};

/** Removes a customer with their addresses. Throws when something still refers to them. */
export const deleteCustomer = async (tx: Tx, customerId: CustomerId): Promise<void> => {
  await tx.run(sql`DELETE FROM address WHERE customer_id = ${customerId}`);
  await tx.run(sql`DELETE FROM customer WHERE id = ${customerId}`);
};

/** A customer's next version, everybody who is one with them, and who knows these. */
export interface Raised {
  readonly version: number;
  readonly brandIds: readonly BrandId[];
  readonly members: readonly CustomerId[];
}

/** Raises the customer's version, and says who is one with them and which brands know these. Null when there is no such customer. */
export const raiseVersion = (tx: Tx, customerId: CustomerId): Promise<Raised | null> =>
  tx.maybe<Raised>(sql`
    UPDATE customer c SET version = version + 1 WHERE c.id = ${customerId}
    RETURNING c.version,
              ARRAY(SELECT m.id FROM customer m WHERE m.id = ${whole} OR m.merged_into = ${whole} ORDER BY m.id) AS members,
              ARRAY(SELECT DISTINCT b FROM customer m, unnest(m.brand_ids) AS b WHERE m.id = ${whole} OR m.merged_into = ${whole} ORDER BY b) AS "brandIds"`);

/** Changes the parts that are given. */
export const updateCustomer = async (
  tx: Tx,
  customerId: CustomerId,
  part: {
    readonly name?: string;
    readonly language?: "de" | "en" | null;
    readonly organisationId?: OrganisationId | null;
    readonly wish?: Customer["wish"];
    readonly tierId?: TierId | null;
    readonly agentId?: AgentId | null;
    readonly fields?: Customer["fields"];
    /** As `factsOf` gives it; set with organisation and fields. */
    readonly facts?: string;
  },
): Promise<void> => {
  await tx.run(sql`
    UPDATE customer SET id = id
      ${part.name === undefined ? empty : sql`, name = ${part.name}`}
      ${part.language === undefined ? empty : sql`, language = ${part.language}`}
      ${part.organisationId === undefined ? empty : sql`, organisation_id = ${part.organisationId}`}
      ${part.wish === undefined ? empty : sql`, wish = ${part.wish?.kind ?? null}, wish_by = ${part.wish?.by ?? null}`}
      ${part.tierId === undefined ? empty : sql`, tier_id = ${part.tierId}`}
      ${part.agentId === undefined ? empty : sql`, agent_id = ${part.agentId}`}
      ${part.fields === undefined ? empty : sql`, fields = ${JSON.stringify(part.fields)}::jsonb`}
      ${part.facts === undefined ? empty : sql`, facts = ${part.facts}`}
     WHERE id = ${customerId}`);
};

/** The organisation of that name, made when there is none; names that differ only by case or accents are one. */
export const organisationByName = async (tx: Tx, id: OrganisationId, name: string): Promise<OrganisationId> => {
  await tx.run(sql`INSERT INTO organisation (id, name) VALUES (${id}, ${name}) ON CONFLICT (fold(name)) DO NOTHING`);
  return (await tx.one<{ id: OrganisationId }>(sql`SELECT id FROM organisation WHERE fold(name) = fold(${name})`)).id;
};

/** A live address; `own`: this customer's own, not that of another they were merged with. */
export interface OwnedAddress extends Address {
  readonly own: boolean;
}

/** The live addresses of that kind of these customers, each with whose it is. */
export const addressesOfKind = (
  tx: Tx,
  kind: AddressKind,
  ids: readonly CustomerId[],
): Promise<{ readonly customerId: CustomerId; readonly value: string }[]> =>
  tx.rows(
    sql`SELECT customer_id AS "customerId", value FROM address WHERE customer_id = ANY (${ids}::uuid[]) AND kind = ${kind} AND removed_at IS NULL`,
  );

/** The live addresses of everybody who is one with a customer, as far as these brands know them, the preferred and the last used first. */
export const addressesOf = (
  tx: Tx,
  customerId: CustomerId,
  brands: readonly string[] | null,
): Promise<OwnedAddress[]> =>
  tx.rows<OwnedAddress>(sql`
    SELECT id, kind, value, verified_at AS "verifiedAt", verified_by AS "verifiedBy", last_in_at AS "lastInAt", last_out_at AS "lastOutAt", preferred, suppressed_reason AS "suppressedReason", do_not_call AS "doNotCall",
           customer_id = ${customerId} AS own
      FROM address WHERE customer_id IN ${membersQuery(customerId)} AND removed_at IS NULL ${knownTo(brands, sql`brand_ids`)} ORDER BY preferred DESC, greatest(last_in_at, last_out_at) DESC NULLS LAST, id`);

/** An organisation `o` as contract/customers.ts has it. */
export const organisationObject = sql`CASE WHEN o.id IS NULL THEN NULL ELSE jsonb_build_object('id', o.id, 'name', o.name, 'tierId', o.tier_id, 'agentId', o.agent_id) END`;

const wishObject = sql`CASE WHEN c.wish IS NULL THEN NULL ELSE jsonb_build_object('kind', c.wish, 'by', c.wish_by) END`;

/**
 * A customer these brands know, with organisation and the live addresses they know, the preferred and the last used first. Of somebody who was merged
 * into another: that one, with the addresses of all.
 */
export const customerById = (
  tx: Tx,
  id: CustomerId,
  brands: readonly string[] | null = null,
): Promise<Customer | null> =>
  tx.maybe<Customer>(sql`
    SELECT c.id, c.name, c.language, ${wishObject} AS wish, c.tier_id AS "tierId", c.agent_id AS "agentId", c.fields, c.created_at AS "createdAt",
           (SELECT sum(m.version)::int FROM customer m WHERE m.id = c.id OR m.merged_into = c.id) AS version,
           ${organisationObject} AS organisation,
           coalesce((
             SELECT jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'value', a.value, 'verifiedAt', iso(a.verified_at), 'verifiedBy', a.verified_by,
                      'lastInAt', iso(a.last_in_at), 'lastOutAt', iso(a.last_out_at), 'preferred', a.preferred, 'suppressedReason', a.suppressed_reason, 'doNotCall', a.do_not_call)
                      ORDER BY a.preferred DESC, greatest(a.last_in_at, a.last_out_at) DESC NULLS LAST, a.id)
               FROM address a WHERE a.customer_id IN (SELECT m.id FROM customer m WHERE m.id = c.id OR m.merged_into = c.id)
                AND a.removed_at IS NULL ${knownTo(brands, sql`a.brand_ids`)}), '[]'::jsonb) AS addresses
      FROM customer k JOIN customer c ON c.id = coalesce(k.merged_into, k.id) LEFT JOIN organisation o ON o.id = c.organisation_id
     WHERE k.id = ${id} ${wholeKnownTo(brands, sql`c.id`)}`);

/** Everybody who is one with one of these customers, those included. */
export const membersOf = async (tx: Tx, ids: readonly string[]): Promise<CustomerId[]> =>
  ids.length === 0
    ? []
    : (
        await tx.rows<{ id: CustomerId }>(sql`
          SELECT DISTINCT m.id FROM customer k JOIN customer m ON m.id = coalesce(k.merged_into, k.id) OR m.merged_into = coalesce(k.merged_into, k.id)
           WHERE k.id = ANY (${ids}::uuid[]) ORDER BY m.id`)
      ).map(({ id }) => id);

/** Whom the desk shows for a customer; null: there is no such customer. */
export const wholeOf = async (tx: Tx, id: CustomerId): Promise<CustomerId | null> =>
  (await tx.maybe<{ id: CustomerId }>(sql`SELECT ${whole} AS id FROM customer c WHERE c.id = ${id}`))?.id ?? null;

/** A customer alone: their own row, without whoever they are one with. */
export const aloneById = (
  tx: Tx,
  id: CustomerId,
): Promise<
  | (Pick<Customer, "id" | "name" | "language" | "organisation" | "wish" | "tierId" | "agentId" | "fields"> & {
      readonly shownName: string;
      readonly brandIds: readonly BrandId[];
      /** The tier that counts for them. */
      readonly countingTierId: TierId | null;
    })
  | null
> =>
  tx.maybe(sql`
    SELECT c.id, c.name, c.language, ${wishObject} AS wish, c.tier_id AS "tierId", c.agent_id AS "agentId", c.fields, c.brand_ids AS "brandIds", w.name AS "shownName",
           (SELECT s.tier_id FROM customer_standing s WHERE s.customer_id = c.id) AS "countingTierId",
           ${organisationObject} AS organisation
      FROM customer c JOIN customer w ON w.id = ${whole} LEFT JOIN organisation o ON o.id = c.organisation_id WHERE c.id = ${id}`);

/** Do these brands know this customer? */
export const isKnownTo = async (tx: Tx, id: CustomerId, brands: readonly string[] | null): Promise<boolean> =>
  (
    await tx.one<{ known: boolean }>(
      sql`SELECT EXISTS (SELECT FROM customer c WHERE c.id = ${id} ${wholeKnownTo(brands, whole)}) AS known`,
    )
  ).known;

/** One address of a customer, only when it is theirs (or of one they were merged with), live, and known to these brands. */
export const addressOf = (
  tx: Tx,
  customerId: CustomerId,
  addressId: AddressId,
  brands: readonly string[] | null,
): Promise<AddressRow | null> =>
  tx.maybe<AddressRow>(sql`
    SELECT ${addressColumns} FROM address a JOIN customer c ON c.id = a.customer_id
     WHERE a.id = ${addressId} AND a.customer_id IN ${membersQuery(customerId)} AND a.removed_at IS NULL ${knownTo(brands, sql`a.brand_ids`)}`);

/** What customers are looked for by; see `findCustomers`. */
export interface CustomerWish {
  readonly words: readonly string[];
  readonly codes: readonly { readonly key: string; readonly prefix: string | null; readonly bare: string }[];
  readonly address: string | null;
}

/**
 * Customers known to these brands whose name or facts hold every one of these folded words and every code, or one of whose addresses holds `address`; those with the
 * shortest name first. Bounded work: the first 300 that fit are ranked.
 */
export const findQuery = (
  { words, codes, address }: CustomerWish,
  brands: readonly string[] | null,
  limit: number,
): Sql => {
  const inFacts = (text: string): Sql => sql`(c.facts <> '' AND c.facts LIKE ${`%${likeText(text)}%`})`;
  const said = (word: string): Sql => sql`(c.sound LIKE ${`%${likeText(word)}%`} OR ${inFacts(word)})`;
  const asked = [
    ...words.map(said),
    ...codes.map(({ key, prefix, bare }) =>
      prefix === null ? inFacts(key) : sql`(${inFacts(key)} OR (${inFacts(bare)} AND ${said(prefix)}))`,
    ),
  ];
  const byName =
    asked.length === 0
      ? empty
      : sql`(SELECT c.id, c.name, NULL::text AS address FROM customer c WHERE ${join(asked, " AND ")} ${knownTo(brands, sql`c.brand_ids`)} LIMIT 300)`;
  const byAddress =
    address === null
      ? empty
      : sql`(SELECT a.customer_id, '', a.value FROM address a WHERE a.removed_at IS NULL AND a.norm LIKE ${`%${likeText(address)}%`} ${knownTo(brands, sql`a.brand_ids`)} LIMIT 300)`;
  const union = asked.length === 0 ? byAddress : address === null ? byName : sql`${byName} UNION ALL ${byAddress}`;
  return sql`
    WITH found AS MATERIALIZED (
      SELECT DISTINCT ON (1) coalesce(m.merged_into, m.id) AS id, f.address FROM (${union}) AS f (id, name, address) JOIN customer m ON m.id = f.id ORDER BY 1, f.address NULLS LAST)
    SELECT c.id, c.name, coalesce(f.address, ${anAddress(brands)}, '') AS address,
           c.fields, (SELECT o.name FROM organisation o WHERE o.id = c.organisation_id) AS organisation
      FROM found f JOIN customer c ON c.id = f.id ORDER BY length(c.name), c.name, c.id LIMIT ${limit}`;
};

/**
 * Addresses of a kind, known to these brands, that can be written to, whose customer's name holds every one of these folded words, or which hold `address` themselves;
 * those that begin so first, then those used last. Bounded work: the first 300 of each that fit are ranked.
 */
export const suggestQuery = (
  kind: AddressKind,
  words: readonly string[],
  address: string,
  brands: readonly string[] | null,
  limit: number,
): Sql => {
  const said = words.map((word) => sql`c.sound LIKE ${`%${likeText(word)}%`}`);
  const byName =
    said.length === 0
      ? empty
      : sql`SELECT a.id FROM (SELECT c.id FROM customer c WHERE ${join(said, " AND ")} ${knownTo(brands, sql`c.brand_ids`)} LIMIT 300) AS n JOIN address a ON a.customer_id = n.id AND a.kind = ${kind} AND a.removed_at IS NULL ${knownTo(brands, sql`a.brand_ids`)} UNION `;
  const begins = sql`(c.sound LIKE ${`${likeText(words[0] ?? address)}%`} OR a.norm LIKE ${`${likeText(address)}%`})`;
  return sql`
    WITH found AS MATERIALIZED (${byName}(SELECT a.id FROM address a WHERE a.removed_at IS NULL AND a.kind = ${kind} AND a.norm LIKE ${`%${likeText(address)}%`} ${knownTo(brands, sql`a.brand_ids`)} LIMIT 300))
    SELECT c.id AS "customerId", c.name, a.value
      FROM found f JOIN address a ON a.id = f.id JOIN customer o ON o.id = a.customer_id JOIN customer c ON c.id = coalesce(o.merged_into, o.id)
     WHERE a.suppressed_reason IS NULL
     ORDER BY ${begins} DESC, greatest(a.last_in_at, a.last_out_at) DESC NULLS LAST, c.name, a.value LIMIT ${limit}`;
};

/** Customers known to these brands whose name is spelled nearly like the given one, the nearest first. */
export const findNearQuery = (name: string, brands: readonly string[] | null, limit: number): Sql => sql`
  WITH near AS (SELECT coalesce(merged_into, id) AS id, word_similarity(${name}, sound) AS likeness FROM customer WHERE ${name} <% sound ${knownTo(brands, sql`brand_ids`)} ORDER BY likeness DESC, id LIMIT ${limit})
  SELECT c.id, c.name, coalesce(${anAddress(brands)}, '') AS address, c.fields, NULL AS organisation
    FROM (SELECT id, max(likeness) AS likeness FROM near GROUP BY id) AS n JOIN customer c ON c.id = n.id ORDER BY n.likeness DESC, c.id`;

/** The address by which a customer `c` is shown. */
const anAddress = (brands: readonly string[] | null): Sql =>
  sql`(SELECT a.value FROM address a WHERE a.customer_id IN (SELECT m.id FROM customer m WHERE m.id = c.id OR m.merged_into = c.id) AND a.removed_at IS NULL ${knownTo(brands, sql`a.brand_ids`)} ORDER BY a.preferred DESC, a.id LIMIT 1)`;

const likeText = (text: string): string => text.replace(/[\\%_]/g, "\\$&");
