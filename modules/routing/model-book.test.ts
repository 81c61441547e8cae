// What of a routing book cannot be, which queue takes what, and that the engine does by its rules what the book says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import type { Hours } from "#contract/hours.ts";
import { workKinds, type Capacity, type Queue, type RoutingBook } from "#contract/routing-book.ts";
import { routingBook } from "#contract/routing-book.ts";
import {
  capacityOf,
  judgeBook,
  judgeWork,
  queueFor,
  rulesOf,
  unsetWork,
  workIn,
  type Parents,
  type WorkFacts,
} from "#modules/routing/model-book.ts";
import { capacityPresets } from "#modules/routing/model-capacity.ts";
import { openHall } from "#modules/routing/model.ts";
import { fc } from "#test/chance.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { plainAgent, plainArrival } from "#test/routing.ts";

const [german, french] = [idOf<string>(901), idOf<string>(902)];
const [brand, topic, team, channel] = [idOf<never>(801), idOf<never>(802), idOf<never>(803), idOf<never>(804)];
const tier = idOf<never>(805);
const nobody = idOf<never>(999);
const known = {
  teamIds: new Set<string>([team]),
  topicIds: new Set<string>([topic]),
  brandIds: new Set<string>([brand]),
  channelIds: new Set<string>([channel]),
  tierIds: new Set<string>([tier]),
};
const step = (afterSeconds: number, part: Partial<Queue["steps"][number]> = {}): Queue["steps"][number] => ({
  afterSeconds,
  lower: {},
  drop: [],
  teamIds: [],
  queueId: null,
  ...part,
});
const when = (part: Partial<Queue["when"]>): Queue["when"] => ({ ...bookQueue(1).when, ...part });

const own = (part: Partial<Hours>): Queue["hours"] => ({
  kind: "own",
  hours: { timeZone: "Europe/Berlin", weekly: [[], [], [], [], [], [], []], exceptions: [], ...part },
});

const judged = (book: RoutingBook): string => {
  // Whatever is judged has passed the contract.
  const outcome = judgeBook(routingBook.parse(book), known);
  return isRefusal(outcome) ? `${outcome.refused} ${outcome.field}` : "kept";
};
/** A book of two queues, the second as given. */
const second = (part: Partial<Queue>): RoutingBook => bookWith([bookQueue(1), bookQueue(2, part)]);

