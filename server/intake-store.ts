// All SQL of the intake tables. Called by server/intake.ts.
import type { Raw } from "#contract/channel.ts";
import type { ChannelId, IntakeId } from "#contract/ids.ts";
import { alike } from "#platform/db/alike.ts";
import { empty, join, sql, type Db, type Sql, type Tx } from "#platform/db/db.ts";
import { keepEachSmall, keepManySmall } from "#platform/files/small.ts";

export interface IntakeRow {
  readonly id: IntakeId;
  readonly channelId: ChannelId;
  readonly rawHash: string;
  readonly transport: Raw["transport"];
  readonly receivedAt: string;
  /** How often reading or receiving it failed. */
  readonly attempts: number;
  /** How often it was taken up again since the last time that this came to an end. */
  readonly claims: number;
  readonly error: string | null;
  /** Somebody wants a concern of it, whatever it is. */
  readonly letIn: boolean;
}

const columns = sql`id, channel_id AS "channelId", raw_hash AS "rawHash", transport, received_at AS "receivedAt", attempts, claims, error, let_in AS "letIn"`;

/** An arrival before it is stored. `bytes` null: they are in the file store already; `lease` null: nobody has it in hand. */
export interface NewIntake {
  readonly id: IntakeId;
  readonly channelId: ChannelId;
  readonly providerId: string;
  readonly rawHash: string;
  readonly bytes: Uint8Array | null;
  readonly transport: Raw["transport"];
  readonly receivedAt: string;
  readonly lease: string | null;
  readonly leaseMs: number;
}

/** In one order whoever stores them: two who store the same at one moment wait for each other once, and never both. */
const insert = (rows: readonly NewIntake[]): Sql => {
  const small = rows
    .flatMap(({ rawHash, bytes }) => (bytes === null ? [] : [{ hash: rawHash, bytes }]))
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const ordered = rows.toSorted((a, b) => (a.providerId < b.providerId ? -1 : 1));
  const values = ordered.map(
    (row) => sql`
      (${row.id}, ${row.channelId}, ${row.providerId}, ${row.rawHash}, ${JSON.stringify(row.transport)}, ${row.receivedAt}, ${row.lease},
       CASE WHEN ${row.lease}::uuid IS NULL THEN NULL ELSE now() + ${row.leaseMs} * interval '1 millisecond' END)`,
  );
  return sql`
    ${small.length === 0 ? empty : sql`WITH kept AS (${keepEachSmall(small)})`}
    INSERT INTO intake (id, channel_id, provider_id, raw_hash, transport, received_at, lease_token, lease_until) VALUES ${join(values)}
    ON CONFLICT (channel_id, provider_id) DO NOTHING RETURNING id`;
};

/**
 * Stores arrivals with their bytes in one statement and one commit, and says of each whether it is new; false: its provider id was there already, or
 * comes twice.
 */
export const insertIntakes = async (db: Db, rows: readonly NewIntake[]): Promise<boolean[]> => {
  const fresh = new Set((await db.rows<{ id: IntakeId }>(insert(rows))).map(({ id }) => id));
  return rows.map(({ id }) => fresh.has(id));
};

/** Stores one arrival, its bytes and the transport's cursor in one commit; false: it was there already (the cursor moves all the same). */
export const insertIntake = async (
  db: Db,
  row: NewIntake,
  cursor?: { readonly name: string; readonly value: unknown },
): Promise<boolean> => {
  if (!cursor) return (await insertIntakes(db, [row])).includes(true);
  return db.transaction(async (tx) => {
    const inserted = await tx.run(insert([row]));
    await keepCursor(tx, row.channelId, cursor);
    return inserted === 1;
  });
};

/** An arrival that is read in the same transaction. */
interface DoneIntake extends Pick<
  NewIntake,
  "id" | "channelId" | "providerId" | "rawHash" | "transport" | "receivedAt"
> {
  readonly brandId: string;
  readonly bytes: Uint8Array;
}

/**
 * Stores an arrival that is read in the same transaction; `fresh` false: this provider id was there already, and is whose id is given. Somebody who
 * stores the same at this moment is waited for.
 */
