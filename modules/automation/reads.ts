// What others may read of rules.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import type { AutomationRule, Run } from "#contract/automation.ts";
import type { AutomationRuleId } from "#contract/ids.ts";
import { rulesOf, runsOf } from "#modules/automation/store.ts";
import { rowsByIds } from "#modules/concerns/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** The rules that are switched on, in their order. */
export const anyRules = async (tx: Tx): Promise<readonly AutomationRule[]> =>
  (await rulesOf(tx)).filter(({ on }) => on);

/** The rules in their order. */
export const rulesFor = async (world: Pick<World, "db">): Promise<{ rules: AutomationRule[] }> => ({
  rules: await rulesOf(world.db),
});

const mostRuns = 50;

/** The last times a rule acted, newest first, in concerns that this agent may see. */
export const runsFor = async (
  world: Pick<World, "db">,
  who: AgentActor,
  ruleId: AutomationRuleId,
): Promise<{ runs: Run[] }> => {
  const runs = await runsOf(world.db, ruleId, mostRuns);
  const rows = new Map(
    (await rowsByIds(world.db, [...new Set(runs.map(({ concernId }) => concernId))])).map((row) => [row.id, row]),
  );
  return {
    runs: runs.flatMap((run) => {
      const row = rows.get(run.concernId);
      return row === undefined || !seesBrand(who, row.brandId)
        ? []
        : [{ ...run, number: row.number, subject: row.subject }];
    }),
  };
};
