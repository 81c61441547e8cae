// HTTP for rules and macros. server/app.ts joins them to the other routes.
import { automation, macros } from "#contract/automation.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { setRules } from "#modules/automation/actions.ts";
import type { RulingWorld } from "#modules/automation/actions-acting.ts";
import { changeMacro, createMacro, removeMacro, runMacro } from "#modules/automation/actions-macros.ts";
import { rulesFor, runsFor } from "#modules/automation/reads.ts";
import { tryRules } from "#modules/automation/reads-past.ts";
import { macrosFor } from "#modules/automation/reads-macros.ts";

/** Routes of rules and macros. */
export const automationRoutes: readonly Route<RulingWorld>[] = [
  answer<RulingWorld, typeof automation.rules>(automation.rules, (world) => rulesFor(world)),
  answer<RulingWorld, typeof automation.setRules>(automation.setRules, (world, who, { body }) =>
    setRules(world, who, body),
  ),
  answer<RulingWorld, typeof automation.runs>(automation.runs, (world, who, { params }) =>
    runsFor(world, who, params.id),
  ),
  answer<RulingWorld, typeof automation.tryRules>(automation.tryRules, (world, who, { body }) =>
    tryRules(world, who, body.rules),
  ),
  answer<RulingWorld, typeof macros.list>(macros.list, (world, who) => macrosFor(world, who)),
  answer<RulingWorld, typeof macros.create>(macros.create, (world, who, { body }) => createMacro(world, who, body)),
  answer<RulingWorld, typeof macros.change>(macros.change, (world, who, { params, body }) =>
    changeMacro(world, who, params.id, body),
  ),
  answer<RulingWorld, typeof macros.remove>(macros.remove, (world, who, { params }) =>
    removeMacro(world, who, params.id),
  ),
  answer<RulingWorld, typeof macros.run>(macros.run, (world, who, { params, body }) =>
    runMacro(world, who, { ...body, id: params.id }),
  ),
];
