// The ways to a customer: by which channels they can be reached, the best first, and until when. Called by reads-open.ts and by whoever sends.
import type { Channel } from "#contract/brands.ts";
import { addressKindOf, isKept, type Capabilities, type ChannelKind, type DeliveryResult } from "#contract/channel.ts";
import type { concerns } from "#contract/concern-endpoints.ts";
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { ChannelId, ConcernId, CustomerId } from "#contract/ids.ts";
import { rankWays, type WayFacts } from "#lib/ways.ts";
import type { ChannelKinds } from "#modules/brands/model.ts";
import { channelCosts } from "#modules/brands/reads.ts";
import { isSure } from "#modules/concerns/model-threading.ts";
import type { LastContact } from "#modules/concerns/store-threads.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { mailboxOf, mayMail } from "#modules/concerns/reads-unread.ts";
import { lastInBy } from "#modules/concerns/store-ways.ts";
import { normalise } from "#modules/customers/model.ts";
import { membersOf, wishOf, type OwnedAddress } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export type Way = Result<typeof concerns.open>["ways"][number];

/** Somebody who chats: by which channel, and at which mail address they are reached when they have left; empty: at none. */
interface Chatting {
  readonly address: string;
  readonly channelId: ChannelId;
  readonly email: string;
}

/** What kinds of channel can do, who chats where, and after what time what they did not see goes by mail: where a server knows it. */
export interface KnowingKinds {
  readonly channelKinds?: Pick<ChannelKinds, "all">;
  readonly chats?: {
    readonly at: (tx: Tx, addresses: readonly string[]) => Promise<readonly Chatting[]>;
    readonly mailAfterMs: number;
  };
}

type Limits = Pick<Capabilities, "windowHours" | "firstContact" | "atOnce">;

/** What is said of a kind that nobody describes: it has no limits. */
const unlimited: Limits = { windowHours: null, firstContact: true };

/** What we say to somebody who fetches it waits for them and goes nowhere: who is known there has come by themselves. */
const limitsOf = (kind: ChannelKind, can: Limits): Limits =>
  isKept(addressKindOf[kind]) ? { ...can, firstContact: true } : can;

/** Null: it carries calls, nothing is written by it. */
const known = ({ channelKinds }: KnowingKinds, kind: ChannelKind): Limits | null => {
  const { can } = channelKinds?.all().find((each) => each.kind === kind) ?? { can: unlimited };
  return can === null ? null : limitsOf(kind, can);
};

