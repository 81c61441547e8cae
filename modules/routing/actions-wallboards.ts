// Links to wallboards: made, looked behind, revoked. Called by routing/routes-floor.ts.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { QueueId } from "#contract/ids.ts";
import type { WallboardNow } from "#contract/routing.ts";
import { storable } from "#lib/text.ts";
import { begin, tryBehindLink } from "#modules/agents/actions-brake.ts";
import { say } from "#modules/audit/actions.ts";
import { boardOf } from "#modules/routing/model-floor.ts";
import { forbidsSupervising } from "#modules/routing/policy-floor.ts";
import { sharedFloor } from "#modules/routing/reads-floor.ts";
import { bookRow } from "#modules/routing/store-book.ts";
import {
  deleteWallboard,
  insertWallboard,
  touchWallboard,
  wallboardBehind,
} from "#modules/routing/store-wallboards.ts";
import { isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/**
 * Makes a wallboard. The path carries its token behind "#", which browsers send to nobody; it is given this once, what is kept is its hash. Refuses with notAllowed,
 * invalidInput (a name of nothing that can be seen) or notFound (a queue that is not in the book).
 */
export const addWallboard = (
  world: Acting,
  who: Who,
  input: { readonly name: string; readonly queueIds: readonly QueueId[] },
): Promise<{ readonly id: string; readonly path: string } | Refusal> =>
  world.db.transaction(async (tx) => {
    const forbidden = forbidsSupervising(who);
    if (forbidden) return forbidden;
    const name = storable(input.name).trim();
    if (name === "") return refuse("invalidInput", { detail: "a name of nothing" }, "name");
    const known = new Set<string>((await bookRow(tx)).book.queues.map(({ id }) => id));
    if (!input.queueIds.every((id) => known.has(id))) return refuse("notFound", {}, "queueIds");
    const id = world.newId();
    const { token, hash } = newSession();
    await insertWallboard(tx, { id, name, queueIds: input.queueIds, hash, at: world.now().toISOString() });
    await say(world, tx, who, [{ kind: "wallboard.changed", data: { id, name, removed: false } }]);
    return { id, path: `/wallboard#${token}` };
  });

/** Revokes a wallboard's link; who looks at it sees so within some seconds. Refuses with notAllowed or notFound. */
export const removeWallboard = (world: Acting, who: Who, id: string): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const forbidden = forbidsSupervising(who);
    if (forbidden) return forbidden;
    const name = await deleteWallboard(tx, id);
    if (name === null) return refuse("notFound");
    await say(world, tx, who, [{ kind: "wallboard.changed", data: { id, name, removed: true } }]);
    return { done: true };
  });

const minuteMs = 60_000;

/**
 * What a wallboard shows, for whoever has its link. A link that opens nothing counts as a guess of its address, which is slowed as guessed passwords are; one
 * that opens something always does: with 256 random bits nobody has guessed it. Refuses with notFound or tooManyAttempts (facts.seconds).
 */
export const lookAtWallboard = async (
  world: Pick<World, "db" | "now" | "mac">,
  input: { readonly token: string; readonly remoteIp: string },
): Promise<WallboardNow | Refusal> => {
  const board = isSessionToken(input.token) ? await wallboardBehind(world.db, sessionHash(input.token)) : null;
  if (board === null) {
    const { waitMs } = await begin(world, tryBehindLink(world, "wallboard", input.remoteIp));
    return waitMs > 0 ? refuse("tooManyAttempts", { seconds: Math.ceil(waitMs / 1000) }) : refuse("notFound");
  }
  const nowMs = world.now().getTime();
  const before = new Date(nowMs - minuteMs).toISOString();
  if (board.lastSeenAt === null || board.lastSeenAt < before)
    await touchWallboard(world.db, board.id, new Date(nowMs).toISOString(), before);
  const { book, now } = await sharedFloor(world);
  return boardOf(now, book, board);
};
