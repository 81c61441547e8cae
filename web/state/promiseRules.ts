// Promise rules as people set them: a new one, what stands in the form, a rule in words, another order. Pure; called by the administration's screen.
import type { PromiseRule } from "#contract/promises.ts";
import { promiseKinds } from "#contract/promise-state.ts";
import type { PromiseKind } from "#contract/promise-state.ts";
import type { DeskState } from "#web/state/apply.ts";
import { tierWords } from "#web/state/tiers.ts";
import { topicPath } from "#web/state/topics.ts";
import { listed, serviceLength, t } from "#web/state/words.ts";

/** A rule for everything, counted in the brand's hours, whose time stands still while the customer has the word. */
export const newRule = (id: string): PromiseRule => ({
  id: id as PromiseRule["id"],
  name: "",
  when: { topicId: null, priorities: [], brandId: null, channelKind: null },
  targets: { firstReply: 480, nextReply: null, resolution: null },
  hours: { kind: "brand" },
  pauses: ["waiting"],
  warn: { by: "share", percent: 75 },
  warns: [],
  escalation: null,
});

/** Whole minutes as they were typed, within what is allowed; null: nothing, or no such number. */
export const minutesIn = (typed: string): number | null => {
  const minutes = Number(typed.trim());
  return typed.trim() === "" || !Number.isInteger(minutes) || minutes < 1 || minutes > 525_600 ? null : minutes;
};

/** The rules (or whatever stands in an order) with one of them a place further up or down; at the end they stay as they are. */
export const moved = <T>(rules: readonly T[], index: number, by: -1 | 1): readonly T[] => {
  const [one, other] = [rules[index], rules[index + by]];
  return one === undefined || other === undefined ? rules : rules.with(index, other).with(index + by, one);
};

/** For which concerns it is: "Internet › Outage · High and Urgent". */
export const whenWords = (
  { when }: PromiseRule,
  { topics, brands, tiers }: Pick<DeskState, "topics" | "brands" | "tiers">,
): string => {
  const topic = topics.find(({ id }) => id === when.topicId);
  const parts = [
    ...(when.topicId === null ? [] : [topic ? topicPath(topics, topic) : t("filters.gone")]),
    ...(when.priorities.length === 0 ? [] : [listed(when.priorities.map((one) => t(`priority.${one}`)))]),
    ...(when.brandId === null ? [] : [brands.find(({ id }) => id === when.brandId)?.name ?? t("filters.gone")]),
    ...tierWords(tiers, when.tierIds),
    ...(when.channelKind === null ? [] : [t(`channels.${when.channelKind}.name`)]),
  ];
  return parts.length === 0 ? t("promises.everything") : parts.join(" · ");
};

/** A number stays beside its unit where a line ends. */
const unbroken = (words: string): string => words.replaceAll(" ", "\u00a0");

/** What it promises: "First reply 1 h · Resolution 16 h". */
export const whatWords = ({ targets }: PromiseRule): string =>
  promiseKinds
    .flatMap((kind: PromiseKind) => {
      const minutes = targets[kind];
      return minutes === null ? [] : [`${t(`promises.kinds.${kind}`)} ${unbroken(serviceLength(minutes))}`];
    })
    .join(" · ");
