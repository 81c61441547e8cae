// Keeps calls: who drives a channel's, what each is at, what people want done with one. The only writer of calls. Called by server/switchboard*.ts in its transactions.
// Order of locks: concern and address first, then the call's row.
import { system, type AgentActor, type Who } from "#contract/actor.ts";
import type { CallRecording, CallWish } from "#contract/calls.ts";
import type { ErrorCode } from "#contract/errors.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, CallId, ChannelId } from "#contract/ids.ts";
import { allows } from "#contract/permissions.ts";
import { storable } from "#lib/text.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { wantOf } from "#modules/calls/model-need.ts";
import { shownCall, type CallRecord } from "#modules/calls/model-record.ts";
import { forbidsWish } from "#modules/calls/policy.ts";
import { shownRecordings } from "#modules/calls/reads.ts";
import {
  callsById,
  endDialsOf,
  forgetDials,
  holdsEpoch,
  insertCall,
  lockCall,
  moveCalls,
  raiseEpoch,
  updateCall,
  type CallRow,
} from "#modules/calls/store.ts";
import { recordingsOf } from "#modules/calls/store-recordings.ts";
import { forgetWanted } from "#modules/calls/store-wanted.ts";
import { callsInMessages } from "#modules/concerns/reads-calls.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Who drives a channel's calls: the number it was given when it took over. */
export interface Board {
  readonly channelId: ChannelId;
  readonly epoch: number;
}

/** The message of the error by which a transaction of somebody ends who drives the channel no longer: nothing of it was written. */
export const boardLost = "the calls of this channel were taken over";

/** Takes a channel's calls over: what an earlier one still writes is refused from now on. */
export const takeBoard = (world: Pick<World, "db" | "now">, channelId: ChannelId): Promise<Board> =>
  world.db.transaction(async (tx) => ({
    channelId,
    epoch: await raiseEpoch(tx, channelId, world.now().toISOString()),
  }));

/** Throws `boardLost` unless this one still drives the channel; until the commit it does. Every writing action of the board asks. */
export const holdBoard = async (tx: Tx, { channelId, epoch }: Board): Promise<void> => {
  if (!(await holdsEpoch(tx, channelId, epoch))) throw new Error(boardLost);
};

/** A call under its lock, for who drives its channel; null: there is none. Throws `boardLost`. */
export const holdCall = async (tx: Tx, board: Board, id: CallId): Promise<CallRow | null> => {
  await holdBoard(tx, board);
  const row = await lockCall(tx, id);
  return row?.call.channelId === board.channelId ? row : null;
};

/** Names and the like come from outside: what no store can carry is left out. */
const clean = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? storable(part) : part))) as T;

/** The entry that says how a call is. */
const saidOf = async (tx: Tx, { call, version }: CallRow): Promise<Said> => ({
  kind: "call.changed",
  brandId: call.brandId,
  concernId: call.concernId,
  customerId: call.customerId,
  data: { call: shownCall(call, version, shownRecordings(call, await recordingsOf(tx, [call.id]))) },
});

/** Says how a call is: after something beside it was written (a recording). The caller holds its lock. */
export const sayCall = async (world: World, tx: Tx, who: Who, row: CallRow): Promise<void> =>
  say(world, tx, who, [await saidOf(tx, row)]);

/** Notes a new call as the machine made it. One of that id that is there already is given as it stands: beginning twice is once. Throws `boardLost`. */
export const beginCall = async (world: World, tx: Tx, board: Board, given: CallRecord): Promise<CallRow> => {
  await holdBoard(tx, board);
  const call = clean(given);
  if (!(await insertCall(tx, call))) {
    const known = await lockCall(tx, call.id);
    if (known === null || known.call.channelId !== board.channelId)
      throw new Error("another channel has a call of that id");
    return known;
  }
  const row = { call, version: 1 };
  await sayCall(world, tx, system, row);
  return row;
};

/**
 * Keeps a call as the machine left it, and says so. `before`: as `holdCall` gave it in this transaction. Refuses with staleVersion where somebody else wrote it meanwhile, and changes
 * nothing where nothing differs. A call that ends ends what it dialled. Throws `boardLost`.
 */
export const keepCall = async (
  world: World,
  tx: Tx,
  board: Board,
  before: CallRow,
  after: CallRecord,
): Promise<CallRow | Refusal> => {
  await holdBoard(tx, board);
  const call = clean(after);
  if (JSON.stringify(call) === JSON.stringify(before.call)) return before;
  if (!(await updateCall(tx, call, before.version))) return refuse("staleVersion");
  const row = { call, version: before.version + 1 };
  if (call.endedAt !== null && before.call.endedAt === null) await endDialsOf(tx, call.id, call.endedAt);
  // What only the machine knows is no news to anybody.
  if (isNews(before.call, call)) await sayCall(world, tx, system, row);
  return row;
};

