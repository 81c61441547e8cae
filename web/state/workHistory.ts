// What the routing did to a concern, in plain words, and folded: what followed each other without anything else between is one line. Called by the thread.
import type { EventData } from "#contract/events.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import { becauseWords } from "#web/state/because.ts";
import { queueName } from "#web/state/routingBook.ts";
import { dayAndTime, t, words } from "#web/state/words.ts";

interface Names {
  readonly agents: readonly { readonly id: string; readonly name: string }[];
  readonly book: RoutingBook | null;
}

/** What of the history's entries is needed. */
interface Entry {
  readonly kind: string;
  readonly data: unknown;
}

/** True for what the routing says. */
export const isOfRouting = ({ kind }: Entry): boolean => kind.startsWith("work.");

/** An entry as half a sentence; null for what says nothing by itself: wishes, and places that the entry beside them says better. */
export const routedWords = (entry: Entry, names: Names): string | null => {
  switch (entry.kind) {
    case "work.offered": {
      const { work, because } = entry.data as EventData<"work.offered">;
      const who = nameOf(work.agentId, names);
      const why = becauseWords(because, { ...names, whose: who }).short;
      return t("routing.history.offeredWhy", { who, why: why.replace(/\.$/, "") });
    }
    case "work.changed":
      return changedWords(entry.data as EventData<"work.changed">, names);
    case "work.returned": {
      const { agentId, why, reason } = entry.data as EventData<"work.returned">;
      const who = nameOf(agentId, names);
      if (why === "declined" && reason !== "")
        return t("routing.history.returning.declinedWhy", {
          who,
          reason: words(`routing.declineReasons.${reason}`) ?? reason,
        });
      return words(`routing.history.returning.${why}`, { who }) ?? t("routing.history.returned", { who });
    }
    case "work.ended": {
      const { agentId, why } = entry.data as EventData<"work.ended">;
      if (why === "left") return t("routing.history.ended.left");
      return agentId === null
        ? t("routing.history.ended.nobody")
        : t("routing.history.ended.finished", { who: nameOf(agentId, names) });
    }
    case "work.disposed": {
      const { agentId, name } = entry.data as EventData<"work.disposed">;
      return t("routing.history.disposed", { who: nameOf(agentId, names), name });
    }
    default:
      return null;
  }
};

const nameOf = (id: string | null, { agents }: Names): string =>
  agents.find((agent) => agent.id === id)?.name ?? t("routing.somebody");

const changedWords = ({ work, why: whole }: EventData<"work.changed">, names: Names): string | null => {
  // "held:accepted": where it is, and how it came there.
  const why = whole.slice(whole.indexOf(":") + 1);
  const queue = queueName(names.book, work.queueId);
  const who = nameOf(work.agentId, names);
  if (work.state === "offered") return null;
  if (work.state === "waiting")
    // That it came back was said with who gave it back.
    return ["declined", "notAnswered", "returned"].includes(why)
      ? null
      : (words(`routing.history.waiting.${why}`, { queue }) ?? t("routing.history.waits", { queue }));
  if (work.rest === "dormant") return t("routing.history.dormant", { who });
  if (work.rest === "parked")
    return work.until === null
      ? t("routing.history.parked", { who })
      : t("routing.history.parkedUntil", { who, time: dayAndTime(work.until) });
  return (
    words(`routing.history.holding.${why}`, { who, time: work.until === null ? "" : dayAndTime(work.until) }) ??
    t("routing.history.held", { who })
  );
};

/** Several entries in one sentence; the same half sentence twice in a row is said once. Null when none of them says anything. */
export const foldedWords = (entries: readonly Entry[], names: Names): string | null => {
  const said = entries.flatMap((entry) => routedWords(entry, names) ?? []);
  const once = said.filter((words, index) => words !== said[index - 1]);
  return once.length === 0 ? null : t("routing.history.folded", { what: once.join(" · ") });
};

/** Lines with those of the routing that follow each other gathered in the first of them. */
export const folded = <L>(lines: readonly L[], routed: (line: L) => boolean): readonly (readonly [L, ...L[]])[] => {
  const runs: [L, ...L[]][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last && routed(line) && routed(last[0])) last.push(line);
    else runs.push([line]);
  }
  return runs;
};
