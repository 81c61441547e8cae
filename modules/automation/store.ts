// All SQL of rules: the book, what they did, and when they look again. Called by automation/actions*.ts and automation/reads.ts.
import type { AutomationRule, Cause, Deed } from "#contract/automation.ts";
import type { AutomationRuleId, ConcernId } from "#contract/ids.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** The rules in their order. */
export const rulesOf = async (tx: Tx): Promise<AutomationRule[]> =>
  (await tx.one<{ rules: AutomationRule[] }>(sql`SELECT rules FROM automation_book`)).rules;

/** The same, locked until the commit. */
export const lockRules = async (tx: Tx): Promise<AutomationRule[]> =>
  (await tx.one<{ rules: AutomationRule[] }>(sql`SELECT rules FROM automation_book FOR UPDATE`)).rules;

/** Sets the rules. */
export const putRules = async (tx: Tx, rules: readonly AutomationRule[]): Promise<void> => {
  await tx.run(sql`UPDATE automation_book SET rules = ${JSON.stringify(rules)}::jsonb`);
};

/** What a rule did, before it is kept. */
export interface NewRun {
  readonly id: string;
  readonly ruleId: AutomationRuleId;
  readonly concernId: ConcernId;
  readonly deed: string;
  readonly cause: Cause;
  readonly about: string;
  readonly afterSeq: number;
  readonly at: string;
  readonly deeds: readonly Deed[];
  readonly answered: boolean;
}

/** Has the rule acted on this concern for that deed? The caller holds the concern's lock. */
export const hasRun = async (tx: Tx, concernId: ConcernId, ruleId: AutomationRuleId, deed: string): Promise<boolean> =>
  (
    await tx.one<{ has: boolean }>(
      sql`SELECT EXISTS (SELECT 1 FROM automation_run WHERE concern_id = ${concernId} AND rule_id = ${ruleId} AND deed = ${deed}) AS has`,
    )
  ).has;

/** The last entry of the log before the rule acted on this concern for the last time, about that; null: it has not. */
export const lastRunAfter = async (
  tx: Tx,
  concernId: ConcernId,
  ruleId: AutomationRuleId,
  about: string,
): Promise<number | null> =>
  (
    await tx.maybe<{ seq: number }>(
      sql`SELECT after_seq AS seq FROM automation_run WHERE concern_id = ${concernId} AND rule_id = ${ruleId} AND about = ${about} ORDER BY at DESC, id DESC LIMIT 1`,
    )
  )?.seq ?? null;

/** Has the rule answered in this concern since then? */
export const answeredSince = async (
  tx: Tx,
  concernId: ConcernId,
  ruleId: AutomationRuleId,
  since: string,
): Promise<boolean> =>
  (
    await tx.one<{ has: boolean }>(
      sql`SELECT EXISTS (SELECT 1 FROM automation_run WHERE concern_id = ${concernId} AND rule_id = ${ruleId} AND answered AND at > ${since}) AS has`,
    )
  ).has;

/** Keeps what a rule did: once for each deed, or the transaction fails. */
export const insertRun = (tx: Tx, run: NewRun): Promise<void> =>
  tx.later(sql`
    INSERT INTO automation_run (id, rule_id, concern_id, deed, cause, about, after_seq, at, deeds, answered)
    VALUES (${run.id}, ${run.ruleId}, ${run.concernId}, ${run.deed}, ${run.cause}, ${run.about}, ${run.afterSeq}, ${run.at}, ${JSON.stringify(run.deeds)}, ${run.answered})`);

/** A rule's last runs, newest first. */
export const runsOf = (
  tx: Tx,
  ruleId: AutomationRuleId,
  limit: number,
): Promise<
  {
    readonly id: string;
    readonly at: string;
    readonly concernId: ConcernId;
    readonly cause: Cause;
    readonly deeds: Deed[];
  }[]
> =>
  tx.rows(
    sql`SELECT id, at, concern_id AS "concernId", cause, deeds FROM automation_run WHERE rule_id = ${ruleId} ORDER BY at DESC, id DESC LIMIT ${limit}`,
  );

/** Forgets what rules did before then; says how many. */
export const removeRunsBefore = (tx: Tx, at: string): Promise<number> =>
  tx.run(sql`DELETE FROM automation_run WHERE at < ${at}`);

/** Since when a rule that waits for time acts. */
export interface Since {
  readonly ruleId: AutomationRuleId;
  readonly since: string;
  readonly sweptTo: ConcernId | null;
}

