// The whole hall as plain rows, and a hall from plain rows: what lived on and what was read again decide alike. Called by model.ts.
import { orderedSet } from "#lib/orderedSet.ts";
import { newItem } from "#modules/routing/model-happenings.ts";
import { findNeeds, keepFor, putInPlace } from "#modules/routing/model-needs.ts";
import type { AgentRow, ItemRow, LineRow, QueueRow, QueueRules, Rows, Rules } from "#modules/routing/model-shapes.ts";
import {
  decide,
  emptyAgent,
  emptyHall,
  inOrder,
  remindAgent,
  remindItem,
  remindQueue,
  weigh,
  type Agent,
  type Hall,
  type Item,
  type Queue,
} from "#modules/routing/model-state.ts";
import { emptyLine, measureLines } from "#modules/routing/model-waiting.ts";

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);

export const agentRow = (agent: Agent): AgentRow => ({
  ...agent.facts,
  presence: agent.presence,
  vanishedAtMs: agent.vanishedAtMs,
  idleSinceMs: agent.idleSinceMs,
  missed: agent.missed,
  keptForItemId: agent.keptFor?.id ?? null,
});

export const itemRow = (hall: Hall, item: Item): ItemRow => ({
  ...item.arrival,
  kind: hall.kinds[item.kind] as string,
  queueId: item.queue.id,
  dueAtMs: item.dueAtMs,
  importance: item.importance,
  preferredAgentIds: item.preferredAgentIds,
  state: item.state,
  enteredAtMs: item.enteredAtMs,
  waitingSinceMs: item.waitingSinceMs,
  step: item.step,
  token: item.token,
  teamIds: item.teamIds,
  declines: item.declines,
  waitingFor: item.waitingFor,
  offer: item.offer === null ? null : { agentId: item.offer.agent.id, untilMs: item.offer.untilMs },
  holding:
    item.holding === null
      ? null
      : {
          agentId: item.holding.agent.id,
          sinceMs: item.holding.sinceMs,
          rest: item.holding.rest,
          parkedUntilMs: item.holding.parkedUntilMs,
          keptUntilMs: item.holding.keptUntilMs,
        },
  leftQueueIds: item.leftQueueIds,
  firstOfferAtMs: item.firstOfferAtMs,
  predicted: item.predicted,
});

const queueRow = ({ id, paused, open, overflowing }: Queue): QueueRow => ({
  id,
  paused,
  open,
  overflowing: [...overflowing],
});

const lineRows = (hall: Hall, queue: Queue): LineRow[] =>
  queue.lines.map(({ queue: _queue, kind, waiting: _waiting, ...measures }) => ({
    queueId: queue.id,
    kind: hall.kinds[kind] as string,
    ...measures,
  }));

/** Queues and lines, measured up to now. */
export const queueRowsOf = (hall: Hall): Pick<Rows, "queues" | "lines"> => {
  const queues = [...hall.queues.values()].toSorted(byId);
  for (const queue of queues) measureLines(hall, queue);
  return { queues: queues.map(queueRow), lines: queues.flatMap((queue) => lineRows(hall, queue)) };
};

export const rowsOf = (hall: Hall): Rows => {
  return {
    atMs: hall.nowMs,
    agents: [...hall.agentsById.values()].toSorted(byId).map(agentRow),
    items: [...hall.items.values()].toSorted(byId).map((item) => itemRow(hall, item)),
    ...queueRowsOf(hall),
  };
};

const mostSteps = 6;

const openQueue = (hall: Hall, given: QueueRules, rows: Rows, lines: ReadonlyMap<string, LineRow>): void => {
  const row = rows.queues.find(({ id }) => id === given.id);
  const steps = given.steps.toSorted((a, b) => a.afterMs - b.afterMs).slice(0, mostSteps);
  const queue: Queue = {
    id: given.id,
    rules: { ...given, steps },
    paused: row?.paused ?? false,
    open: row?.open ?? true,
    overflowing: given.overflow.map((_, number) => row?.overflowing[number] ?? false),
    places: orderedSet(inOrder),
    lines: [],
  };
  for (const [number, kind] of hall.kinds.entries())
    queue.lines.push(emptyLine(queue, number, hall.nowMs, lines.get(JSON.stringify([queue.id, kind]))));
  hall.queues.set(queue.id, queue);
};

