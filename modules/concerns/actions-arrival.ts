// What the ways of taking a message in share: the arrival in hand, and the message as it is stored. Called by concerns/actions.ts and actions-agent-mail.ts.
import { system } from "#contract/actor.ts";
import type { AddressKind, ChannelKind, InboundMessage, Person } from "#contract/channel.ts";
import type { BrandId, ChannelId, ConcernId, MessageId } from "#contract/ids.ts";
import type { Secret } from "#lib/secrets.ts";
import { say } from "#modules/audit/actions.ts";
import { allChannels } from "#modules/brands/reads.ts";
import type { Ahead } from "#modules/concerns/actions-ahead.ts";
import { saveWithMessage } from "#modules/concerns/actions-saving.ts";
import { blank } from "#modules/concerns/actions-send.ts";
import { withoutSecrets } from "#modules/concerns/model-secrets.ts";
import { linesOfHtml } from "#modules/concerns/model-lines.ts";
import { withMessage, type ConcernState, type IncomingFile } from "#modules/concerns/model.ts";
import type { NewMessage } from "#modules/concerns/store.ts";
import type { HeldAddress, Resolved } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** The channel a message came by. `ownAddresses`: every address of ours of its kind, aliases and those of other channels included. */
export interface ReceivingChannel {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly brandId: string;
  readonly ownAddresses?: readonly string[];
  /** Mails from senders nobody knows or vouches for that it takes to the desk in ten minutes; left out or 0: as many as come. */
  readonly mostUnknown?: number;
}

/** What the store knows of an arrival. */
export interface Arrival {
  readonly intakeId: string;
  readonly rawHash: string;
  readonly receivedAt: string;
  /** Somebody looked at it and wants a concern of it, whatever it is. */
  readonly letIn?: boolean;
}

/** One arriving message on its way. */
export interface Receiving {
  readonly world: World;
  readonly tx: Tx;
  readonly channel: ReceivingChannel;
  readonly arrival: Arrival;
  readonly message: InboundMessage;
  readonly files: readonly IncomingFile[];
  readonly kind: AddressKind;
  /** Whose message it is: as a rule `message.from`, the unknown sender where that says nothing. */
  readonly sender: Person;
  /** The sender's address, normalised. */
  readonly norm: string;
  /** It, when it is held already. */
  readonly held: HeldAddress | null;
  /** What was asked for before it set out. */
  readonly ahead: Ahead | null;
  /** What of the message was covered (`covered`). */
  readonly secrets?: readonly Secret[];
}

/** Without the card numbers and session secrets in it, unless the centre wants it otherwise. Twice is once. */
export const covered = (r: Receiving): Receiving => {
  if (r.world.secrets?.on === false || r.secrets !== undefined) return r;
  return {
    ...r,
    ...withoutSecrets(
      r.message,
      r.files.some((file) => file.secret === true),
    ),
  };
};

/** Every address of ours that can be known here, normalised. */
export const ownNorms = async ({ tx, channel, kind }: Pick<Receiving, "tx" | "channel" | "kind">): Promise<string[]> =>
  [...(await allChannels(tx)).map((each) => each.address), ...(channel.ownAddresses ?? [])].flatMap(
    (address) => normalise(kind, address) ?? [],
  );

/** Keeps a message in a concern for colleagues only: a system message, which customers never see; nothing else in the concern moves. Gives the concern as it is now. */
export const keepForColleagues = async (
  given: Receiving,
  before: ConcernState,
  warnings: readonly string[],
  reason: string,
): Promise<ConcernState> => {
  const r = covered(given);
  const { world, tx, message } = r;
  const kept = newMessage(r, before, { customerId: before.customerId, name: "" }, before.lastSeq + 1, [
    ...message.warnings,
    ...warnings,
  ]);
  const after = withMessage(before, {
    direction: "system",
    at: kept.at,
    text: kept.text,
    subject: kept.subject,
    channelKind: null,
    automatic: false,
  });
  return saveWithMessage(
    world,
    tx,
    system,
    {
      before,
      after,
      message: {
        ...kept,
        direction: "system",
        author: { kind: "system", id: null, name: message.from.name ?? message.from.value },
        keys: [],
      },
      parties: [],
      deliveries: [],
    },
    null,
    () => [
      {
        kind: "intake.refused",
        brandId: before.brandId,
        concernId: before.id,
        data: { reason, detail: r.norm },
      },
    ],
  );
};

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
    replyTo: message.replyTo,
    subject: message.subject,
    text: message.text,
    foldedText: message.foldedText,
    html: message.html,
    htmlLines: message.html === null ? 0 : linesOfHtml(message.html),
    remoteImages: message.html?.includes("data-remote-src=") ?? false,
    assurance: message.assurance,
    verdicts: message.verdicts,
    warnings,
    automatic: message.automatic,
    intakeId: arrival.intakeId,
    rawHash: arrival.rawHash,
    parts: message.parts ?? [],
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
    secrets: r.secrets ?? [],
  };
};
