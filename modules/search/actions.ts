// The only writers of the search's tables. `indexMessage` is called by concerns in the transaction that stores a message, `foldWords` by a job.
import type { ConcernId, MessageId } from "#contract/ids.ts";
import { createKnown, searchedLength, wordsOf } from "#modules/search/model.ts";
import { foldNewWords, insertMessage } from "#modules/search/store.ts";
import type { Db, Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Per database, at most about 5 MB. Lacking a word here costs one row that folding drops. */
const knownWords = new WeakMap<Db, ReturnType<typeof createKnown>>();
const knownOf = (db: Db): ReturnType<typeof createKnown> => {
  const known = knownWords.get(db) ?? createKnown(60_000);
  knownWords.set(db, known);
  return known;
};

/** Makes a message findable by subject and text, from this transaction's commit on. Indexes the first 100,000 characters. Twice is once. */
export const indexMessage = async (
  world: Pick<World, "db">,
  tx: Tx,
  message: { readonly messageId: MessageId; readonly concernId: ConcernId; readonly at: string; readonly subject: string | null; readonly text: string },
): Promise<void> => {
  const text = `${message.subject ?? ""}\n${message.text}`.slice(0, searchedLength);
  const known = knownOf(world.db);
  const newWords = wordsOf(text).filter((word) => !known.has(word));
  await insertMessage(tx, { messageId: message.messageId, concernId: message.concernId, at: message.at, text }, newWords);
  if (newWords.length > 0) tx.afterCommit(() => known.add(newWords));
};

/** Moves words that messages brought into the table in which compounds and near spellings are looked up; the search reads both. To be run every few seconds. */
export const foldWords = (world: Pick<World, "db">): Promise<number> => world.db.transaction(foldNewWords);
