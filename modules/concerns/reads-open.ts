// Opens a concern for an agent: everything its screen shows, and the event number the state includes. Called by concerns/routes-lists.ts.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import type { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernDetail } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { horizon, ofConcern } from "#modules/audit/reads.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { mayReadEntry } from "#modules/concerns/policy.ts";
import { asDraft, messagesBefore, rowFor, type ReadingWorld } from "#modules/concerns/reads.ts";
import { circumstancesOf, waysTo, type KnowingKinds, type Way } from "#modules/concerns/reads-ways.ts";
import { opened, type OpenedRow } from "#modules/concerns/store-threads.ts";
import { addressesOf, brandsOf } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Opened = Result<typeof concerns.open>;
type Reading = Pick<World, "db" | "now"> & ReadingWorld & KnowingKinds;

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
    Promise.all([
      followed ?? horizon(tx),
      openedWithWays(world, tx, who, id),
      messagesBefore(world, tx, id, null, firstPage),
    ]),
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
  world: Reading,
  tx: Tx,
  who: AgentActor,
  id: ConcernId,
): Promise<{ readonly found: OpenedRow; readonly ways: Way[] } | null> => {
  const found = await opened(tx, id, who.id);
  if (found === null || !seesBrand(who, found.brandId)) return null;
  const asked = channelsOfBrand(tx, found.brandId);
  const theirs = addressesOf(tx, found.customerId, brandsOf(who));
  const [channels, addresses, circumstances] = await Promise.all([
    asked,
    theirs,
    circumstancesOf(world, tx, found, asked, theirs),
  ]);
  const moment = { urgent: found.priority === "urgent", now: world.now().getTime() };
  return { found, ways: waysTo(channels, addresses, found.lastContact, { ...circumstances, ...moment }) };
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
