// The only writers of the search's tables. `indexMessage` and `indexConcern` are called by concerns in the transaction that stores what they speak of, `foldWords` by a job.
import type { BrandId, ConcernId, MessageId } from "#contract/ids.ts";
import { codeWords } from "#modules/search/model-codes.ts";
import { createKnown, searchable, wordsOf } from "#modules/search/model.ts";
import { deleteWords, foldNewWords, insertWords, moveWords, redate, type IndexRow } from "#modules/search/store.ts";
import type { Db, Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Per database, at most about 5 MB. Lacking a word here costs one row that folding drops. */
const knownWords = new WeakMap<Db, ReturnType<typeof createKnown>>();
const knownOf = (db: Db): ReturnType<typeof createKnown> => {
  const known = knownWords.get(db) ?? createKnown(60_000);
  knownWords.set(db, known);
  return known;
};

/** Makes a message findable by subject and text, from this transaction's commit on. Indexes the first 100,000 characters. Again replaces what was there. */
export const indexMessage = (
  world: Pick<World, "db">,
  tx: Tx,
  message: {
    readonly messageId: MessageId;
    readonly concernId: ConcernId;
    readonly brandId: BrandId;
    readonly at: string;
    readonly subject: string | null;
    readonly text: string;
    readonly language: "de" | "en" | null;
  },
): Promise<void> => index(world, tx, { ...message, text: `${message.subject ?? ""}\n${message.text}` });

/** Makes a concern findable by a subject that an agent gave it, and by what stands in its fields. Again replaces what was there. */
export const indexConcern = (
  world: Pick<World, "db">,
  tx: Tx,
  concern: {
    readonly concernId: ConcernId;
    readonly brandId: BrandId;
    readonly at: string;
    readonly subject: string;
    readonly fields: readonly string[];
  },
): Promise<void> =>
  index(world, tx, {
    messageId: concern.concernId,
    concernId: concern.concernId,
    brandId: concern.brandId,
    at: concern.at,
    text: [concern.subject, ...concern.fields].join("\n"),
    language: null,
  });

/** Takes a message out of the search: it was withdrawn. With a concern's id, the concern. */
export const forgetMessage = (tx: Tx, messageId: MessageId | ConcernId): Promise<void> => deleteWords(tx, messageId);

/** Messages stand in another concern now. */
export const moveFound = (tx: Tx, messageIds: readonly MessageId[], concernId: ConcernId): Promise<void> =>
  moveWords(tx, messageIds, concernId);

/** A message was said at another time than it was written. */
export const redateMessage = (tx: Tx, messageId: MessageId, at: string): Promise<void> => redate(tx, messageId, at);

/** Moves words that messages brought into the table in which compounds and near spellings are looked up; the search reads both. To be run every few seconds. */
export const foldWords = (world: Pick<World, "db">): Promise<number> => world.db.transaction(foldNewWords);

const index = async (world: Pick<World, "db">, tx: Tx, row: Omit<IndexRow, "codes">): Promise<void> => {
  const text = searchable(row.text);
  const known = knownOf(world.db);
  const newWords = wordsOf(text).filter((word) => !known.has(word));
  await insertWords(tx, { row: { ...row, text, codes: codeWords(row.text) }, newWords });
  if (newWords.length > 0) tx.afterCommit(() => known.add(newWords));
};
