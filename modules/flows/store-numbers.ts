// What is counted of flows that ran. Called by flows/reads-numbers.ts.
import type { FlowMedium } from "#contract/flows.ts";
import type { FlowId } from "#contract/ids.ts";
import { empty, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** Which dialogues are meant: of a flow, that began since then, by one version or (null) by whichever. */
export interface Counted {
  readonly flowId: FlowId;
  readonly since: string;
  readonly version: number | null;
}

const ofVersion = (version: number | null): Sql => (version === null ? empty : sql`AND version = ${version}`);

/** What became of dialogues, for each flow that has any: those under way whenever they began, the others since then. */
export const tallies = (
  tx: Tx,
  since: string,
): Promise<
  {
    readonly flowId: FlowId;
    readonly running: number;
    readonly begun: number;
    readonly solved: number;
    readonly handedOver: number;
    readonly left: number;
  }[]
> =>
  tx.rows(sql`
    SELECT flow_id AS "flowId",
           (count(*) FILTER (WHERE over IS NULL))::int AS running,
           (count(*) FILTER (WHERE begun_at >= ${since}))::int AS begun,
           (count(*) FILTER (WHERE begun_at >= ${since} AND over = 'solved'))::int AS solved,
           (count(*) FILTER (WHERE begun_at >= ${since} AND over IN ('handedOver', 'callback')))::int AS "handedOver",
           (count(*) FILTER (WHERE begun_at >= ${since} AND over = 'left'))::int AS "left"
      FROM flow_run WHERE over IS NULL OR begun_at >= ${since} GROUP BY flow_id`);

/** How dialogues ended, by medium; over null: they are under way. */
export const endings = (
  tx: Tx,
  { flowId, since, version }: Counted,
): Promise<{ readonly over: string | null; readonly medium: FlowMedium; readonly count: number }[]> =>
  tx.rows(sql`
    SELECT over, medium, count(*)::int AS count FROM flow_run
     WHERE flow_id = ${flowId} AND begun_at >= ${since} ${ofVersion(version)} GROUP BY over, medium ORDER BY over, medium`);

/** How often each way was taken since then, and where dialogues stopped ("left", "human"; then the exit is empty). */
export const waysTaken = (
  tx: Tx,
  { flowId, since, version }: Counted,
): Promise<{ readonly step: string; readonly exit: string; readonly what: string; readonly count: number }[]> =>
  tx.rows(sql`
    SELECT step, exit, what, count(*)::int AS count FROM flow_passed
     WHERE flow_id = ${flowId} AND at >= ${since} ${ofVersion(version)} GROUP BY step, exit, what ORDER BY step, exit, what`);
