// Answers for a chosen time: they leave then, are held back when the customer has written meanwhile, or get another time. Called by actions-outbox.ts, actions-reply.ts and routes.ts.
import { system, type AgentActor, type Who } from "#contract/actor.ts";
import type { Scheduled } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { MessageId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { sayDeliveries } from "#modules/concerns/actions-delivery.ts";
import { lockAnswer, lockConcernOf, type Spoken } from "#modules/concerns/actions-locks.ts";
import { saveChange } from "#modules/concerns/actions-saving.ts";
import { giveUpMs, type ConcernState } from "#modules/concerns/model.ts";
import { withLeft, type Plan } from "#modules/concerns/model-schedule.ts";
import { dueScheduled, leaveNow, savePlan, scheduledRow, type ScheduledRow } from "#modules/concerns/store-schedule.ts";
import { deliveriesOf } from "#modules/concerns/store-outbox.ts";
import { redateMessage } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Lets scheduled answers go whose time has come: their deliveries are due from now on. One whose author asked for it is held back when somebody has written since. */
export const releaseScheduled = async (world: World, limit: number): Promise<void> => {
  for (const { id } of await dueScheduled(world.db, world.now().toISOString(), limit)) {
    await world.db.transaction(async (tx) => {
      const state = await lockConcernOf(tx, id);
      const row = await scheduledRow(tx, id);
      if (state === null || row === null || row.sendAt === null || row.sendAt > world.now().toISOString()) return;
      if (row.plan.holdIfAnswered && row.writtenSince !== null)
        await plan(world, tx, system, state, row, row.plan, null);
      else await leave(world, tx, system, state, row);
    });
  }
};

/** Says a scheduled answer now: its time is this moment, for the customer as for the desk. The caller holds the concern's lock. */
export const leave = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  row: ScheduledRow,
): Promise<ConcernState> => {
  const now = world.now();
  const at = now.toISOString();
  const version = await leaveNow(tx, row.id, at, new Date(now.getTime() + giveUpMs).toISOString());
  await redateMessage(tx, row.id, at);
  await tell(world, tx, who, state, row.id, null, at, version);
  await sayDeliveries(
    world,
    tx,
    who,
    (await deliveriesOf(tx, row.id)).map((each) => ({ about: state, row: each })),
  );
  const after = withLeft(state, row.plan, { at, text: row.text, subject: row.subject }, row.writtenSince);
  return saveChange(world, tx, who, state, after, "scheduledLeft");
};

/** Gives a scheduled answer another time, or lets one go at its time that was held back. Refuses with timeInPast, or alreadySent when it has left. */
export const reschedule = (
  world: World,
  who: AgentActor,
  messageId: MessageId,
  input: { readonly sendAt: string; readonly holdIfAnswered: boolean },
): Promise<Spoken | Refusal> =>
  world.db.transaction(async (tx) => {
    const found = await lockAnswer(tx, who, messageId);
    if (isRefusal(found)) return found;
    const { state } = found;
    const row = await scheduledRow(tx, messageId);
    if (row === null) return refuse("alreadySent");
    const at = new Date(input.sendAt).toISOString();
    if (at <= world.now().toISOString()) return refuse("timeInPast", undefined, "sendAt");
    await plan(world, tx, who, state, row, { ...row.plan, at, holdIfAnswered: input.holdIfAnswered }, at);
    const asleep = state.status === "snoozed" && state.snoozedUntil === row.plan.at;
    return {
      state: asleep ? await saveChange(world, tx, who, state, { ...state, snoozedUntil: at }, "scheduled") : state,
      messageId,
    };
  });

const plan = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  row: ScheduledRow,
  next: Plan,
  sendAt: string | null,
): Promise<void> => {
  const version = await savePlan(tx, row.id, next, sendAt);
  await tell(world, tx, who, state, row.id, { ...next, held: sendAt === null }, null, version);
};

const tell = (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  messageId: MessageId,
  scheduled: Scheduled | null,
  at: string | null,
  version: number,
): Promise<void> =>
  say(world, tx, who, [
    {
      kind: "message.scheduled",
      brandId: state.brandId,
      concernId: state.id,
      customerId: state.customerId,
      data: { messageId, scheduled, at, version },
    },
  ]);
