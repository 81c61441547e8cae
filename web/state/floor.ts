// The floor as who supervises sees it: queues and agents as they stand, kept fresh while somebody looks. Called by the floor's screen and its commands.
import type { RoutingNow } from "#contract/routing.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { createStore } from "#web/state/store.ts";

/** How many waited when, in milliseconds since 1970. */
export interface Sample {
  readonly atMs: number;
  readonly waiting: number;
}

/** What is known of it; `now` null: not yet, or it could not be fetched (`problem`). `curves`: by queue, of the last half hour that was looked at. */
export interface FloorOnDesk {
  readonly now: RoutingNow | null;
  readonly curves: Readonly<Record<string, readonly Sample[]>>;
  readonly problem: Problem | null;
  /** When `now` came, on this window's own clock (performance.now). */
  readonly receivedMs: number;
}

const nothing: FloorOnDesk = { now: null, receivedMs: 0, curves: {}, problem: null };
export const floor = createStore<FloorOnDesk>(nothing);

export const curveMs = 1_800_000;
/** So many points a curve has at most: the screen has no room for more. */
const mostSamples = 180;

/** A curve with one more point: what is older than half an hour goes, and points that lie closer than the screen can show become one. */
export const withSample = (curve: readonly Sample[], sample: Sample): readonly Sample[] => {
  const kept = curve.filter(({ atMs }) => sample.atMs - atMs <= curveMs);
  const before = kept.at(-2);
  const close = before !== undefined && sample.atMs - before.atMs < curveMs / mostSamples;
  return [...(close ? kept.slice(0, -1) : kept), sample];
};

/** The floor with what was fetched; an answer that is older than what is known says nothing. */
export const withFloor = (known: FloorOnDesk, now: RoutingNow, receivedMs: number): FloorOnDesk => {
  if (known.now !== null && known.now.at > now.at) return known;
  const atMs = Date.parse(now.at);
  const curves = Object.fromEntries(
    now.queues.map(({ queueId, waiting, offered }) => [
      queueId,
      withSample(known.curves[queueId] ?? [], { atMs, waiting: waiting + offered }),
    ]),
  );
  return { ...known, now, curves, receivedMs, problem: null };
};

/** The server reads it at most once a second for all who look. */
const restMs = 1_100;
const everyMs = 5_000;

const load = async (): Promise<void> => {
  const outcome = await call(routing.now, {});
  if (!following) return;
  if (outcome.ok) floor.set((known) => withFloor(known, outcome.value, performance.now()));
  else floor.set((known) => ({ ...known, problem: outcome.problem }));
};

let following = false;

/** Fetches the floor again at once. */
export const reloadFloor = (): void => void load();

/** Keeps the floor fresh: every five seconds, and a moment after something of routing was told. Gives how to stop. */
export const followFloor = (): (() => void) => {
  following = true;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let hinted = deskState.get().hints.floor;
  let loading = false;
  const next = (ms: number): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(turn, ms);
  };
  const turn = (): void => {
    timer = null;
    // Nobody looks at a hidden page: it asks again when it is seen.
    if (document.hidden) return;
    hinted = deskState.get().hints.floor;
    loading = true;
    void load().finally(() => {
      loading = false;
      if (!following) return;
      next(deskState.get().hints.floor === hinted ? everyMs : restMs);
    });
  };
  const stopHints = deskState.watch(() => {
    if (deskState.get().hints.floor === hinted || loading) return;
    hinted = deskState.get().hints.floor;
    // What was read a moment ago may not hold it yet.
    next(restMs);
  });
  const seen = (): void => {
    if (!document.hidden && timer === null && !loading) turn();
  };
  document.addEventListener("visibilitychange", seen);
  turn();
  return () => {
    following = false;
    if (timer !== null) clearTimeout(timer);
    stopHints();
    document.removeEventListener("visibilitychange", seen);
    // The curves are kept: who comes back within the half hour goes on with them.
    floor.set((known) => ({ ...nothing, curves: known.curves }));
  };
};
