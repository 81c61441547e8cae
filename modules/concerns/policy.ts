// Who may do what with a concern. Every action asks here with the concern in hand, also when the caller was checked before.
import { seesBrand, type AgentActor, type Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
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

/** May this agent let another one follow? Oneself always; others by who supervises. */
export const mayFollowFor = (who: AgentActor, agentId: string): boolean =>
  who.id === agentId || allows(who.role, "team.supervise");

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
