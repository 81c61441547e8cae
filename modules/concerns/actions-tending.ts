// What happens to promises by time: they come near, are missed, and something is done about it. Called by server/jobs.ts on one node at a time; on several each thing
// would happen once all the same.
import { system } from "#contract/actor.ts";
import { priorities } from "#contract/concerns.ts";
import type { AgentId } from "#contract/ids.ts";
import type { Notified } from "#contract/promises.ts";
import { allows } from "#contract/permissions.ts";
import { allAgents, allTeams, type AgentRecord } from "#modules/agents/reads.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { judged } from "#modules/concerns/actions-promises.ts";
import { changes } from "#modules/concerns/actions-saving.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { cannotHold } from "#modules/concerns/policy.ts";
import { lockDuePromises } from "#modules/concerns/store-promises.ts";
import { updateConcern } from "#modules/concerns/store-saving.ts";
import { comeDue, type Due } from "#modules/promises/model.ts";
import { bookOf } from "#modules/promises/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const atOnce = 100;

/**
 * Sees to everything that has come due: never before its time, and once, because what was done is written down with it. `promise_at` stands in the table: after a
 * kill or a clock that jumped the next look does it. Says how many concerns it looked at.
 */
export const tendPromises = async (world: World): Promise<number> => {
  let seen = 0;
  for (;;) {
    const some = await world.db.transaction(async (tx) => {
      const at = world.now().toISOString();
      const states = await lockDuePromises(tx, at, atOnce);
      for (const state of states) await tend(world, tx, state, at);
      return states.length;
    });
    seen += some;
    if (some < atOnce) return seen;
  }
};

const tend = async (world: World, tx: Tx, state: ConcernState, at: string): Promise<void> => {
  const book = await bookOf(world, tx, state.promiseRevision ?? 0);
  // By the newest rules, and with what is missed by now.
  const now = judged(book, state, state, at);
  const kept = now.state.promises;
  const come = kept === null ? null : comeDue(book, kept, now.state, at);
  const due = come?.due ?? [];
  const moved = await escalated(tx, now.state, due);
  const told = await toldOf(tx, state, due);
  const { state: after, said } = judged(book, { ...now.state, promises: come?.kept ?? kept }, moved, at);
  await updateConcern(tx, state, after);
  await say(world, tx, system, [
    ...now.said,
    ...changes(state, after, moved === now.state ? null : "escalated"),
    ...said,
    ...told,
  ]);
};

/** The concern as its escalations want it. A team that is gone changes nothing. */
const escalated = async (tx: Tx, state: ConcernState, due: readonly Due[]): Promise<ConcernState> => {
  let after = state;
  for (const { what, rule } of due) {
    if (what !== "escalate" || rule.escalation === null) continue;
    const { raise, teamId } = rule.escalation;
    const higher = priorities[priorities.indexOf(after.priority) + 1];
    if (raise && higher !== undefined) after = { ...after, priority: higher };
    if (teamId !== null && teamId !== after.teamId && (await allTeams(tx)).some(({ id }) => id === teamId))
      after = { ...after, teamId, assigneeId: null };
  }
  return after;
};

/** The entries by which people are told. */
const toldOf = async (tx: Tx, state: ConcernState, due: readonly Due[]): Promise<Said[]> => {
  const agents = due.length === 0 ? [] : await allAgents(tx);
  return due.map(({ what, rule, promise, dueAt }) => ({
    kind: what === "warn" ? ("promise.warned" as const) : ("promise.escalated" as const),
    brandId: state.brandId,
    concernId: state.id,
    customerId: state.customerId,
    data: {
      promise,
      ruleId: rule.id,
      rule: rule.name,
      dueAt,
      agentIds: whoIs(agents, state, what === "warn" ? rule.warns : (rule.escalation?.notify ?? [])),
    },
  }));
};

/** Those who are meant and serve the brand, each once. Where nobody has the concern, "assignee" is its team. */
export const whoIs = (agents: readonly AgentRecord[], state: ConcernState, wanted: readonly Notified[]): AgentId[] => {
  const isMeant = (agent: AgentRecord, who: Notified): boolean =>
    who === "supervisors"
      ? allows(agent.role, "team.supervise")
      : who === "assignee" && state.assigneeId !== null
        ? agent.id === state.assigneeId
        : state.teamId !== null && agent.teamIds.includes(state.teamId);
  return agents
    .filter((agent) => cannotHold(agent, state.brandId) === null && wanted.some((who) => isMeant(agent, who)))
    .map(({ id }) => id);
};
