// Who may look after the floor. Asked by the actions of wallboards and of words to teams.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import { allows } from "#contract/permissions.ts";

/** Null when it is allowed: an agent who supervises. */
export const forbidsSupervising = (who: Who): Refusal | null =>
  who.kind === "agent" && allows(who.role, "team.supervise") ? null : refuse("notAllowed");
