// The routing engine: which work goes to whom, and when. Pure: it is given every fact with its instant and answers with decisions. Its guide is README.md beside it.
import { carryOut, freeAll } from "#modules/routing/model-happenings.ts";
import { settle } from "#modules/routing/model-offers.ts";
import { agentRow, hallFrom, itemRow, queueRowsOf, rowsOf } from "#modules/routing/model-rows.ts";
import type {
  AgentRow,
  Decision,
  Happening,
  ItemRow,
  LineNow,
  Rows,
  Rules,
  Wait,
} from "#modules/routing/model-shapes.ts";
import { decide } from "#modules/routing/model-state.ts";
import { seeToFirst } from "#modules/routing/model-time.ts";
import { lineNow, waitOf } from "#modules/routing/model-waiting.ts";

/** One waiting hall: everybody who waits and everybody who works, over all queues and kinds. */
export interface Hall {
  /**
   * Takes a fact and answers with everything that follows from it, in order. What has become due by its instant comes first. Never throws for what it is told:
   * what cannot be is refused with a code, and changes nothing.
   */
  readonly happen: (happening: Happening) => readonly Decision[];
  /** When something is due by itself: tell it `timePassed` then. Milliseconds since 1970; null: nothing is. */
  readonly nextDueMs: () => number | null;
  /** Place and predicted wait of whoever waits or is being offered; null: is held, or not here. */
  readonly waitOf: (itemId: string) => Wait | null;
  /** One kind of work in one queue as it is now; null: there is no such queue or kind. */
  readonly lineOf: (queueId: string, kind: string) => LineNow | null;
  /** The first that wait or are being offered in a queue, in its order, at most so many. */
  readonly firstIn: (queueId: string, most: number) => readonly string[];
  /** Everything, as plain rows: `openHall` of them decides what this one would. */
  readonly rows: () => Rows;
  /** Of these the rows alone, so that what a happening touched can be kept without all the rest; null: no longer here. */
  readonly itemRow: (itemId: string) => ItemRow | null;
  readonly agentRow: (agentId: string) => AgentRow | null;
  /** Items and agents whose rows are others than when this was asked last; those that are no longer here, too. */
  readonly changed: () => { readonly itemIds: ReadonlySet<string>; readonly agentIds: ReadonlySet<string> };
  readonly queueRows: () => Pick<Rows, "queues" | "lines">;
}

const nothing: Rows = { atMs: 0, agents: [], items: [], queues: [], lines: [] };

/** Opens a hall with these rules: empty, or as the rows say. The rows need not be settled: with the first happening who is free gets what waits. */
export const openHall = (rules: Rules, rows: Rows = nothing): Hall => {
  let hall = hallFrom(rules, rows);

  /** Who is free and who waits in the rows find each other, as of the rows' instant. */
  const lookOver = (): void => {
    freeAll(hall);
    settle(hall);
    hall.fresh = false;
  };

  /** Sees to what is due, one after the other, each with all that follows. */
  const catchUp = (): void => {
    while (seeToFirst(hall)) settle(hall);
  };

  const change = (next: Rules): void => {
    const { decisions } = hall;
    const { changedItems, changedAgents } = hall;
    hall = hallFrom(next, rowsOf(hall));
    for (const id of changedItems) hall.changedItems.add(id);
    for (const id of changedAgents) hall.changedAgents.add(id);
    hall.decisions = [...decisions, ...hall.decisions];
    // Whoever was kept free for something may be wanted otherwise by the new rules.
    hall.fresh = false;
    freeAll(hall);
  };

  return {
    happen: (happening) => {
      if (hall.fresh) lookOver();
      hall.nowMs = Math.max(hall.nowMs, Number.isFinite(happening.atMs) ? happening.atMs : hall.nowMs);
      catchUp();
      if (happening.what === "rulesChanged") change(happening.rules);
      else {
        const code = carryOut(hall, happening);
        if (code !== null)
          decide(hall, {
            what: "refused",
            happening: happening.what,
            code,
            itemId: "itemId" in happening ? happening.itemId : happening.what === "arrived" ? happening.item.id : null,
            agentId: "agentId" in happening ? happening.agentId : null,
          });
      }
      settle(hall);
      catchUp();
      const { decisions } = hall;
      hall.decisions = [];
      return decisions;
    },
    nextDueMs: () => {
      const first = hall.due.first();
      return first === undefined ? null : (hall.due.get(first)?.dueMs ?? null);
    },
    waitOf: (itemId) => {
      const item = hall.items.get(itemId);
      return item === undefined ? null : waitOf(hall, item);
    },
    lineOf: (queueId, kind) => {
      const queue = hall.queues.get(queueId);
      const number = hall.kindNumbers.get(kind);
      return queue === undefined || number === undefined ? null : lineNow(hall, queue, number);
    },
    firstIn: (queueId, most) => {
      const ids: string[] = [];
      hall.queues.get(queueId)?.places.firstWhere(({ id }) => ids.push(id) >= most);
      return ids;
    },
    rows: () => rowsOf(hall),
    itemRow: (itemId) => {
      const item = hall.items.get(itemId);
      return item === undefined ? null : itemRow(hall, item);
    },
    agentRow: (agentId) => {
      const agent = hall.agentsById.get(agentId);
      return agent === undefined ? null : agentRow(agent);
    },
    changed: () => {
      const [itemIds, agentIds] = [new Set(hall.changedItems), new Set(hall.changedAgents)];
      hall.changedItems.clear();
      hall.changedAgents.clear();
      return { itemIds, agentIds };
    },
    queueRows: () => queueRowsOf(hall),
  };
};