export const insertDone = alike<DoneIntake, { readonly id: IntakeId; readonly fresh: boolean }>(async (tx, rows) => {
  const arrived = new Set(
    (
      await tx.rows<{ id: IntakeId }>(sql`
        WITH kept AS (${keepManySmall(rows.map(({ rawHash, bytes }) => ({ hash: rawHash, bytes })))}), given AS (
          SELECT * FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ channelId }) => channelId)}::uuid[],
                               ${rows.map(({ brandId }) => brandId)}::uuid[], ${rows.map(({ providerId }) => providerId)}::text[],
                               ${rows.map(({ rawHash }) => rawHash)}::text[], ${rows.map(({ transport }) => JSON.stringify(transport))}::jsonb[],
                               ${rows.map(({ receivedAt }) => receivedAt)}::timestamptz[])
                   AS g (id, channel_id, brand_id, provider_id, raw_hash, transport, received_at)), arrived AS (
          INSERT INTO intake (id, channel_id, provider_id, raw_hash, transport, received_at, state)
          SELECT id, channel_id, provider_id, raw_hash, transport, received_at, 'done' FROM given ORDER BY channel_id, provider_id
          ON CONFLICT (channel_id, provider_id) DO NOTHING RETURNING id), marked AS (
          INSERT INTO intake_item (brand_id, channel_id, provider_id, intake_id)
          SELECT brand_id, channel_id, provider_id, id FROM given JOIN arrived USING (id) ORDER BY brand_id, provider_id ON CONFLICT DO NOTHING)
        SELECT id FROM arrived`)
    ).map(({ id }) => id),
  );
  return Promise.all(
    rows.map(async ({ id, channelId, providerId }) =>
      arrived.has(id) ? { id, fresh: true } : { id: await intakeOf(tx, channelId, providerId), fresh: false },
    ),
  );
});

const intakeOf = async (tx: Tx, channelId: ChannelId, providerId: string): Promise<IntakeId> =>
  (
    await tx.one<{ id: IntakeId }>(
      sql`SELECT id FROM intake WHERE channel_id = ${channelId} AND provider_id = ${providerId}`,
    )
  ).id;

/** Takes a lease on stored arrivals that nobody holds, oldest first. `held` are in the caller's hands already, whatever became of their leases. */
export const claimOpen = (
  db: Db,
  lease: string,
  leaseMs: number,
  limit: number,
  held: readonly IntakeId[],
): Promise<IntakeRow[]> =>
  db.rows<IntakeRow>(sql`
    UPDATE intake SET lease_token = ${lease}, lease_until = now() + ${leaseMs} * interval '1 millisecond', claims = claims + 1
     WHERE id IN (SELECT id FROM intake WHERE state = 'stored' AND (lease_until IS NULL OR lease_until < now()) AND id <> ALL (${held}::uuid[])
                  ORDER BY received_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING ${columns}`);

/** An arrival in somebody's hands. */
interface Held {
  readonly id: IntakeId;
  readonly lease: string;
}

/** Lengthens the leases of what is held; returns the arrivals that are still the caller's. */
export const keepIntake = async (db: Db, held: readonly Held[], leaseMs: number): Promise<ReadonlySet<IntakeId>> => {
  const rows = await db.rows<{ id: IntakeId }>(sql`
    UPDATE intake SET lease_until = now() + ${leaseMs} * interval '1 millisecond'
      FROM unnest(${held.map(({ id }) => id)}::uuid[], ${held.map(({ lease }) => lease)}::uuid[]) AS h (held, token)
     WHERE id = h.held AND lease_token = h.token AND state = 'stored' RETURNING id`);
  return new Set(rows.map(({ id }) => id));
};

/** Gives back what nobody has begun to read: this was no claim. Free for everybody after `restMs`. */
export const giveBack = (db: Db, held: readonly Held[], restMs: number): Promise<number> =>
  db.run(sql`
    UPDATE intake SET lease_token = NULL, lease_until = now() + ${restMs} * interval '1 millisecond', claims = greatest(claims - 1, 0)
      FROM unnest(${held.map(({ id }) => id)}::uuid[], ${held.map(({ lease }) => lease)}::uuid[]) AS h (held, token)
     WHERE id = h.held AND lease_token = h.token AND state = 'stored'`);

