// Waits a moment for what a dialogue waits for, so that a page has it when it comes. Used by server/portal.ts.
import type { AnyEvent } from "#contract/events.ts";
import type { RunRecord } from "#modules/flows/model-runs.ts";
import { runOf } from "#modules/flows/reads-running.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { World } from "#platform/world.ts";

export interface StepWatch {
  /** The run as soon as it waits for nothing that comes by itself soon, at the latest after so long. */
  readonly settled: (run: RunRecord, withinMs: number) => Promise<RunRecord>;
}

/** So many pages at once are kept waiting; more are told that it takes a moment. */
const mostHeld = 50;

/** Does it wait for something that comes by itself, soon? */
const isBusy = ({ state }: RunRecord): boolean => state.awaiting?.for === "effect" && state.awaiting.until === null;

/** Watches by the log. */
export const openWatch = (world: Pick<World, "db">, follower: Follower<AnyEvent>): StepWatch => {
  let held = 0;
  /** Resolves with the next step of that run, or when there was none for so long. */
  const nextStep = (runId: string, withinMs: number) => {
    let leave = (): void => {};
    const step = new Promise<void>((resolve) => {
      const late = setTimeout(resolve, withinMs);
      const unsubscribe = follower.subscribe(follower.upTo(), {
        wants: (event) => event.kind === "flow.stepped" && event.data.runId === runId,
        give: (entries) => {
          if (entries.length > 0) resolve();
        },
        reset: () => resolve(),
      });
      leave = () => {
        clearTimeout(late);
        unsubscribe();
      };
    });
    return { step, leave: () => leave() };
  };
  return {
    settled: async (run, withinMs) => {
      if (!isBusy(run) || held >= mostHeld) return run;
      held += 1;
      const until = performance.now() + withinMs;
      try {
        let now: RunRecord | null = run;
        while (now !== null && isBusy(now) && performance.now() < until) {
          // Listened for before it is looked at: what happens between is not missed.
          const next = nextStep(run.id, until - performance.now());
          try {
            now = await runOf(world.db, run.id);
            if (now !== null && isBusy(now)) await next.step;
          } finally {
            next.leave();
          }
          now = await runOf(world.db, run.id);
        }
        return now ?? run;
      } finally {
        held -= 1;
      }
    },
  };
};
