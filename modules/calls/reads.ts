// What others may read of calls: who drives a channel, routing, the desk, a caller's own pages, the file store. Called by server/, calls/routes.ts, modules/routing.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import type { Call, CallRecording } from "#contract/calls.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { CallId, ChannelId, ConcernId } from "#contract/ids.ts";
import { isAbandoned, personKey, wantOf, type CallWant } from "#modules/calls/model-need.ts";
import { shownCall, type CallRecord } from "#modules/calls/model-record.ts";
import { speaksIn } from "#modules/calls/policy.ts";
import {
  callsById,
  callsIn,
  concernsCalling,
  dueIn,
  lastEndedIn,
  livingIn,
  livingInConcerns,
  livingOf,
  livingOfPerson,
  unsettledIn,
  ofPerson,
  type CallRow,
} from "#modules/calls/store.ts";
import { recordingById, recordingsOf, type RecordingRow } from "#modules/calls/store-recordings.ts";
import { rowFor } from "#modules/concerns/reads.ts";
import type { Tx } from "#platform/db/db.ts";

export { nextDueIn, type CallRow } from "#modules/calls/store.ts";
export { namedRecordings } from "#modules/calls/store-recordings.ts";

/** Where who is signed in hears a recording. */
export const recordingUrl = (id: string): string => `/api/recordings/${id}`;

const fetched = ({ id, kind, startedAt, seconds, state, wave, pauses, text, hash }: RecordingRow): CallRecording => ({
  id,
  kind,
  startedAt,
  seconds,
  url: hash === null ? null : recordingUrl(id),
  state,
  wave,
  pauses,
  text,
});

/** A call's recordings as the desk sees them: what was fetched by its row, the others by the call. */
export const shownRecordings = (
  call: Pick<CallRecord, "recordings">,
  rows: readonly RecordingRow[],
): CallRecording[] => {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const running = call.recordings
    .flatMap(({ kind, ...one }) => (kind === "answer" || byId.has(one.id) ? [] : [{ ...one, kind }]))
    .map(({ id, kind, startedAt, seconds, state, pauses }) => ({
      id,
      kind,
      startedAt,
      seconds,
      url: null,
      state: state === "paused" || state === "gone" || state === "failed" ? state : ("running" as const),
      wave: null,
      pauses: [...pauses],
      text: null,
    }));
  return [...rows.map(fetched), ...running].toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
};

/** Calls as the desk sees them. */
export const shownCalls = async (tx: Tx, rows: readonly CallRow[]): Promise<Call[]> => {
  const ids = rows.map(({ call }) => call.id);
  const recordings = Map.groupBy(await recordingsOf(tx, ids), ({ callId }) => callId);
  return rows.map(({ call, version }) =>
    shownCall(call, version, shownRecordings(call, recordings.get(call.id) ?? [])),
  );
};

/** A call as it is kept; null: there is none. */
export const callById = async (tx: Tx, id: string): Promise<CallRow | null> => (await callsById(tx, [id]))[0] ?? null;

/** A call as the desk and its caller's pages see it; null: there is none. */
export const callOf = async (tx: Tx, id: string): Promise<Call | null> =>
  (await shownCalls(tx, await callsById(tx, [id])))[0] ?? null;

/** The newest call of a visitor's pages that has not ended; null: there is none. */
export const livingOfCaller = async (tx: Tx, address: string): Promise<Call | null> => {
  const row = await livingOfPerson(tx, `chat ${address}`);
  return row === null ? null : ((await shownCalls(tx, [row]))[0] ?? null);
};

/** What lives in a channel, the oldest first, and what ended since then with a recording that was not fetched: what who takes it over goes on with. */
export const livingCalls = async (tx: Tx, channelId: ChannelId, since: string): Promise<CallRow[]> => [
  ...(await livingIn(tx, channelId)),
  ...(await unsettledIn(tx, channelId, since)),
];

/** Calls of a channel whose machine has to be told the time, the longest due first. */
export const dueCalls = (tx: Tx, channelId: ChannelId, now: string, limit: number): Promise<CallRow[]> =>
  dueIn(tx, channelId, now, limit);

