// Keeps a concern's promises with what changes it. Called by whoever saves concerns (actions-saving.ts, actions-moving*.ts, undoing) before the row is written.
import type { ConcernState } from "#modules/concerns/model.ts";
import type { Said } from "#modules/audit/actions.ts";
import { step, type Book, type Happened, type Stepped } from "#modules/promises/model.ts";
import { bookOf } from "#modules/promises/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** The concern with what a step made of its promises. */
export const withPromises = (state: ConcernState, stepped: Stepped, revision: number): ConcernState => ({
  ...state,
  promises: stepped.kept,
  promiseKind: stepped.promiseKind,
  promiseState: stepped.promiseState,
  promiseRuleId: stepped.promiseRuleId,
  dueAt: stepped.dueAt,
  missed: [...stepped.missed],
  promiseAt: stepped.promiseAt,
  promiseRevision: revision,
});

/** The entries for what happened to a concern's promises. */
export const saidOfPromises = (state: ConcernState, happened: readonly Happened[]): Said[] =>
  happened.map(({ what, promise, ruleId, rule, dueAt, lateMs }): Said => {
    const about = { brandId: state.brandId, concernId: state.id, customerId: state.customerId };
    const data = { promise, ruleId, rule, dueAt };
    return what === "late"
      ? { ...about, kind: "promise.late", data: { ...data, lateMs } }
      : { ...about, kind: `promise.${what}`, data };
  });

/** A concern after a change, judged by this book. */
export const judged = (
  book: Book,
  before: ConcernState | null,
  after: ConcernState,
  at: string,
): { readonly state: ConcernState; readonly said: readonly Said[] } => {
  const stepped = step({ book, kept: before?.promises ?? null, facts: after, missed: before?.missed ?? [], at });
  return { state: withPromises(after, stepped, book.revision), said: saidOfPromises(after, stepped.happened) };
};

/**
 * The concern after a change with its promises, and what is to be said of them; the caller saves both in the transaction of the change. `before` null: it is
 * new. `least`: by which revision at least; the one that was read with the row. Costs a statement only when the rules have changed.
 */
export const promised = async (
  world: Pick<World, "db" | "now">,
  tx: Tx,
  before: ConcernState | null,
  after: ConcernState,
  at: string = world.now().toISOString(),
  least: number = before?.promiseRevision ?? 0,
): Promise<{ readonly state: ConcernState; readonly said: readonly Said[] }> =>
  judged(await bookOf(world, tx, least), before, after, at);
