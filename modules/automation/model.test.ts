// What rules decide: conditions and their groups, what entries of the log mean, and that there is no way round and round, whatever the rules say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { happenings, type AutomationRule, type Condition } from "#contract/automation.ts";
import { filledIn, heldBy, holds, judgeRules, through, type Facts } from "#modules/automation/model.ts";
import { ruleOf } from "#test/automation.ts";
import { fc } from "#test/chance.ts";

const tier = "g" as NonNullable<Facts["customer"]["tierId"]>;

const facts = (row: Partial<Facts["row"]> = {}, part: Partial<Facts> = {}): Facts => ({
  row: {
    brandId: "b" as Facts["row"]["brandId"],
    subject: "Störung",
    status: "open",
    priority: "normal",
    topicId: "schwarz" as Facts["row"]["topicId"],
    tags: ["VIP"],
    assigneeId: null,
    teamId: null,
    channels: ["email", "webchat"],
    language: null,
    rating: null,
    missed: [],
    ...row,
  },
  fields: { Vertrag: "Müller & Co", Tarif: 250 },
  customer: { language: "en", organisation: "Café Döner", tierId: tier, fields: { VIP: true } },
  message: {
    subject: "Re: Störung",
    text: "Seit gestern ist ÜBERALL Ausfall!",
    assurance: "aligned",
    isMachine: false,
  },
  isOpen: true,
  by: "customer",
  ...part,
});
const parents = new Map([
  ["schwarz", "tv"],
  ["tv", null],
  // A circle in the topics is a fault elsewhere, and no reason to look for ever.
  ["a", "b"],
  ["b", "a"],
]);
type Plain<C> = C extends Condition ? Omit<C, "not"> : never;
const is = (condition: Plain<Condition>, of: Facts = facts()): boolean => {
  const yes = holds({ ...condition, not: false }, of, parents);
  assert.equal(holds({ ...condition, not: true }, of, parents), !yes, "not says the opposite");
  return yes;
};
const topic = (topicId: string | null): Plain<Condition> => ({ what: "topic", topicId }) as Plain<Condition>;

test("each condition asks what it says; words, tags, names and fields without case and accents; a topic with those below", () => {
  const holding: Plain<Condition>[] = [
    { what: "channel", kinds: ["email"] },
    topic("schwarz"),
    topic("tv"),
    { what: "priority", priorities: ["low", "normal"] },
    { what: "status", statuses: ["open"] },
    { what: "tag", tag: "vip" },
    { what: "team", teamId: null },
    { what: "assignee", agentId: null },
    { what: "language", language: "en" },
    { what: "organisation", name: "cafe doner" },
    { what: "tier", tierIds: ["s" as typeof tier, tier] },
    { what: "field", owner: "concern", key: "Vertrag", value: " MULLER & co" },
    { what: "field", owner: "concern", key: "Tarif", value: 250 },
    { what: "field", owner: "customer", key: "VIP", value: true },
    { what: "words", in: "text", words: ["nie", "uberall ausfall"] },
    { what: "words", in: "subject", words: ["STORUNG"] },
    { what: "words", in: "both", words: ["ausfall"] },
    { what: "open" },
    { what: "sure" },
    { what: "by", who: "customer" },
  ];
  for (const condition of holding) assert.ok(is(condition), JSON.stringify(condition));
  const failing: Plain<Condition>[] = [
    { what: "tier", tierIds: ["s" as typeof tier] },
    { what: "channel", kinds: ["webchat"] },
    topic(null),
    topic("rechnung"),
    { what: "tag", tag: "VI" },
    { what: "field", owner: "concern", key: "Tarif", value: "250" },
    { what: "field", owner: "concern", key: "Nie", value: "" },
    { what: "words", in: "subject", words: ["ausfall"] },
    { what: "words", in: "text", words: [".*", "a.sfall"] },
    { what: "machine" },
    { what: "rating", scores: [1, 2, 3, 4, 5] },
    { what: "by", who: "program" },
  ];
  for (const condition of failing) assert.ok(!is(condition), JSON.stringify(condition));
  assert.ok(!is(topic("tv"), facts({ topicId: "a" as never })), "a circle of topics ends");
  assert.ok(!is({ what: "sure" }, facts({}, { message: null })));
  assert.ok(
    is({ what: "language", language: "de" }, facts({ language: "de" })),
    "the concern's own language counts first",
  );
});

