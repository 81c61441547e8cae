// Keeps what the machine of a call comes to, with all that has to happen in the same transaction: in concerns, and of what is dialled. Called by server/switchboard-board.ts.
import { isRefusal } from "#contract/errors.ts";
import { beginCall, holdBoard, holdCall, keepCall } from "#modules/calls/actions.ts";
import { answeredBy, joinConcern, settleCall, type Asked } from "#modules/calls/actions-concerns.ts";
import { countDial, endDial } from "#modules/calls/actions-dialling.ts";
import type { CallEvent, Ground, Happening, Heard } from "#modules/calls/model-happenings.ts";
import { needsConcern, type CallRecord } from "#modules/calls/model-record.ts";
import { hear } from "#modules/calls/model.ts";
import type { CallRow } from "#modules/calls/reads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { runOf } from "#modules/flows/reads-running.ts";
import type { Tx } from "#platform/db/db.ts";
import { linesOf } from "#server/call-flows.ts";
import type { Context, Living } from "#server/switchboard-context.ts";

/** What was asked again because another was faster. */
const mostTries = 3;

/** What a change brings with it in concerns and counts, before the call's own row is locked. */
const beside = async (
  { world, board, grounds }: Context,
  tx: Tx,
  before: CallRecord | null,
  call: CallRecord,
  lines: Asked,
): Promise<CallRecord> => {
  await holdBoard(tx, board);
  let next = call;
  if (needsConcern(next)) {
    const found = await joinConcern(world, tx, next, lines);
    if (isRefusal(found)) world.log.warn("call.noConcern", { callId: next.id, code: found.refused });
    else next = { ...next, ...found };
  }
  const talks = (one: CallRecord | null): boolean => one !== null && one.phase === "talk" && one.talkedFrom !== null;
  if (talks(next) && next.agentId !== null && (!talks(before) || before?.agentId !== next.agentId))
    await answeredBy(world, tx, next, next.agentId);
  if (next.endedAt !== null && (before === null || before.endedAt === null))
    await settleCall(world, tx, next, grounds.rules());
  return next;
};

/** Numbers that are dialled are counted; one that may not be is told so. */
const counted = async (
  { world, grounds }: Context,
  tx: Tx,
  before: CallRecord | null,
  heard: Heard,
  ground: Ground,
): Promise<Heard> => {
  let now = heard;
  for (const order of heard.orders) {
    if (order.do !== "ring" || !("number" in order.to)) continue;
    const { id: callId, channelId, brandId, callback } = now.call;
    const dialled = {
      legId: order.legId,
      callId,
      channelId,
      brandId,
      number: order.to.number,
      askedFor: callback !== null,
    };
    const said = await countDial(world, tx, dialled, grounds.rules());
    if (!isRefusal(said)) continue;
    const event: CallEvent = {
      what: "ended",
      legId: order.legId,
      cause: "notAllowed",
      byThem: false,
      code: said.refused,
      at: ground.now.toISOString(),
    };
    const again = hear(now.call, { what: "engine", event }, ground);
    now = { ...now, call: again.call, orders: [...now.orders.filter((one) => one !== order), ...again.orders] };
  }
  for (const leg of now.call.legs) {
    const was = before?.legs.find(({ id }) => id === leg.id);
    if (leg.state !== "ended" || was === undefined || was.state === "ended" || leg.to === null || !("number" in leg.to))
      continue;
    const seconds = was.state === "connected" ? (ground.now.getTime() - Date.parse(was.since)) / 1_000 : 0;
    await endDial(tx, leg.id, seconds);
  }
  return now;
};

/** Keeps what a happening comes to. Null: nothing is to be kept. */
export const keep = async (at: Context, living: Living, happening: Happening): Promise<Heard> => {
  const { world, board, grounds } = at;
  for (let turn = 1; ; turn += 1) {
    const ground = await grounds.of(living.row.call);
    const expected = hear(living.row.call, happening, ground);
    if (expected.call === living.row.call && expected.begins === null) return expected;
    const lines: Asked = needsConcern(expected.call)
      ? { lines: await linesOf(world, expected.call), ...(await aboutOf(world, expected.call)) }
      : { lines: null };
    const done = await world.db.transaction(async (tx) => {
      const seen = await beside(at, tx, living.row.call, expected.call, lines);
      const held = await holdCall(tx, board, living.row.call.id);
      if (held === null) return null;
      if (held.version !== living.row.version) {
        living.row = held;
        return "again" as const;
      }
      const heard = await counted(at, tx, held.call, { ...expected, call: seen }, ground);
      const kept = await keepCall(world, tx, board, held, heard.call);
      if (isRefusal(kept)) return "again" as const;
      const begun =
        heard.begins === null
          ? null
          : await beginIn(
              at,
              tx,
              {
                ...heard.begins,
                concernId: heard.begins.concernId ?? heard.call.concernId,
                customerId: heard.begins.customerId ?? heard.call.customerId,
              },
              lines,
            );
      return { heard: { ...heard, call: kept.call }, row: kept, begun };
    });
    if (done === null) {
      at.forget(living);
      return { ...expected, call: living.row.call, orders: [] };
    }
    if (done === "again") {
      if (turn < mostTries) continue;
      throw new Error("a call changes faster than it can be kept");
    }
    at.remember(done.row);
    if (done.begun !== null) at.remember(done.begun);
    return done.heard;
  }
};

/** Keeps a call that begins, with all that comes with it. */
export const beginIn = async (at: Context, tx: Tx, call: CallRecord, lines: Asked): Promise<CallRow> => {
  const seen = await beside(at, tx, null, call, lines);
  return beginCall(at.world, tx, at.board, seen);
};

const aboutOf = async (world: FlowWorld, call: CallRecord): Promise<Omit<Asked, "lines">> => {
  const run = call.flow === null ? null : await runOf(world.db, call.flow.runId);
  const { ending } = run ?? {};
  if (ending?.as !== "handedOver" && ending?.as !== "callback") return {};
  return { topicId: ending.topicId, ...(ending.as === "handedOver" && { priority: ending.priority }) };
};
