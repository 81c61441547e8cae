// What others may read of routing: one's own work, what waits, where a concern stands. Called by routing/routes.ts.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { Result } from "#contract/endpoint.ts";
import type { ConcernId, QueueId } from "#contract/ids.ts";
import type { routing } from "#contract/routing-endpoints.ts";
import type { Wait, Work, WorkRow } from "#contract/routing.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { agentById } from "#modules/agents/reads.ts";
import { ofConcerns } from "#modules/audit/reads.ts";
import { rowFor, rowsByIds } from "#modules/concerns/reads.ts";
import { capacityOf, unsetWork, workIn } from "#modules/routing/model-book.ts";
import { presenceOf, workOf } from "#modules/routing/model-said.ts";
import { dayBegan } from "#modules/routing/reads-day.ts";
import { dayOfAgent, toldTo } from "#modules/routing/reads-floor.ts";
import {
  finishedBy,
  lineup,
  neverThere,
  placeOf,
  presenceRow,
  toDispose,
  waitingCounts,
  waitingIn,
  workOfAgent,
  workOfConcern,
  type WorkRecord,
} from "#modules/routing/store.ts";
import { setUp } from "#modules/routing/store-leading.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const rowOf = ({ kept, concernId, because }: WorkRecord, row: ConcernRow): WorkRow => ({
  ...workOf(kept, concernId, because),
  number: row.number,
  subject: row.subject,
  customerName: row.customerName,
  brandId: row.brandId,
  priority: row.priority,
});

/** Pieces of work with what a list shows of their concerns; those of brands that are not the reader's are left out. */
const rowsOf = async (tx: Tx, who: AgentActor, records: readonly WorkRecord[]): Promise<WorkRow[]> => {
  const rows = new Map(
    (
      await rowsByIds(
        tx,
        records.map(({ concernId }) => concernId),
      )
    ).map((row) => [row.id, row]),
  );
  return records.flatMap((record) => {
    const row = rows.get(record.concernId);
    return row !== undefined && seesBrand(who, row.brandId) ? [rowOf(record, row)] : [];
  });
};

/** For so long it is asked what became of a piece of work. */
const disposeMs = 10 * 60_000;

/** My presence, what is offered to me, what I hold, and my day. */
export const myWork = async (
  { db, now }: Pick<World, "db" | "now">,
  who: AgentActor,
): Promise<Result<typeof routing.mine>> => {
  const at = now();
  const began = (await dayBegan(db, at)).toISOString();
  const { book, work } = await setUp(db);
  const mine = workIn(book, work.get(who.id) ?? unsetWork);
  const [records, presence, counts, finished, day, ended, me] = await Promise.all([
    workOfAgent(db, who.id),
    presenceRow(db, who.id),
    waitingCounts(db),
    finishedBy(db, who.id, began),
    dayOfAgent(db, who.id, mine.capacity, { at, dayBeganAt: began }),
    book.dispositions.length === 0 ? null : toDispose(db, who.id, new Date(at.getTime() - disposeMs).toISOString()),
    agentById(db, who.id),
  ]);
  const rows = await rowsOf(db, who, records);
  const [disposed] = ended === null ? [] : await rowsByIds(db, [ended.concernId]);
  const waiting = new Map(counts.map(({ queueId, waiting }) => [queueId, waiting]));
  const limits = capacityOf(mine.capacity);
  const promises = await ofConcerns(db, finished, ["promise.kept", "promise.missed"]);
  const today = promises.filter((entry) => entry.at >= began);
  const teams = new Set<string>(me?.teamIds);
  return {
    presence: presence === null ? neverThere(at.toISOString()) : presenceOf(presence),
    capacity: mine.capacity,
    load: rows.reduce(
      (sum, { kind, rest }) =>
        sum +
        (rest === "parked" ? 0 : ((rest === "dormant" ? limits[kind]?.dormantWeight : limits[kind]?.weight) ?? 0)),
      0,
    ),
    work: rows,
    queues: book.queues
      .filter(
        ({ id, teamIds }) =>
          (mine.queueIds === null || mine.queueIds.includes(id)) &&
          (teamIds.length === 0 || teamIds.some((team) => teams.has(team))),
      )
      .map(({ id, mayPull }) => ({ queueId: id, waiting: waiting.get(id) ?? 0, mayPull })),
    today: {
      ...day,
      kept: today.filter(({ kind }) => kind === "promise.kept").length,
      missed: today.filter(({ kind }) => kind === "promise.missed").length,
    },
    toDispose:
      ended === null || disposed === undefined || !seesBrand(who, disposed.brandId)
        ? null
        : { ...ended, number: disposed.number, subject: disposed.subject },
    told: await toldTo(db, who.id, me?.teamIds ?? [], began),
  };
};

/** Place and wait of a piece of work, as the leader last reckoned them; of what waits far behind only the place is known. */
const waitOf = async (tx: Tx, { id, kept }: WorkRecord): Promise<Wait | null> => {
  if (kept.state === "held") return null;
  const told = (await lineup(tx, kept.queueId as QueueId))[id];
  if (told !== undefined) return told;
  const stands = await placeOf(tx, id);
  return stands === null ? null : { ...stands, predicted: null };
};

/** The piece of work that a concern is, with place and wait. Refuses notFound. */
export const workOn = async (
  { db }: Pick<World, "db">,
  who: AgentActor,
  id: ConcernId,
): Promise<Result<typeof routing.ofConcern> | Refusal> => {
  const row = await rowFor(db, who, id);
  if (isRefusal(row)) return row;
  const record = await workOfConcern(db, id);
  return record === null ? { work: null, wait: null } : { work: rowOf(record, row), wait: await waitOf(db, record) };
};

/** The piece of work that a concern is and its place, for who drives a call; null: it is none. */
export const workAndWait = async (
  tx: Tx,
  id: ConcernId,
): Promise<{ readonly work: Pick<Work, "id" | "state" | "agentId" | "token">; readonly wait: Wait | null } | null> => {
  const record = await workOfConcern(tx, id);
  if (record === null) return null;
  const { id: workId, state, agentId, token } = workOf(record.kept, record.concernId, record.because);
  return { work: { id: workId, state, agentId, token }, wait: await waitOf(tx, record) };
};

const mostShown = 100;

/** What waits in a queue, in its order. Refuses notFound. */
export const waitingOf = async (
  { db }: Pick<World, "db">,
  who: AgentActor,
  queueId: QueueId,
): Promise<Result<typeof routing.waiting> | Refusal> => {
  const { book } = await setUp(db);
  if (!book.queues.some(({ id }) => id === queueId)) return refuse("notFound");
  const records = await waitingIn(db, queueId, mostShown);
  const waits = await lineup(db, queueId);
  return (await rowsOf(db, who, records)).map((row) => ({ ...row, wait: waits[row.id] ?? null }));
};
