// What a word in a chat will ask for on its way, asked for before it sets out: together with the intake's own questions. Called by server/intake-now.ts.
import { addressKindOf, type InboundMessage } from "#contract/channel.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { Receiving, ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { mostCompared } from "#modules/concerns/actions-proposing.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import { findClues, type FoundClue } from "#modules/concerns/store-evidence.ts";
import { textsBefore } from "#modules/concerns/store-threads.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";

/** What is known of the concern that a word names, under its lock. */
export interface Ahead {
  /** Whose word it was asked for, and in which concern, by its number. */
  readonly norm: string;
  readonly number: number;
  readonly clues: readonly FoundClue[];
  readonly state: ConcernState | null;
  /** What was said there last. */
  readonly texts: readonly string[];
}

/** Later than any message of a concern. */
const afterAll = 2_147_483_647;

/**
 * For words that `receive` is given next in the same transaction; the caller has asked for the sender's address before it (`holdSender`), so that locks are taken in the
 * same order as ever. `concernId`: of the number that the word names. Null: the word names none.
 */
export const askAhead = async (
  tx: Tx,
  channel: ReceivingChannel,
  given: InboundMessage,
  concernId: ConcernId | null,
): Promise<Ahead | null> => {
  const { number } = given.thread;
  const kind = addressKindOf[channel.kind];
  const norm = normalise(kind, given.from.value);
  if (number === null || concernId === null || norm === null) return null;
  const [clues, state, texts] = await Promise.all([
    findClues(tx, {
      channelKind: channel.kind,
      kind,
      senderNorm: norm,
      brandId: channel.brandId,
      randomParts: [],
      references: [],
      number,
      own: [],
      burst: null,
    }),
    lockConcern(tx, concernId),
    // Behind the lock: nothing is said there any more before this word.
    textsBefore(tx, { concernId, seq: afterAll, limit: mostCompared }),
  ]);
  return { norm, number, clues, state, texts };
};

/** The clues that were asked for ahead, when the message gives no others. */
export const cluesAhead = ({ ahead, norm, message: { thread } }: Receiving): readonly FoundClue[] | null =>
  ahead &&
  ahead.norm === norm &&
  ahead.number === thread.number &&
  thread.tokens.length + thread.references.length === 0
    ? ahead.clues
    : null;