type Caller = Pick<CallRecord, "id" | "channelId" | "number" | "visitor" | "name">;

/**
 * The last call of the same person in the channel whose place they may have again: they hung up while they waited, at most `keepPlaceSeconds` ago. Null: there is none, or their number is
 * withheld.
 */
export const placeToKeep = async (
  tx: Tx,
  caller: Caller,
  now: Date,
  keepPlaceSeconds: number,
): Promise<CallRecord | null> => {
  const last = (await earlierOf(tx, caller, now, 1)).find(({ direction }) => direction === "in");
  if (last?.endedAt == null || !isAbandoned(last)) return null;
  return now.getTime() - Date.parse(last.endedAt) <= keepPlaceSeconds * 1_000 ? last : null;
};

/** A callback that person still waits for in the channel: who calls by themselves need not be called back. Null: there is none. */
export const openCallback = async (tx: Tx, caller: Caller, now: Date): Promise<CallRecord | null> =>
  (await earlierOf(tx, caller, now, 31)).find(
    ({ endedAt, callback }) => endedAt === null && callback?.state === "waiting",
  ) ?? null;

const earlierOf = async (tx: Tx, caller: Caller, now: Date, days: number): Promise<CallRecord[]> => {
  const key = personKey(caller);
  if (key === null) return [];
  const since = new Date(now.getTime() - days * 86_400_000).toISOString();
  const rows = await ofPerson(tx, { channelId: caller.channelId, key, since });
  return rows.map(({ call }) => call).filter(({ id }) => id !== caller.id);
};

/** What the living calls of these concerns want of the routing; a concern without such a call is not among them. Of several the one that is with somebody counts, then the oldest. */
export const callWants = async (
  tx: Tx,
  concernIds: readonly ConcernId[],
): Promise<ReadonlyMap<ConcernId, CallWant>> => {
  const wants = new Map<ConcernId, CallWant>();
  if (concernIds.length === 0) return wants;
  for (const { call } of await livingInConcerns(tx, concernIds)) {
    const want = wantOf(call);
    if (want === null || call.concernId === null) continue;
    const known = wants.get(call.concernId);
    if (known === undefined || (want.talking && !known.talking)) wants.set(call.concernId, want);
  }
  return wants;
};

/** Concerns in which a call lives: those that routing has to look at when it begins. */
export const concernsWithCalls = (tx: Tx): Promise<ConcernId[]> => concernsCalling(tx);

/** Of these concerns: those whose last call ended otherwise than by giving up. */
export const wereServed = async (tx: Tx, concernIds: readonly ConcernId[]): Promise<ReadonlySet<ConcernId>> =>
  concernIds.length === 0
    ? new Set()
    : new Set(
        (await lastEndedIn(tx, concernIds)).flatMap(({ call }) =>
          call.concernId === null || isAbandoned(call) ? [] : [call.concernId],
        ),
      );

/** Calls that live now: those this agent speaks in or is rung for, and all of their brands for who supervises. */
export const callsFor = async (tx: Tx, who: AgentActor): Promise<Call[]> =>
  (await shownCalls(tx, await livingOf(tx, who.brandIds))).filter((call) => speaksIn(who, call));

/** A concern's calls, the newest first. Refuses notFound where the concern is not theirs to see. */
export const callsOfConcern = async (tx: Tx, who: AgentActor, concernId: ConcernId): Promise<Call[] | Refusal> => {
  const row = await rowFor(tx, who, concernId);
  return isRefusal(row) ? row : shownCalls(tx, await callsIn(tx, concernId));
};

/** A recording's file for an agent who may see the call's brand; null: there is none for them. */
export const recordingFor = async (
  tx: Tx,
  who: AgentActor,
  id: string,
): Promise<{ readonly hash: string; readonly sizeBytes: number; readonly callId: CallId } | null> => {
  const row = await recordingById(tx, id);
  if (row === null || row.hash === null) return null;
  const call = (await callsById(tx, [row.callId]))[0]?.call;
  if (call === undefined || !seesBrand(who, call.brandId)) return null;
  return { hash: row.hash, sizeBytes: row.sizeBytes ?? 0, callId: row.callId };
};
