// The only writer of visitors. Called by server/chat.ts.
import type { ChannelKind } from "#contract/channel.ts";
import type { BrandId, ChannelId } from "#contract/ids.ts";
import { unpark } from "#modules/concerns/actions-unread.ts";
import { resolveCustomer } from "#modules/customers/actions.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { normalise } from "#modules/customers/model.ts";
import { keepWish } from "#modules/customers/actions-wish.ts";
import { customerByAddress } from "#modules/customers/reads.ts";
import {
  endBrowser,
  endBrowsers,
  insertBrowser,
  insertVisitor,
  joinedAddresses,
  setIntroduced,
  setPhone,
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
  /** Addresses under which they spoke before the site signed them in: those concerns are theirs, too. */
  readonly joined: readonly string[];
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
  const known = given === null ? null : await visitorByToken(world.db, { channelId: at.channelId, tokenHash: given });
  if (known !== null && given !== null && isSeated(known, world.now())) {
    const { left: _left, signedUntil: _until, ...visitor } = known;
    return { ...visitor, isNew: false, token: null, tokenHash: given, joined: await joinedOf(world, visitor) };
  }
  const fresh = given === null || known !== null ? newSession() : { token: null, hash: given };
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
    signedId: null,
    emailProved: false,
    emailSigned: false,
    phone: "",
    createdAt: world.now().toISOString(),
    joinedTo: null,
    joined: [],
  };
};

/** Does that browser still speak as whom it was? Nobody who signed out, whose signing in has ended, or who has become a signed visitor. */
export const isSeated = (
  browser: { readonly left: boolean; readonly signedUntil: string | null; readonly joinedTo: string | null },
  now: Date,
): boolean =>
  !browser.left &&
  browser.joinedTo === null &&
  (browser.signedUntil === null || Date.parse(browser.signedUntil) > now.getTime());

/** Under which other addresses a visitor's concerns stand. */
const joinedOf = (world: Pick<World, "db">, visitor: Pick<VisitorRow, "id" | "signedId">): Promise<string[]> =>
  visitor.signedId === null ? Promise.resolve([]) : joinedAddresses(world.db, visitor.id);

/** The address of whom a token, or a site's signature, stands for. */
export const addressOf = ({ mac }: Pick<World, "mac">, channelId: ChannelId, tokenHash: string): string =>
  `visitor-${mac("visitor", `${channelId}:${tokenHash}`).slice(0, 12)}`;

/** Writes a new visitor down, in the transaction of what they said first. */
export const settle = (world: Pick<World, "now">, tx: Tx, visitor: Visitor): Promise<void> =>
  insertVisitor(tx, { ...visitor, at: world.now().toISOString() });

/** Keeps name and mail address as they were typed, but for what the site has signed; the name is the customer's if nobody has said another. Nothing is shown, merged or verified because of them. */
export const introduce = async (
  world: Acting,
  visitor: Visitor,
  said: { readonly name: string; readonly email: string },
  brandId: BrandId,
): Promise<Visitor> => {
  const email = said.email === "" ? "" : (normalise("email", said.email) ?? "");
  return world.db.transaction(async (tx) => {
    if (visitor.isNew) await settle(world, tx, { ...visitor, name: said.name, email });
    const kept = await setIntroduced(tx, visitor.address, { name: said.name, email, at: world.now().toISOString() });
    if (kept.email !== "") for (const address of [visitor.address, ...visitor.joined]) await unpark(world, tx, address);
    const introduced = { ...visitor, ...kept, isNew: false };
    const known = await customerByAddress(tx, "chat", visitor.address);
    if (known === null) return introduced;
    const who = { kind: "customer", id: null, name: kept.name } as const;
    if (said.name !== "" && visitor.signedId === null)
      await resolveCustomer(world, tx, who, {
        kind: "chat",
        value: visitor.address,
        name: said.name,
        language: null,
        assurance: "proved",
        brandId,
      });
    const norm = normalise("email", kept.email);
    await claimFor(world, tx, who, known.customerId, { kind: "email", norm, signed: kept.emailProved });
    return introduced;
  });
};

