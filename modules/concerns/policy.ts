// Who may do what with a concern. Every action asks here with the concern in hand, also when the caller was checked before.
import { seesBrand, type AgentActor, type Who } from "#contract/actor.ts";
import { asideReasons, type AsideReason } from "#contract/aside.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AnyEvent } from "#contract/events.ts";
import { allows, type Permission } from "#contract/permissions.ts";

/**
 * Null when it is allowed. An agent needs the permission and the concern's brand; a concern of another brand is "not found",
 * so that nobody learns that it exists. The system may; customers and helpers have no rights of their own here.
 */
export const forbids = (who: Who, permission: Permission, brandId: string): Refusal | null => {
  if (who.kind === "system") return null;
  if (who.kind !== "agent") return refuse("notAllowed");
  if (!seesBrand(who, brandId)) return refuse("notFound");
  return allows(who.role, permission) ? null : refuse("notAllowed");
};

/**
 * May this agent read this entry of a concern of their own brands? One about a link names another concern: it is for who serves that one's
 * brand, too. Whoever shows entries of the log to an agent asks here.
 */
export const mayReadEntry = (who: AgentActor, event: Pick<AnyEvent, "kind" | "data">): boolean => {
  const entry = event as AnyEvent;
  if (entry.kind === "concern.linked") return seesBrand(who, entry.data.link.brandId);
  if (entry.kind === "concern.unlinked") return seesBrand(who, entry.data.brandId);
  return true;
};

/** What of the mails that made no concern this agent decides about: agents those of unknown senders, who supervises all. */
export const asideReasonsFor = (who: AgentActor): readonly AsideReason[] =>
  allows(who.role, "team.supervise") ? asideReasons : ["unknownSenders", "strayAutoReply"];

/** May this agent let another one follow? Oneself always; others by who supervises. */
export const mayFollowFor = (who: AgentActor, agentId: string): boolean =>
  who.id === agentId || allows(who.role, "team.supervise");

/** What decides about a view that somebody made. */
interface KeptView {
  readonly agentId: string;
  readonly teamId: string | null;
  readonly forEverybody: boolean;
}

/** Does this agent, with these teams to look after, see the view? */
export const seesView = (who: AgentActor, teamIds: readonly string[], view: KeptView): boolean =>
  view.forEverybody || (view.teamId === null ? view.agentId === who.id : teamIds.includes(view.teamId));

/** May this agent let others see a view? */
export const mayShare = (who: AgentActor): boolean => allows(who.role, "team.supervise");

/** May this agent, who sees the view, change it? One's own always, shared ones who supervises. */
export const mayChangeView = (who: AgentActor, view: KeptView): boolean =>
  view.forEverybody || view.teamId !== null ? mayShare(who) : view.agentId === who.id;

/** Why this agent cannot be given work of that brand; null: can. */
export const cannotHold = (
  agent: { readonly active: boolean; readonly brandIds: readonly string[] } | null,
  brandId: string,
): Refusal | null => {
  if (agent === null) return refuse("unknownAgent", undefined, "assigneeId");
  if (!agent.active) return refuse("agentDisabled", undefined, "assigneeId");
  return agent.brandIds.length === 0 || agent.brandIds.includes(brandId)
    ? null
    : refuse("unknownAgent", undefined, "assigneeId");
};