const isNews = (before: CallRecord, after: CallRecord): boolean =>
  JSON.stringify(shownCall(before, 0, recordingsIn(before))) !==
    JSON.stringify(shownCall(after, 0, recordingsIn(after))) ||
  JSON.stringify(wantOf(before)) !== JSON.stringify(wantOf(after));

const recordingsIn = (call: CallRecord): CallRecording[] => shownRecordings(call, []);

/**
 * Says what somebody wants done with a call; whoever drives its channel does it, and says `call.settled` under the same id. Refuses at once what cannot be: notFound, callOver,
 * notAllowed.
 */
export const wishOfCall = async (
  world: World,
  who: AgentActor,
  { callId, id, wish }: { readonly callId: CallId; readonly id: string; readonly wish: CallWish },
): Promise<{ readonly done: true } | Refusal> => {
  const row = (await callsById(world.db, [callId]))[0];
  if (row === undefined) return refuse("notFound");
  const forbidden = forbidsWish(who, shownCall(row.call, row.version, []), wish);
  if (forbidden) return forbidden;
  const { brandId, concernId, customerId } = row.call;
  const supervises = allows(who.role, "team.supervise");
  await world.db.transaction((tx) =>
    say(world, tx, who, [
      { kind: "call.wished", brandId, concernId, customerId, data: { wishId: id, callId, wish, supervises } },
    ]),
  );
  return { done: true };
};

/** Says what became of a wish: done (null), or refused with that code. Throws `boardLost`. */
export const settleWish = async (
  world: World,
  tx: Tx,
  board: Board,
  settled: {
    readonly wishId: string;
    readonly callId: CallId;
    readonly agentId: AgentId | null;
    readonly refused: ErrorCode | null;
  },
): Promise<void> => {
  await holdBoard(tx, board);
  const call = (await callsById(tx, [settled.callId]))[0]?.call;
  await say(world, tx, system, [
    {
      kind: "call.settled",
      brandId: call?.brandId ?? null,
      concernId: call?.concernId ?? null,
      customerId: call?.customerId ?? null,
      data: settled,
    },
  ]);
};

/** How an agent's browser hears a call: noted of the call where it differs noticeably. Refuses with notFound where they do not speak in it. */
export const noteQuality = (
  world: World,
  who: AgentActor,
  callId: CallId,
  heard: { readonly mos: number; readonly lossPercent: number; readonly jitterMs: number; readonly silent: boolean },
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const row = await lockCall(tx, callId);
    if (row === null || !row.call.legs.some((leg) => leg.agentId === who.id)) return refuse("notFound");
    const { call, version } = row;
    const { mos, lossPercent, jitterMs, silent: oneWay } = heard;
    const quality = { mos, lossPercent, jitterMs, oneWay };
    if (call.endedAt !== null || !differs(call.quality, quality)) return { done: true };
    const next: CallRecord = { ...call, quality };
    if (await updateCall(tx, next, version)) await sayCall(world, tx, who, { call: next, version: version + 1 });
    return { done: true };
  });

type Quality = NonNullable<CallRecord["quality"]>;
const differs = (known: Quality | null, heard: Quality): boolean =>
  known === null ||
  known.oneWay !== heard.oneWay ||
  Math.abs(known.mos - heard.mos) >= 0.3 ||
  Math.abs(known.lossPercent - heard.lossPercent) >= 2;

/** Calls whose cards stand in messages that went to another concern belong there, too. Twice is once. */
export const followMessages = async (
  world: World,
  tx: Tx,
  moved: { readonly to: NonNullable<CallRecord["concernId"]>; readonly messageIds: readonly string[] },
): Promise<void> => {
  const ids = await callsInMessages(tx, moved.messageIds);
  if (ids.length === 0) return;
  for (const row of await moveCalls(tx, ids, moved.to)) await sayCall(world, tx, system, row);
};

const dayMs = 86_400_000;
/** No rule lets a callback wait for longer (contract/call-rules.ts). */
const longestWaitMs = 30 * dayMs;

/** What was dialled two days ago bounds nothing any more; and nobody waits any more for a callback that no line could make in a month. */
export const removeOldDials = async (world: Pick<World, "db" | "now">): Promise<number> => {
  const now = world.now().getTime();
  await forgetWanted(world.db, new Date(now - longestWaitMs).toISOString());
  return forgetDials(world.db, new Date(now - 2 * dayMs).toISOString());
};
