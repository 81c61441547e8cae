// The only writer of visitors. Called by server/chat.ts.
import type { ChannelId } from "#contract/ids.ts";
import { forgetToken, insertVisitor, setIntroduced, visitorByToken, type VisitorRow } from "#modules/visitors/store.ts";
import { isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A browser in a chat. `isNew`: nothing of it is written down yet. */
export interface Visitor extends VisitorRow {
  readonly isNew: boolean;
  /** What opens it again; null: the token the browser said. */
  readonly token: string | null;
  readonly tokenHash: string;
}

type Acting = Pick<World, "db" | "now" | "newId" | "newToken">;

/** Who that browser is: whom its token opens in this channel, or somebody new. A wrong token is nobody's, and says nothing of itself. */
export const meet = async (
  world: Acting,
  at: { readonly channelId: ChannelId; readonly token: string | null; readonly language: "de" | "en" },
): Promise<Visitor> => {
  const given = at.token !== null && isSessionToken(at.token) ? sessionHash(at.token) : null;
  const known = given === null ? null : await visitorByToken(world.db, at.channelId, given);
  if (known !== null && given !== null) return { ...known, isNew: false, token: null, tokenHash: given };
  const { token, hash } = newSession();
  return {
    id: world.newId(),
    channelId: at.channelId,
    address: world.newToken(),
    name: "",
    email: "",
    language: at.language,
    isNew: true,
    token,
    tokenHash: hash,
  };
};

/** Writes a new visitor down, in the transaction of what they said first. */
export const settle = (world: Pick<World, "now">, tx: Tx, visitor: Visitor): Promise<void> =>
  insertVisitor(tx, { ...visitor, at: world.now().toISOString() });

/** Keeps name and mail address as they were typed; of a visitor who has said nothing yet they are kept by the caller. */
export const introduce = async (
  world: Acting,
  visitor: Visitor,
  said: { readonly name: string; readonly email: string },
): Promise<Visitor> => {
  if (!visitor.isNew) await setIntroduced(world.db, visitor.id, { ...said, at: world.now().toISOString() });
  return { ...visitor, ...said };
};

/** Ends who the browser was: its token opens nothing any more. */
export const leave = async (world: Acting, visitor: Visitor): Promise<void> => {
  if (!visitor.isNew) await forgetToken(world.db, visitor.id, world.now().toISOString());
};
