// Asks whoever a concern is of something, once it is settled, and notes what they say of it. Called by ratings/actions.ts.
import type { Who } from "#contract/actor.ts";
import { addressKindOf, isKept, type AddressKind } from "#contract/channel.ts";
import type { Status } from "#contract/concerns.ts";
import type { BrandId, ConcernId, CustomerId } from "#contract/ids.ts";
import type { Score } from "#contract/score.ts";
import { agentByEmail } from "#modules/agents/reads.ts";
import { allChannels, brandById, channelsOfBrand } from "#modules/brands/reads.ts";
import { lockPlaced } from "#modules/concerns/actions-locks.ts";
import { saveChange } from "#modules/concerns/actions-saving.ts";
import { sendAutomatic } from "#modules/concerns/actions-send.ts";
import { withStatus, type ConcernState } from "#modules/concerns/model.ts";
import { withoutDetail } from "#modules/concerns/model-threading.ts";
import { ratingQuestion } from "#modules/concerns/model-words.ts";
import { lockAutomatic } from "#modules/concerns/store-outbox.ts";
import { lastOfCustomer, lockConcern } from "#modules/concerns/store.ts";
import { customerByAddress } from "#modules/customers/reads.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What a question is decided by. */
export interface Asked {
  readonly brandId: BrandId;
  readonly customerId: CustomerId;
  readonly status: Status;
  /** When it was settled; null: it is not. */
  readonly resolvedAt: string | null;
  readonly isMerged: boolean;
  readonly answered: boolean;
  readonly tags: readonly string[];
  /** What they said last was a machine's. */
  readonly isMachine: boolean;
  /** Where the customer wrote from last. */
  readonly kind: AddressKind;
  readonly norm: string;
  /** That address is shown to be theirs, can be written to, and is neither ours nor an agent's. */
  readonly sure: boolean;
}

/**
 * Asks for a rating where the customer of a concern last wrote from, by the channel they wrote to, under the concern's lock. `decide` says with the facts in
 * hand under which id; null: nothing is sent. Nobody is asked by a channel that cannot send. A message of a machine, as its headers say (RFC 3834): nothing
 * answers it by itself. Where words are kept for their reader it waits to be seen like any answer, and goes by mail when it is not. True when it was sent. One
 * question is asked at a time, so that nobody is asked twice about two concerns.
 */
export const askForRating = async (
  world: World,
  tx: Tx,
  concernId: ConcernId,
  decide: (facts: Asked) => Promise<string | null>,
): Promise<boolean> => {
  await lockAutomatic(tx, "asking for ratings");
  const state = await lockConcern(tx, concernId);
  if (state === null) return false;
  const last = await lastOfCustomer(tx, concernId);
  const brand = await brandById(tx, state.brandId);
  const channel = (await channelsOfBrand(tx, state.brandId)).find(({ id }) => id === last?.channelId);
  if (last === null || last.sender === null || brand === null || channel === undefined) return false;
  const kind = addressKindOf[channel.kind];
  const norm = normalise(kind, last.sender.value);
  const known = norm === null ? null : await customerByAddress(tx, kind, norm);
  if (norm === null || known === null || norm.endsWith(".invalid") || !channel.enabled || !channel.canSend)
    return false;
  const own = (await allChannels(tx)).some(
    ({ address, kind: each }) =>
      addressKindOf[each] === kind && withoutDetail(normalise(kind, address) ?? "") === withoutDetail(norm),
  );
  const id = await decide({
    brandId: state.brandId,
    customerId: known.customerId,
    status: state.status,
    resolvedAt: state.resolvedAt,
    isMerged: Boolean(state.mergedInto),
    answered: state.firstReplyAt !== null,
    tags: state.tags,
    isMachine: last.isMachine,
    kind,
    norm,
    sure:
      known.suppressedReason === null &&
      (isKept(kind) || known.verifiedAt !== null) &&
      !own &&
      (await agentByEmail(tx, norm)) === null,
  });
  if (id === null) return false;
  const language = state.language ?? brand.language;
  const { subject, text, mail, ratingLinks } = ratingQuestion(language, brand.name, state, id);
  const part = { kind: "rating" as const, id, text };
  await sendAutomatic(world, tx, state, {
    direction: "out",
    channel,
    brandName: brand.name,
    to: { name: last.sender.name, value: norm },
    subject,
    text: isKept(kind) ? text : mail,
    ratingLinks: isKept(kind) ? [] : ratingLinks,
    parts: [part],
    answersId: last.id,
  });
  return true;
};

/** The concern that was rated, and the one in which its thread goes on: another one when it was merged. */
export interface Rated {
  readonly asked: ConcernState;
  readonly placed: ConcernState;
}

/** Locks both; null: it is gone. */
export const lockRated = async (tx: Tx, concernId: ConcernId): Promise<Rated | null> => {
  const asked = await lockConcern(tx, concernId);
  if (asked === null) return null;
  return { asked, placed: asked.mergedInto ? ((await lockPlaced(tx, { concernId })) ?? asked) : asked };
};

/** Notes a rating on the concern it is of. `reopens`: the one where its thread goes on is opened, if it is settled. The caller holds both locks. */
export const noteRating = async (
  world: World,
  tx: Tx,
  who: Who,
  { asked, placed }: Rated,
  score: Score,
  reopens: boolean,
): Promise<void> => {
  const at = world.now().toISOString();
  const opened = (state: ConcernState): ConcernState =>
    reopens && (state.status === "resolved" || state.status === "closed")
      ? { ...withStatus(state, "open", at), waitingSince: at }
      : state;
  if (placed.id === asked.id)
    return void (await saveChange(world, tx, who, asked, { ...opened(asked), rating: score }, "rated"));
  await saveChange(world, tx, who, asked, { ...asked, rating: score }, "rated");
  await saveChange(world, tx, who, placed, opened(placed), "rated");
};
