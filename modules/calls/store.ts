// The SQL of calls: the rows, who drives a channel, what was dialled. Called by calls/actions*.ts and reads.ts.
import type { CallId, ChannelId, ConcernId, CustomerId } from "#contract/ids.ts";
import { personKey } from "#modules/calls/model-need.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";
import { empty, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A call as its row has it. */
export interface CallRow {
  readonly call: CallRecord;
  readonly version: number;
}

/** Raises the number of who drives the channel. */
export const raiseEpoch = async (tx: Tx, channelId: string, at: string): Promise<number> =>
  (
    await tx.one<{ epoch: number }>(sql`
      INSERT INTO call_leader (channel_id, epoch, at) VALUES (${channelId}, 1, ${at})
      ON CONFLICT (channel_id) DO UPDATE SET epoch = call_leader.epoch + 1, at = excluded.at RETURNING epoch`)
  ).epoch;

/** Is that still who drives it? Until the commit it stays so: who takes over waits. */
export const holdsEpoch = async (tx: Tx, channelId: string, epoch: number): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 FROM call_leader WHERE channel_id = ${channelId} AND epoch = ${epoch} FOR SHARE`)) !==
  null;

/** Notes a call; false: there is one of that id. */
export const insertCall = async (tx: Tx, call: CallRecord): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO call (id, channel_id, brand_id, concern_id, customer_id, direction, person_key, started_at, ended_at, end_as, due_at, record, version)
    VALUES (${call.id}, ${call.channelId}, ${call.brandId}, ${call.concernId}, ${call.customerId}, ${call.direction}, ${personKey(call)}, ${call.startedAt}, ${call.endedAt},
            ${call.end}, ${call.endedAt === null ? call.dueAt : null}, ${JSON.stringify(call)}, 1)
    ON CONFLICT (id) DO NOTHING`)) === 1;

/** Saves a call as it is now, if its row still is of that version; false: somebody else was faster. */
export const updateCall = async (tx: Tx, call: CallRecord, version: number): Promise<boolean> =>
  (await tx.run(sql`
    UPDATE call SET concern_id = ${call.concernId}, customer_id = ${call.customerId}, person_key = ${personKey(call)}, ended_at = ${call.endedAt}, end_as = ${call.end},
           due_at = ${call.endedAt === null ? call.dueAt : null}, record = ${JSON.stringify(call)}, version = version + 1
     WHERE id = ${call.id} AND version = ${version}`)) === 1;

// The columns count where they can change beside the record: a concern that is gone takes its id with it.
const rows = async (tx: Tx, where: Sql, after: Sql = empty): Promise<CallRow[]> =>
  (
    await tx.rows<{
      record: CallRecord;
      version: number;
      concernId: ConcernId | null;
      customerId: CustomerId | null;
    }>(
      sql`SELECT c.record, c.version, c.concern_id AS "concernId", c.customer_id AS "customerId" FROM call c WHERE ${where} ${after}`,
    )
  ).map(({ record, version, concernId, customerId }) => ({ call: { ...record, concernId, customerId }, version }));

/** A call under its lock. */
export const lockCall = async (tx: Tx, id: string): Promise<CallRow | null> =>
  (await rows(tx, sql`c.id = ${id}`, sql`FOR NO KEY UPDATE`))[0] ?? null;

export const callsById = (tx: Tx, ids: readonly string[]): Promise<CallRow[]> =>
  rows(tx, sql`c.id = ANY (${ids}::uuid[])`, sql`ORDER BY c.started_at, c.id`);

/** What lives in a channel, the oldest first. */
export const livingIn = (tx: Tx, channelId: string): Promise<CallRow[]> =>
  rows(tx, sql`c.channel_id = ${channelId} AND c.ended_at IS NULL`, sql`ORDER BY c.started_at, c.id`);

/** Calls of a channel that ended since then and of which the engine may still have a recording. */
export const unsettledIn = (tx: Tx, channelId: string, since: string): Promise<CallRow[]> =>
  rows(
    tx,
    sql`c.channel_id = ${channelId} AND c.ended_at >= ${since}
        AND c.record @? '$.recordings[*] ? (@.state == "running" || @.state == "paused" || @.state == "stopping" || @.state == "over")'`,
    sql`ORDER BY c.ended_at LIMIT 500`,
  );

/** What lives in any channel of these brands (none given: of all), the oldest 500 first. */
export const livingOf = (tx: Tx, brandIds: readonly string[]): Promise<CallRow[]> =>
  rows(
    tx,
    brandIds.length === 0
      ? sql`c.ended_at IS NULL`
      : sql`c.ended_at IS NULL AND c.brand_id = ANY (${brandIds}::uuid[])`,
    sql`ORDER BY c.started_at, c.id LIMIT 500`,
  );

/** What the machine has to be told the time of, the longest due first. */
export const dueIn = (tx: Tx, channelId: string, now: string, limit: number): Promise<CallRow[]> =>
  rows(tx, sql`c.channel_id = ${channelId} AND c.due_at <= ${now}`, sql`ORDER BY c.due_at LIMIT ${limit}`);

/** When the next is due in a channel; null: nothing is. */
export const nextDueIn = async (tx: Tx, channelId: string): Promise<string | null> =>
  (
    await tx.maybe<{ dueAt: string }>(
      sql`SELECT due_at AS "dueAt" FROM call WHERE channel_id = ${channelId} AND due_at IS NOT NULL ORDER BY due_at LIMIT 1`,
    )
  )?.dueAt ?? null;

