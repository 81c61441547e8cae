// How the cable operator of the demo routes its work, and who of its people can do what. Nobody is there until they say so: nothing rings by itself. Called by seed.ts.
import type { AgentActor } from "#contract/actor.ts";
import { system } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { BrandId, QueueId, TeamId, TopicId } from "#contract/ids.ts";
import type { AgentWork, Queue, RoutingBook, Skill } from "#contract/routing-book.ts";
import { setAgentWork, setBook } from "#modules/routing/actions-book.ts";
import { bookFor } from "#modules/routing/reads-book.ts";
import type { World } from "#platform/world.ts";
import type { demoTeams } from "#server/demo/cast.ts";

type TeamName = (typeof demoTeams)[number];

/** What the demo's book is made of. */
export interface DemoCentre {
  readonly brands: { readonly elb: BrandId; readonly harbour: BrandId };
  readonly teams: ReadonlyMap<string, TeamId>;
  readonly topics: ReadonlyMap<string, TopicId>;
  readonly agents: ReadonlyMap<string, AgentActor>;
}

const skillNames = {
  german: ["Deutsch", "language"],
  english: ["Englisch", "language"],
  french: ["Französisch", "language"],
  internet: ["Internet", "product"],
  television: ["Fernsehen", "product"],
  telephone: ["Telefon", "product"],
  billing: ["Rechnung und Vertrag", "topic"],
} as const satisfies Readonly<Record<string, readonly [string, Skill["about"]]>>;
type SkillLevels = AgentWork["skills"];
type SkillKey = keyof typeof skillNames;
type Levels = Readonly<Partial<Record<SkillKey, number>>>;

const people: Readonly<Record<string, { readonly skills: Levels; readonly capacity?: AgentWork["capacity"] }>> = {
  lena: { skills: { german: 5, english: 4, internet: 3, television: 3, billing: 3 } },
  omar: { skills: { german: 5, english: 4, french: 3, internet: 3, television: 3, billing: 2 } },
  selin: { skills: { german: 5, english: 3, television: 4, internet: 2 }, capacity: "chatUpTo3" },
  tom: { skills: { german: 5, english: 2, billing: 2, internet: 2, television: 2 } },
  jonas: { skills: { german: 5, english: 4, internet: 5, telephone: 4, television: 3 } },
  mina: { skills: { german: 5, french: 4, internet: 4, television: 4 } },
  piet: { skills: { german: 5, internet: 3, television: 5, telephone: 2 } },
  carla: { skills: { german: 5, billing: 5 }, capacity: "mailUpTo5" },
  ruth: { skills: { german: 5, english: 2, billing: 4 }, capacity: "mailUpTo5" },
  emma: { skills: { english: 5, german: 2, internet: 4, billing: 3 } },
  owen: { skills: { english: 5, french: 3, internet: 3, telephone: 4, billing: 2 } },
};

const minute = 60;
const hour = 60 * minute;

/** Of these less is asked for when somebody waits on the line. */
const softened: Levels = { internet: 1, television: 1, billing: 1 };

/** Somebody is on the line: whoever can help at all, soon. */
const lineQueue = (requires: SkillLevels, lower: SkillLevels, drop: readonly Skill["id"][]): Partial<Queue> => ({
  requires,
  steps: [
    { afterSeconds: 20, lower, drop: [], teamIds: [], queueId: null },
    { afterSeconds: minute, lower: {}, drop: [...drop], teamIds: [], queueId: null },
  ],
  patienceSeconds: 10,
  offerSeconds: 20,
  mayPull: false,
  keepSeconds: 0,
  promiseSeconds: 20,
  withinSeconds: 20,
});

