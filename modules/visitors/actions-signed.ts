// Users whom the site itself signs in to its chat: who they are, what of theirs is joined, and which customer they are. Called by server/chat-identity.ts
// and server/chat.ts.
import type { Who } from "#contract/actor.ts";
import type { BrandId, ChannelId, CustomerId } from "#contract/ids.ts";
import { unpark } from "#modules/concerns/actions-unread.ts";
import {
  addProofs,
  isOtherUser,
  lockAddresses,
  signedCustomer,
  type Proof,
} from "#modules/customers/actions-proofs.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { resolveCustomer } from "#modules/customers/actions.ts";
import { normalise, signedNorm } from "#modules/customers/model.ts";
import { customerByAddress } from "#modules/customers/reads.ts";
import { addressOf, isSeated, signedMs, type Visitor } from "#modules/visitors/actions.ts";
import { judgeClaims, type Disbelief, type SignedUser } from "#modules/visitors/model.ts";
import {
  deleteOldTokens,
  joinVisitor,
  keepProof,
  keepSigned,
  keepSignedBrowser,
  touchKey,
  useToken,
  verifyingKeys,
  type KeyRow,
} from "#modules/visitors/store-signed.ts";
import { joinedAddresses, visitorById, visitorByToken } from "#modules/visitors/store.ts";
import { keyFromPem, readToken, type TokenKey } from "#platform/auth/jwt.ts";
import { isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "mac" | "open" | "wake">;

/** `was`: under which address they chatted here unsigned until now; null: under none. */
export interface SignedIn {
  readonly visitor: Visitor;
  readonly was: string | null;
}

/** What a page says when the site has signed its user in. */
export interface SigningIn {
  readonly channelId: ChannelId;
  readonly brandId: BrandId;
  readonly language: "de" | "en";
  /** The site's word. */
  readonly word: string;
  /** The token by which this browser was that user already; null: it was not. */
  readonly token: string | null;
  /** What the page made to be known by from now on: only the page itself knows it, so that a site's word said again is believed of nobody else. */
  readonly session: string | null;
  /** The token of whoever chatted unsigned at this browser until now; null: nobody. */
  readonly joins: string | null;
}

const keyOf = (world: Acting, { id, algorithm, secret, publicKey }: KeyRow): TokenKey[] => {
  try {
    if (algorithm === "ES256") return publicKey === null ? [] : [{ id, algorithm, publicKey: keyFromPem(publicKey) }];
    return secret === null ? [] : [{ id, algorithm, secret: Buffer.from(world.open(secret)) }];
  } catch {
    // Sealed with another secret of the centre: as good as not there.
    return [];
  }
};

const believed = async (
  world: Acting,
  { channelId, word }: SigningIn,
): Promise<(SignedUser & { readonly keyId: string }) | { readonly disbelieved: Disbelief }> => {
  const keys = (await verifyingKeys(world.db, channelId)).flatMap((row) => keyOf(world, row));
  if (keys.length === 0) return { disbelieved: "noKey" };
  const read = readToken(word, keys);
  if (!read.ok) return { disbelieved: read.why };
  const judged = judgeClaims(read.claims, channelId, world.now().getTime());
  return "disbelieved" in judged ? judged : { ...judged, keyId: read.keyId };
};

/**
 * Who a page's user is by the site's signed word: the same visitor in every browser they are signed in at, for 12 hours. The word is believed once, and
 * again only from the page that said it first. Whoever chatted unsigned here before is joined to them, never another signed user. `disbelieved`: why not;
 * then nothing has changed.
 */
export const signIn = async (
  world: Acting,
  input: SigningIn,
): Promise<SignedIn | { readonly disbelieved: Disbelief }> => {
  const user = await believed(world, input);
  if ("disbelieved" in user) return user;
  const { channelId } = input;
  const now = world.now();
  const at = now.toISOString();
  const until = new Date(now.getTime() + signedMs).toISOString();
  const made = input.session !== null && isSessionToken(input.session) ? input.session : newSession().token;
  return world.db.transaction(async (tx): Promise<SignedIn | { readonly disbelieved: Disbelief }> => {
    const fresh = await useToken(tx, {
      channelId,
      jtiHash: sessionHash(user.jti),
      sessionHash: sessionHash(made),
      expiresAt: new Date(user.untilMs).toISOString(),
    });
    if (!fresh) return { disbelieved: "replayed" };
    await touchKey(tx, user.keyId, at);
    const { name, email, emailProved, phone } = user;
    const id = await keepSigned(tx, {
      id: world.newId(),
      channelId,
      address: addressOf(world, channelId, `signed ${user.id}`),
      signedId: user.id,
      name,
      email,
      emailProved,
      phone,
      at,
      language: user.language ?? input.language,
    });
    const visitor = await visitorById(tx, id);
    if (visitor === null) throw new Error("whoever was signed in is not there");
    const readsEmail = visitor.emailProved ? visitor.email : "";
    const keep = (token: string): Promise<boolean> =>
      keepSignedBrowser(tx, { visitorId: id, tokenHash: sessionHash(token), readsEmail, at, until });
    const known = await seatedBy(tx, channelId, input.token, now);
    const isSame = known?.id === id && input.token !== null && (await keep(input.token));
    if (!isSame && !(await keep(made))) return { disbelieved: "replayed" };
    const joins = await seatedBy(tx, channelId, input.joins, now);
    const hasJoined = joins !== null && (await join(world, tx, input.brandId, visitor, joins, at));
    const joined = await joinedAddresses(tx, id);
    if (visitor.email !== "") for (const address of [visitor.address, ...joined]) await unpark(world, tx, address);
    const token = isSame ? null : made;
    const tokenHash = sessionHash(isSame && input.token !== null ? input.token : made);
    const signed = { ...visitor, isNew: false, token, tokenHash, readsEmail, joined };
    await attach(world, tx, signed, input.brandId, false);
    return { visitor: signed, was: hasJoined ? joins.address : null };
  });
};

const seatedBy = async (tx: Tx, channelId: ChannelId, token: string | null, now: Date) => {
  if (token === null || !isSessionToken(token)) return null;
  const known = await visitorByToken(tx, { channelId, tokenHash: sessionHash(token) });
  return known !== null && isSeated(known, now) ? known : null;
};

/** Who chatted unsigned is the signed visitor from now on, with their concerns; every browser that was them is nobody's. */
const join = async (
  world: Acting,
  tx: Tx,
  brandId: BrandId,
  signed: Pick<Visitor, "id" | "signedId" | "channelId" | "name">,
  unsigned: Pick<Visitor, "id" | "address">,
  at: string,
): Promise<boolean> => {
  if (!(await joinVisitor(tx, { visitorId: unsigned.id, to: signed.id, at }))) return false;
  const known = await customerByAddress(tx, "chat", unsigned.address);
  if (known === null || signed.name === "") return true;
  // A customer who was nothing but an address gets the name the site gives them.
  await resolveCustomer(world, tx, asVisitor(signed), {
    kind: "chat",
    value: unsigned.address,
    name: signed.name,
    language: null,
    assurance: "proved",
    brandId,
  });
  return true;
};

const asVisitor = ({ name }: Pick<Visitor, "name">): Who => ({ kind: "customer", id: null, name });

/**
 * Lets a visitor's customer have what is proved of them: the id by which the site has signed them in, and the mail address if the site says, or a code has
 * shown, that they read there and no other customer has it. The customer is the one who is that user already, else whoever they were before they signed in, else (with `makes`) a new one.
 * What they have proved is written down in any case.
 */
export const attach = async (
  world: Pick<World, "now" | "newId" | "wake">,
  tx: Tx,
  visitor: Visitor,
  brandId: BrandId,
  makes: boolean,
): Promise<void> => {
  const { id, channelId, signedId, address } = visitor;
  const norm = signedId === null ? null : signedNorm(channelId, signedId);
  const mail = visitor.emailProved ? normalise("email", visitor.email) : null;
  const by = visitor.emailSigned ? "signature" : "code";
  const proofs: readonly Proof[] = [
    ...(signedId === null || norm === null
      ? []
      : [{ kind: "signed", norm, value: signedId, by: "signature" } as const]),
    ...(mail === null ? [] : [{ kind: "email", norm: mail, value: visitor.email, by } as const]),
  ];
  if (proofs.length === 0) return;
  await lockAddresses(tx, [
    ...proofs,
    ...[address, ...visitor.joined].map((one) => ({ kind: "chat" as const, norm: one })),
  ]);
  const at = world.now().toISOString();
  for (const proof of proofs) await keepProof(tx, { ...proof, visitorId: id, at });
  const user = signedId === null ? null : await signedCustomer(tx, channelId, signedId);
  const before = user ?? (await customerBefore(tx, visitor));
  if (before === null && !makes) return;
  const resolved = await resolveCustomer(world, tx, asVisitor(visitor), {
    kind: "chat",
    value: address,
    name: visitor.name,
    language: visitor.language,
    assurance: "proved",
    brandId,
    ofCustomer: before,
  });
  if ("refused" in resolved) throw new Error(`a visitor without an address: ${resolved.refused}`);
  const owner = before ?? resolved.customerId;
  await addProofs(world, tx, asVisitor(visitor), owner, brandId, [
    ...proofs,
    { kind: "chat", norm: address, value: address, by: "session" },
  ]);
  if (visitor.phone !== "")
    await claimFor(world, tx, asVisitor(visitor), owner, { kind: "phone", norm: visitor.phone, signed: true });
};

/** The customer of what they said before they signed in here, unless that is another user of the site. */
const customerBefore = async (tx: Tx, visitor: Visitor): Promise<CustomerId | null> => {
  const { signedId, channelId } = visitor;
  for (const address of [visitor.address, ...visitor.joined]) {
    const known = await customerByAddress(tx, "chat", address);
    if (known !== null && (signedId === null || !(await isOtherUser(tx, known.customerId, channelId, signedId))))
      return known.customerId;
  }
  return null;
};

/** Forgets the sites' words that are too old to be said again; says how many. */
export const removeOldTokens = (world: Pick<World, "db" | "now">): Promise<number> =>
  deleteOldTokens(world.db, world.now().toISOString());
