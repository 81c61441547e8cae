// Taking back the message a concern began with: the concern goes as if it had never been written. Called by actions-reply.ts (undoSend) in its transaction.
import type { AgentActor } from "#contract/actor.ts";
import type { Draft } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, ConcernId, MessageId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { asDraft, type ReadingWorld } from "#modules/concerns/reads.ts";
import { draftKinds, uploadsOf } from "#modules/concerns/store-drafts.ts";
import type { AnswerRow } from "#modules/concerns/store-outbox.ts";
import { isCustomerOf, isNothingElse, removeConcern } from "#modules/concerns/store-undo.ts";
import { forgetCustomer } from "#modules/customers/actions.ts";
import { forgetMessage } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/**
 * Removes a concern that is nothing but this withdrawn first message, and the customer who was made for it; gives what was written, kept nowhere.
 * Null: somebody has said, begun to write or linked something there since, or the message was not the first; then the concern stays.
 * Its number is not given again.
 */
export const removeIfEmpty = async (
  world: World & ReadingWorld,
  tx: Tx,
  who: AgentActor,
  state: ConcernState,
  messageId: MessageId,
  message: AnswerRow,
): Promise<Draft | null> => {
  if (message.seq !== 1 || !(await isNothingElse(tx, state.id, messageId))) return null;
  await removeConcern(tx, state.id);
  for (const id of [messageId, state.id]) await forgetMessage(tx, id);
  await say(world, tx, who, [
    {
      kind: "concern.removed",
      brandId: state.brandId,
      concernId: state.id,
      customerId: state.customerId,
      data: { number: state.number },
    },
  ]);
  if (message.undo?.madeCustomer === true)
    await forgetCustomer(world, tx, who, { id: state.customerId, brandId: state.brandId }, () =>
      isCustomerOf(tx, state.customerId),
    );
  return asDraft(world.links, {
    concernId: state.id,
    kind: "reply",
    channelId: message.channelId,
    to: message.to,
    cc: message.cc,
    text: message.text,
    html: withUploads(message.html),
    quote: null,
    updatedAt: world.now().toISOString(),
    files: await uploadsOf(tx, who.id, message.undo?.uploads ?? []),
  });
};

/**
 * What an answer that is taken back becomes: the draft of an answer, or, where one is being written, the second draft beside it. Refuses with
 * twoDrafts when both stand: no draft is ever overwritten.
 */
export const placeTakenBack = async (
  tx: Tx,
  concernId: ConcernId,
  agentId: AgentId,
): Promise<Draft["kind"] | Refusal> => {
  const standing = await draftKinds(tx, concernId, agentId);
  if (!standing.includes("reply")) return "reply";
  return standing.includes("second") ? refuse("twoDrafts") : "second";
};

/** A message's HTML as the editor has it: its pictures by the uploads they came from. */
export const withUploads = (html: string | null): string | null =>
  html?.replace(/ data-inline="([0-9a-f-]{36})@inline"/g, ' data-upload="$1"') ?? null;
