// What the ways of taking a message in share: the arrival in hand, and the message as it is stored. Called by concerns/actions.ts and actions-agent-mail.ts.
import { system } from "#contract/actor.ts";
import type { AddressKind, ChannelKind, InboundMessage } from "#contract/channel.ts";
import type { BrandId, ChannelId, ConcernId, MessageId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { blank, linesOf } from "#modules/concerns/actions-send.ts";
import type { ConcernState, IncomingFile } from "#modules/concerns/model.ts";
import type { NewMessage } from "#modules/concerns/store.ts";
import type { Resolved } from "#modules/customers/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** The channel a message came by. `ownAddresses`: further addresses of ours that the channel takes messages for. */
export interface ReceivingChannel {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly brandId: string;
  readonly ownAddresses?: readonly string[];
}

/** What the store knows of an arrival. */
export interface Arrival {
  readonly intakeId: string;
  readonly rawHash: string;
  readonly receivedAt: string;
}

/** One arriving message on its way through this file. */
export interface Receiving {
  readonly world: World;
  readonly tx: Tx;
  readonly channel: ReceivingChannel;
  readonly arrival: Arrival;
  readonly message: InboundMessage;
  readonly files: readonly IncomingFile[];
  readonly kind: AddressKind;
  /** The sender's address, normalised. */
  readonly norm: string;
}

/** An entry of the log for what was not let in. */
export const refused = (
  world: World,
  tx: Tx,
  channel: ReceivingChannel,
  concernId: ConcernId | null,
  reason: string,
  detail: string,
): Promise<void> =>
  say(world, tx, system, [
    {
      kind: "intake.refused",
      brandId: channel.brandId as BrandId,
      concernId,
      data: { reason, detail: detail.slice(0, 300) },
    },
  ]);

/** The message as it is stored; attributed to the address that sent it and to nobody else. */
export const newMessage = (
  r: Receiving,
  state: ConcernState,
  sender: Pick<Resolved, "customerId" | "name">,
  seq: number,
  warnings: readonly string[],
): NewMessage => {
  const { world, message, channel, arrival, files } = r;
  return {
    ...blank(state, world.newId() as MessageId, seq, arrival.receivedAt),
    direction: "in",
    author: { kind: "customer", id: sender.customerId, name: message.from.name ?? sender.name },
    channelKind: channel.kind,
    channelId: channel.id,
    from: message.from,
    to: message.to,
    cc: message.cc,
    subject: message.subject,
    text: message.text,
    foldedText: message.foldedText,
    html: message.html,
    htmlLines: message.html === null ? 0 : linesOf(message.text),
    remoteImages: message.html?.includes("data-remote-src=") ?? false,
    assurance: message.assurance,
    verdicts: message.verdicts,
    warnings,
    automatic: message.automatic,
    intakeId: arrival.intakeId,
    rawHash: arrival.rawHash,
    files: files.map((file) => ({
      id: world.newId(),
      hash: file.stored.hash,
      name: file.name,
      mediaType: file.stored.mediaType,
      sizeBytes: file.stored.sizeBytes,
      inlineId: file.inlineId,
      image: file.stored.image !== null,
    })),
    keys: message.thread.own,
  };
};