/** What the ways depend on beside channels and addresses. */
export interface Circumstances {
  /** Null: nothing is written by it. */
  readonly limits: (kind: ChannelKind) => Limits | null;
  readonly cents: (kind: ChannelKind) => number | null;
  readonly wish: ChannelKind | null;
  /** When the customer last wrote from an address by a channel that has a window; null: never. */
  readonly lastIn: (channelId: string, value: string) => string | null;
  /** By which channel whoever has this address chats; null: nothing is known of that. */
  readonly chatsAt: (value: string) => ChannelId | null;
  /** After what time an answer goes by mail that is not seen at this address; null: it does not. */
  readonly mailedAfterMs: (value: string) => number | null;
  readonly urgent: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Reads them for a concern's customer, of whom these channels are ways: most of it before channels and addresses have come, in one round trip with them. */
export const circumstancesOf = async (
  world: KnowingKinds & Pick<World, "now">,
  tx: Tx,
  { id, customerId }: { readonly id: ConcernId; readonly customerId: CustomerId },
  channels: Promise<readonly Channel[]>,
  addresses: Promise<readonly OwnedAddress[]>,
): Promise<Omit<Circumstances, "urgent" | "now">> => {
  const limits = (kind: ChannelKind): Limits | null => known(world, kind);
  const lastInWhere = async (): Promise<Circumstances["lastIn"]> => {
    const windowed = (await channels).filter(({ kind }) => isLimited(limits(kind))).map(({ id }) => id);
    return lastInOf(tx, windowed, customerId);
  };
  const [costs, wish, lastIn, chats] = await Promise.all([
    channelCosts(tx),
    wishOf(tx, customerId),
    lastInWhere(),
    chatsOf(world, tx, id, channels, addresses),
  ]);
  return { limits, cents: (kind) => costs.get(kind) ?? null, wish, lastIn, ...chats };
};

/** Where the customer chats, and whether what they do not see there is brought to them. Who never chatted is asked nothing of. */
const chatsOf = async (
  world: KnowingKinds & Pick<World, "now">,
  tx: Tx,
  concernId: ConcernId,
  channels: Promise<readonly Channel[]>,
  addresses: Promise<readonly OwnedAddress[]>,
): Promise<Pick<Circumstances, "chatsAt" | "mailedAfterMs">> => {
  const kept = (await addresses).filter(({ kind }) => isKept(kind)).map(({ value }) => value);
  const found = kept.length === 0 ? [] : ((await world.chats?.at(tx, kept)) ?? []);
  const hasMailbox = mailboxOf(await channels) !== undefined;
  const mailed = new Set<string>();
  for (const { address, email } of hasMailbox ? found : []) {
    const norm = normalise("email", email);
    if (norm !== null && (await mayMail(world, tx, concernId, norm))) mailed.add(address);
  }
  const where = new Map(found.map(({ address, channelId }) => [address, channelId]));
  return {
    chatsAt: (value) => where.get(value) ?? null,
    mailedAfterMs: (value) => (mailed.has(value) ? (world.chats?.mailAfterMs ?? null) : null),
  };
};

const isLimited = (limits: Limits | null): limits is Limits =>
  limits !== null && (limits.windowHours !== null || !limits.firstContact);

const lastInOf = async (
  tx: Tx,
  channelIds: readonly string[],
  customerId: CustomerId,
): Promise<(channelId: string, value: string) => string | null> => {
  if (channelIds.length === 0) return () => null;
  const rows = await lastInBy(tx, channelIds, await membersOf(tx, [customerId]));
  const found = new Map(rows.map(({ channelId, value, at }) => [`${channelId} ${value}`, at]));
  return (channelId, value) => found.get(`${channelId} ${value.toLowerCase()}`) ?? null;
};

/** Until when may be written to somebody who last wrote then; null: always. Whoever never wrote has opened no window: `firstContact` says whether we may begin. */
const closesAt = ({ windowHours }: Limits, lastIn: string | null): string | null =>
  windowHours === null || lastIn === null ? null : new Date(Date.parse(lastIn) + windowHours * 3_600_000).toISOString();

/**
 * Why nothing may go to these addresses by a channel at that time: windowClosed (facts.at: since when), notFirst. Null: it may. Asked before something is
 * said, and again when it leaves, so that nothing is shown as sent that no provider would carry. `customerId` null: somebody nobody knows.
 */
const windowRefusal = async (
  tx: Tx,
  limits: Limits | null,
  about: { readonly channelId: string; readonly customerId: CustomerId | null },
  recipients: readonly string[],
  now: Date,
): Promise<Refusal | null> => {
  if (!isLimited(limits)) return null;
  const lastIn = about.customerId === null ? () => null : await lastInOf(tx, [about.channelId], about.customerId);
  for (const value of recipients) {
    const last = lastIn(about.channelId, value);
    if (last === null && !limits.firstContact) return refuse("notFirst", { address: value });
    const end = closesAt(limits, last);
    if (end !== null && Date.parse(end) <= now.getTime()) return refuse("windowClosed", { address: value, at: end });
  }
  return null;
};

/** The same where only the kind of channel is at hand. Whoever chats has come by one channel, and reads what is said there: at another it is refused with notFirst. */
export const kindRefusal = async (
  world: KnowingKinds,
  tx: Tx,
  channel: Pick<Channel, "id" | "kind">,
  customerId: CustomerId | null,
  recipients: readonly string[],
  now: Date,
): Promise<Refusal | null> => {
  const chatting = isKept(addressKindOf[channel.kind]) ? ((await world.chats?.at(tx, recipients)) ?? []) : [];
  const elsewhere = chatting.find(({ channelId }) => channelId !== channel.id);
  return elsewhere === undefined
    ? windowRefusal(tx, known(world, channel.kind), { channelId: channel.id, customerId }, recipients, now)
    : refuse("notFirst", { address: elsewhere.address });
};

/** What a delivery comes to whose channel may not carry it any more to whom it is for: its window closed while it waited. Null: it may. */
export const heldByWindow = async (
  world: Pick<World, "db" | "now">,
  claim: { readonly concernId: ConcernId; readonly channelId: string; readonly recipients: readonly string[] },
  channel: Pick<Channel, "kind"> & { readonly can: Limits },
): Promise<DeliveryResult | null> => {
  const limits = limitsOf(channel.kind, channel.can);
  // Asked for every delivery: most channels have no such limit.
  const row = isLimited(limits) ? await rowById(world.db, claim.concernId) : null;
  if (row === null) return null;
  const about = { channelId: claim.channelId, customerId: row.customerId };
  const shut = await windowRefusal(world.db, limits, about, claim.recipients, world.now());
  if (shut === null) return null;
  const code = shut.refused === "notFirst" ? "notFirst" : "windowClosed";
  return { kind: "refused", code, reason: { code, facts: { address: claim.recipients[0] ?? "" } }, detail: "" };
};

/**
 * Every way to the customer, best first by the rule of `lib/ways.ts`. Where the last message wants its answer elsewhere, that is a way of its own (RFC 5322
 * section 3.6.2). A chat is a way only for those who have come by it: of other chats there is one, which says so. Addresses of somebody whom the customer was merged with are last: they have not shown to belong to whoever wrote here.
 */
export const waysTo = (
  channels: readonly Channel[],
  addresses: readonly OwnedAddress[],
  last: LastContact | null,
  { limits, cents, wish, lastIn, chatsAt, mailedAfterMs, urgent, now }: Circumstances,
): Way[] => {
  const ways = channels.flatMap((channel): (Omit<Way, "reason" | "blocked"> & WayFacts)[] => {
    const can = limits(channel.kind);
    if (can === null) return [];
    const shut = channel.enabled ? (channel.canSend ? null : "cannotSend") : "channelOff";
    const here = last !== null && last.channelId === channel.id;
    const wrote = here ? (last.value ?? "").toLowerCase() : "";
    const asked = here && last.replyTo?.toLowerCase() !== wrote ? (last.replyTo ?? "") : "";
    const kept = isKept(addressKindOf[channel.kind]);
    const ofKind = addresses.filter((address) => address.kind === addressKindOf[channel.kind]);
    const mine = kept ? ofKind.filter(({ value }) => [null, channel.id].includes(chatsAt(value))) : ofKind;
    const isOnlyElsewhere = mine.length === 0 && ofKind.length > 0;
    const isElsewhere = asked !== "" && !mine.some(({ value }) => value.toLowerCase() === asked.toLowerCase());
    const all: readonly Partial<OwnedAddress>[] = isElsewhere ? [...mine, { value: asked }] : mine;
    return (all.length === 0 ? [{ value: "" }] : all).map((address) => {
      const value = address.value ?? "";
      const key = value.toLowerCase();
      const lastHere = lastIn(channel.id, value);
      return {
        channelId: channel.id,
        channelKind: channel.kind,
        channelName: channel.name,
        addressId: address.id ?? null,
        value,
        hindrance:
          shut ??
          (isOnlyElsewhere && key === ""
            ? "notFirst"
            : key === "" || key.endsWith(".invalid")
              ? "noAddress"
              : (address.suppressedReason ?? null) !== null
                ? "suppressed"
                : lastHere === null && !can.firstContact
                  ? "notFirst"
                  : null),
        own: address.own ?? true,
        asked:
          asked === "" || key !== asked.toLowerCase() ? null : isSure(last?.assurance ?? "none") ? "sure" : "unsure",
        wroteHere: wrote !== "" && key === wrote,
        wished: wish === channel.kind,
        preferred: address.preferred ?? false,
        verified: (address.verifiedAt ?? null) !== null,
        kept,
        mailedAfterMs: kept ? mailedAfterMs(value) : null,
        atOnce: can.atOnce ?? false,
        cents: cents(channel.kind),
        closesAt: closesAt(can, lastHere),
        usedAt: address.lastInAt ?? address.lastOutAt ?? "",
      };
    });
  });
  return rankWays(ways, { now, urgent, here: [] });
};