/** Gives back what an earlier process held. Only for a process that knows itself alone. */
export const endIntakeLeases = (db: Db): Promise<number> =>
  db.run(
    sql`UPDATE intake SET lease_token = NULL, lease_until = NULL WHERE state = 'stored' AND lease_token IS NOT NULL`,
  );

/**
 * Ends an arrival if the lease is still ours, and says which of its items the brand sees for the first time; null: somebody else took it over, and
 * nothing may be received.
 */
export const finishIntake = (
  tx: Tx,
  arrival: { readonly id: IntakeId; readonly channelId: ChannelId; readonly brandId: string; readonly lease: string },
  state: "done" | "unreadable",
  error: string | null,
  items: readonly string[],
): Promise<{ readonly rawHash: string; readonly fresh: readonly string[] } | null> =>
  tx.maybe(sql`
    WITH mine AS (
      UPDATE intake SET state = ${state}, error = ${error}, lease_token = NULL, lease_until = NULL
       WHERE id = ${arrival.id} AND lease_token = ${arrival.lease} AND state = 'stored' RETURNING id, raw_hash),
    marked AS (
      INSERT INTO intake_item (brand_id, channel_id, provider_id, intake_id) SELECT ${arrival.brandId}, ${arrival.channelId}, item, mine.id FROM mine, unnest(${items}::text[]) AS item
      ON CONFLICT DO NOTHING RETURNING provider_id)
    SELECT raw_hash AS "rawHash", ARRAY(SELECT provider_id FROM marked) AS fresh FROM mine`);

/** Gives the lease back for a later try; what was not the message's fault does not count as a try. */
export const postponeIntake = (
  db: Db,
  id: IntakeId,
  lease: string,
  error: string,
  blameless: boolean,
): Promise<number> =>
  db.run(sql`
    UPDATE intake SET lease_token = NULL, lease_until = now() + least(60, power(2, attempts)) * interval '1 second', claims = 0,
           error = CASE WHEN ${blameless} THEN error ELSE left(${error}, 500) END, attempts = attempts + CASE WHEN ${blameless} THEN 0 ELSE 1 END
     WHERE id = ${id} AND lease_token = ${lease} AND state = 'stored'`);

/** Gives an arrival back to be read again, past every brake: what of it made no concern is as if it had never been seen. */
export const readAgain = async (tx: Tx, id: string, providerId: string): Promise<void> => {
  // A report on several recipients is one message when it is read as one.
  await tx.run(
    sql`DELETE FROM intake_item WHERE intake_id = ${id} AND (provider_id = ${providerId} OR starts_with(${providerId}, provider_id || '/'))`,
  );
  await tx.run(sql`
    UPDATE intake SET state = 'stored', let_in = true, attempts = 0, claims = 0, error = NULL, lease_token = NULL, lease_until = NULL WHERE id = ${id}`);
};

/** Saves a transport's place. */
export const keepCursor = async (
  tx: Pick<Tx, "run">,
  channelId: ChannelId,
  cursor: { readonly name: string; readonly value: unknown },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO channel_cursor (channel_id, name, value) VALUES (${channelId}, ${cursor.name}, ${JSON.stringify(cursor.value)})
    ON CONFLICT (channel_id, name) DO UPDATE SET value = excluded.value`);
};

/** A transport's saved place; null: it has none yet. */
export const readCursor = async (db: Db, channelId: ChannelId, name: string): Promise<unknown> =>
  (
    await db.maybe<{ value: unknown }>(
      sql`SELECT value FROM channel_cursor WHERE channel_id = ${channelId} AND name = ${name}`,
    )
  )?.value ?? null;

/** Those of the hashes that are an arrival's bytes. */
export const rawFiles = async (tx: Tx, hashes: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(
      sql`SELECT DISTINCT raw_hash AS hash FROM unnest(${hashes}::text[]) AS asked (hash) JOIN intake ON raw_hash = asked.hash`,
    )
  ).map(({ hash }) => hash);

/** Until the transaction ends nobody records an arrival, and none is half recorded; gives up after two seconds. */
export const lockArrivals = async (tx: Tx): Promise<void> => {
  await tx.run(sql`SET LOCAL lock_timeout = '2s'`);
  await tx.run(sql`LOCK TABLE intake IN SHARE MODE`);
};
