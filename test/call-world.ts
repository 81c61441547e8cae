// A world with a phone channel and a board, and short ways to let calls come, wait, talk and end as the machine would. Used by test/journeys/calls*.test.ts and routing's.
import assert from "node:assert/strict";
import type { CallId, ConcernId } from "#contract/ids.ts";
import { beginCall, holdCall, keepCall, takeBoard } from "#modules/calls/actions.ts";
import { answeredBy, joinConcern, settleCall, type Asked } from "#modules/calls/actions-concerns.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";
import { callById } from "#modules/calls/reads.ts";
import { addPhone, newCallId, over, record, talking, usualRules } from "#test/call-records.ts";
import { addCast, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

/** Nobody has asked them anything. */
export const nothing: Asked = { lines: null };

/** Opens it; the caller closes its world. `desk.board` may be taken anew. */
export const openCallWorld = async () => {
  const world = await openTestWorld({ connections: 12 });
  return callsIn(world, await addCast(world));
};

/** The same in a world that is there. */
export const callsIn = async (world: TestWorld, cast: Cast) => {
  const channelId = await addPhone(world, cast.brandId);
  const at = (): string => world.now().toISOString();
  const desk = { board: await takeBoard(world, channelId) };
  /** Somebody calls. */
  const begins = async (given: Partial<CallRecord> = {}): Promise<CallId> => {
    const id = newCallId(world);
    const call = record({ id, channelId, brandId: cast.brandId, startedAt: at() }, given);
    await world.db.transaction((tx) => beginCall(world, tx, desk.board, call));
    return id;
  };

  /** The machine goes on with a call, in the transaction in which it does something beside. */
  const goesOn = (
    id: CallId,
    next: (call: CallRecord) => CallRecord,
    beside: (
      tx: Parameters<typeof beginCall>[1],
      call: CallRecord,
    ) => Promise<Partial<CallRecord> | void> = async () => {},
  ): Promise<CallRecord> =>
    world.db.transaction(async (tx) => {
      const row = await holdCall(tx, desk.board, id);
      assert.ok(row);
      const wanted = next(row.call);
      const also = await beside(tx, wanted);
      return sure(await keepCall(world, tx, desk.board, row, { ...wanted, ...also })).call;
    });

  const queues = (id: CallId, asked: Asked = nothing): Promise<CallRecord> =>
    goesOn(
      id,
      (call) => ({ ...call, phase: "queue", waitingSince: at() }),
      async (tx, call) => sure(await joinConcern(world, tx, call, asked)),
    );

  const talks = (id: CallId, agentId = cast.anna.id): Promise<CallRecord> =>
    goesOn(
      id,
      (call) => talking(call, agentId, at()),
      (tx, call) => answeredBy(world, tx, call, agentId),
    );

  const ends = (id: CallId, end: NonNullable<CallRecord["end"]>, rules = usualRules): Promise<CallRecord> =>
    goesOn(
      id,
      (call) => over(call, end, at()),
      (tx, call) => settleCall(world, tx, call, rules),
    );

  const concernOf = async (id: CallId): Promise<ConcernId> => {
    const concernId = (await callById(world.db, id))?.call.concernId;
    assert.ok(concernId);
    return concernId;
  };
  return { world, cast, channelId, desk, at, begins, goesOn, queues, talks, ends, concernOf };
};
