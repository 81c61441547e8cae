// Browsers that want to be told when an answer is there. Called by server/chat-push.ts, server/push.ts, server/start.ts and server/jobs.ts.
import { unseenAmong, type UnseenWord } from "#modules/concerns/reads-visitor.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import {
  claimDuePushes,
  deleteUnseated,
  dropOldest,
  endClaimed,
  endSubscription,
  isHeld,
  isSubscribed,
  keepPushKey,
  keepSubscription,
  lockEndpoint,
  postponePush,
  pushKeyRow,
  settlePush,
  type PushClaim,
} from "#modules/visitors/store-push.ts";
import { joinedAddresses } from "#modules/visitors/store.ts";
import { sessionHash } from "#platform/auth/session.ts";
import { isPushTarget, newPushKeys, type Pushed, type PushKeys, type PushTarget } from "#platform/push.ts";
import type { World } from "#platform/world.ts";

export type { PushClaim } from "#modules/visitors/store-push.ts";

type Acting = Pick<World, "db" | "now">;

/** Browsers of one visitor that are told, at most: of more the one that asked first is forgotten. */
const mostBrowsers = 10;
/** Whom the site has signed in is signed in again as the same browser within that time, or is another one. */
const unseatedMs = 24 * 3_600_000;
/** An answer that could not be told within that time is told no more: a mail has gone, or somebody sees it when they come. */
const tellingMs = 4 * 3_600_000;
const longestWaitMs = 30 * 60_000;

/** The centre's keys, made if nobody has; of several nodes that make them at once all have the same. Null: another secret of the centre has sealed them. */
export const pushKeys = async (
  world: Pick<World, "db" | "now" | "seal" | "open" | "log">,
): Promise<PushKeys | null> => {
  let row = await pushKeyRow(world.db);
  if (row === null) {
    const { publicKey, privateKey } = newPushKeys();
    await keepPushKey(world.db, { publicKey, privateKey: world.seal(privateKey), at: world.now().toISOString() });
    row = await pushKeyRow(world.db);
  }
  if (row === null) throw new Error("keys that were just kept are not there");
  try {
    return { publicKey: row.publicKey, privateKey: world.open(row.privateKey) };
  } catch {
    // Others in their place would void every browser's subscription: that is for a person to decide.
    world.log.error("push.keySealedElsewhere");
    return null;
  }
};

/**
 * This browser is told from now on, by that address and by no other; whoever was told by it before is so no more. False: it can be no subscription, or the
 * browser speaks as nobody.
 */
export const tellByPush = async (
  world: Acting & Pick<World, "seal">,
  visitor: Visitor,
  target: PushTarget,
): Promise<boolean> => {
  if (visitor.isNew || !isPushTarget(target)) return false;
  const { endpoint, p256dh, auth } = target;
  const endpointHash = sessionHash(endpoint);
  return world.db.transaction(async (tx) => {
    await lockEndpoint(tx, endpointHash);
    const kept = await keepSubscription(tx, {
      tokenHash: visitor.tokenHash,
      endpointHash,
      target: world.seal(JSON.stringify({ endpoint, p256dh, auth })),
      at: world.now().toISOString(),
    });
    if (kept) await dropOldest(tx, visitor.id, mostBrowsers);
    return kept;
  });
};

/** This browser is told no more. */
export const tellNoMore = ({ db }: Pick<World, "db">, { tokenHash }: Pick<Visitor, "tokenHash">): Promise<void> =>
  endSubscription(db, tokenHash);

/** Is this browser told? */
export const isTold = ({ db }: Pick<World, "db">, { tokenHash }: Pick<Visitor, "tokenHash">): Promise<boolean> =>
  isSubscribed(db, tokenHash);

/** Browsers that are to be told now, each for one worker until its lease ends. */
export const claimPushes = (
  world: Acting & Pick<World, "newId">,
  options: { readonly limit: number; readonly leaseMs: number },
): Promise<PushClaim[]> => {
  const now = world.now();
  return claimDuePushes(world.db, {
    at: now.toISOString(),
    token: world.newId(),
    until: new Date(now.getTime() + options.leaseMs).toISOString(),
    limit: options.limit,
  });
};

/** What they are to be told of, as far as nobody has seen it and it was not taken back; the oldest first. Nothing for whoever has signed out meanwhile. */
export const untold = async ({ db }: Pick<World, "db">, claim: PushClaim): Promise<UnseenWord[]> => {
  const words = await unseenAmong(db, claim.messageIds, [
    claim.address,
    ...(await joinedAddresses(db, claim.visitorId)),
  ]);
  return (await isHeld(db, claim)) ? words : [];
};

/** Where that browser is reached; null: another secret of the centre has sealed it. */
export const targetOf = ({ open }: Pick<World, "open">, claim: Pick<PushClaim, "target">): PushTarget | null => {
  try {
    return JSON.parse(open(claim.target)) as PushTarget;
  } catch {
    return null;
  }
};

/** A page of the visitor's is open: it is looked again after a while, whether they have seen it there or have left. */
export const postpone = async (world: Acting, claim: PushClaim): Promise<void> => {
  const nowMs = world.now().getTime();
  const waitedMs = nowMs - Date.parse(claim.since);
  if (waitedMs > tellingMs) return settlePush(world.db, claim, new Date(nowMs).toISOString());
  const afterMs = Math.min(60_000, Math.max(2_000, waitedMs / 2));
  return postponePush(world.db, claim, new Date(nowMs + afterMs).toISOString(), false);
};

/** Writes down what the push service said; null: there was nothing to tell. What has come meanwhile is told after `graceMs`. */
export const recordPush = async (
  world: Acting,
  claim: PushClaim,
  pushed: Pushed | null,
  graceMs: number,
): Promise<void> => {
  const nowMs = world.now().getTime();
  const soon = new Date(nowMs + graceMs).toISOString();
  if (pushed?.kind === "gone") return endClaimed(world.db, claim);
  if (pushed?.kind !== "later") return settlePush(world.db, claim, soon);
  const usualMs = Math.min(longestWaitMs, 10_000 * 2 ** Math.min(claim.attempts, 12));
  const atMs = nowMs + Math.max(1_000, pushed.afterMs ?? usualMs);
  return atMs - Date.parse(claim.since) > tellingMs
    ? settlePush(world.db, claim, soon)
    : postponePush(world.db, claim, new Date(atMs).toISOString(), true);
};

/** Forgets browsers that speak as nobody any more; says how many. */
export const removeOldPushes = (world: Acting): Promise<number> =>
  deleteUnseated(world.db, new Date(world.now().getTime() - unseatedMs).toISOString());
