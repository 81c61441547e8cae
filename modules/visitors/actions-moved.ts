// A visitor goes on at another browser, for example on their phone. Called by server/chat-identity.ts and server/chat-move.ts.
import type { ChannelId } from "#contract/ids.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import { deleteOldMoves, keepMove, useMove } from "#modules/visitors/store-moved.ts";
import { insertBrowser, joinedAddresses, visitorById } from "#modules/visitors/store.ts";
import { isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now">;

/** How long a link holds that nobody has opened. */
const moveMs = 10 * 60_000;
/** What such a link begins with, unlike one in a mail. */
const mark = "m.";

/** A link's word that opens the visitor's chat at another browser, once, for ten minutes; null: this browser speaks as nobody. The one before is void. */
export const moveOn = async (
  world: Acting,
  visitor: Visitor,
): Promise<{ readonly word: string; readonly untilMs: number } | null> => {
  if (visitor.isNew) return null;
  const { token, hash } = newSession();
  const untilMs = world.now().getTime() + moveMs;
  const kept = await world.db.transaction((tx) =>
    keepMove(tx, { tokenHash: hash, fromHash: visitor.tokenHash, expiresAt: new Date(untilMs).toISOString() }),
  );
  return kept ? { word: `${mark}${token}`, untilMs } : null;
};

/** Is that the word of such a link? */
export const isMove = (link: string): boolean => link.startsWith(mark);

/** The browser at which a link was made that has been opened now, and until when it would have held. */
export interface OpenedFrom {
  readonly tokenHash: string;
  readonly untilMs: number;
}

/**
 * Whom such a link leads to, and from where: this browser is another one of theirs from now on, for as long as the one it was made at may be, and reads what
 * that one reads. Null: it is none of this channel's, too old, opened before, or whoever made it has signed out.
 */
export const comeByMove = (
  world: Acting,
  at: { readonly channelId: ChannelId; readonly link: string },
): Promise<{ readonly visitor: Visitor; readonly from: OpenedFrom } | null> =>
  world.db.transaction(async (tx) => {
    const word = at.link.slice(mark.length);
    const now = world.now().toISOString();
    const used = isSessionToken(word) ? await useMove(tx, at.channelId, sessionHash(word), now) : null;
    const visitor = used === null ? null : await visitorById(tx, used.visitorId);
    if (used === null || visitor === null) return null;
    const { token, hash } = newSession();
    const { readsEmail, signedUntil } = used;
    await insertBrowser(tx, { visitorId: visitor.id, tokenHash: hash, readsEmail, at: now, until: signedUntil });
    const joined = visitor.signedId === null ? [] : await joinedAddresses(tx, visitor.id);
    return {
      visitor: { ...visitor, isNew: false, token, tokenHash: hash, readsEmail, joined },
      from: { tokenHash: used.fromHash, untilMs: Date.parse(used.until) },
    };
  });

/** Forgets links that nobody could open any more; says how many. */
export const removeOldMoves = (world: Acting): Promise<number> =>
  deleteOldMoves(world.db, new Date(world.now().getTime() - moveMs).toISOString());
