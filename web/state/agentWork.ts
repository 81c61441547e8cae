// What agents are set up for, as it is shown and changed: fetched once, anew when somebody changed it. Called by the matrix of skills and the floor.
import { useEffect } from "react";
import type { AgentId } from "#contract/ids.ts";
import { routing } from "#contract/routing-endpoints.ts";
import type { AgentWork } from "#contract/routing-book.ts";
import { call } from "#web/state/client.ts";
import type { Outcome, Problem } from "#web/state/client.ts";
import { onEvents } from "#web/state/desk.ts";
import { createStore, useStore } from "#web/state/store.ts";

/** By agent; null: not known yet. */
interface Known {
  readonly work: ReadonlyMap<AgentId, AgentWork> | null;
  readonly problem: Problem | null;
}

const known = createStore<Known>({ work: null, problem: null });

/** What is on its way to the server, by agent: a change waits for the one before it. */
const underway = new Map<AgentId, Promise<Outcome<unknown>>>();

/** When an agent was last changed here, and when that was last saved, counted: what was asked for before that may not know of it. */
const touched = new Map<AgentId, number>();
let count = 0;
const touch = (agentId: AgentId): void => {
  count += 1;
  touched.set(agentId, count);
};

export const loadAgentWork = async (): Promise<void> => {
  const asked = count;
  const outcome = await call(routing.agentWork, {});
  if (!outcome.ok) return known.set((now) => ({ ...now, problem: outcome.problem }));
  known.set(({ work: before }) => ({
    problem: null,
    work: new Map(
      outcome.value.map(({ agentId, ...work }) => [
        agentId,
        underway.has(agentId) || (touched.get(agentId) ?? 0) > asked ? (before?.get(agentId) ?? work) : work,
      ]),
    ),
  }));
};

/** What somebody takes who was never set up. */
const unsetWork: AgentWork = { skills: {}, capacity: "blended", queueIds: null };

/** What an agent is set up for, of what is known. */
export const workOf = (work: Known["work"], agentId: AgentId): AgentWork => work?.get(agentId) ?? unsetWork;

/**
 * Sets an agent up: shown at once, saved in the order of the changes, each upon the one before it; what is refused is fetched anew, and telling it is the
 * caller's. Of several changes that wait for each other the last one is enough.
 */
export const changeAgentWork = (
  agentId: AgentId,
  change: (work: AgentWork) => AgentWork,
): Promise<Outcome<unknown>> => {
  const next = change(workOf(known.get().work, agentId));
  touch(agentId);
  known.set(({ work, problem }) => ({ problem, work: new Map([...(work ?? []), [agentId, next]]) }));
  const before = underway.get(agentId) ?? Promise.resolve();
  const saving = before.then(async (): Promise<Outcome<unknown>> => {
    if (known.get().work?.get(agentId) !== next) return { ok: true, value: null };
    const outcome = await call(routing.setAgentWork, { params: { id: agentId }, body: next });
    touch(agentId);
    if (!outcome.ok) {
      underway.delete(agentId);
      await loadAgentWork();
    }
    return outcome;
  });
  underway.set(agentId, saving);
  void saving.then(() => {
    if (underway.get(agentId) === saving) underway.delete(agentId);
  });
  return saving;
};

/** What agents are set up for, kept fresh while the screen stands. */
export const useAgentWork = (): Known => {
  useEffect(() => {
    void loadAgentWork();
    return onEvents((events) => {
      if (events.some(({ kind }) => kind === "routing.agentChanged" || kind === "routing.bookChanged"))
        void loadAgentWork();
    });
  }, []);
  return useStore(known, (now) => now);
};
