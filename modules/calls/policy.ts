// Who may do what with a call. Asked by calls/actions*.ts and reads.ts with the call in hand.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import type { Call, CallWish } from "#contract/calls.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import { allows } from "#contract/permissions.ts";

/** Does the call belong to what this agent has before them: they speak in it, are rung for it, or supervise? */
export const speaksIn = (who: AgentActor, call: Pick<Call, "agentId" | "parties">): boolean =>
  allows(who.role, "team.supervise") ||
  call.agentId === who.id ||
  call.parties.some(({ agentId, state }) => agentId === who.id && state !== "ended");

/** Why this agent may not want that of the call; null: may. A call of another brand is not found; one that is over is over. */
export const forbidsWish = (
  who: AgentActor,
  call: Pick<Call, "brandId" | "agentId" | "parties" | "endedAt">,
  { what }: CallWish,
): Refusal | null => {
  if (!seesBrand(who, call.brandId)) return refuse("notFound");
  if (call.endedAt !== null) return refuse("callOver");
  const supervises = allows(who.role, "team.supervise");
  if (what === "join") return supervises ? null : refuse("notAllowed");
  const isParty =
    call.agentId === who.id || call.parties.some(({ agentId, state }) => agentId === who.id && state !== "ended");
  // Who supervises may take a call out of somebody's hands, and end it; the rest is for who speaks in it.
  if (isParty || (supervises && (what === "transfer" || what === "hangUp"))) return null;
  return refuse("notAllowed");
};
