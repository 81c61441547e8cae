// Who does something: the second argument of every action.
import type { Actor } from "#contract/events.ts";
import type { AgentId, BrandId } from "#contract/ids.ts";
import type { Role } from "#contract/permissions.ts";

/** A signed-in agent. Brands empty: all of them. */
export interface AgentActor {
  readonly kind: "agent";
  readonly id: AgentId;
  readonly name: string;
  readonly role: Role;
  readonly brandIds: readonly BrandId[];
}

/** Anybody who acts: an agent with rights, or a customer, a helper or the system, whose rights are the action's own rules. */
export type Who = AgentActor | (Actor & { readonly kind: "customer" | "helper" | "system" });

/** The program itself, for example a timer. */
export const system: Who = { kind: "system", id: null, name: "Draht" };

/** The part of an actor that the event log keeps. */
export const asActor = (who: Who): Actor => ({ kind: who.kind, id: who.id, name: who.name });

/** May this agent see things of that brand? */
export const seesBrand = (who: AgentActor, brandId: string): boolean =>
  who.brandIds.length === 0 || (who.brandIds as readonly string[]).includes(brandId);
