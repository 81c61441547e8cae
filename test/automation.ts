// Rules for tests, and a centre in which they act as in the server: from a cursor over the log, until it is quiet. Used by test/journeys/automation*.test.ts.
import assert from "node:assert/strict";
import type { AutomationRule } from "#contract/automation.ts";
import type { AutomationRuleId, ConcernId, TeamId, TopicId } from "#contract/ids.ts";
import { setRules } from "#modules/automation/actions.ts";
import { sweepTimers } from "#modules/automation/actions-timers.ts";
import { automationReactions } from "#modules/automation/reactions.ts";
import { eventsAfter } from "#modules/audit/reads.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { sql } from "#platform/db/db.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, allConcerns, deliver, hears, mail, openTestWorld, sure, type TestWorld } from "#test/world.ts";

/** A rule; everything may be overridden. */
export const ruleOf = (part: Partial<AutomationRule>): AutomationRule => ({
  id: crypto.randomUUID() as AutomationRuleId,
  name: "Regel",
  on: true,
  when: { by: "event", events: ["messageIn"] },
  all: [],
  any: [],
  actions: [{ do: "priority", priority: "high" }],
  ...part,
});

/** A rule that acts on nothing that happens in tests of screens, with something of everything that its page shows; its texts as given. */
export const everyRule = (text: string): AutomationRule =>
  ruleOf({
    name: text,
    when: { by: "event", events: ["rated", "promiseMissed"] },
    all: [
      { what: "words", not: false, in: "both", words: [text.slice(0, 200)] },
      { what: "priority", not: true, priorities: ["low"] },
    ],
    any: [
      { what: "organisation", not: false, name: text.slice(0, 200) },
      { what: "open", not: false },
    ],
    actions: [
      { do: "addTags", tags: [text.slice(0, 60)] },
      { do: "note", text },
      { do: "notify", who: ["supervisors"], agentIds: [] },
      { do: "snooze", minutes: 90, counted: "service" },
    ],
  });

/** Lets rules hear everything that they have not heard, until there is nothing more; fails when that never ends. */
const listening = (world: TestWorld): (() => Promise<number>) => {
  const [reaction] = automationReactions(world);
  if (reaction === undefined) throw new Error("there is no reaction");
  let cursor = 0;
  return async () => {
    let heard = 0;
    for (let turns = 0; ; turns += 1) {
      assert.ok(turns < 50, "what rules do sets them off for ever");
      const { events } = await eventsAfter(world.db, cursor, 10_000);
      if (events.length === 0) return heard;
      for (const event of events) {
        await hears(world, reaction, event);
        cursor = event.seq;
        heard += 1;
      }
    }
  };
};

/** A world with a cast, a team and a topic, in which rules act; and the words for what the tests do there. */
export const openRuled = async () => {
  const world = await openTestWorld();
  const cast = await addCast(world);
  const listen = listening(world);
  const teamId = world.newId() as TeamId;
  const topicId = world.newId() as TopicId;
  await world.db.run(sql`INSERT INTO team (id, name) VALUES (${teamId}, 'Technik')`);
  await world.db.run(sql`INSERT INTO topic (id, name, when_closed) VALUES (${topicId}, 'Ausfall', 'reopen')`);
  let customers = 0;
  /** A new customer writes; gives the concern and how to write there again. */
  const fresh = async (over: Parameters<typeof mail>[1] = {}) => {
    customers += 1;
    const from = `r${customers}@kunde.example`;
    world.pass(1_000);
    await deliver(world, cast.channel, mail(from, over));
    const { id, number } = (await allConcerns(world.db)).at(-1) ?? assert.fail();
    const again = async (more: Parameters<typeof mail>[1] = {}): Promise<void> => {
      world.pass(1_000);
      await deliver(world, cast.channel, mail(from, { thread: { number }, ...more }));
    };
    return { id, from, again };
  };
  /** These rules hold from now on. */
  const under = async (...rules: AutomationRule[]): Promise<void> => {
    await listen();
    sure(await setRules(world, cast.omar, { rules }));
    await sweepTimers(world);
  };
  const rans = async (id: ConcernId) =>
    (await world.events()).flatMap((event) =>
      event.kind === "automation.ran" && event.concernId === id ? [{ actor: event.actor, ...event.data }] : [],
    );
  return {
    world,
    cast,
    teamId,
    topicId,
    listen,
    fresh,
    under,
    rans,
    ranNames: async (id: ConcernId) => (await rans(id)).map(({ by }) => by.name),
    row: async (id: ConcernId) => (await rowById(world.db, id)) ?? assert.fail(),
    verify: <T>(act: () => Promise<T>, ...must: string[]) => verifyAction(world, cast.anna, act, must),
    byAnna: async (id: ConcernId, wanted: Parameters<typeof change>[2]["change"]): Promise<void> => {
      world.pass(1_000);
      sure(await change(world, cast.anna, { id, change: wanted }));
    },
  };
};
