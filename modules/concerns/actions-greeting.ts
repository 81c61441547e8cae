// Words of ours that stood before a customer when they wrote first: a chat's greeting. They begin the concern. Called by concerns/actions.ts.
import type { Who } from "#contract/actor.ts";
import { addressKindOf } from "#contract/channel.ts";
import type { Channel } from "#contract/brands.ts";
import type { BrandId, MessageId } from "#contract/ids.ts";
import { brandById } from "#modules/brands/reads.ts";
import type { Receiving } from "#modules/concerns/actions-arrival.ts";
import { saveWithMessage } from "#modules/concerns/actions-saving.ts";
import { blank, deliveriesTo } from "#modules/concerns/actions-send.ts";
import { withMessage, type ConcernState } from "#modules/concerns/model.ts";
import type { NewMessage, NewParty } from "#modules/concerns/store.ts";
import { raiseSeen } from "#modules/concerns/store-visitor.ts";

/** The greeting as the first message of a concern, and the concern with nothing but it. */
export interface Greeted {
  readonly message: NewMessage;
  readonly state: ConcernState;
}

/**
 * From the brand, by the program: no agent's answer, so it ends nobody's waiting, and is neither mailed nor counted as unread. Null: nothing stood there.
 * Saves nothing.
 */
export const greetingBefore = async (r: Receiving, fresh: ConcernState): Promise<Greeted | null> => {
  const { world, tx, message, channel, norm, sender, arrival } = r;
  if (message.greeting === undefined) return null;
  const brand = (await brandById(tx, channel.brandId as BrandId))?.name ?? "";
  const greeting: NewMessage = {
    ...blank(fresh, world.newId() as MessageId, 1, arrival.receivedAt),
    direction: "out",
    author: { kind: "system", id: null, name: brand },
    channelKind: channel.kind,
    channelId: channel.id,
    from: { name: brand, value: "" },
    to: [{ name: sender.name, value: norm }],
    text: message.greeting,
    automatic: "auto-generated",
  };
  const shown = { text: greeting.text, subject: null, channelKind: channel.kind, automatic: true };
  return { message: greeting, state: withMessage(fresh, { direction: "out", at: greeting.at, ...shown }) };
};

/** Saves a concern that begins with the greeting and goes on with what the customer said (`after`: with both). */
export const saveGreeted = async (
  r: Receiving,
  who: Who,
  greeted: Greeted,
  saving: { readonly after: ConcernState; readonly message: NewMessage; readonly parties: readonly NewParty[] },
): Promise<ConcernState> => {
  const { world, tx, channel, norm, arrival } = r;
  const { after, message, parties } = saving;
  const to = channel as Pick<Channel, "id" | "kind">;
  const deliveries = deliveriesTo(world, to, [norm], arrival.receivedAt, arrival.receivedAt);
  // The row is at once as it will be: there is no moment at which the concern is one without a customer's words.
  const begun = await saveWithMessage(
    world,
    tx,
    who,
    { before: null, after, message: greeted.message, parties, deliveries },
    null,
  );
  const state = await saveWithMessage(
    world,
    tx,
    who,
    { before: begun, after: begun, message, parties: [], deliveries: [] },
    null,
  );
  await raiseSeen(tx, { kind: addressKindOf[channel.kind], norm }, state.id, greeted.message.seq);
  return state;
};
