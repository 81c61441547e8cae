// Concerns and answers under their locks, when an agent may touch them. Called by concerns/actions*.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { Message } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { forbids } from "#modules/concerns/policy.ts";
import { answerRow, type AnswerRow } from "#modules/concerns/store-outbox.ts";
import { concernOfMessage, lockConcern } from "#modules/concerns/store.ts";
import type { Tx } from "#platform/db/db.ts";

/** The concern as it is now and the message that was said. */
export interface Spoken {
  readonly state: ConcernState;
  readonly messageId: MessageId;
  /** As the desk sees it; left out: to be read after the commit. */
  readonly message?: Message | undefined;
}

/** The concern under its lock, when this agent may do that with it. */
export const lockFor = async (
  tx: Tx,
  who: AgentActor,
  id: ConcernId,
  permission: "concern.answer" | "concern.change",
): Promise<ConcernState | Refusal> => {
  const state = await lockConcern(tx, id);
  return state === null ? refuse("notFound") : (forbids(who, permission, state.brandId) ?? state);
};

/** The message of an answer under the lock of its concern, when this agent may touch it. */
export const lockAnswer = async (
  tx: Tx,
  who: AgentActor,
  messageId: MessageId,
): Promise<{ readonly state: ConcernState; readonly message: AnswerRow } | Refusal> => {
  const concernId = await concernOfMessage(tx, messageId);
  if (concernId === null) return refuse("notFound");
  const state = await lockFor(tx, who, concernId, "concern.answer");
  if (isRefusal(state)) return state;
  const message = await answerRow(tx, messageId);
  return message === null || message.direction !== "out" ? refuse("notFound") : { state, message };
};