/** Of all rules that wait for time. */
export const sinces = (tx: Tx): Promise<Since[]> =>
  tx.rows(sql`SELECT rule_id AS "ruleId", since, swept_to AS "sweptTo" FROM automation_since ORDER BY rule_id`);

/** One whose concerns of before are to be looked through, locked; null: there is none, or another process has it in hand. */
export const lockUnswept = (tx: Tx): Promise<Since | null> =>
  tx.maybe<Since>(sql`
    SELECT rule_id AS "ruleId", since, swept_to AS "sweptTo" FROM automation_since WHERE swept_to IS NOT NULL ORDER BY rule_id LIMIT 1 FOR UPDATE SKIP LOCKED`);

const first = "00000000-0000-0000-0000-000000000000";

/** A rule begins to wait for time: concerns of before are looked through. */
export const beginSince = async (tx: Tx, ruleId: AutomationRuleId, at: string): Promise<void> => {
  await tx.run(sql`
    INSERT INTO automation_since (rule_id, since, swept_to) VALUES (${ruleId}, ${at}, ${first})
    ON CONFLICT (rule_id) DO UPDATE SET since = excluded.since, swept_to = excluded.swept_to`);
};

/** How far they have been looked through; null: all of them. */
export const putSwept = async (tx: Tx, ruleId: AutomationRuleId, to: ConcernId | null): Promise<void> => {
  await tx.run(sql`UPDATE automation_since SET swept_to = ${to} WHERE rule_id = ${ruleId}`);
};

/** These rules look through all concerns again. */
export const sweepAgain = async (tx: Tx, ruleIds: readonly AutomationRuleId[]): Promise<void> => {
  await tx.run(sql`UPDATE automation_since SET swept_to = ${first} WHERE rule_id = ANY (${ruleIds}::uuid[])`);
};

/** Rules that wait for time no longer. */
export const endSince = async (tx: Tx, ruleIds: readonly AutomationRuleId[]): Promise<void> => {
  await tx.run(sql`DELETE FROM automation_since WHERE rule_id = ANY (${ruleIds}::uuid[])`);
  await tx.run(sql`DELETE FROM automation_timer WHERE rule_id = ANY (${ruleIds}::uuid[])`);
};

/** When a rule looks at a concern. */
export interface Timer {
  readonly ruleId: AutomationRuleId;
  readonly anchor: string;
  readonly dueAt: string | null;
  readonly state: "waits" | "passed" | "acted" | "old";
}

/** A concern's timers; the caller holds its lock. */
export const timersOf = (tx: Tx, concernId: ConcernId): Promise<Timer[]> =>
  tx.rows(
    sql`SELECT rule_id AS "ruleId", anchor, due_at AS "dueAt", state FROM automation_timer WHERE concern_id = ${concernId}`,
  );

/** Sets a timer. */
export const putTimer = (tx: Tx, concernId: ConcernId, { ruleId, anchor, dueAt, state }: Timer): Promise<void> =>
  tx.later(sql`
    INSERT INTO automation_timer (concern_id, rule_id, anchor, due_at, state) VALUES (${concernId}, ${ruleId}, ${anchor}, ${dueAt}, ${state})
    ON CONFLICT (concern_id, rule_id) DO UPDATE SET anchor = excluded.anchor, due_at = excluded.due_at, state = excluded.state`);

/** Takes timers of a concern away. */
export const dropTimers = (tx: Tx, concernId: ConcernId, ruleIds: readonly AutomationRuleId[]): Promise<void> =>
  tx.later(sql`DELETE FROM automation_timer WHERE concern_id = ${concernId} AND rule_id = ANY (${ruleIds}::uuid[])`);

/** What `dueTimers` asks. */
export const dueTimersQuery = (at: string, limit: number): Sql =>
  sql`SELECT rule_id AS "ruleId", concern_id AS "concernId" FROM automation_timer WHERE due_at <= ${at} ORDER BY due_at LIMIT ${limit}`;

/** What is due, the longest due first. */
export const dueTimers = (
  tx: Tx,
  at: string,
  limit: number,
): Promise<{ readonly ruleId: AutomationRuleId; readonly concernId: ConcernId }[]> =>
  tx.rows(dueTimersQuery(at, limit));

/** One that failed is looked at again then. */
export const putOff = async (
  tx: Tx,
  { ruleId, concernId }: { readonly ruleId: AutomationRuleId; readonly concernId: ConcernId },
  at: string,
): Promise<void> => {
  await tx.run(
    sql`UPDATE automation_timer SET due_at = ${at} WHERE concern_id = ${concernId} AND rule_id = ${ruleId} AND due_at IS NOT NULL`,
  );
};
