// A concern's promise in words: what is left, which it is and how it is counted. Pure; called by the list, the concern's head and the live feed.
import type { ConcernRow } from "#contract/concerns.ts";
import type { PromiseRule } from "#contract/promises.ts";
import { dayAndTime, duration, listed, serviceLength, t } from "#web/state/words.ts";

type Promised = Pick<ConcernRow, "promiseKind" | "promiseState" | "promiseRuleId" | "dueAt" | "missed">;

/** How much is left, or by how much it is over; null: it stands still, or there is none. By the clock on the wall, as who reads it lives. */
export const leftWords = ({ dueAt, promiseState }: Promised, now: Date): string | null => {
  if (dueAt === null || promiseState === null) return null;
  const left = Date.parse(dueAt) - now.getTime();
  // A moment that has just passed is the server's to say; until then nothing is left.
  if (promiseState === "over" || left < 0) return t("promises.late", { time: duration(Math.max(0, -left)) });
  return t("promises.left", { time: duration(left) });
};

/** Which promise, until when, by which rule and how it is counted: for whoever asks. Null: there is none. */
export const promiseWords = (row: Promised, rules: readonly PromiseRule[]): string | null => {
  const { promiseKind: kind, dueAt, promiseState: state } = row;
  if (kind === null || state === null) return null;
  const promise = t(`promises.kinds.${kind}`);
  const what =
    dueAt === null
      ? t("promises.paused", { promise })
      : t(state === "over" ? "promises.overdue" : "promises.latest", { promise, time: dayAndTime(dueAt) });
  const rule = rules.find(({ id }) => id === row.promiseRuleId);
  const minutes = rule?.targets[kind] ?? null;
  if (rule === undefined || minutes === null) return what;
  const { hours, pauses } = rule;
  return [
    what,
    t("promises.byRule", { rule: rule.name, length: serviceLength(minutes) }),
    t(hours.kind === "always" ? "promises.always" : hours.kind === "brand" ? "promises.byBrand" : "promises.byChannel"),
    ...(pauses.length === 0
      ? []
      : [t("promises.stands", { states: listed(pauses.map((status) => t(`status.${status}`))) })]),
  ].join(" · ");
};

/** What was ever missed, in words; null: nothing. What is over just now stands there already. */
export const missedWords = ({ missed, promiseKind, promiseState }: Promised): string | null => {
  const others = missed.filter((kind) => promiseState !== "over" || kind !== promiseKind);
  return others.length === 0
    ? null
    : t("promises.missed", { what: listed(others.map((kind) => t(`promises.kinds.${kind}`))) });
};
