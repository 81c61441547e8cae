// Times, waits, presence and entries of routing in words. Pure but for the language spoken; called by everything that shows work.
import type { RoutingBook } from "#contract/routing-book.ts";
import type { Presence, Work } from "#contract/routing.ts";
import type { routing } from "#contract/routing-endpoints.ts";
import type { Result } from "#contract/endpoint.ts";
import { queueName } from "#web/state/routingBook.ts";
import { clockTime, dayAndTime, t, words } from "#web/state/words.ts";
import { reasonName } from "#web/state/workParts.ts";

/** A length as people say it: seconds below a minute and a half, then minutes, hours with minutes, days. */
export const lengthWords = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return t("routing.length.seconds", { count: whole });
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return t("routing.length.minutes", { count: minutes });
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours < 24)
    return rest === 0
      ? t("routing.length.hours", { count: hours })
      : t("routing.length.hoursMinutes", { hours, minutes: rest });
  return t("routing.length.days", { count: Math.round(hours / 24) });
};

/** A time that runs, as a clock shows it: 0:42, 12:05, 1:03:20. */
export const runningWords = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

/** What somebody does: the state, with its reason when there is one. */
export const presenceWords = (
  { state, reason }: Pick<Presence, "state" | "reason">,
  book: RoutingBook | null,
): string => {
  const own = words(`routing.ownReasons.${reason}`) ?? reasonName(book, reason);
  return own === ""
    ? t(`routing.presence.${state}`)
    : t("routing.withReason", { state: t(`routing.presence.${state}`), reason: own });
};

export type OfConcern = Result<typeof routing.ofConcern>;

/** Where a concern's work is, in one sentence: it waits at a place and for about so long, is offered, is with somebody, rests or is parked. Null: it wants nobody. */
export const whereWords = (
  { work, wait }: OfConcern,
  names: {
    readonly agents: readonly { readonly id: string; readonly name: string }[];
    readonly book: RoutingBook | null;
    readonly me: string | null;
  },
): string | null => {
  if (work === null) return null;
  const queue = queueName(names.book, work.queueId);
  const who = names.agents.find(({ id }) => id === work.agentId)?.name ?? t("routing.somebody");
  const mine = work.agentId !== null && work.agentId === names.me;
  if (work.state === "offered")
    return mine ? t("routing.where.offeredMe", { queue }) : t("routing.where.offered", { who, queue });
  if (work.state === "held") return heldWords(work, who, mine);
  const place =
    wait === null
      ? t("routing.where.waits", { queue })
      : t("routing.where.place", { queue, place: wait.place, of: wait.of });
  const about = wait?.predicted ? waitWords(wait.predicted) : null;
  return about === null ? place : `${place}, ${about}`;
};

const heldWords = (work: Work, who: string, mine: boolean): string => {
  if (work.rest === "parked")
    return work.until === null
      ? t(mine ? "routing.where.parkedMe" : "routing.where.parked", { who })
      : t(mine ? "routing.where.parkedMeUntil" : "routing.where.parkedUntil", { who, time: dayAndTime(work.until) });
  // With an end and neither resting nor parked: whoever has it is gone, and it is kept for them.
  if (work.until !== null) return t("routing.where.kept", { who, time: dayAndTime(work.until) });
  if (work.rest === "dormant") return t(mine ? "routing.where.restsMe" : "routing.where.rests", { who });
  return t(mine ? "routing.where.withMe" : "routing.where.with", { who });
};

/** A predicted wait as an interval: "about 2 to 5 minutes". */
export const waitWords = ({ low, high }: { readonly low: number; readonly high: number }): string => {
  if (high < 60) return t("routing.about.underMinute");
  const [from, to] = [Math.max(0, Math.floor(low / 60)), Math.ceil(high / 60)];
  if (to <= 90)
    return from === to || to === 1
      ? t("routing.about.minutes", { count: to })
      : from === 0
        ? t("routing.about.upTo", { count: to })
        : t("routing.about.between", { from, count: to });
  const [hoursFrom, hoursTo] = [Math.floor(low / 3600), Math.ceil(high / 3600)];
  return hoursFrom === 0
    ? t("routing.about.upToHours", { count: hoursTo })
    : t("routing.about.hours", { from: hoursFrom, count: hoursTo });
};

/** When something parked comes back or something kept goes back: the time today, else the day, too. */
export const untilWords = (instant: string, now: Date): string =>
  new Date(instant).toDateString() === now.toDateString() ? clockTime(instant) : dayAndTime(instant);
