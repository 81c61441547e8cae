// The only writer of how routing is set up. Called by routing/routes-book.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId } from "#contract/ids.ts";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import { stable } from "#lib/stable.ts";
import { agentById } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import { judgeBook, judgeWork, unsetWork, workIn } from "#modules/routing/model-book.ts";
import { knownThings } from "#modules/routing/reads-book.ts";
import { agentWorkRow, holdBook, lockBook, putAgentWork, putBook } from "#modules/routing/store-book.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "wake">;

/** Sets the book. Refuses staleVersion when another revision stands there than `was`, and what `judgeBook` refuses ("book.queues.2.name"). */
export const setBook = (
  world: Acting,
  who: Who,
  { book: given, was }: { readonly book: RoutingBook; readonly was: number },
): Promise<{ book: RoutingBook; revision: number } | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockBook(tx);
    if (before.revision !== was) return refuse("staleVersion");
    const book = judgeBook(given, await knownThings(tx));
    if (isRefusal(book)) return { ...book, field: `book.${book.field}` };
    if (stable(book) === stable(before.book)) return before;
    const revision = await putBook(tx, book);
    await say(world, tx, who, [{ kind: "routing.bookChanged", data: { book, revision } }]);
    return { book, revision };
  });

/** Sets what an agent is set up for. Refuses notFound (no such agent) and what `judgeWork` refuses ("queueIds.0"). */
export const setAgentWork = (
  world: Acting,
  who: Who,
  agentId: AgentId,
  given: AgentWork,
): Promise<(AgentWork & { agentId: AgentId }) | Refusal> =>
  world.db.transaction(async (tx) => {
    if ((await agentById(tx, agentId)) === null) return refuse("notFound");
    const { book } = await holdBook(tx);
    const work = judgeWork(book, given);
    if (isRefusal(work)) return work;
    const before = workIn(book, (await agentWorkRow(tx, agentId)) ?? unsetWork);
    if (stable(work) !== stable(before)) {
      await putAgentWork(tx, agentId, work);
      await say(world, tx, who, [{ kind: "routing.agentChanged", data: { agentId, work } }]);
    }
    return { agentId, ...work };
  });
