// All SQL of promise rules. Called by promises/actions.ts and promises/reads.ts.
import type { PromiseRule, Recount } from "#contract/promises.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** The rules, their revision, and what came of the last recount (of the revision `swept`). */
export const bookRow = (
  tx: Tx,
): Promise<{
  readonly revision: number;
  readonly rules: PromiseRule[];
  readonly swept: number;
  readonly recount: Recount | null;
}> => tx.one(sql`SELECT revision, rules, swept, recount FROM promise_book`);

/** The rules, locked until the commit. */
export const lockRules = async (tx: Tx): Promise<PromiseRule[]> =>
  (await tx.one<{ rules: PromiseRule[] }>(sql`SELECT rules FROM promise_book FOR UPDATE`)).rules;

/** Sets the rules: a new revision. */
export const putRules = async (tx: Tx, rules: readonly PromiseRule[]): Promise<void> => {
  await tx.run(sql`UPDATE promise_book SET rules = ${JSON.stringify(rules)}::jsonb, revision = revision + 1`);
};

/** Notes that everything open was counted anew by this revision. */
export const putSwept = async (tx: Tx, revision: number, recount: Recount | null): Promise<void> => {
  const came = recount === null ? null : JSON.stringify(recount);
  await tx.run(sql`UPDATE promise_book SET swept = ${revision}, recount = ${came}::jsonb`);
};

/** The database's own time: what began later than that sees what is committed now. */
export const databaseTime = async (tx: Tx): Promise<string> =>
  (await tx.one<{ at: string }>(sql`SELECT clock_timestamp()::text AS at`)).at;

/** Is a transaction at work that began before that time, by the database's own clock? */
export const isAnyOlder = async (tx: Tx, at: string): Promise<boolean> =>
  (
    await tx.one<{ older: boolean }>(sql`
      SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                        AND backend_type = 'client backend' AND xact_start <= ${at}::timestamptz) AS older`)
  ).older;
