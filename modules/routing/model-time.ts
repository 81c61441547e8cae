// Presence, and what happens by itself when an instant has come: offers run out, steps are taken, work returns. Used by model-happenings.ts and model.ts.
import { fitOf } from "#modules/routing/model-capacity.ts";
import { giveAway } from "#modules/routing/model-moving.ts";
import { takeFromPlace } from "#modules/routing/model-needs.ts";
import { declineFor, place, release, settle, stillWaitsFor, toPlace, withdraw } from "#modules/routing/model-offers.ts";
import type { Decision, PresenceState } from "#modules/routing/model-shapes.ts";
import {
  decide,
  inOrder,
  isAround,
  isThere,
  remindAgent,
  remindItem,
  remindQueue,
  touch,
  weigh,
  type Agent,
  type Hall,
  type Item,
  type Queue,
} from "#modules/routing/model-state.ts";

export const isLive = (hall: Hall, item: Item): boolean =>
  hall.rules.kinds[hall.kinds[item.kind] as string]?.live ?? true;

type WhyReturned = Extract<Decision, { what: "returned" }>["why"];

/** Takes a held item from its agent and gives it back to its place, for this agent before others for a while. */
export const giveBack = (hall: Hall, item: Item, why: WhyReturned): void => {
  const agent = release(hall, item);
  if (agent === null) return;
  decide(hall, { what: "returned", itemId: item.id, agentId: agent.id, why });
  item.preferredAgentIds = [agent.id, ...item.preferredAgentIds.filter((id) => id !== agent.id)];
  const untilMs = hall.nowMs + hall.rules.stickyMs;
  if (!isAround(agent) && hall.rules.stickyMs > 0)
    item.waitingFor = { agentIds: [agent.id], untilMs, alone: false, absentToo: true };
  toPlace(hall, item, "returned");
};

/** Those who wait for an agent alone, and in vain now, wait for everybody. */
export const giveUpWaiting = (hall: Hall, agent: Agent): void => {
  for (const item of agent.own.toArray()) {
    if (item.waitingFor?.alone !== true || stillWaitsFor(hall, item.waitingFor)) continue;
    takeFromPlace(hall, item);
    item.waitingFor = null;
    place(hall, item, "patienceOver");
  }
};

const cameBack = (hall: Hall, agent: Agent): void => {
  for (const item of agent.held) {
    if (item.holding?.keptUntilMs == null) continue;
    item.holding = { ...item.holding, keptUntilMs: null };
    remindItem(hall, item);
    decide(hall, { what: "kept", itemId: item.id, agentId: agent.id, untilMs: null });
  }
};

/** Its agent is gone: it stays theirs as long as its queue says. */
export const keep = (hall: Hall, item: Item): void => {
  if (item.holding === null || item.holding.keptUntilMs !== null) return;
  const keptUntilMs = hall.nowMs + item.queue.rules.keepMs;
  item.holding = { ...item.holding, keptUntilMs };
  remindItem(hall, item);
  decide(hall, { what: "kept", itemId: item.id, agentId: item.holding.agent.id, untilMs: keptUntilMs });
};

/** What is live returns at once; the rest stays theirs as long as its queue says. */
const wentOffline = (hall: Hall, agent: Agent): void => {
  for (const item of [...agent.held].toSorted(inOrder)) {
    if (isLive(hall, item) || item.queue.rules.keepMs <= 0) giveBack(hall, item, "offline");
    else keep(hall, item);
  }
};

export const setPresence = (
  hall: Hall,
  agent: Agent,
  state: PresenceState,
  reason: string,
  untilMs: number | null,
): void => {
  const before = agent.presence.state;
  agent.presence = { state, reason, sinceMs: hall.nowMs, untilMs };
  agent.missed = 0;
  if (state === "available" && before !== "available") agent.idleSinceMs = hall.nowMs;
  touch(hall, agent);
  remindAgent(hall, agent);
  decide(hall, { what: "presence", agentId: agent.id, presence: agent.presence });
  hall.freed.add(agent);
  if (state === "away" || state === "offline")
    for (const item of [...agent.offers].toSorted(inOrder)) {
      withdraw(hall, item, "agentGone");
      toPlace(hall, item, "notAnswered");
    }
  if (!isAround(agent)) giveUpWaiting(hall, agent);
  if (state === "offline") wentOffline(hall, agent);
  else if (before === "offline") cameBack(hall, agent);
};

