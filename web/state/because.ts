// Why a piece of work is offered to this agent and now, in sentences: made of the codes and numbers that the routing keeps with every offer. Pure; called
// by the offer's card, the page of my work and whoever explains a decision.
import type { Because } from "#contract/routing.ts";
import type { RoutingBook, WorkKind } from "#contract/routing-book.ts";
import { skillName } from "#web/state/routingBook.ts";
import { clockTime, listed, t } from "#web/state/words.ts";
import { lengthWords } from "#web/state/workWords.ts";

/** What the names of agents and skills are looked up in. */
export interface BecauseNames {
  readonly agents: readonly { readonly id: string; readonly name: string }[];
  readonly book: RoutingBook | null;
  /** Whose offer it is, when somebody else reads it; null: the reader's own. */
  readonly whose: string | null;
}

/** `short` is the reason in one sentence; `all` are the sentences of the whole explanation: why them, why now, who else, what is asked and no longer asked for. */
export const becauseWords = (
  decided: Because,
  names: BecauseNames,
): { readonly short: string; readonly all: readonly string[] } => {
  const because = {
    ...decided,
    requires: named(decided.requires, names),
    relaxed: named(decided.relaxed, names),
  };
  const you = whyYou(because, names);
  return {
    short: you,
    all: [
      you,
      whyNow(because),
      ...who(because, names),
      ...asked(because, names),
      ...instead(because),
      ...before(because),
    ],
  };
};

/** What is asked for that has a name: the engine also asks that somebody may see the brand, which is said nowhere. */
const named = (skills: Because["requires"], { book }: BecauseNames): Because["requires"] =>
  Object.fromEntries(Object.entries(skills).filter(([id]) => book?.skills.some((skill) => skill.id === id) === true));

/** Instants are told apart from counts: the time since when somebody is idle is later than this in milliseconds, counts never are. */
const anInstant = 1e11;

const whyYou = ({ order, value, account, requires }: Because, { whose, book }: BecauseNames): string => {
  const facts = { who: whose ?? "" };
  const side = whose === null ? "you" : "them";
  switch (order) {
    case "preferred":
      return t(`routing.why.${side}.${account === true ? "account" : "preferred"}`, facts);
    case "bestSkill": {
      const skills = skillsWords(requires, book);
      return skills === ""
        ? t(`routing.why.${side}.best`, facts)
        : t(`routing.why.${side}.bestSkill`, { ...facts, skills });
    }
    case "leastLoaded":
      return t(`routing.why.${side}.leastLoaded`, { ...facts, load: Math.round(value) });
    default:
      return value > anInstant
        ? t(`routing.why.${side}.idleSince`, { ...facts, time: clockTime(new Date(value)) })
        : t(`routing.why.${side}.longestIdle`, facts);
  }
};

const whyNow = ({ now, waitedSeconds }: Because): string =>
  now === "room"
    ? t("routing.why.room", { time: lengthWords(waitedSeconds) })
    : waitedSeconds < 5
      ? t("routing.why.item")
      : t("routing.why.itemAgain", { time: lengthWords(waitedSeconds) });

const who = ({ others }: Because, { agents }: BecauseNames): readonly string[] => {
  const of = (why: "later" | "declined"): readonly string[] =>
    others
      .filter((other) => other.why === why)
      .map(({ agentId }) => agents.find(({ id }) => id === agentId)?.name ?? t("routing.somebody"));
  const [later, declined] = [of("later"), of("declined")];
  if (later.length === 0 && declined.length === 0) return [t("routing.why.nobodyElse")];
  return [
    ...(later.length > 0 ? [t("routing.why.later", { names: listed(later), count: later.length })] : []),
    ...(declined.length > 0 ? [t("routing.why.declinedBy", { names: listed(declined), count: declined.length })] : []),
  ];
};

const skillsWords = (skills: Readonly<Record<string, number>>, book: RoutingBook | null): string =>
  listed(
    Object.entries(skills)
      .toSorted(([, a], [, b]) => b - a)
      .map(([id, level]) => t("routing.why.skill", { skill: skillName(book, id), level })),
  );

const asked = ({ requires, relaxed }: Because, { book }: BecauseNames): readonly string[] => {
  const lowered = Object.entries(relaxed).filter(([id]) => (requires[id] ?? 0) > 0);
  const dropped = Object.keys(relaxed).filter((id) => (requires[id] ?? 0) === 0);
  return [
    ...(Object.keys(requires).length > 0 ? [t("routing.why.asks", { skills: skillsWords(requires, book) })] : []),
    ...lowered.map(([id, gone]) =>
      t("routing.why.lowered", {
        skill: skillName(book, id),
        level: requires[id] ?? 0,
        before: (requires[id] ?? 0) + gone,
      }),
    ),
    ...(dropped.length > 0
      ? [t("routing.why.dropped", { skills: listed(dropped.map((id) => skillName(book, id))), count: dropped.length })]
      : []),
  ];
};

const instead = ({ instead: others }: Because): readonly string[] =>
  (["lessUrgent", "noRoom", "inTheWay"] as const).flatMap((why) => {
    const kinds = [...new Set(others.filter((other) => other.why === why).map(({ kind }) => kindWords(kind)))];
    return kinds.length === 0 ? [] : [t(`routing.why.${why}`, { kinds: listed(kinds) })];
  });

const kindWords = (kind: WorkKind): string => t(`routing.oneOf.${kind}`);

const before = ({ declined, step }: Because): readonly string[] => [
  ...(step > 0 ? [t("routing.why.step", { count: step })] : []),
  ...(declined > 0 ? [t("routing.why.declined", { count: declined })] : []),
];
