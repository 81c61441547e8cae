// What a change of a delivery means to its message and concern. Called by actions-outbox.ts, actions-receipts.ts and actions-reply.ts.
import type { Who } from "#contract/actor.ts";
import { addressKindOf } from "#contract/channel.ts";
import type { Delivery } from "#contract/concerns.ts";
import type { BrandId, ConcernId, MessageId } from "#contract/ids.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { saveChange } from "#modules/concerns/actions-saving.ts";
import { giveUpMs, withStatus, type ConcernState } from "#modules/concerns/model.ts";
import { isHard, lateMs } from "#modules/concerns/model-delivery.ts";
import {
  anyBad,
  leaving,
  lockDelivery,
  raiseVersions,
  settle,
  type DeliveryRow,
  type Outcome,
} from "#modules/concerns/store-outbox.ts";
import { lockConcernOf } from "#modules/concerns/actions-locks.ts";
import { suppressAddress } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A delivery as the desk sees it. */
const asDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  recipient: row.recipient,
  state: row.state,
  attempts: row.attempts,
  nextTryAt: row.nextTryAt,
  code: row.code,
  reason: row.reason,
  detail: row.detail,
  history: row.history,
});

/** Where a delivery belongs, for its entry in the log. */
export interface About {
  readonly id: ConcernId;
  readonly brandId: BrandId;
}

/** Says that deliveries changed. Deliveries of news for agents are not shown and say nothing. */
export const sayDeliveries = async (
  world: World,
  tx: Tx,
  who: Who,
  rows: readonly { readonly about: About; readonly row: DeliveryRow }[],
): Promise<void> => {
  const ids = [...new Set(rows.map(({ row }) => row.messageId))];
  const messages = await raiseVersions(tx, ids.toSorted());
  const said = rows.flatMap(({ about, row }): Said[] => {
    const message = messages.get(row.messageId);
    return message?.direction !== "out"
      ? []
      : [
          {
            kind: "delivery.changed",
            brandId: about.brandId,
            // It may have been moved since whoever has the delivery in hand took it.
            concernId: message.concernId,
            data: { messageId: row.messageId, deliveryId: row.id, delivery: asDelivery(row), version: message.version },
          },
        ];
  });
  await say(world, tx, who, said);
};

/** Something final and bad, or uncertain: shown on the message, marked on the concern, and given back to whoever works on it. */
export interface Bad {
  readonly outcome: Outcome;
  /** Recipients that are known to be bad for good. */
  readonly deadAddresses: readonly string[];
  /** Wakes the concern; an uncertain delivery only marks it. */
  readonly reopens: boolean;
}

/** Records a bad end. The caller holds the concern's lock. A mail that no person wrote moves nothing but its own line: bounces of it must not wake anybody. */
export const recordBad = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  delivery: DeliveryRow,
  bad: Bad,
): Promise<void> => {
  const at = world.now().toISOString();
  const row = await settle(tx, delivery.id, at, bad.outcome);
  await sayDeliveries(world, tx, who, [{ about: state, row }]);
  await mark(world, tx, who, state, delivery, bad.reopens);
  for (const value of bad.deadAddresses) await suppress(world, tx, who, delivery, value, bad.outcome);
};

const mark = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  delivery: DeliveryRow,
  reopens: boolean,
): Promise<void> => {
  const message = await leaving(tx, delivery.messageId);
  if (message === null || message.automatic !== null) return;
  const marked: ConcernState = { ...state, deliveryFailed: true };
  const sleeping = reopens && state.status !== "new" && state.status !== "open";
  const next = sleeping ? withStatus(marked, "open", world.now().toISOString()) : marked;
  await saveChange(world, tx, who, state, next, "deliveryFailed");
};

/** Deliveries that are given up before this time have been on their way for more than an hour. */
export const lateUntil = (now: Date): string => new Date(now.getTime() + giveUpMs - lateMs).toISOString();

/** Marks and wakes the concern, once, when what a person wrote still has not left after an hour. The caller holds the concern's lock. */
export const markLate = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  delivery: DeliveryRow,
): Promise<void> => {
  if (!state.deliveryFailed && delivery.giveUpAt < lateUntil(world.now()))
    await mark(world, tx, who, state, delivery, true);
};

/** After a good end: the concern is marked no longer when nothing of it is failed, uncertain or late. The caller holds the concern's lock. */
export const takeMark = async (world: World, tx: Tx, who: Who, state: ConcernState): Promise<void> => {
  if (state.deliveryFailed && !(await anyBad(tx, state.id, lateUntil(world.now()))))
    await saveChange(world, tx, who, state, { ...state, deliveryFailed: false }, "deliverySettled");
};

const suppress = (
  world: World,
  tx: Tx,
  who: Who,
  delivery: DeliveryRow,
  value: string,
  outcome: Outcome,
): Promise<void> =>
  suppressAddress(
    world,
    tx,
    who,
    { kind: addressKindOf[delivery.channelKind], value },
    `${outcome.code ?? ""} ${outcome.detail}`.trim(),
  );

/** Whom a delivery goes to. Deliveries from before each recipient had their own name several. */
export const recipientsIn = (row: Pick<DeliveryRow, "recipient">): string[] => row.recipient.split(", ").toSorted();

/** Which recipients a bounce of that kind closes: the named one when it is among them, the only one otherwise; nobody after a soft failure. */
export const deadAmong = (
  delivery: DeliveryRow,
  named: string | null,
  code: string | null,
  words: string,
): string[] => {
  if (!isHard(code, words)) return [];
  const all = recipientsIn(delivery);
  const norm = named === null ? null : normalise(addressKindOf[delivery.channelKind], named);
  if (norm !== null && all.includes(norm)) return [norm];
  const [only, ...others] = all;
  return only !== undefined && others.length === 0 ? [only] : [];
};

/** Locks the concern of a message and then one of its deliveries: everybody does so in this order. */
export const lockBoth = async (
  tx: Tx,
  messageId: MessageId,
  id: DeliveryRow["id"],
): Promise<{ readonly state: ConcernState; readonly delivery: DeliveryRow }> => {
  const state = await lockConcernOf(tx, messageId);
  if (state === null) throw new Error("a delivery's concern is gone");
  return { state, delivery: await lockDelivery(tx, id) };
};