test("all of all and one of any; those that held are told", () => {
  const high: Condition = { what: "priority", not: false, priorities: ["high"] };
  const open: Condition = { what: "open", not: false };
  const vip: Condition = { what: "tag", not: false, tag: "VIP" };
  const held = (part: Partial<AutomationRule>) => heldBy(ruleOf(part), facts(), parents);
  assert.deepEqual(held({}), []);
  assert.deepEqual(held({ all: [open], any: [high, vip] }), [open, vip]);
  assert.equal(held({ all: [open, high], any: [vip] }), null);
  assert.equal(held({ all: [open], any: [high] }), null);
});

const drawnRule = fc.record({
  on: fc.boolean(),
  waits: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  events: fc.subarray([...happenings], { minLength: 1 }),
  /** What it does when it is asked. */
  fits: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  stops: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
  brings: fc.subarray([...happenings]),
});

test("what happened goes through any rules once, downwards: each rule acts at most once, and it ends", async () => {
  let chains = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(drawnRule, { maxLength: 12 }),
      fc.subarray([...happenings]),
      fc.boolean(),
      async (drawn, first, byTime) => {
        const rules = drawn.map(({ on, waits, events }) =>
          ruleOf({
            on,
            when: waits ? { by: "time", since: "us", minutes: 1, counted: "clock" } : { by: "event", events },
          }),
        );
        const only = byTime ? (rules.find(({ when }) => when.by === "time")?.id ?? null) : null;
        const happened = only === null ? first : [];
        const acted: number[] = [];
        await through(rules, { happened, only, state: null }, (rule) => {
          const place = rules.indexOf(rule);
          const one = drawn[place] ?? assert.fail();
          assert.ok(!acted.some((before) => drawn[before]?.stops === true), "nothing acts below a rule that stops");
          assert.ok(
            one.on && (!one.waits || rule.id === only),
            "what is off does nothing, and only time sets off what waits",
          );
          if (one.fits) acted.push(place);
          return Promise.resolve(one.fits ? { state: null, happened: one.brings, stops: one.stops } : null);
        });
        assert.deepEqual(
          acted,
          [...new Set(acted)].toSorted((a, b) => a - b),
          "in their order, none twice",
        );
        const set = new Set(happened);
        for (const place of acted) {
          const { waits, events, brings } = drawn[place] ?? assert.fail();
          assert.ok(waits || events.some((event) => set.has(event)), "set off by what happened at first or above");
          for (const event of brings) set.add(event);
        }
        if (acted.length > 1) chains += 1;
      },
    ),
    { numRuns: 1_000 },
  );
  assert.ok(chains > 200, "rules set each other off");
});

test("placeholders are filled in, others stay; rules that cannot be are named", () => {
  assert.equal(
    filledIn("Hallo {name}, #{number} {nie} {", { name: "{number}", number: "7" }),
    "Hallo {number}, #7 {nie} {",
  );
  const rule = ruleOf({ name: "Doppelt" });
  assert.deepEqual(judgeRules([rule, { ...rule }]), {
    refused: "automationTwice",
    facts: { name: "Doppelt" },
    field: "rules.1.id",
  });
  const me = ruleOf({ name: "Ich", actions: [{ do: "stop" }, { do: "follow", agentId: "me" }] });
  assert.deepEqual(judgeRules([me]), { refused: "automationMe", facts: { name: "Ich" }, field: "rules.0.actions.1" });
});
