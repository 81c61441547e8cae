// Sets of queues that make sense to begin with, and new parts of a book. Pure; called by the settings of routing.
import type { ChannelKind } from "#contract/channel.ts";
import type { Team } from "#contract/agents.ts";
import { workKindOf, type Queue, type RoutingBook, type Skill } from "#contract/routing-book.ts";
import { t } from "#web/state/words.ts";

/** Where ids come from. */
export type NewId = () => string;

/** A queue for everything, with numbers that suit mails. */
export const newQueue = (newId: NewId, name = ""): Queue => ({
  id: newId() as Queue["id"],
  name,
  when: { brandId: null, topicId: null, channelKinds: [], priorities: [], language: null, teamId: null },
  hours: { kind: "always" },
  teamIds: [],
  requires: {},
  asks: [],
  order: "longestIdle",
  steps: [],
  patienceSeconds: 0,
  offerSeconds: 60,
  autoAccept: [],
  offers: true,
  mayPull: true,
  keepSeconds: 16 * 3_600,
  promiseSeconds: 8 * 3_600,
  withinSeconds: 4 * 3_600,
  target: 80,
  overflow: [],
});

/** Numbers that suit somebody who is there and waits. */
const live = (queue: Queue, channelKinds: readonly ChannelKind[]): Queue => ({
  ...queue,
  when: { ...queue.when, channelKinds: [...channelKinds] },
  patienceSeconds: 30,
  offerSeconds: 20,
  mayPull: false,
  keepSeconds: 0,
  promiseSeconds: 60,
  withinSeconds: 60,
});

export const presetNames = ["one", "chatsFirst", "byLanguage", "byTeam"] as const;
export type PresetName = (typeof presetNames)[number];

/** What a preset is made with. */
export interface PresetSetting {
  readonly newId: NewId;
  readonly channelKinds: readonly ChannelKind[];
  readonly teams: readonly Team[];
}

type ReadyName =
  | "everything"
  | "rest"
  | "chats"
  | "de"
  | "en"
  | "break"
  | "lunch"
  | "meeting"
  | "training"
  | "solved"
  | "passedOn"
  | "unsolved";

const named = (newId: NewId, keys: readonly ReadyName[]): { id: string; name: string }[] =>
  keys.map((key) => ({ id: newId(), name: t(`routingSetup.presetNames.${key}`) }));

/** What every centre needs beside its queues, where the book has none of it yet. */
const withCommon = (book: RoutingBook, newId: NewId): RoutingBook => ({
  ...book,
  kinds: {
    voice: { wrapUpSeconds: 30, restSeconds: 0 },
    chat: { wrapUpSeconds: 15, restSeconds: 180 },
    ...book.kinds,
  },
  reasons:
    book.reasons.length > 0
      ? book.reasons
      : [
          ...named(newId, ["break", "lunch"]).map((one) => ({ ...one, for: "away" as const })),
          ...named(newId, ["meeting", "training"]).map((one) => ({ ...one, for: "busy" as const })),
        ],
  dispositions: book.dispositions.length > 0 ? book.dispositions : named(newId, ["solved", "passedOn", "unsolved"]),
});

/** The book with a set of queues in place of its own; skills are kept, and added where the set needs them. */
export const withPreset = (book: RoutingBook, preset: PresetName, setting: PresetSetting): RoutingBook => {
  const { newId, channelKinds, teams } = setting;
  const common = withCommon(book, newId);
  const name = (key: ReadyName): string => t(`routingSetup.presetNames.${key}`);
  const chats = channelKinds.filter((kind) => workKindOf(kind) === "chat");
  const rest = newQueue(newId, name(preset === "one" ? "everything" : "rest"));
  const chatQueue = chats.length > 0 ? [live(newQueue(newId, name("chats")), chats)] : [];
  if (preset === "one") return { ...common, queues: [rest] };
  if (preset === "chatsFirst") return { ...common, queues: [...chatQueue, rest] };
  if (preset === "byTeam")
    return {
      ...common,
      queues: [
        ...chatQueue,
        ...teams.map((team) => {
          const queue = newQueue(newId, team.name);
          return { ...queue, when: { ...queue.when, teamId: team.id }, teamIds: [team.id] };
        }),
        rest,
      ],
    };
  const skillOf = (language: "de" | "en"): Skill =>
    book.skills.find(({ about, name: known }) => about === "language" && known === name(language)) ?? {
      id: newId() as Skill["id"],
      name: name(language),
      about: "language",
    };
  const skills = (["de", "en"] as const).map((language) => ({ language, skill: skillOf(language) }));
  const byLanguage = (queue: Queue, firstStepSeconds: number): Queue => ({
    ...queue,
    order: "bestSkill",
    asks: skills.map(({ language, skill }) => ({
      when: { topicId: null, language, brandId: null },
      requires: { [skill.id]: 3 },
      prefers: { [skill.id]: 1 },
    })),
    steps: [
      { afterSeconds: firstStepSeconds, lower: lowered(skills, 1), drop: [], teamIds: [], queueId: null },
      { afterSeconds: 2 * firstStepSeconds, lower: lowered(skills, 1), drop: [], teamIds: [], queueId: null },
    ],
  });
  const added = skills.map(({ skill }) => skill).filter(({ id }) => !book.skills.some((one) => one.id === id));
  return {
    ...common,
    skills: [...book.skills, ...added],
    queues: [...chatQueue.map((queue) => byLanguage(queue, 45)), byLanguage(rest, 2 * 3_600)],
  };
};

const lowered = (skills: readonly { readonly skill: Skill }[], by: number): Record<string, number> =>
  Object.fromEntries(skills.map(({ skill }) => [skill.id, by]));
