// Whose message it is that arrives: the sender, their address under its lock, their customer. Called by concerns/actions.ts and, for `holdSender`, server/intake.
import type { Who } from "#contract/actor.ts";
import { addressKindOf, isKept, type AddressKind, type InboundMessage } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import type { BrandId, CustomerId } from "#contract/ids.ts";
import { ownNorms, type Receiving, type ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { behindOurName, cleanMessage, unknownSender } from "#modules/concerns/model-arrival.ts";
import { withoutDetail } from "#modules/concerns/model-threading.ts";
import { holdAddress, resolveCustomer, type HeldAddress, type Resolved } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";

/**
 * Holds the sender's address of a message that `receive` is given next in the same transaction, so that both questions of the caller travel together.
 * Null: whose message it is, or whether it begins anything, is not plain enough, and `receive` asks in its own order.
 */
export const holdSender = (tx: Tx, channel: ReceivingChannel, given: InboundMessage): Promise<HeldAddress> | null => {
  const kind = addressKindOf[channel.kind];
  if (isKept(kind)) {
    // Whoever names a concern of theirs in a chat is known there, and speaks for themselves.
    const own = given.thread.number === null ? null : normalise(kind, given.from.value);
    return own === null ? null : holdAddress(tx, kind, own);
  }
  const message = cleanMessage(given);
  const norm = normalise(kind, message.from.value);
  const plain = message.forwarded === null && !isHinted(message) && !mayBeOurs(channel, kind, message);
  return norm === null || !plain ? null : holdAddress(tx, kind, norm);
};

/** Does it name anything of ours, or a message it answers? */
export const isHinted = ({ thread: { tokens, references, number } }: InboundMessage): boolean =>
  tokens.length > 0 || references.length > 0 || number !== null;

/** An address as it is compared with ours. */
const keyOf = (kind: AddressKind, value: string): string => withoutDetail(normalise(kind, value) ?? value);

/** May it stand in our own name? Most mails do not. */
const mayBeOurs = (channel: ReceivingChannel, kind: AddressKind, given: InboundMessage): boolean => {
  const from = keyOf(kind, given.from.value);
  return (
    (given.replyTo !== null && keyOf(kind, given.replyTo.value) !== from) ||
    (channel.ownAddresses ?? []).some((own) => keyOf(kind, own) === from) ||
    given.automatic === "loop"
  );
};

/** The message with whoever it is from. Only what may stand in our own name asks for our addresses. */
export const withSender = async (
  r: Omit<Receiving, "message" | "sender" | "norm">,
  given: InboundMessage,
): Promise<Receiving> => {
  const { kind, channel } = r;
  const own = new Set(mayBeOurs(channel, kind, given) ? await ownNorms(r) : []);
  const message = behindOurName(given, (value) => own.has(keyOf(kind, value)));
  const norm = normalise(kind, message.from.value);
  if (norm !== null && !own.has(withoutDetail(norm))) return { ...r, message, sender: message.from, norm };
  const sender = { name: message.from.name, value: unknownSender };
  return { ...r, message: norm === null ? { ...message, from: sender } : message, sender, norm: unknownSender };
};

/** Their customer, who is made if need be. `ofCustomer`: see `resolveCustomer`. */
export const resolveSender = async (
  { world, tx, channel, message, sender, kind, arrival, held }: Receiving,
  ofCustomer: CustomerId | null = null,
): Promise<Resolved> => {
  const who: Who = { kind: "customer", id: null, name: sender.name ?? sender.value };
  const resolved = await resolveCustomer(world, tx, who, {
    kind,
    value: sender.value,
    name: sender.name,
    language: message.language,
    assurance: message.assurance,
    brandId: channel.brandId as BrandId,
    ofCustomer,
    held,
    heardAt: message.assurance === "failed" || message.automatic === "loop" ? null : arrival.receivedAt,
  });
  if (isRefusal(resolved)) throw new Error(`a sender that is no address: ${resolved.refused}`);
  return resolved;
};

/** Who it is said to be by. */
export const author = (sender: Resolved): Who => ({ kind: "customer", id: sender.customerId, name: sender.name });
