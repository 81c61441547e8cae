// What a wallboard shows, asked for every two seconds with the token of its link; and since when nothing came. Called by the wallboard's page.
import type { WallboardNow } from "#contract/routing.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { call } from "#web/state/client.ts";
import type { Outcome } from "#web/state/client.ts";
import { createStore } from "#web/state/store.ts";

export interface BoardOnWall {
  readonly board: WallboardNow | null;
  /** When it came, on this window's own clock (performance.now). */
  readonly receivedMs: number;
  /** When it was that the server last answered, on the wall's clock (milliseconds since 1970); null: it answers. */
  readonly lostSinceMs: number | null;
  /** The address has no token, or its token opens nothing any more: nothing more is asked. */
  readonly over: "noLink" | "gone" | null;
}

export const boardOnWall = createStore<BoardOnWall>({ board: null, receivedMs: 0, lostSinceMs: null, over: null });

/** A single answer that fails is nothing to frighten a room with; one that is missing for so long is. */
const patienceMs = 8_000;

/** What is on the wall after an answer. `answeredMs`: when the last good one was. */
export const afterAnswer = (
  before: BoardOnWall,
  outcome: Outcome<WallboardNow>,
  clock: { readonly nowMs: number; readonly windowMs: number; readonly answeredMs: number },
): BoardOnWall => {
  if (outcome.ok) return { board: outcome.value, receivedMs: clock.windowMs, lostSinceMs: null, over: null };
  if (outcome.problem.code === "notFound") return { ...before, board: null, over: "gone" };
  if (clock.nowMs - clock.answeredMs < patienceMs && before.board !== null) return before;
  return { ...before, lostSinceMs: clock.answeredMs };
};

const everyMs = 2_000;
/** So long an answer is waited for. */
const mostMs = 10_000;

/** Begins to ask; `token` is looked up each time, since a link may be put into the address of an open page. */
export const followBoard = (token: () => string): void => {
  let answeredMs = Date.now();
  const ask = async (): Promise<void> => {
    const given = token();
    if (given === "") return boardOnWall.set((before) => ({ ...before, over: "noLink" }));
    const outcome = await call(routing.wallboard, { body: { token: given } }, AbortSignal.timeout(mostMs));
    if (outcome.ok) answeredMs = Date.now();
    // Whoever was away may have come back as a newer program, and nobody reloads a page on a wall.
    if (outcome.ok && boardOnWall.get().lostSinceMs !== null) return location.reload();
    const clock = { nowMs: Date.now(), windowMs: performance.now(), answeredMs };
    boardOnWall.set((before) => afterAnswer(before, outcome, clock));
    if (boardOnWall.get().over !== null) return;
    const seconds = outcome.ok ? 0 : Number(outcome.problem.facts["seconds"] ?? 0);
    setTimeout(() => void ask(), Math.max(everyMs, seconds * 1_000));
  };
  addEventListener("hashchange", () => location.reload());
  void ask();
};
