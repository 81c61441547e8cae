// Routing as it runs: one process leads, follows the log and hands work out; every process answers wishes when the leader has settled them. Started by server/start.ts and server/app.ts.
import { answer, type Route } from "#contract/endpoint.ts";
import { errorCodes, isRefusal, refuse, type ErrorCode } from "#contract/errors.ts";
import type { AnyEvent } from "#contract/events.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { eventsAfter, horizon } from "#modules/audit/reads.ts";
import { wish } from "#modules/routing/actions.ts";
import { leadingKinds, leadLost, openLead, type Lead } from "#modules/routing/leading.ts";
import { lead } from "#platform/db/leader.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { Log } from "#platform/log.ts";
import type { World } from "#platform/world.ts";
import type { AtDesk } from "#server/at-desk.ts";

const batch = 200;
/** Who follows on a killed leader finds the lock free after so long at most. */
const tryEveryMs = 500;
/** Says that it leads at least so often. */
const beatMs = 3_000;
const againMs = 500;
/** A wish that was not settled by then is told so; it is done all the same when somebody leads again. */
const settleMs = 5_000;

/** Waits until it is woken, or something is due, or it is over. */
const openPause = (): {
  readonly wake: () => void;
  readonly rest: (ms: number, signal: AbortSignal) => Promise<void>;
} => {
  let woken = false;
  let end: (() => void) | null = null;
  return {
    wake: () => {
      woken = true;
      end?.();
    },
    rest: (ms, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          end = null;
          woken = false;
          resolve();
        };
        const timer = setTimeout(done, Math.max(0, ms));
        end = done;
        signal.addEventListener("abort", done, { once: true });
        if (woken || signal.aborted) done();
      }),
  };
};

/** Leads when nobody else does; returns how to stop. What is under way is kept before it ends. */
export const startRouting = (options: {
  readonly world: World;
  readonly follower: Follower<AnyEvent>;
  readonly atDesk: Pick<AtDesk, "agents" | "watch">;
  readonly log: Log;
}): { readonly leads: () => boolean; readonly stop: () => Promise<void> } => {
  const { world, follower, atDesk, log } = options;
  const wanted = new Set<string>(leadingKinds);
  const wants = ({ kind }: AnyEvent): boolean => wanted.has(kind);
  const { wake, rest } = openPause();
  const unsubscribe = follower.subscribe(follower.upTo(), {
    wants,
    give: (entries) => {
      if (entries.length > 0) wake();
    },
    reset: wake,
  });
  const unwatch = atDesk.watch(wake);

  const follow = async (leading: Lead, signal: AbortSignal): Promise<void> => {
    let after = leading.from ?? (await horizon(world.db));
    while (!signal.aborted) {
      const { events, upTo } =
        follower.recent(after, batch, wants) ?? (await eventsAfter(world.db, after, batch, leadingKinds));
      await leading.step({ events, upTo, connected: atDesk.agents() });
      after = Math.max(after, upTo);
      if (events.length === batch) continue;
      const due = leading.nextDueMs();
      const inMs = due === null ? beatMs : due - world.now().getTime();
      await rest(Math.min(beatMs, Math.max(0, inMs)), signal);
    }
  };

  const leadership = lead(
    world.db,
    5,
    "routing",
    log,
    async (signal) => {
      while (!signal.aborted)
        try {
          await follow(await openLead(world), signal);
        } catch (error) {
          const words = error instanceof Error ? error.message : "unknown";
          // Everything is read anew: what was not kept has not happened.
          if (words !== leadLost) log.error("routing.failed", { error: words });
          else if (signal.aborted) return;
          await rest(againMs, signal);
        }
    },
    tryEveryMs,
  );
  return {
    leads: leadership.leads,
    stop: async () => {
      unsubscribe();
      unwatch();
      await leadership.stop();
    },
  };
};

const codes = new Set<string>(errorCodes);
/** The engine's codes as errors of the contract. */
const asError = (code: string): ErrorCode => {
  if (code === "unknownItem") return "offerOver";
  return codes.has(code) ? (code as ErrorCode) : "invalidInput";
};

/** The route of wishes: answers when the leader, wherever it is, has said what became of it. */
export const wishRoute = (follower: () => Follower<AnyEvent>): Route<World> =>
  answer<World, typeof routing.wish>(routing.wish, async (world, who, { body }) => {
    let end: () => void = () => {};
    const settled = new Promise<string | null | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), settleMs);
      const leave = follower().subscribe(follower().upTo(), {
        wants: ({ kind, data }) => kind === "work.settled" && (data as { wishId: string }).wishId === body.id,
        give: (entries) => {
          for (const entry of entries) {
            const event = JSON.parse(entry) as AnyEvent;
            if (event.kind === "work.settled") resolve(event.data.refused);
          }
        },
        reset: () => {},
      });
      end = () => {
        clearTimeout(timer);
        leave();
      };
    });
    try {
      const said = await wish(world, who, body);
      if (isRefusal(said)) return said;
      const refused = await settled;
      if (refused === undefined) return refuse("notRouted");
      return refused === null ? { done: true } : refuse(asError(refused));
    } finally {
      end();
    }
  });