/** Keeps by which kind of channel they want to be answered, as their customer's own word; of whoever has said nothing yet there is nobody to keep it of. */
export const wish = (world: Acting, visitor: Visitor, kind: ChannelKind | null): Promise<void> =>
  world.db.transaction(async (tx) => {
    const known = await customerByAddress(tx, "chat", visitor.address);
    const who = { kind: "customer", id: null, name: visitor.name } as const;
    if (known !== null) await keepWish(world, tx, who, known.customerId, kind);
  });

/** Keeps the number they gave, of whoever is not signed in: a claim, by which nobody is found or written to. */
export const givePhone = (world: Acting, visitor: Visitor, given: string): Promise<void> =>
  world.db.transaction(async (tx) => {
    const phone = normalise("phone", given);
    if (phone === null || visitor.signedId !== null) return;
    await setPhone(tx, visitor.address, phone);
    const known = await customerByAddress(tx, "chat", visitor.address);
    const who = { kind: "customer", id: null, name: visitor.name } as const;
    if (known !== null) await claimFor(world, tx, who, known.customerId, { kind: "phone", norm: phone, signed: false });
  });

/** How long a browser speaks as somebody whom the site has signed in, without being signed in again. */
export const signedMs = 12 * 3_600_000;

/** Does a link in a mail lead back to them? Not where the site alone says who somebody is, and nobody has seen that they read at that address. */
export const leadsBack = (visitor: Pick<VisitorRow, "signedId" | "emailProved" | "joinedTo">): boolean =>
  visitor.joinedTo === null && (visitor.signedId === null || visitor.emailProved);

/** How long a link that leads back into a chat holds. */
const linkMs = 14 * 24 * 3_600_000;

const proofOf = ({ mac }: Pick<World, "mac">, address: string, email: string, until: string): string =>
  mac("visitor-link", `${address}\n${email}\n${until}`).slice(0, 32);

/** Until when a link holds that is given now, as it stands in it. */
export const linkUntil = ({ now }: Pick<World, "now">): string => (now().getTime() + linkMs).toString(36);

/**
 * What a mail to that address carries, so that its reader comes back into the chat: it proves that who opens it reads there. Covered where somebody repeats
 * it (concerns/model-secrets.ts).
 */
export const linkTo = (
  world: Pick<World, "mac">,
  to: { readonly address: string; readonly email: string; readonly until: string },
): string => `${to.address}.${to.until}.${proofOf(world, to.address, to.email, to.until)}`;

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
  if (visitor === null || visitor.channelId !== at.channelId || visitor.email === "" || !leadsBack(visitor))
    return null;
  if (!sameText(proof, proofOf(world, address, visitor.email, until))) return null;
  if (!(Number.parseInt(until, 36) > world.now().getTime())) return null;
  const came = { ...visitor, isNew: false, readsEmail: visitor.email, joined: await joinedOf(world, visitor) };
  if (at.browser.address === address && !at.browser.isNew) {
    await setReads(world.db, at.browser.tokenHash, visitor.email);
    return { ...came, token: null, tokenHash: at.browser.tokenHash };
  }
  const { token, hash } = newSession();
  await insertBrowser(world.db, {
    visitorId: visitor.id,
    tokenHash: hash,
    readsEmail: visitor.email,
    at: world.now().toISOString(),
    until: visitor.signedId === null ? null : new Date(world.now().getTime() + signedMs).toISOString(),
  });
  return { ...came, token, tokenHash: hash };
};

/** Ends what the browser was, or (`everywhere`) every browser of the visitor: their tokens open nothing any more. */
export const leave = async (world: Acting, visitor: Visitor, everywhere = false): Promise<void> => {
  const at = world.now().toISOString();
  if (visitor.isNew) return;
  if (everywhere) await endBrowsers(world.db, visitor.id, at);
  else await endBrowser(world.db, visitor.tokenHash, at);
};
