// What agents are set up for, as the settings show and change it: fetched once, anew when somebody changed it. Called by the matrix of skills.
import { useEffect } from "react";
import type { AgentId } from "#contract/ids.ts";
import { routing } from "#contract/routing-endpoints.ts";
import type { AgentWork } from "#contract/routing-book.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { onEvents } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { createStore, useStore } from "#web/state/store.ts";

/** By agent; null: not known yet. */
interface Known {
  readonly work: ReadonlyMap<AgentId, AgentWork> | null;
  readonly problem: Problem | null;
}

const known = createStore<Known>({ work: null, problem: null });

/** What is on its way to the server, by agent: a change waits for the one before it. */
const underway = new Map<AgentId, Promise<void>>();

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

/** Sets an agent up: shown at once, saved in the order of the changes; what is refused is told, and everything is fetched anew. */
export const changeAgentWork = (agentId: AgentId, change: (work: AgentWork) => AgentWork): void => {
  const before = known.get().work?.get(agentId);
  if (before === undefined) return;
  const next = change(before);
  touch(agentId);
  known.set(({ work, problem }) => ({ problem, work: new Map([...(work ?? []), [agentId, next]]) }));
  const saving = (underway.get(agentId) ?? Promise.resolve()).then(async () => {
    // Of several changes in a row the last one is enough.
    if (known.get().work?.get(agentId) !== next) return;
    const outcome = await call(routing.setAgentWork, { params: { id: agentId }, body: next });
    if (outcome.ok) return touch(agentId);
    tellProblem(outcome.problem);
    underway.delete(agentId);
    await loadAgentWork();
  });
  underway.set(agentId, saving);
  void saving.then(() => {
    if (underway.get(agentId) === saving) underway.delete(agentId);
  });
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