test("what a book cannot be is said with its place", () => {
  const ask = { when: { topicId: null, language: null, brandId: null }, requires: {}, prefers: {} };
  const cases: readonly (readonly [string, RoutingBook])[] = [
    ["kept", bookWith([])],
    ["routingTwice queues.1.id", bookWith([bookQueue(1), bookQueue(1, { name: "Andere" })])],
    ["routingTwice queues.1.name", second({ name: " schlänge 1".replace("ä", "a") })],
    [
      "routingTwice skills.1.name",
      bookWith([], {
        skills: [901, 902].map((n) => ({ id: idOf(n), name: n === 901 ? "Café" : "cafe", about: "other" })),
      }),
    ],
    [
      "routingTwice reasons.1.id",
      bookWith([], { reasons: ["Pause", "Essen"].map((name) => ({ id: idOf(1), name, for: "away" })) }),
    ],
    [
      "routingTwice dispositions.1.name",
      bookWith([], { dispositions: [1, 2].map((n) => ({ id: idOf(n), name: "Gelöst" })) }),
    ],
    ["routingRest kinds.mail.restSeconds", bookWith([], { kinds: { mail: { wrapUpSeconds: 0, restSeconds: 1 } } })],
    [
      "kept",
      bookWith([], {
        kinds: { chat: { wrapUpSeconds: 5, restSeconds: 1 }, mail: { wrapUpSeconds: 9, restSeconds: 0 } },
      }),
    ],
    ["unknownBrand queues.1.when.brandId", second({ when: when({ brandId: nobody }) })],
    ["unknownTopic queues.1.when.topicId", second({ when: when({ topicId: nobody }) })],
    ["unknownTier queues.1.when.tierIds", second({ when: when({ tierIds: [tier, nobody] }) })],
    ["kept", second({ when: when({ tierIds: [tier] }), asks: [{ ...ask, when: { ...ask.when, tierIds: [tier] } }] })],
    [
      "unknownTier queues.1.asks.0.when.tierIds",
      second({ asks: [{ ...ask, when: { ...ask.when, tierIds: [nobody] } }] }),
    ],
    ["unknownTeam queues.1.when.teamId", second({ when: when({ teamId: nobody }) })],
    ["unknownBrand queues.1.hours.id", second({ hours: { kind: "brand", id: channel } })],
    ["unknownChannel queues.1.hours.id", second({ hours: { kind: "channel", id: brand } })],
    ["kept", second({ hours: own({}) })],
    ["hoursZone queues.1.hours.hours.timeZone", second({ hours: own({ timeZone: "Mars/Olympus" }) })],
    [
      "hoursEmpty queues.1.hours.hours.weekly.0",
      second({ hours: own({ weekly: [[{ from: "09:00", to: "09:00" }], [], [], [], [], [], []] }) }),
    ],
    [
      "hoursDays queues.1.hours.hours.exceptions.0",
      second({ hours: own({ exceptions: [{ from: "2026-12-24", to: "2026-12-23", name: "", spans: [] }] }) }),
    ],
    ["unknownTeam queues.1.teamIds.1", second({ teamIds: [team, nobody] })],
    ["unknownSkill queues.1.requires", second({ requires: { [german]: 1, [nobody]: 2 } })],
    [
      "unknownTopic queues.1.asks.0.when.topicId",
      second({ asks: [{ ...ask, when: { ...ask.when, topicId: nobody } }] }),
    ],
    [
      "unknownBrand queues.1.asks.0.when.brandId",
      second({ asks: [{ ...ask, when: { ...ask.when, brandId: nobody } }] }),
    ],
    ["unknownSkill queues.1.asks.1.requires", second({ asks: [ask, { ...ask, requires: { [nobody]: 1 } }] })],
    ["unknownSkill queues.1.asks.0.prefers", second({ asks: [{ ...ask, prefers: { [nobody]: 1 } }] })],
    ["unknownSkill queues.1.steps.0.lower", second({ steps: [step(1, { lower: { [nobody]: 1 } })] })],
    ["unknownSkill queues.1.steps.0.drop", second({ steps: [step(1, { drop: [nobody] })] })],
    ["unknownTeam queues.1.steps.0.teamIds", second({ steps: [step(1, { teamIds: [nobody] })] })],
    ["unknownQueue queues.1.steps.0.queueId", second({ steps: [step(1, { queueId: nobody })] })],
    ["routingSteps queues.1.steps.1.afterSeconds", second({ steps: [step(30), step(30)] })],
    ["routingStepAfter queues.1.steps.1.queueId", second({ steps: [step(30, { queueId: idOf(1) }), step(60)] })],
    ["kept", second({ steps: [step(0), step(30), step(60, { queueId: idOf(1) })] })],
    ["unknownQueue queues.1.overflow.0.queueId", second({ overflow: [{ when: "closed", queueId: nobody }] })],
    [
      "routingBack queues.1.overflow.0.backSeconds",
      second({ overflow: [{ when: "predictedWait", overSeconds: 60, backSeconds: 61, queueId: idOf(1) }] }),
    ],
    [
      "routingBack queues.1.overflow.0.back",
      second({ overflow: [{ when: "length", over: 5, back: 6, queueId: idOf(1) }] }),
    ],
    [
      "routingBack queues.1.overflow.0.back",
      second({ overflow: [{ when: "serviceLevel", under: 80, back: 79, queueId: idOf(1) }] }),
    ],
    [
      "kept",
      second({
        overflow: [
          { when: "serviceLevel", under: 80, back: 80, queueId: idOf(1) },
          { when: "length", over: 5, back: 5, queueId: idOf(1) },
        ],
      }),
    ],
    ["routingCircle queues.1.overflow.0.queueId", second({ overflow: [{ when: "closed", queueId: idOf(2) }] })],
    [
      "routingCircle queues.1.steps.0.queueId",
      bookWith([
        bookQueue(1),
        bookQueue(2, { steps: [step(9, { queueId: idOf(3) })] }),
        bookQueue(3, {
          overflow: [
            { when: "closed", queueId: idOf(1) },
            { when: "length", over: 2, back: 1, queueId: idOf(4) },
          ],
        }),
        bookQueue(4, { overflow: [{ when: "closed", queueId: idOf(2) }] }),
      ]),
    ],
  ];
  for (const [expected, book] of cases) assert.equal(judged(book), expected, JSON.stringify(book.queues.at(-1)));
});

