// The only writer of visitors. Called by server/chat.ts.
import type { BrandId, ChannelId } from "#contract/ids.ts";
import { unpark } from "#modules/concerns/actions-unread.ts";
import { resolveCustomer } from "#modules/customers/actions.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { normalise } from "#modules/customers/model.ts";
import { customerByAddress } from "#modules/customers/reads.ts";
import {
  endBrowser,
  insertBrowser,
  insertVisitor,
  setIntroduced,
  setReads,
  visitorByAddress,
  visitorByToken,
  type VisitorRow,
} from "#modules/visitors/store.ts";
import { isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import type { Tx } from "#platform/db/db.ts";
import { sameText } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";

/** A browser in a chat. `isNew`: nothing of it is written down yet. */
export interface Visitor extends VisitorRow {
  readonly isNew: boolean;
  /** What opens it again; null: the token the browser said. */
  readonly token: string | null;
  readonly tokenHash: string;
  /** The mail address at which this browser has shown to read, by opening a link that we sent there; empty: none. */
  readonly readsEmail: string;
}

type Acting = Pick<World, "db" | "now" | "newId" | "mac" | "wake">;

/**
 * Who that browser is: whom its token opens in this channel, or somebody new. Until something is said nothing is written down; a new visitor's address
 * follows from the token, so that several tabs of one browser are the same visitor. A token that has signed out is nobody's for ever.
 */
export const meet = async (
  world: Acting,
  at: { readonly channelId: ChannelId; readonly token: string | null; readonly language: "de" | "en" },
): Promise<Visitor> => {
  const given = at.token !== null && isSessionToken(at.token) ? sessionHash(at.token) : null;
  const known = given === null ? null : await visitorByToken(world.db, at.channelId, given);
  if (known !== null && given !== null && !known.left) return { ...known, isNew: false, token: null, tokenHash: given };
  const fresh = given === null || known?.left === true ? newSession() : { token: null, hash: given };
  return {
    id: world.newId(),
    channelId: at.channelId,
    address: addressOf(world, at.channelId, fresh.hash),
    name: "",
    email: "",
    readsEmail: "",
    language: at.language,
    isNew: true,
    token: fresh.token,
    tokenHash: fresh.hash,
  };
};

const addressOf = ({ mac }: Pick<World, "mac">, channelId: ChannelId, tokenHash: string): string =>
  `visitor-${mac("visitor", `${channelId}:${tokenHash}`).slice(0, 12)}`;

/** Writes a new visitor down, in the transaction of what they said first. */
export const settle = (world: Pick<World, "now">, tx: Tx, visitor: Visitor): Promise<void> =>
  insertVisitor(tx, { ...visitor, at: world.now().toISOString() });

/** Keeps name and mail address as they were typed; the name is the customer's if nobody has said another. Nothing is shown, merged or verified because of them. */
export const introduce = async (
  world: Acting,
  visitor: Visitor,
  said: { readonly name: string; readonly email: string },
  brandId: BrandId,
): Promise<Visitor> => {
  const email = said.email === "" ? "" : (normalise("email", said.email) ?? "");
  const introduced = { name: said.name, email };
  await world.db.transaction(async (tx) => {
    if (visitor.isNew) await settle(world, tx, { ...visitor, ...introduced });
    await setIntroduced(tx, visitor.address, { ...introduced, at: world.now().toISOString() });
    if (email !== "") await unpark(world, tx, visitor.address);
    const known = await customerByAddress(tx, "chat", visitor.address);
    if (known === null) return;
    const who = { kind: "customer", id: null, name: said.name } as const;
    if (said.name !== "")
      await resolveCustomer(world, tx, who, {
        kind: "chat",
        value: visitor.address,
        name: said.name,
        language: null,
        assurance: "proved",
        brandId,
      });
    await claimFor(world, tx, who, known.customerId, { kind: "email", norm: email, signed: false });
  });
  return { ...visitor, ...introduced, isNew: false };
};

/** How long a link that leads back into a chat holds. */
const linkMs = 14 * 24 * 3_600_000;

const proofOf = ({ mac }: Pick<World, "mac">, address: string, email: string, until: string): string =>
  mac("visitor-link", `${address}\n${email}\n${until}`).slice(0, 32);

/** What a mail to that address carries, so that its reader comes back into the chat: holds for 14 days, and proves that who opens it reads there. */
export const linkTo = (world: Pick<World, "mac" | "now">, address: string, email: string): string => {
  const until = (world.now().getTime() + linkMs).toString(36);
  return `${address}.${until}.${proofOf(world, address, email, until)}`;
};

/**
 * Whom a link leads to; null: it is none of ours, too old, or was sent where the visitor no longer wants answers. `browser`: who this browser is so far;
 * the visitor themselves keep their token, anybody else begins with another. Only this browser has shown to read the mails: whoever gave a stranger's
 * address sees nothing of what the stranger writes.
 */
export const comeBy = async (
  world: Acting,
  at: { readonly channelId: ChannelId; readonly link: string; readonly browser: Visitor },
): Promise<Visitor | null> => {
  const [address = "", until = "", proof = ""] = at.link.split(".");
  const visitor = await visitorByAddress(world.db, address);
  if (visitor === null || visitor.channelId !== at.channelId || visitor.email === "") return null;
  if (!sameText(proof, proofOf(world, address, visitor.email, until))) return null;
  if (!(Number.parseInt(until, 36) > world.now().getTime())) return null;
  const came = { ...visitor, isNew: false, readsEmail: visitor.email };
  if (at.browser.address === address) {
    await setReads(world.db, at.browser.tokenHash, visitor.email);
    return { ...came, token: null, tokenHash: at.browser.tokenHash };
  }
  const { token, hash } = newSession();
  await insertBrowser(world.db, {
    visitorId: visitor.id,
    tokenHash: hash,
    readsEmail: visitor.email,
    at: world.now().toISOString(),
  });
  return { ...came, token, tokenHash: hash };
};

/** Ends what the browser was: its token opens nothing any more. */
export const leave = async (world: Acting, visitor: Visitor): Promise<void> => {
  if (!visitor.isNew) await endBrowser(world.db, visitor.tokenHash, world.now().toISOString());
};