/** A concern's calls, the newest 200 first. */
export const callsIn = (tx: Tx, concernId: string): Promise<CallRow[]> =>
  rows(tx, sql`c.concern_id = ${concernId}`, sql`ORDER BY c.started_at DESC, c.id DESC LIMIT 200`);

/** The calls of these concerns that live, the oldest first. */
export const livingInConcerns = (tx: Tx, concernIds: readonly string[]): Promise<CallRow[]> =>
  rows(tx, sql`c.concern_id = ANY (${concernIds}::uuid[]) AND c.ended_at IS NULL`, sql`ORDER BY c.started_at, c.id`);

/** Concerns in which a call lives. */
export const concernsCalling = async (tx: Tx): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(
      sql`SELECT DISTINCT concern_id AS id FROM call WHERE ended_at IS NULL AND concern_id IS NOT NULL`,
    )
  ).map(({ id }) => id);

/** The last call that ended in each of these concerns. */
export const lastEndedIn = (tx: Tx, concernIds: readonly string[]): Promise<CallRow[]> =>
  rows(
    tx,
    sql`c.id IN (SELECT (SELECT e.id FROM call e WHERE e.concern_id = t.id AND e.ended_at IS NOT NULL ORDER BY e.ended_at DESC LIMIT 1) FROM unnest(${concernIds}::uuid[]) AS t (id))`,
  );

/** Calls of that person that began since then, the newest 20 first. */
export const ofPerson = (
  tx: Tx,
  asked: { readonly channelId: ChannelId; readonly key: string; readonly since: string },
): Promise<CallRow[]> =>
  rows(
    tx,
    sql`c.channel_id = ${asked.channelId} AND c.person_key = ${asked.key} AND c.started_at >= ${asked.since}`,
    sql`ORDER BY c.started_at DESC LIMIT 20`,
  );

/** The newest call of that person that lives, in whatever channel; null: none does. */
export const livingOfPerson = async (tx: Tx, key: string): Promise<CallRow | null> =>
  (await rows(tx, sql`c.ended_at IS NULL AND c.person_key = ${key}`, sql`ORDER BY c.started_at DESC LIMIT 1`))[0] ??
  null;

/** Puts calls into another concern; gives those that were not there. */
export const moveCalls = async (tx: Tx, callIds: readonly string[], to: ConcernId): Promise<CallRow[]> => {
  const moved = await tx.rows<{ id: CallId }>(sql`
    UPDATE call SET concern_id = ${to}, version = version + 1
     WHERE id = ANY (${callIds}::uuid[]) AND concern_id IS DISTINCT FROM ${to} RETURNING id`);
  return moved.length === 0
    ? []
    : callsById(
        tx,
        moved.map(({ id }) => id),
      );
};

/** Until the commit nobody else dials in that channel. */
export const lockDialling = async (tx: Tx, channelId: string): Promise<void> => {
  await tx.run(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`call.dial:${channelId}`}, 0))`);
};

/** What was dialled in a channel since these times: tries, and minutes begun; what runs counts for as long as it runs, every try for a minute at least. */
export const dialledSince = (
  tx: Tx,
  channelId: string,
  asked: { readonly hour: string; readonly day: string; readonly now: string },
): Promise<{ readonly inHour: number; readonly minutes: number }> =>
  tx.one(sql`
    SELECT count(*) FILTER (WHERE at > ${asked.hour})::int AS "inHour",
           coalesce(sum(ceil(greatest(coalesce(seconds, extract(epoch FROM ${asked.now}::timestamptz - at)), 1) / 60.0)) FILTER (WHERE at > ${asked.day}), 0)::int AS minutes
      FROM call_dial WHERE channel_id = ${channelId} AND at > ${asked.day}`);

/** Was that try noted before? */
export const hasDial = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 FROM call_dial WHERE id = ${id}`)) !== null;

export const insertDial = async (
  tx: Tx,
  dial: {
    readonly id: string;
    readonly channelId: ChannelId;
    readonly callId: CallId;
    readonly number: string;
    readonly at: string;
  },
): Promise<void> => {
  await tx.run(
    sql`INSERT INTO call_dial (id, channel_id, call_id, number, at) VALUES (${dial.id}, ${dial.channelId}, ${dial.callId}, ${dial.number}, ${dial.at})`,
  );
};

/** A try is over after so many seconds. */
export const setDialled = async (tx: Tx, id: string, seconds: number): Promise<void> => {
  await tx.run(
    sql`UPDATE call_dial SET seconds = ${Math.max(0, Math.round(seconds))} WHERE id = ${id} AND seconds IS NULL`,
  );
};

/** Tries of a call that is over that were not noted as over. */
export const endDialsOf = async (tx: Tx, callId: string, at: string): Promise<void> => {
  await tx.later(
    sql`UPDATE call_dial SET seconds = greatest(0, extract(epoch FROM ${at}::timestamptz - at))::int WHERE call_id = ${callId} AND seconds IS NULL`,
  );
};

/** Tries older than this are of no use. */
export const forgetDials = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM call_dial WHERE at < ${before} AND seconds IS NOT NULL`);