test("what is kept has no blanks around its names, nothing chosen twice, and is kept as it is a second time", () => {
  const [morning, afternoon] = [
    { from: "08:00", to: "12:00" },
    { from: "13:00", to: "17:00" },
  ];
  const kept = judgeBook(
    second({
      name: "  Abend \u0000",
      teamIds: [team, team],
      autoAccept: ["chat", "chat"],
      when: when({ priorities: ["high", "high"] }),
      hours: own({ weekly: [[afternoon, morning], [], [], [], [], [], []] }),
    }),
    known,
  );
  assert.ok(!isRefusal(kept));
  const { name, teamIds, autoAccept, when: conditions, hours } = kept.queues[1] ?? assert.fail();
  assert.deepEqual([name, teamIds, autoAccept, conditions.priorities], ["Abend", [team], ["chat"], ["high"]]);
  assert.deepEqual(hours.kind === "own" && hours.hours.weekly[0], [morning, afternoon]);
  assert.deepEqual(judgeBook(kept, known), kept);
});

test("an agent is set up with skills and queues of the book, and what it no longer has is left out", () => {
  const book = second({});
  const own = (restingWeight: number): Capacity => ({ chat: { weight: 30, max: 3, interrupts: [], restingWeight } });
  const code = (work: Parameters<typeof judgeWork>[1]): string => {
    const outcome = judgeWork(book, work);
    return isRefusal(outcome) ? `${outcome.refused} ${outcome.field}` : "kept";
  };
  assert.equal(code({ ...unsetWork, skills: { [nobody]: 1 } }), `unknownSkill skills.${String(nobody)}`);
  assert.equal(code({ ...unsetWork, queueIds: [idOf(2), nobody] }), "unknownQueue queueIds.1");
  assert.equal(code({ ...unsetWork, capacity: own(31) }), "routingRestWeight capacity.chat.restingWeight");
  assert.equal(code({ skills: { [french]: 5 }, capacity: own(30), queueIds: [idOf(2)] }), "kept");
  const old = workIn(book, { skills: { [french]: 5, [nobody]: 1 }, capacity: "blended", queueIds: [nobody, idOf(1)] });
  assert.deepEqual(old, { skills: { [french]: 5 }, capacity: "blended", queueIds: [idOf(1)] });
});

test("a capacity by its name is the engine's, a free one keeps its parts and rests in no more than it works in", () => {
  assert.equal(capacityOf("chatUpTo3"), capacityPresets.chatUpTo3);
  const free = capacityOf({ chat: { weight: 25, max: 4, interrupts: ["mail"], restingWeight: 99 } });
  assert.deepEqual(free, { chat: { weight: 25, max: 4, interrupts: ["mail"], dormantWeight: 25 } });
});

const topics = ["a", "b", "c", "d"];
/** Trees and, because nothing here may hang, circles. */
const forests = fc
  .array(fc.option(fc.constantFrom(...topics), { nil: null }), { minLength: 4, maxLength: 4 })
  .map((above): Parents => new Map(topics.map((id, n) => [id, above[n] ?? null])));
const maybe = <T>(...values: readonly T[]): fc.Arbitrary<T | null> =>
  fc.option(fc.constantFrom(...values), { nil: null });
const allConditions = fc.record({
  brandId: maybe("x", "y"),
  topicId: maybe(...topics),
  channelKinds: fc.subarray(["email", "webchat"] as const),
  priorities: fc.subarray(["low", "normal", "high", "urgent"] as const),
  language: maybe("de", "en"),
  teamId: maybe("t", "u"),
  tierIds: fc.option(fc.subarray(["g", "s"]), { nil: undefined }),
}) as unknown as fc.Arbitrary<Queue["when"]>;
const allFacts: fc.Arbitrary<WorkFacts> = fc.record({
  brandId: fc.constantFrom("x", "y"),
  topicId: maybe(...topics),
  channelKind: fc.constantFrom("email", "webchat"),
  priority: fc.constantFrom("low", "normal", "high", "urgent"),
  language: maybe("de", "en"),
  teamId: maybe("t", "u"),
  tierId: maybe("g", "s"),
});

/** Is it this topic or one below it, by going up one at a time, at most as far as there are topics? */
const isBelow = (id: string | null, above: string, parents: Parents): boolean => {
  let at = id;
  for (let turn = 0; turn <= topics.length && at !== null; turn += 1) {
    if (at === above) return true;
    at = parents.get(at) ?? null;
  }
  return false;
};

