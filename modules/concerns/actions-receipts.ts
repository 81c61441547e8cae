// News about what we sent: delivered, read, delayed, bounced. Called by server/intake in the transaction that ends the arrival.
import { system } from "#contract/actor.ts";
import { addressKindOf, type ChannelKind, type InboundReceipt } from "#contract/channel.ts";
import { deadAmong, lockBoth, recordBad, sayDeliveries, takeMark } from "#modules/concerns/actions-delivery.ts";
import type { Arrival, ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { setAside } from "#modules/concerns/actions-aside.ts";
import { storable } from "#modules/concerns/model.ts";
import { afterReceipt, isBelieved } from "#modules/concerns/model-delivery.ts";
import { deliveryBehind, doubt, settle } from "#modules/concerns/store-outbox.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/**
 * Marks the delivery a receipt speaks of, as far as its proof goes (`isBelieved`). A failure is shown on the message and wakes the concern; it closes an
 * address that is bad for good when it came by the token, which nobody but the recipient's mail system was told. What is not proved only stands
 * in the delivery's history, as doubtful. A receipt of nothing we sent is set aside: bounces of forged mail must not make work.
 */
export const receiveReceipt = async (
  world: World,
  tx: Tx,
  channel: ReceivingChannel,
  receipt: InboundReceipt,
  arrival: Arrival,
): Promise<void> => {
  const references = receipt.references.slice(0, 100).map(storable);
  const tokens = references.flatMap((key) => (key.startsWith("dt:") ? [key.slice(3)] : []));
  const behind = await deliveryBehind(
    tx,
    channel.kind satisfies ChannelKind,
    tokens,
    references.filter((key) => !key.startsWith("dt:")),
    receipt.recipient === null ? null : normalise(addressKindOf[channel.kind], receipt.recipient),
  );
  const detail = storable(receipt.diagnostic).slice(0, 1_000);
  if (behind === null)
    return setAside(world, tx, channel, arrival, "unknownReceipt", {
      providerId: receipt.providerId,
      senderName: null,
      sender: receipt.recipient === null ? "" : storable(receipt.recipient).slice(0, 320),
      subject: null,
      text: [receipt.code ?? "", detail].join(" ").trim(),
    });
  const { state, delivery } = await lockBoth(tx, behind.messageId, behind.id);
  const next = afterReceipt(delivery.state, receipt);
  if (next === null) return;
  const said = receipt.recipient === null ? detail : `${storable(receipt.recipient)}: ${detail}`;
  if (!isBelieved(receipt, behind)) {
    if (receipt.state === "delayed") return;
    const row = await doubt(tx, delivery.id, {
      at: world.now().toISOString(),
      state: next,
      reason: receipt.reason ?? null,
      detail: [receipt.code ?? "", said].join(" ").trim(),
    });
    if (row !== null) await sayDeliveries(world, tx, system, [{ about: state, row }]);
    return;
  }
  const outcome = {
    state: next,
    nextTryAt: next === "waiting" ? delivery.nextTryAt : null,
    code: receipt.code,
    reason: receipt.reason ?? null,
    detail: said,
    providerId: null,
  };
  if (next === "failed") {
    await recordBad(world, tx, system, state, delivery, {
      outcome,
      // Everybody who was copied knows the Message-ID and the recipients: they may write a report, but not close an address with it.
      deadAddresses:
        receipt.permanent && (receipt.asksForToken ? behind.byToken : behind.certain)
          ? deadAmong(delivery, receipt.recipient, receipt.code, receipt.diagnostic)
          : [],
      reopens: true,
    });
    return;
  }
  const row = await settle(tx, delivery.id, world.now().toISOString(), outcome);
  await sayDeliveries(world, tx, system, [{ about: state, row }]);
  await takeMark(world, tx, system, state);
};