/** The book and what everybody is set up for. */
export const addDemoRouting = async (world: World, { brands, teams, topics, agents }: DemoCentre): Promise<void> => {
  const ids = Object.fromEntries(Object.keys(skillNames).map((key) => [key, world.newId()])) as Record<
    SkillKey,
    Skill["id"]
  >;
  const levels = (of: Levels): SkillLevels =>
    Object.fromEntries(Object.entries(of).map(([key, level]) => [ids[key as SkillKey], level]));
  const teamOf = (name: TeamName): TeamId => {
    const id = teams.get(name);
    if (id === undefined) throw new Error(`the demo has no team ${name}`);
    return id;
  };
  const ask = (
    when: { readonly topic?: string; readonly language?: "de" | "en" },
    needs: Levels,
  ): Queue["asks"][number] => ({
    when: {
      topicId: when.topic === undefined ? null : (topics.get(when.topic) ?? null),
      language: when.language ?? null,
      brandId: null,
    },
    requires: levels(needs),
    prefers: levels(Object.fromEntries(Object.keys(needs).map((key) => [key, 1]))),
  });
  const byTopic = [
    ask({ language: "en" }, { english: 2 }),
    ask({ topic: "internet" }, { internet: 2 }),
    ask({ topic: "tv" }, { television: 2 }),
    ask({ topic: "telefon" }, { telephone: 2 }),
    ask({ topic: "rechnung" }, { billing: 2 }),
    ask({ topic: "vertrag" }, { billing: 2 }),
  ];
  const products = [ids.internet, ids.television, ids.telephone, ids.billing];
  const queue = (name: string, brandId: BrandId, part: Partial<Queue>, when: Partial<Queue["when"]> = {}): Queue => ({
    id: world.newId() as QueueId,
    name,
    when: { brandId, topicId: null, channelKinds: [], priorities: [], language: null, teamId: null, ...when },
    // Looked at in the middle of the night it hands out, too.
    hours: { kind: "always" },
    teamIds: [],
    requires: {},
    asks: byTopic,
    order: "longestIdle",
    steps: [{ afterSeconds: 2 * hour, lower: {}, drop: products, teamIds: [], queueId: null }],
    patienceSeconds: 0,
    offerSeconds: minute,
    autoAccept: [],
    offers: true,
    mayPull: true,
    keepSeconds: 16 * hour,
    promiseSeconds: 8 * hour,
    withinSeconds: 4 * hour,
    target: 80,
    overflow: [],
    ...part,
  });
  const onTheLine = (needs: Levels): Partial<Queue> => lineQueue(levels(needs), levels(softened), products);
  const rest = queue("Elbkabel: alles andere", brands.elb, { requires: levels({ german: 3 }) });
  const harbour = queue("Harbour Fibre", brands.harbour, { requires: levels({ english: 3 }) });
  /** Outside opening hours chats are answered like mails. */
  const chat = (name: string, brandId: BrandId, to: Queue): Queue =>
    queue(
      name,
      brandId,
      {
        requires: levels(brandId === brands.elb ? { german: 3 } : { english: 3 }),
        order: "bestSkill",
        steps: [
          {
            afterSeconds: 30,
            lower: levels({ internet: 1, television: 1, billing: 1 }),
            drop: [],
            teamIds: [],
            queueId: null,
          },
          { afterSeconds: 90, lower: {}, drop: products, teamIds: [], queueId: null },
        ],
        patienceSeconds: 30,
        offerSeconds: 20,
        mayPull: false,
        keepSeconds: 0,
        promiseSeconds: 5 * minute,
        withinSeconds: minute,
        overflow: [{ when: "closed", queueId: to.id }],
      },
      { channelKinds: ["webchat"] },
    );
  const outages = queue(
    "Ausfälle",
    brands.elb,
    {
      teamIds: [teamOf("Technik")],
      asks: [],
      requires: levels({ internet: 3 }),
      order: "bestSkill",
      steps: [
        { afterSeconds: 20 * minute, lower: levels({ internet: 1 }), drop: [], teamIds: [], queueId: null },
        { afterSeconds: hour, lower: {}, drop: [ids.internet], teamIds: [teamOf("Kundenservice")], queueId: null },
      ],
      promiseSeconds: 2 * hour,
      withinSeconds: hour,
      target: 90,
    },
    { topicId: topics.get("internet.ausfall") ?? null },
  );
  const bills = queue(
    "Rechnung",
    brands.elb,
    {
      teamIds: [teamOf("Rechnung & Vertrag")],
      asks: [],
      requires: levels({ billing: 3 }),
      steps: [],
      overflow: [{ when: "length", over: 40, back: 20, queueId: rest.id }],
    },
    { topicId: topics.get("rechnung") ?? null },
  );
  const named = (...names: readonly string[]): { id: string; name: string }[] =>
    names.map((name) => ({ id: world.newId(), name }));
  const book: RoutingBook = {
    skills: Object.entries(skillNames).map(([key, [name, about]]) => ({ id: ids[key as SkillKey], name, about })),
    queues: [
      queue("Elbkabel: Telefon", brands.elb, onTheLine({ german: 3 }), { channelKinds: ["phone"] }),
      queue("Harbour Fibre: phone", brands.harbour, onTheLine({ english: 3 }), { channelKinds: ["phone"] }),
      chat("Elbkabel: Chat", brands.elb, rest),
      chat("Harbour Fibre: chat", brands.harbour, harbour),
      outages,
      bills,
      harbour,
      rest,
    ],
    kinds: { chat: { wrapUpSeconds: 20, restSeconds: 3 * minute }, voice: { wrapUpSeconds: 30, restSeconds: 0 } },
    reasons: [
      ...named("Pause", "Essen").map((one) => ({ ...one, for: "away" as const })),
      ...named("Besprechung", "Schulung", "Rückfrage in der Technik").map((one) => ({ ...one, for: "busy" as const })),
    ],
    dispositions: named("Gelöst", "Techniker beauftragt", "Gutschrift", "Weitergegeben", "Kunde meldet sich"),
    graceSeconds: 30,
    stickySeconds: 5 * minute,
    missesUntilAway: 2,
  };
  const kept = await setBook(world, system, { book, was: (await bookFor(world)).revision });
  if (isRefusal(kept)) throw new Error(`the demo's routing was refused: ${kept.refused} ${kept.field}`);
  for (const [handle, { skills, capacity = "blended" }] of Object.entries(people)) {
    const agent = agents.get(handle);
    if (!agent) throw new Error(`the demo has no agent ${handle}`);
    const set = await setAgentWork(world, system, agent.id, { skills: levels(skills), capacity, queueIds: null });
    if (isRefusal(set)) throw new Error(`the demo's ${handle} was refused: ${set.refused} ${set.field}`);
  }
};