/**
 * A held item that rests weighs fully again if there is room; else it returns to its place, for its agent before others. Nobody is silently given more than fits.
 * What somebody was given by hand though their capacity has none of its kind they may always take back: no room will ever be made for it.
 */
export const wake = (hall: Hall, item: Item, how: "woke" | "takenBack"): "noRoom" | null => {
  const { holding } = item;
  if (holding === null || holding.rest === "none") return null;
  const { agent } = holding;
  // What it weighs while it rests is not in its own way.
  agent.held.delete(item);
  weigh(hall, agent);
  const fit = fitOf(agent.room, agent.load, agent.count, item.kind);
  const fits = fit === "fits" || (fit === "never" && how === "takenBack");
  agent.held.add(item);
  if (!fits && how === "takenBack") {
    weigh(hall, agent);
    return "noRoom";
  }
  item.holding = { ...holding, rest: "none", parkedUntilMs: null };
  if (!fits) {
    giveBack(hall, item, "noRoom");
    return null;
  }
  weigh(hall, agent);
  remindItem(hall, item);
  if (isThere(agent)) hall.freed.add(agent);
  decide(hall, { what: "held", itemId: item.id, agentId: agent.id, token: item.token, how });
  return null;
};

const offerRanOut = (hall: Hall, item: Item, agent: Agent): void => {
  declineFor(hall, item, agent.id);
  withdraw(hall, item, "notAnswered");
  toPlace(hall, item, "notAnswered");
  agent.missed += 1;
  const { missesUntilAway } = hall.rules;
  if (missesUntilAway > 0 && agent.missed >= missesUntilAway && agent.presence.state === "available")
    setPresence(hall, agent, "away", "noAnswer", null);
};

const itemIsDue = (hall: Hall, item: Item): void => {
  if (item.state === "offered") {
    if (item.offer !== null && item.offer.untilMs <= hall.nowMs) offerRanOut(hall, item, item.offer.agent);
    return;
  }
  if (item.state === "held") {
    const { holding } = item;
    if (holding === null) return;
    if (holding.keptUntilMs !== null) {
      if (holding.keptUntilMs <= hall.nowMs) giveBack(hall, item, "shiftOver");
    } else if (holding.parkedUntilMs !== null && holding.parkedUntilMs <= hall.nowMs) wake(hall, item, "woke");
    return;
  }
  // A step, the end of waiting for somebody, or the time to ask again who has declined: it is placed anew.
  takeFromPlace(hall, item);
  const over = item.waitingFor !== null && item.waitingFor.untilMs <= hall.nowMs;
  const alone = item.waitingFor?.alone === true;
  if (over) item.waitingFor = null;
  place(hall, item, over && alone ? "patienceOver" : null);
};

const agentIsDue = (hall: Hall, agent: Agent): void => {
  const { vanishedAtMs, presence } = agent;
  if (vanishedAtMs !== null && presence.state !== "offline" && vanishedAtMs + hall.rules.graceMs <= hall.nowMs)
    setPresence(hall, agent, "offline", "vanished", null);
  else if (presence.untilMs !== null && presence.untilMs <= hall.nowMs) setPresence(hall, agent, "available", "", null);
  else remindAgent(hall, agent);
};

const queueIsDue = (hall: Hall, queue: Queue): void => {
  giveAway(hall, queue, (item) => {
    place(hall, item, null);
    settle(hall);
  });
  hall.due.remove(queue);
  remindQueue(hall, queue);
};

/** Sees to the first thing that is due; false: nothing is. Late is as good as in time: what follows is counted from now, so nothing is due in the past. */
export const seeToFirst = (hall: Hall): boolean => {
  const first = hall.due.first();
  if (first === undefined || (hall.due.get(first)?.dueMs ?? Infinity) > hall.nowMs) return false;
  if ("arrival" in first) itemIsDue(hall, first);
  else if ("facts" in first) agentIsDue(hall, first);
  else queueIsDue(hall, first);
  return true;
};
