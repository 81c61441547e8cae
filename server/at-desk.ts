// Whether somebody is at the desk: known from live sockets over all nodes, never stored. Opened by server/live.ts, asked by server/chat-now.ts.
import type { ConcernId } from "#contract/ids.ts";
import type { Bus } from "#platform/live/bus.ts";
import { openLooks } from "#server/looks.ts";

export interface AtDesk {
  /** A desk of somebody who sees these brands (empty: all) is open at this socket. */
  readonly came: (socket: number, agentId: string, brandIds: readonly string[]) => void;
  readonly left: (socket: number) => void;
  readonly alive: (socket: number) => void;
  /** Is anybody there who sees the brand, or was a moment ago? */
  readonly serves: (brandId: string) => boolean;
  /** Whose desks are open, over all nodes. */
  readonly agents: () => ReadonlySet<string>;
  /** Called when somebody comes or goes, here or on another node. */
  readonly watch: (changed: () => void) => () => void;
  readonly sweep: () => void;
  readonly stop: () => void;
}

/** Whoever loads the page anew, or whose line breaks for a moment, has not left. */
export const awayAfterMs = 10_000;

/** All of them look at one place. */
const desk = "desk" as ConcernId;

/** `nowMs`: a clock that only runs on. */
export const openAtDesk = (options: {
  readonly bus: Bus;
  readonly node: string;
  readonly nowMs: () => number;
}): AtDesk => {
  const watchers = new Set<() => void>();
  /** Who was there, by the brands they see; and until when they count when they are there no more. */
  const seen = new Map<string, { readonly brandIds: readonly string[]; until: number }>();
  const note = (): void => {
    const until = options.nowMs() + awayAfterMs;
    const here = new Map(looks.at(desk).map(({ brandIds }) => [brandIds.join(), brandIds]));
    for (const [key, brandIds] of here) seen.set(key, { brandIds, until: Infinity });
    for (const [key, one] of seen) if (!here.has(key) && one.until === Infinity) one.until = until;
  };
  const looks = openLooks<{
    readonly concernId: ConcernId;
    readonly state: "viewing" | "away";
    readonly agentId: string;
    readonly brandIds: readonly string[];
  }>({
    ...options,
    topic: "atDesk",
    changed: () => {
      note();
      for (const changed of watchers) changed();
    },
  });
  return {
    came: (socket, agentId, brandIds) => looks.look(socket, { concernId: desk, state: "viewing", agentId, brandIds }),
    left: looks.away,
    alive: looks.alive,
    serves: (brandId) => {
      for (const [key, { until }] of seen) if (until <= options.nowMs()) seen.delete(key);
      return [...seen.values()].some(({ brandIds }) => brandIds.length === 0 || brandIds.includes(brandId));
    },
    agents: () => new Set(looks.at(desk).map(({ agentId }) => agentId)),
    watch: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    sweep: looks.sweep,
    stop: looks.stop,
  };
};
