// Concerns and answers under their locks, when an agent may touch them. Called by concerns/actions*.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { Message } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
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

/**
 * The concern in which a message stands, locked; null: there is no such message. It may be moved between the look and the lock: then the one it went
 * to is locked as well.
 */
export const lockConcernOf = async (tx: Tx, messageId: MessageId): Promise<ConcernState | null> => {
  for (let id = await concernOfMessage(tx, messageId); id !== null;) {
    const state = await lockConcern(tx, id);
    const now = await concernOfMessage(tx, messageId);
    if (now === id) return state;
    id = now;
  }
  return null;
};

/**
 * The concern a message belongs to, locked: where what it answers stands now, and where everything of a merged one went. What was moved or merged between
 * the look and the lock is seen here. `held`: a concern that is locked already.
 */
export const lockPlaced = async (
  tx: Tx,
  placed: { readonly concernId: ConcernId; readonly answers?: MessageId | null },
  held: ConcernState | null = null,
): Promise<ConcernState | null> => {
  const answered = placed.answers ? await lockConcernOf(tx, placed.answers) : null;
  if (answered !== null) return answered;
  let state = held?.id === placed.concernId ? held : await lockConcern(tx, placed.concernId);
  const seen = new Set<ConcernId>();
  while (state?.mergedInto && !seen.has(state.id)) {
    seen.add(state.id);
    state = (await lockConcern(tx, state.mergedInto)) ?? state;
  }
  return state;
};

/** The message of an answer under the lock of its concern, when this agent may touch it. */
export const lockAnswer = async (
  tx: Tx,
  who: AgentActor,
  messageId: MessageId,
): Promise<{ readonly state: ConcernState; readonly message: AnswerRow } | Refusal> => {
  const state = await lockConcernOf(tx, messageId);
  if (state === null) return refuse("notFound");
  const forbidden = forbids(who, "concern.answer", state.brandId);
  if (forbidden) return forbidden;
  const message = await answerRow(tx, messageId);
  return message === null || message.direction !== "out" ? refuse("notFound") : { state, message };
};
