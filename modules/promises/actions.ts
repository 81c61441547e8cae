// The only writer of promise rules. Called by promises/routes.ts, concerns/actions-recount.ts and the demo world.
import { system, type Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { PromiseRule, Recount } from "#contract/promises.ts";
import { stable } from "#lib/stable.ts";
import { say } from "#modules/audit/actions.ts";
import { judgeRules } from "#modules/promises/model.ts";
import { lockRules, putRules, putSwept } from "#modules/promises/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "wake">;

/**
 * Sets the rules; what is open is counted anew soon (concerns/actions-recount.ts). Refuses staleVersion when others stand there than `was`, promiseNothing
 * (a rule without a promise) and promiseTwice (an id that stands twice); the rule is named: "rules.2.targets".
 */
export const setRules = (
  world: Acting,
  who: Who,
  input: { readonly rules: readonly PromiseRule[]; readonly was?: readonly PromiseRule[] | undefined },
): Promise<{ rules: PromiseRule[] } | Refusal> =>
  world.db.transaction(async (tx) => {
    const rules = judgeRules(input.rules);
    if ("refused" in rules) return rules;
    const before = await lockRules(tx);
    if (input.was !== undefined && stable(before) !== stable(input.was)) return refuse("staleVersion");
    if (stable(before) === stable(rules)) return { rules };
    await putRules(tx, rules);
    await say(world, tx, who, [{ kind: "promise.rulesChanged", data: { rules } }]);
    return { rules };
  });

/** Notes that the open concerns have been counted anew by this revision, and says what came of it (null: nothing). */
export const noteSwept = async (world: Acting, tx: Tx, revision: number, recount: Recount | null): Promise<void> => {
  await putSwept(tx, revision, recount);
  if (recount !== null) await say(world, tx, system, [{ kind: "promise.recounted", data: { recount } }]);
};
