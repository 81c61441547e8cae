// What who supervises does on the floor, each with its way back. Called by the floor's screen and its commands.
import type { AgentWork } from "#contract/routing-book.ts";
import type { Wish, Hand } from "#contract/routing.ts";
import { routing } from "#contract/routing-endpoints.ts";
import type { AgentId, QueueId, TeamId } from "#contract/ids.ts";
import { changeAgentWork } from "#web/state/agentWork.ts";
import { call } from "#web/state/client.ts";
import type { Outcome } from "#web/state/client.ts";
import { tellProblem, tellRefusal } from "#web/state/problems.ts";
import { offerBack, toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

const wish = (what: Wish): Promise<Outcome<{ readonly done: true }>> =>
  call(routing.wish, { body: { id: crypto.randomUUID(), wish: what } });

const wishWithBack = async (said: string, what: Wish, back: Wish | null): Promise<boolean> => {
  const work = wish(what);
  const outcome = back === null ? await work : await offerBack(said, work, () => tellRefusal(wish(back)));
  if (!outcome.ok) tellProblem(outcome.problem);
  else if (back === null) toast(said);
  return outcome.ok;
};

/** Pauses a queue (nothing is offered from it), or lets it go on. */
export const pauseQueue = (queueId: string, name: string, paused: boolean): Promise<boolean> =>
  wishWithBack(
    t(paused ? "floor.paused" : "floor.goesOn", { name }),
    { what: "pause", queueId: queueId as QueueId, paused },
    { what: "pause", queueId: queueId as QueueId, paused: !paused },
  );

/** Where a piece of work can be taken. */
export type Target = { readonly queueId: QueueId } | { readonly agentId: AgentId } | { readonly teamId: TeamId };

/** Gives a piece of work to somebody, or to a queue; the way back is where it was. What only waited goes back to its place in its queue, and who was given it is not asked first for it any more. */
export const moveWork = (work: Hand, to: Target, name: string): Promise<boolean> => {
  const { id: workId, agentId, queueId, state } = work;
  const was =
    state === "held" && agentId !== null
      ? { agentId }
      : { queueId, ...("agentId" in to ? { backFrom: to.agentId } : {}) };
  return wishWithBack(
    t("floor.moved", { number: String(work.number), name }),
    { what: "transfer", workId, to, note: "" },
    { what: "transfer", workId, to: was, note: "" },
  );
};

/** Says for somebody else that they are available, away or gone. */
export const setPresence = (
  agentId: string,
  name: string,
  state: "available" | "away" | "offline",
  was: "available" | "busy" | "away" | "wrapUp" | "offline",
): Promise<boolean> =>
  wishWithBack(
    t("floor.presenceSet", { name, state: t(`routing.presence.${state}`) }),
    { what: "presence", agentId: agentId as AgentId, state, reason: "" },
    was === "wrapUp" ? null : { what: "presence", agentId: agentId as AgentId, state: was, reason: "" },
  );

/** Sets what an agent is set up for; `was` is the way back. */
export const setWork = async (agentId: AgentId, name: string, was: AgentWork, next: AgentWork): Promise<void> => {
  const outcome = await offerBack(
    t("floor.workKept", { name }),
    changeAgentWork(agentId, () => next),
    () => tellRefusal(changeAgentWork(agentId, () => was)),
  );
  if (!outcome.ok) tellProblem(outcome.problem);
};

/** Tells a team, or everybody; true when it was told. */
export const tellTeam = async (teamId: TeamId | null, text: string): Promise<Outcome<unknown>> => {
  const outcome = await call(routing.tell, { body: { teamId, text } });
  if (outcome.ok) toast(t("floor.told"));
  return outcome;
};
