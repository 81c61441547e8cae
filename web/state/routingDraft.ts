// The routing book while it is being changed: kept until it is saved or thrown away, also while other pages are looked at. Called by the settings of routing.
import { routing } from "#contract/routing-endpoints.ts";
import type { Queue, RoutingBook } from "#contract/routing-book.ts";
import type { DeskState } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { routingBook, takeInBook } from "#web/state/routingBook.ts";
import { createStore } from "#web/state/store.ts";
import { tierWords } from "#web/state/tiers.ts";
import { topicPath } from "#web/state/topics.ts";
import { listed, serviceLength, t } from "#web/state/words.ts";

/** What was changed, of which revision; null: nothing is. `problem`: why it could not be saved. */
export interface Draft {
  readonly book: RoutingBook;
  readonly was: number;
  readonly problem: Problem | null;
  readonly isSaving: boolean;
}

export const routingDraft = createStore<Draft | null>(null);

/** Notes the book as it shall be; the same as the one that stands is no change. */
export const changeDraft = (change: (book: RoutingBook) => RoutingBook): void => {
  const { book: stands, revision } = routingBook.get();
  if (stands === null) return;
  routingDraft.set((now) => {
    const book = change(now?.book ?? stands);
    const was = now?.was ?? revision;
    return was === revision && JSON.stringify(book) === JSON.stringify(stands)
      ? null
      : { book, was, problem: null, isSaving: false };
  });
};

export const dropDraft = (): void => routingDraft.set(null);

/** Saves the draft; `anyway`: over what others have saved meanwhile. True: it stands. */
export const saveDraft = async (anyway = false): Promise<boolean> => {
  const draft = routingDraft.get();
  if (draft === null || draft.isSaving) return false;
  const was = anyway ? routingBook.get().revision : draft.was;
  routingDraft.set({ ...draft, was, problem: null, isSaving: true });
  const outcome = await call(routing.setBook, { body: { book: draft.book, was } });
  if (outcome.ok) {
    takeInBook(outcome.value);
    routingDraft.set(null);
    return true;
  }
  routingDraft.set((now) => now && { ...now, problem: outcome.problem, isSaving: false });
  return false;
};

/** What of a refusal is about this part of the book ("queues.2"): where in it, or null. */
export const faultIn = (problem: Problem | null, part: string): string | null => {
  const at = `book.${part}`;
  if (problem === null || problem.field === null) return null;
  return problem.field === at ? "" : problem.field.startsWith(`${at}.`) ? problem.field.slice(at.length + 1) : null;
};

/** One of a list a place further up or down; at the end it stays. */
export const movedBy = <T>(all: readonly T[], index: number, by: -1 | 1): T[] => {
  const [one, other] = [all[index], all[index + by]];
  return one === undefined || other === undefined ? [...all] : all.with(index, other).with(index + by, one);
};

/** Units of a length of time, the largest first, in seconds. */
export const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;
export type Unit = (typeof units)[number][0];

/** In how many of the largest unit that leaves no rest: 5400 is 90 minutes. */
export const inUnit = (seconds: number): { readonly count: number; readonly unit: Unit } => {
  if (seconds === 0) return { count: 0, unit: "second" };
  const [unit, of] = units.find(([, size]) => seconds % size === 0) ?? units[3];
  return { count: seconds / of, unit };
};

/** Whole seconds of what was typed in a unit; null: no such number. */
export const secondsIn = (typed: string, unit: Unit): number | null => {
  const count = Number(typed.trim().replace(",", "."));
  const seconds = count * (units.find(([name]) => name === unit)?.[1] ?? 1);
  return typed.trim() === "" || !Number.isFinite(count) || count < 0 || !Number.isInteger(seconds) ? null : seconds;
};

/** "20 s", "1 min 30 s", "4 h". */
export const secondsWords = (seconds: number): string => {
  const rest = seconds % 60;
  const minutes = Math.floor(seconds / 60);
  const parts = [
    ...(minutes > 0 ? [serviceLength(minutes)] : []),
    ...(rest > 0 || minutes === 0 ? [t("routingSetup.seconds", { count: rest })] : []),
  ];
  return parts.join(" ");
};

/** What a queue takes: "Elbkabel · E-Mail · German". */
export const takesWords = (
  { when }: Queue,
  { topics, brands, teams, tiers }: Pick<DeskState, "topics" | "brands" | "teams" | "tiers">,
): string => {
  const nameIn = (all: readonly { readonly id: string; readonly name: string }[], id: string): string =>
    all.find((one) => one.id === id)?.name ?? t("filters.gone");
  const topic = topics.find(({ id }) => id === when.topicId);
  const parts = [
    ...(when.channelKinds.length === 0 ? [] : [listed(when.channelKinds.map((kind) => t(`channels.${kind}.name`)))]),
    ...(when.brandId === null ? [] : [nameIn(brands, when.brandId)]),
    ...(when.topicId === null ? [] : [topic ? topicPath(topics, topic) : t("filters.gone")]),
    ...(when.priorities.length === 0 ? [] : [listed(when.priorities.map((one) => t(`priority.${one}`)))]),
    ...(when.language === null ? [] : [t(`languages.${when.language}`)]),
    ...(when.teamId === null ? [] : [nameIn(teams, when.teamId)]),
    ...tierWords(tiers, when.tierIds),
  ];
  return parts.length === 0 ? t("routingSetup.everything") : parts.join(" · ");
};

/** Where a refusal lies, for people: the queue's name and the part of it. Empty: not in a queue. */
export const placeWords = (book: RoutingBook, problem: Problem): string => {
  const [, list, index] = problem.field?.split(".") ?? [];
  return list === "queues" ? (book.queues[Number(index)]?.name ?? "") : "";
};
