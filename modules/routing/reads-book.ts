// What others may read of how routing is set up.
import type { AgentId } from "#contract/ids.ts";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import { allAgents, allTeams } from "#modules/agents/reads.ts";
import { allBrands, allChannels, allTopics } from "#modules/brands/reads.ts";
import { allTiers } from "#modules/customers/reads-tiers.ts";
import { unsetWork, workIn, type Known } from "#modules/routing/model-book.ts";
import { agentWorkRows, bookRow } from "#modules/routing/store-book.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** The book and its revision. */
export const bookFor = async (world: Pick<World, "db">): Promise<{ book: RoutingBook; revision: number }> =>
  bookRow(world.db);

/** What every agent is set up for, by name; without skills and queues that are no longer in the book. */
export const agentWorks = async (world: Pick<World, "db">): Promise<(AgentWork & { agentId: AgentId })[]> => {
  const { book } = await bookRow(world.db);
  const set = new Map((await agentWorkRows(world.db)).map(({ agentId, work }) => [agentId, work]));
  return (await allAgents(world.db)).map(({ id }) => ({ agentId: id, ...workIn(book, set.get(id) ?? unsetWork) }));
};

/** What a book may name. */
export const knownThings = async (tx: Tx): Promise<Known> => {
  const ids = (all: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(all.map(({ id }) => id));
  return {
    teamIds: ids(await allTeams(tx)),
    topicIds: ids(await allTopics(tx)),
    brandIds: ids(await allBrands(tx)),
    channelIds: ids(await allChannels(tx)),
    tierIds: ids(await allTiers(tx)),
  };
};
