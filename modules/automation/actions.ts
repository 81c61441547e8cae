// The only writer of rules. Called by automation/routes.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import type { AutomationRule } from "#contract/automation.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import { stable } from "#lib/stable.ts";
import { say } from "#modules/audit/actions.ts";
import { judgeRules } from "#modules/automation/model.ts";
import { beginSince, endSince, lockRules, putRules, removeRunsBefore, sinces } from "#modules/automation/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "wake">;

/**
 * Sets the rules. One that waits for time acts on what comes due from now on, also when it was switched on or waits otherwise than before. Refuses staleVersion
 * when others stand there than `was`, automationTwice (an id that stands twice) and automationMe (no rule is "me"); the rule is named: "rules.2.id".
 */
export const setRules = (
  world: Acting,
  who: Who,
  input: { readonly rules: readonly AutomationRule[]; readonly was?: readonly AutomationRule[] | undefined },
): Promise<{ rules: AutomationRule[] } | Refusal> =>
  world.db.transaction(async (tx) => {
    const rules = judgeRules(input.rules);
    if ("refused" in rules) return rules;
    const before = await lockRules(tx);
    if (input.was !== undefined && stable(before) !== stable(input.was)) return refuse("staleVersion");
    if (stable(before) === stable(rules)) return { rules };
    await putRules(tx, rules);
    await waitFrom(world, tx, before, rules);
    await say(world, tx, who, [{ kind: "automation.rulesChanged", data: { rules } }]);
    return { rules };
  });

const waits = (rules: readonly AutomationRule[]): readonly AutomationRule[] =>
  rules.filter(({ on, when }) => on && when.by === "time");

const waitFrom = async (
  world: Acting,
  tx: Tx,
  before: readonly AutomationRule[],
  rules: readonly AutomationRule[],
): Promise<void> => {
  const known = await sinces(tx);
  const waited = new Map(waits(before).map(({ id, when }) => [id, stable(when)]));
  const now = waits(rules);
  const gone = known.filter(({ ruleId }) => !now.some(({ id }) => id === ruleId)).map(({ ruleId }) => ruleId);
  const others = now.filter(({ id, when }) => waited.get(id) !== stable(when)).map(({ id }) => id);
  if (gone.length + others.length > 0) await endSince(tx, [...gone, ...others]);
  for (const id of others) await beginSince(tx, id, world.now().toISOString());
};

/** Longer than any rule waits: until then no rule forgets that it has acted. */
const keptMs = 400 * 24 * 3_600_000;

/** Forgets what rules did more than 400 days ago. Says how many times that was. */
export const removeOldRuns = (world: Pick<World, "db" | "now">): Promise<number> =>
  removeRunsBefore(world.db, new Date(world.now().getTime() - keptMs).toISOString());
