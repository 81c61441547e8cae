// What people want of the routing: said in the log, for the leader to do. Called by routing/routes.ts.
import type { AgentActor } from "#contract/actor.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, ConcernId, WorkId } from "#contract/ids.ts";
import { allows } from "#contract/permissions.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import type { Wish } from "#contract/routing.ts";
import { agentById, allTeams } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import { note } from "#modules/concerns/actions-reply.ts";
import { rowById, rowFor } from "#modules/concerns/reads.ts";
import { dispose as noteDisposition, workById } from "#modules/routing/store.ts";
import { setUp } from "#modules/routing/store-leading.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Longest time for which a piece of work can be parked. */
const mostParkedMs = 31 * 86_400_000;

/**
 * Says what somebody wants. It is done, or refused, by the leader, who says `work.settled` with the same id. Refuses at once what cannot be: notAllowed (others'
 * presence, a queue's pause, by who does not supervise), notFound, unknownAgent, unknownTeam, unknownQueue, timeInPast.
 */
export const wish = async (
  world: World,
  who: AgentActor,
  { id, wish: wanted }: { readonly id: string; readonly wish: Wish },
): Promise<{ readonly done: true } | Refusal> => {
  const about = await judged(world, world.db, who, wanted);
  if (isRefusal(about)) return about;
  if (wanted.what === "transfer" && wanted.note !== "" && about !== null) {
    // Before it goes: whoever gets it reads it there. The same wish again is the same note.
    const noted = await note(world, who, { id: about, key: id, text: wanted.note, html: null, uploads: [] });
    if (isRefusal(noted)) return noted;
  }
  const supervises = allows(who.role, "team.supervise");
  await world.db.transaction((tx) =>
    say(world, tx, who, [{ kind: "work.wished", data: { wishId: id, wish: wanted, supervises } }]),
  );
  return { done: true };
};

/** Which concern it is about (null: none), or why it cannot be. */
const judged = async (world: World, tx: Tx, who: AgentActor, wanted: Wish): Promise<ConcernId | null | Refusal> => {
  const supervises = allows(who.role, "team.supervise");
  if (wanted.what === "presence") {
    if (wanted.agentId !== who.id && !supervises) return refuse("notAllowed");
    const agent = await agentById(tx, wanted.agentId);
    return agent?.active === true ? null : refuse("unknownAgent", undefined, "wish.agentId");
  }
  const { book } = await setUp(tx);
  if (wanted.what === "pause") {
    if (!supervises) return refuse("notAllowed");
    return hasQueue(book, wanted.queueId) ? null : refuse("unknownQueue", { name: "" }, "wish.queueId");
  }
  const work = await workById(tx, wanted.workId);
  if (work === null) return refuse("offerOver");
  const row = await rowFor(tx, who, work.concernId);
  if (isRefusal(row)) return row;
  if (wanted.what === "park" && wanted.until !== null) {
    const aheadMs = Date.parse(wanted.until) - world.now().getTime();
    if (aheadMs <= 0 || aheadMs > mostParkedMs) return refuse("timeInPast", undefined, "wish.until");
  }
  if (wanted.what === "transfer") {
    const wrong = await wrongDestination(tx, book, wanted.to, row.brandId);
    if (wrong) return wrong;
  }
  return work.concernId;
};

const hasQueue = (book: RoutingBook, queueId: string): boolean => book.queues.some(({ id }) => id === queueId);

const wrongDestination = async (
  tx: Tx,
  book: RoutingBook,
  to: Extract<Wish, { what: "transfer" }>["to"],
  brandId: BrandId,
): Promise<Refusal | null> => {
  if ("queueId" in to)
    return hasQueue(book, to.queueId) ? null : refuse("unknownQueue", { name: "" }, "wish.to.queueId");
  if ("teamId" in to)
    return (await allTeams(tx)).some(({ id }) => id === to.teamId)
      ? null
      : refuse("unknownTeam", undefined, "wish.to.teamId");
  const agent = await agentById(tx, to.agentId);
  const serves = agent?.active === true && (agent.brandIds.length === 0 || agent.brandIds.includes(brandId));
  return serves ? null : refuse("unknownAgent", undefined, "wish.to.agentId");
};

/** Says what became of a piece of work that one had. Refuses notFound: it was not theirs, or there is no such disposition. */
export const dispose = (
  world: Pick<World, "db" | "now" | "wake">,
  who: AgentActor,
  { id, dispositionId }: { readonly id: WorkId; readonly dispositionId: string },
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const { book } = await setUp(tx);
    const name = book.dispositions.find((each) => each.id === dispositionId)?.name;
    if (name === undefined) return refuse("notFound", undefined, "dispositionId");
    const was = await noteDisposition(tx, id, who.id, name);
    const row = was === null ? null : await rowById(tx, was.concernId);
    if (row === null) return refuse("notFound");
    await say(world, tx, who, [
      {
        kind: "work.disposed",
        brandId: row.brandId,
        concernId: row.id,
        customerId: row.customerId,
        data: { workId: id, agentId: who.id, name },
      },
    ]);
    return { done: true };
  });
