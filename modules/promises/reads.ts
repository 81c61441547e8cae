// What others may read of promises: the book that concerns are judged by, kept in memory as long as it is the newest.
import type { PromiseRule, Recount } from "#contract/promises.ts";
import { allTopics } from "#modules/brands/reads.ts";
import { allHours } from "#modules/hours/reads.ts";
import type { Book } from "#modules/promises/model.ts";
import { bookRow } from "#modules/promises/store.ts";
import type { Db, Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export { bookRow, databaseTime, isAnyOlder } from "#modules/promises/store.ts";

const books = new WeakMap<Db, Book>();

/** The book as it is committed now. */
export const readBook = async (tx: Tx): Promise<Book> => {
  // The number first: what is read after it is at least as new, and a newer number is soon met.
  const { revision, rules } = await bookRow(tx);
  const [hours, topics] = rules.length === 0 ? [[], []] : [await allHours(tx), await allTopics(tx)];
  return { revision, rules, hours, parents: new Map(topics.map(({ id, parentId }) => [id, parentId])) };
};

/**
 * The book, at least of this revision, which the caller has read with what it is about to change (0: of any). From memory but for the first time and
 * after a change: it costs no statement.
 */
export const bookOf = async (world: Pick<World, "db">, tx: Tx, revision: number): Promise<Book> => {
  const kept = books.get(world.db);
  if (kept !== undefined && kept.revision >= revision) return kept;
  const book = await readBook(tx);
  books.set(world.db, book);
  return book;
};

/** The rules in their order, and what came of their last change. */
export const rulesFor = async (
  world: Pick<World, "db">,
): Promise<{ rules: PromiseRule[]; recount: Recount | null }> => {
  const { rules, recount } = await bookRow(world.db);
  return { rules, recount };
};
