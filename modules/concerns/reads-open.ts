// Opens a concern for an agent: everything its screen shows, and the event number the state includes. Called by concerns/routes-lists.ts.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import { addressKindOf } from "#contract/channel.ts";
import type { Channel } from "#contract/brands.ts";
import type { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernDetail } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { horizon, ofConcern } from "#modules/audit/reads.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { mayReadEntry } from "#modules/concerns/policy.ts";
import { asDraft, messagesBefore, rowFor, type ReadingWorld } from "#modules/concerns/reads.ts";
import { isSure } from "#modules/concerns/model-threading.ts";
import { opened, type LastContact, type OpenedRow } from "#modules/concerns/store-threads.ts";
import { addressesOf, brandsOf, type OwnedAddress } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Opened = Result<typeof concerns.open>;
type Way = Opened["ways"][number];
type Reading = Pick<World, "db"> & ReadingWorld;

/** Messages shown at first. */
const firstPage = 50;

/**
 * A concern with its last messages, the asking agent's drafts and the ways to reach its customer. `upTo` is read before everything else: each
 * part includes at least the events up to it, and applying a later event again changes nothing, because rows and messages carry versions.
 */
export const openConcern = async (world: Reading, who: AgentActor, id: ConcernId): Promise<Opened | Refusal> => {
  const { db } = world;
  const followed = world.followedTo?.();
  const [upTo, known, thread] = await db.together((tx) =>
    Promise.all([followed ?? horizon(tx), openedWithWays(tx, who, id), messagesBefore(world, tx, id, null, firstPage)]),
  );
  if (known === null) return refuse("notFound");
  const { found, ways } = known;
  return {
    concern: detailOf(who, found),
    messages: thread.messages,
    earlier: thread.earlier,
    drafts: found.drafts.map((draft) => asDraft(world.links, draft)),
    ways,
    upTo,
  };
};

/** Null when it is not there, or not for this agent. What its brand and its customer lead to is asked for while its messages are still on their way. */
const openedWithWays = async (
  tx: Tx,
  who: AgentActor,
  id: ConcernId,
): Promise<{ readonly found: OpenedRow; readonly ways: Way[] } | null> => {
  const found = await opened(tx, id, who.id);
  if (found === null || !seesBrand(who, found.brandId)) return null;
  const [channels, addresses] = await Promise.all([
    channelsOfBrand(tx, found.brandId),
    addressesOf(tx, found.customerId, brandsOf(who)),
  ]);
  return { found, ways: waysTo(channels, addresses, found.lastContact) };
};

/** What was done to a concern, newest first, without anybody's drafts. */
export const historyOf = async (
  world: Pick<World, "db">,
  who: AgentActor,
  id: ConcernId,
  before: number | null,
  limit: number,
): Promise<Result<typeof concerns.history> | Refusal> => {
  const row = await rowFor(world.db, who, id);
  if ("refused" in row) return row;
  const events = await ofConcern(world.db, id, before, limit + 1);
  const page = events.slice(0, limit);
  const entries = page
    .filter((event) => mayReadEntry(who, event))
    .map(({ seq, at, kind, actor, data }) => ({ seq, at, kind, actor, data }));
  return { entries, next: events.length > limit ? (page.at(-1)?.seq ?? null) : null };
};

/**
 * Every way to the customer, best first: what can be used before what cannot; then where they last wrote, what they prefer, what was used last.
 * Where the last message wants its answer elsewhere, that is a way of its own: the first when its sender is sure (RFC 5322 section 3.6.2), after
 * the sender's own address otherwise, because anybody may have written it. Addresses of somebody whom the customer was merged with are last: they have
 * not shown to belong to whoever wrote here, so that only an agent chooses them.
 * `blocked`: channelOff, cannotSend, suppressed (it bounced for good) or noAddress.
 */
export const waysTo = (
  channels: readonly Channel[],
  addresses: readonly OwnedAddress[],
  last: LastContact | null,
): Way[] => {
  const ways = channels.flatMap((channel): (Way & { readonly rank: number; readonly usedAt: string })[] => {
    const shut = channel.enabled ? (channel.canSend ? null : "cannotSend") : "channelOff";
    const base = { channelId: channel.id, channelKind: channel.kind, channelName: channel.name };
    const here = last !== null && last.channelId === channel.id;
    const wrote = here ? (last.value ?? "").toLowerCase() : "";
    const asked = here && last.replyTo?.toLowerCase() !== wrote ? (last.replyTo ?? "") : "";
    const known = addresses.filter((address) => address.kind === addressKindOf[channel.kind]);
    const mine = known.map((address) => ({ ...address, suppressed: address.suppressedReason !== null }));
    const elsewhere =
      asked === "" || mine.some((address) => address.value.toLowerCase() === asked.toLowerCase())
        ? []
        : [{ ...nobodys, value: asked }];
    if (mine.length + elsewhere.length === 0)
      return [{ ...base, addressId: null, value: "", reason: "known", blocked: "noAddress", rank: 9, usedAt: "" }];
    return [...mine, ...elsewhere].map((address) => {
      const value = address.value.toLowerCase();
      const reason =
        asked !== "" && value === asked.toLowerCase()
          ? "replyTo"
          : wrote !== "" && value === wrote
            ? "lastUsed"
            : !address.own
              ? "merged"
              : address.preferred
                ? "preferred"
                : address.verifiedAt === null
                  ? "known"
                  : "verified";
      const unwritable = value.endsWith(".invalid") ? "noAddress" : null;
      return {
        ...base,
        addressId: address.id,
        value: address.value,
        reason,
        blocked: shut ?? unwritable ?? (address.suppressed ? "suppressed" : null),
        rank: reason === "replyTo" && !isSure(last?.assurance ?? "none") ? ranks.lastUsed + 0.5 : ranks[reason],
        usedAt: address.lastInAt ?? address.lastOutAt ?? "",
      };
    });
  });
  return ways
    .toSorted(
      (a, b) =>
        Number(a.blocked !== null) - Number(b.blocked !== null) ||
        a.rank - b.rank ||
        compare(b.usedAt, a.usedAt) ||
        compare(a.channelName, b.channelName) ||
        compare(a.value, b.value),
    )
    .map(({ rank: _rank, usedAt: _usedAt, ...way }) => way);
};

/** Why a way is offered, the best first. */
const ranks = { replyTo: 0, lastUsed: 1, preferred: 2, verified: 3, known: 4, merged: 5 };

/** What is known of an address that no customer has. */
const nobodys = {
  id: null,
  own: true,
  preferred: false,
  verifiedAt: null,
  lastInAt: null,
  lastOutAt: null,
  suppressed: false,
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const detailOf = (who: AgentActor, found: OpenedRow): ConcernDetail => {
  const {
    fields,
    followers,
    links,
    moves,
    parties,
    drafts: _drafts,
    firstReplyAt,
    resolvedAt,
    lastContact: _lastContact,
    ...row
  } = found;
  return {
    row,
    fields,
    followers: followers as ConcernDetail["followers"],
    // A link may lead to a brand this agent does not serve: its subject is not theirs to read.
    links: links.filter((link) => seesBrand(who, link.brandId)),
    moves,
    parties,
    firstReplyAt,
    resolvedAt,
  };
};

/** The earlier page of a thread. */
export const earlierMessages = async (
  world: Reading,
  tx: Tx,
  who: AgentActor,
  id: ConcernId,
  before: number,
  limit: number,
): Promise<Result<typeof concerns.messages> | Refusal> => {
  const row = await rowFor(tx, who, id);
  return "refused" in row ? row : messagesBefore(world, tx, id, before, limit);
};