test("the first queue whose every condition fits takes it, a topic standing for those below it", () => {
  fc.assert(
    fc.property(fc.array(allConditions, { maxLength: 6 }), allFacts, forests, (conditions, facts, parents) => {
      const book = bookWith(conditions.map((one, n) => bookQueue(n, { when: one })));
      const misfits = ({ when: one }: Queue): boolean =>
        [
          one.brandId !== null && one.brandId !== (facts.brandId as never),
          one.topicId !== null && !isBelow(facts.topicId, one.topicId, parents),
          one.channelKinds.length > 0 && !one.channelKinds.includes(facts.channelKind as never),
          one.priorities.length > 0 && !one.priorities.includes(facts.priority as never),
          one.language !== null && one.language !== facts.language,
          one.teamId !== null && one.teamId !== facts.teamId,
          one.tierIds !== undefined && one.tierIds.length > 0 && !one.tierIds.includes(facts.tierId as never),
        ].includes(true);
      const found = queueFor(book, facts, parents);
      const at = book.queues.findIndex(({ id }) => id === found);
      const before = at === -1 ? book.queues : book.queues.slice(0, at);
      assert.ok(before.every(misfits), "none before it fits");
      assert.ok(at === -1 || !misfits(book.queues[at] ?? assert.fail()), "it fits");
    }),
  );
});

test("the engine asks for the skills of every rule that fits, also where the rule's topic is above the item's", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ topicId: maybe(...topics), language: maybe("de", "en"), tierIds: fc.subarray(["g", "s"]) }),
        { maxLength: 4 },
      ),
      maybe(...topics),
      maybe("g", "s"),
      forests,
      (rules, topicId, tier, parents) => {
        const asks = rules.map(({ topicId: above, language, tierIds }, n) => ({
          when: { topicId: above, language, brandId: null, tierIds },
          requires: { [`s${n}`]: n + 1 },
          prefers: {},
        })) as unknown as Queue["asks"];
        const hall = openHall(rulesOf(bookWith([bookQueue(1, { asks })]), parents));
        hall.happen({
          what: "agentChanged",
          atMs: 0,
          agent: plainAgent("a", { skills: { s0: 5, s1: 5, s2: 5, s3: 5 } }),
        });
        hall.happen({ what: "presenceChanged", atMs: 0, agentId: "a", state: "available", reason: "", untilMs: null });
        const facts = {
          language: "de",
          ...(topicId === null ? {} : { topicId }),
          ...(tier === null ? {} : { tier }),
        };
        const item = plainArrival("i", 1, 0, { queueId: idOf(1), facts });
        const [offer] = hall.happen({ what: "arrived", atMs: 0, item });
        assert.ok(offer?.what === "offered");
        const expected = rules.flatMap(({ topicId: above, language, tierIds }, n) =>
          (above === null || isBelow(topicId, above, parents)) &&
          language !== "en" &&
          (tierIds.length === 0 || tierIds.includes(tier ?? ""))
            ? [[`s${n}`, n + 1]]
            : [],
        );
        assert.deepEqual(offer.because.requires, Object.fromEntries(expected));
      },
    ),
  );
});

test("what the book says in seconds the engine has in milliseconds, every kind is there, and the last queue takes what a queue that is gone leaves", () => {
  const book = bookWith(
    [
      bookQueue(1, {
        steps: [step(30, { queueId: idOf(2) })],
        offerSeconds: 20,
        patienceSeconds: 3,
        keepSeconds: 4,
        promiseSeconds: 5,
        withinSeconds: 6,
      }),
      bookQueue(2, { overflow: [{ when: "predictedWait", overSeconds: 60, backSeconds: 30, queueId: idOf(1) }] }),
    ],
    {
      kinds: { voice: { wrapUpSeconds: 15, restSeconds: 0 } },
      graceSeconds: 31,
      stickySeconds: 301,
      missesUntilAway: 3,
    },
  );
  const rules = rulesOf(book);
  assert.deepEqual(
    [rules.graceMs, rules.stickyMs, rules.missesUntilAway, rules.fallbackQueueId],
    [31_000, 301_000, 3, idOf(2)],
  );
  const [first, other] = rules.queues;
  assert.deepEqual(first?.steps, [{ afterMs: 30_000, lower: {}, drop: [], teamIds: [], queueId: idOf(2) }]);
  assert.deepEqual(
    [first?.offerMs, first?.patienceMs, first?.keepMs, first?.promiseMs, first?.withinMs],
    [20_000, 3_000, 4_000, 5_000, 6_000],
  );
  assert.deepEqual(other?.overflow, [{ when: "predictedWait", overMs: 60_000, backMs: 30_000, queueId: idOf(1) }]);
  assert.deepEqual(
    workKinds.map((kind) => [kind, rules.kinds[kind]?.live, rules.kinds[kind]?.wrapUpMs]),
    [
      ["voice", true, 15_000],
      ["callback", true, 0],
      ["chat", true, 0],
      ["message", true, 0],
      ["mail", false, 0],
      ["task", false, 0],
    ],
  );
  assert.deepEqual(
    openHall(rulesOf(bookWith([]))).happen({ what: "timePassed", atMs: 1 }),
    [],
    "a book without queues is one, too",
  );
});