const openAgent = (hall: Hall, row: AgentRow): void => {
  const { presence, vanishedAtMs, idleSinceMs, missed, keptForItemId: _, ...facts } = row;
  const agent = emptyAgent(hall, facts, presence);
  Object.assign(agent, { vanishedAtMs, idleSinceMs, missed });
  hall.agents[agent.place] = agent;
  hall.agentsById.set(agent.id, agent);
  findNeeds(hall, agent, facts);
  remindAgent(hall, agent);
};

/** An item where its row says; one whose queue is gone goes to the fallback, one whose agent or kind is gone waits. */
const openItem = (hall: Hall, row: ItemRow): Item | null => {
  const fallback = hall.queues.get(hall.rules.fallbackQueueId) ?? [...hall.queues.values()][0];
  const queue = hall.queues.get(row.queueId) ?? fallback;
  if (queue === undefined) return null;
  const item = newItem(hall, row, queue);
  Object.assign(item, {
    enteredAtMs: row.enteredAtMs,
    waitingSinceMs: row.waitingSinceMs,
    step: row.step,
    token: row.token,
    teamIds: row.teamIds,
    declines: row.declines,
    waitingFor: row.waitingFor,
    leftQueueIds: row.leftQueueIds,
    firstOfferAtMs: row.firstOfferAtMs,
    predicted: row.predicted,
  });
  hall.items.set(item.id, item);
  if (queue.id !== row.queueId) {
    Object.assign(item, { enteredAtMs: hall.nowMs, step: 0 });
    decide(hall, { what: "moved", itemId: item.id, fromQueueId: row.queueId, queueId: queue.id, why: "queueGone" });
  }
  const holder = row.holding === null ? undefined : hall.agentsById.get(row.holding.agentId);
  const asked = row.offer === null ? undefined : hall.agentsById.get(row.offer.agentId);
  if (row.state === "held" && row.holding !== null && holder !== undefined) {
    const { sinceMs, rest, parkedUntilMs, keptUntilMs } = row.holding;
    item.state = "held";
    item.holding = { agent: holder, sinceMs, rest, parkedUntilMs, keptUntilMs };
    holder.held.add(item);
  } else {
    queue.places.add(item);
    if (row.state === "offered" && row.offer !== null && asked !== undefined) {
      item.state = "offered";
      item.offer = { agent: asked, untilMs: row.offer.untilMs };
      asked.offers.add(item);
    }
  }
  return item;
};

/** Kinds in the rules' order, and after them those that only the items still have. */
const withKindsOf = (rules: Rules, rows: Rows): Rules => {
  const kinds = { ...rules.kinds };
  for (const { kind } of rows.items) kinds[kind] ??= { live: true, usualMs: 0, memoryMs: 1, wrapUpMs: 0 };
  return { ...rules, kinds };
};

export const hallFrom = (rules: Rules, rows: Rows): Hall => {
  const hall = emptyHall(withKindsOf(rules, rows), rows.atMs);
  const lines = new Map(rows.lines.map((line) => [JSON.stringify([line.queueId, line.kind]), line]));
  for (const queue of rules.queues) openQueue(hall, queue, rows, lines);
  for (const row of rows.agents.toSorted(byId)) openAgent(hall, row);
  const waiting: (readonly [Item, ItemRow])[] = [];
  for (const row of rows.items) {
    const item = openItem(hall, row);
    if (item === null) continue;
    if (item.state === "waiting") waiting.push([item, row]);
    else remindItem(hall, item);
  }
  for (const agent of hall.agentsById.values()) weigh(hall, agent);
  // What was measured up to now is in the rows: that they wait again is no news.
  for (const [item, row] of waiting) {
    putInPlace(hall, item);
    item.predicted = row.predicted;
  }
  for (const { id, keptForItemId } of rows.agents) {
    const agent = hall.agentsById.get(id);
    const item = keptForItemId === null ? undefined : hall.items.get(keptForItemId);
    if (agent !== undefined && item?.placed === true && item.keptBy === null) keepFor(hall, agent, item);
  }
  for (const queue of hall.queues.values()) remindQueue(hall, queue);
  return hall;
};
