// Who may use and change which macro: what holds for views holds for them.
import type { AgentActor } from "#contract/actor.ts";
import { allows } from "#contract/permissions.ts";

/** What decides about a macro. */
interface KeptMacro {
  readonly agentId: string;
  readonly teamId: string | null;
  readonly forEverybody: boolean;
}

const isShared = ({ teamId, forEverybody }: KeptMacro): boolean => forEverybody || teamId !== null;

/** May this agent, with these teams to look after, use it? */
export const mayUse = (who: AgentActor, teamIds: readonly string[], macro: KeptMacro): boolean =>
  macro.forEverybody || (macro.teamId === null ? macro.agentId === who.id : teamIds.includes(macro.teamId));

/** May this agent make macros for others? */
export const mayShare = (who: AgentActor): boolean => allows(who.role, "team.supervise");

/** May this agent, who may use it, change it? One's own always, shared ones who supervises. */
export const mayChange = (who: AgentActor, macro: KeptMacro): boolean =>
  isShared(macro) ? mayShare(who) : macro.agentId === who.id;
