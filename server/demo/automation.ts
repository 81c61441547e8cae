// What the cable operator of the demo lets happen by itself, and its macros. Called by seed.ts at the end, when the past has been played.
import type { AgentActor } from "#contract/actor.ts";
import { system } from "#contract/actor.ts";
import type { Action, AutomationRule, MacroKey } from "#contract/automation.ts";
import { isRefusal } from "#contract/errors.ts";
import type { AutomationRuleId, TopicId } from "#contract/ids.ts";
import { setRules } from "#modules/automation/actions.ts";
import { createMacro } from "#modules/automation/actions-macros.ts";
import { allTeams } from "#modules/agents/reads.ts";
import type { World } from "#platform/world.ts";

/** Reported outages become urgent work of the technicians, bad ratings go to who leads, what has been resolved for long is closed; a reminder is written and not switched on. */
export const addDemoAutomation = async (
  world: World,
  lead: AgentActor,
  topics: ReadonlyMap<string, TopicId>,
): Promise<void> => {
  const technicians = (await allTeams(world.db)).find(({ name }) => name === "Technik")?.id ?? null;
  const rule = (
    name: string,
    part: Pick<AutomationRule, "when" | "actions"> & Partial<AutomationRule>,
  ): AutomationRule => ({
    id: world.newId() as AutomationRuleId,
    name,
    on: true,
    all: [],
    any: [],
    ...part,
  });
  const rules = [
    rule("Ausfall gemeldet", {
      when: { by: "event", events: ["begun"] },
      all: [
        { what: "words", not: false, in: "both", words: ["totalausfall", "kompletter ausfall", "alles ausgefallen"] },
        { what: "machine", not: true },
      ],
      actions: [
        { do: "topic", topicId: topics.get("internet.ausfall") ?? null },
        { do: "priority", priority: "urgent" },
        { do: "team", teamId: technicians },
        { do: "notify", who: ["supervisors"], agentIds: [] },
      ],
    }),
    rule("Unzufrieden", {
      when: { by: "event", events: ["rated"] },
      all: [{ what: "rating", not: false, scores: [1, 2] }],
      actions: [
        { do: "addTags", tags: ["unzufrieden"] },
        { do: "notify", who: ["supervisors"], agentIds: [] },
      ],
    }),
    rule("Erinnern, wenn der Kunde schweigt", {
      on: false,
      when: { by: "time", since: "customer", minutes: 3 * 24 * 60, counted: "clock" },
      actions: [
        {
          do: "reply",
          text: "Guten Tag {name},\n\nzu Ihrem Anliegen {number} fehlt uns noch eine Antwort von Ihnen. Brauchen Sie uns noch?\n\n{brand}",
        },
      ],
    }),
    rule("Lange gelöst: schließen", {
      when: { by: "time", since: "resolved", minutes: 120 * 24 * 60, counted: "clock" },
      actions: [{ do: "status", status: "closed" }],
    }),
  ];
  const kept = await setRules(world, system, { rules });
  if (isRefusal(kept)) throw new Error(`the demo's rules were refused: ${kept.refused}`);
  const macros: readonly [string, MacroKey, Action[]][] = [
    [
      "Rückruf zugesagt",
      "1",
      [
        { do: "assignee", agentId: "me" },
        { do: "addTags", tags: ["Rückruf"] },
        { do: "note", text: "Rückruf zugesagt." },
        { do: "snooze", minutes: 120, counted: "service" },
      ],
    ],
    [
      "An die Technik",
      "2",
      [
        { do: "team", teamId: technicians },
        { do: "assignee", agentId: null },
        { do: "priority", priority: "high" },
      ],
    ],
  ];
  for (const [name, key, actions] of macros) {
    const made = await createMacro(world, lead, { name, key, share: { with: "everybody" }, actions });
    if (isRefusal(made)) throw new Error(`a macro of the demo was refused: ${made.refused}`);
  }
};
