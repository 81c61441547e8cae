// Counts the promises of open concerns anew after rules, opening hours or topics changed. Called by server/jobs.ts on one node at a time; on several it would do it once all the same.
import { system } from "#contract/actor.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { Recount } from "#contract/promises.ts";
import { say } from "#modules/audit/actions.ts";
import { judged } from "#modules/concerns/actions-promises.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { changes } from "#modules/concerns/actions-saving.ts";
import { pastsOf } from "#modules/concerns/reads-promises.ts";
import { countOpen, lockOpenOf, lockOutdated } from "#modules/concerns/store-promises.ts";
import { updateConcern } from "#modules/concerns/store-saving.ts";
import { noteSwept } from "#modules/promises/actions.ts";
import type { Book, Kept } from "#modules/promises/model.ts";
import { retoldPromises, type PastEntry } from "#modules/promises/model-past.ts";
import { bookRow, databaseTime, isAnyOlder, readBook } from "#modules/promises/reads.ts";
import type { Db, Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const atOnce = 100;
/** Whoever began before the change and is still at work after that is waited for no longer. */
const patienceMs = 60_000;

/** Since when, by the database's clock and by ours, a revision is known to be there. */
const waiting = new WeakMap<Db, { readonly revision: number; readonly since: string; readonly seenMs: number }>();

/**
 * Counts anew what is open, once for each revision, in steps of a hundred concerns; then says what came of it. Transactions that began before the
 * change may still write by what stood there before: they are waited for, and then there is none that this does not see. Says how many concerns it changed;
 * null: it is not yet time, or there is nothing to do.
 */
export const recountPromises = async (world: World): Promise<number | null> => {
  const { revision, swept, recount: before } = await bookRow(world.db);
  if (revision === swept) return null;
  const now = world.now().getTime();
  const known = waiting.get(world.db);
  const wait = known?.revision === revision ? known : { revision, since: await databaseTime(world.db), seenMs: now };
  waiting.set(world.db, wait);
  if (now - wait.seenMs < patienceMs && (await isAnyOlder(world.db, wait.since))) return null;
  const book = await readBook(world.db);
  const counts = { earlier: 0, later: 0, begun: 0, ended: 0 };
  for (let last: ConcernId | null = null, more = true; more;) {
    const done: Batch = await world.db.transaction((tx) => recountSome(world, tx, book, last));
    for (const key of ["earlier", "later", "begun", "ended"] as const) counts[key] += done[key];
    last = done.last;
    more = done.last !== null;
  }
  await world.db.transaction(async (tx) => {
    // Where nothing was ever promised there is nothing to say.
    const isNothing = before === null && book.rules.length === 0;
    const recount: Recount = { at: world.now().toISOString(), ...counts, open: await countOpen(tx) };
    await noteSwept(world, tx, book.revision, isNothing ? null : recount);
  });
  return counts.earlier + counts.later + counts.begun + counts.ended;
};

/**
 * Judges the open concerns of these customers anew, because the tier that counts for them may be another. Where no rule asks for tiers, or nothing of it changes, nothing is
 * written. In the transaction of the caller, a hundred concerns at once behind `from`; gives where it stopped, undefined at the end. Doing a part again does nothing.
 */
export const recountStanding = async (
  world: World,
  tx: Tx,
  customerIds: readonly string[],
  from?: string,
): Promise<string | undefined> => {
  const book = await readBook(tx);
  if (!book.rules.some(({ when }) => (when.tierIds?.length ?? 0) > 0)) return undefined;
  const states = await lockOpenOf(tx, customerIds, from ?? null, atOnce);
  await recountStates(world, tx, book, states);
  return states.length < atOnce ? undefined : states.at(-1)?.id;
};

interface Batch {
  readonly last: ConcernId | null;
  readonly earlier: number;
  readonly later: number;
  readonly begun: number;
  readonly ended: number;
}

const recountSome = async (world: World, tx: Tx, book: Book, after: ConcernId | null): Promise<Batch> => {
  const states = await lockOutdated(tx, after, book.revision, book.rules.length === 0, atOnce);
  const counts = await recountStates(world, tx, book, states);
  return { last: states.length < atOnce ? null : (states.at(-1)?.id ?? null), ...counts };
};

/** Judges locked concerns by this book and keeps what of it is other; says how many are due earlier, later, or begun and ended. */
const recountStates = async (
  world: World,
  tx: Tx,
  book: Book,
  states: readonly ConcernState[],
): Promise<Omit<Batch, "last">> => {
  const at = world.now().toISOString();
  const pasts = await pastsOf(
    tx,
    book.rules.length === 0 ? [] : states.filter(({ promises }) => promises === null).map(({ id }) => id),
  );
  const counts = { earlier: 0, later: 0, begun: 0, ended: 0 };
  for (const state of states) {
    const known = { ...state, promises: state.promises ?? remembered(book, pasts.get(state.id) ?? [], state.tierId) };
    const { state: next, said } = judged(book, known, state, at);
    const what = differenceOf(state.dueAt, next.dueAt);
    if (what !== null) counts[what] += 1;
    await updateConcern(tx, state, next);
    await say(world, tx, system, [...changes(state, next, "promisesChanged"), ...said]);
  }
  return counts;
};

const differenceOf = (before: string | null, after: string | null): "earlier" | "later" | "begun" | "ended" | null => {
  if (before === after) return null;
  if (before === null) return "begun";
  if (after === null) return "ended";
  return after < before ? "earlier" : "later";
};

/** What was there before there were rules: when it began and when it waited. What was done then is not judged by rules of today. */
const remembered = (book: Book, entries: readonly PastEntry[], tierId: string | null): Kept | null => {
  const kept = retoldPromises(book, entries, tierId)?.kept ?? null;
  return kept && { ...kept, clocks: kept.clocks.map((clock) => ({ ...clock, missed: false })) };
};
