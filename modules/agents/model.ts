// Decides how long a session lives and which changes of an agent end it. Called by agents/actions*.ts; pure.
import type { Preferences } from "#contract/agents.ts";
import { roles, type Role } from "#contract/permissions.ts";

const hourMs = 60 * 60 * 1000;
/** Without a call for this long a session is over. */
export const idleMs = 12 * hourMs;
/** However busy, a session is over after this long. */
export const longestMs = 30 * 24 * hourMs;

/** What an agent begins with. */
export const firstPreferences = (language: "de" | "en"): Preferences => ({
  language,
  theme: "system",
  contrast: "system",
  density: "comfortable",
  afterwards: "next",
  signature: "",
  notifyByMail: true,
  followedByMail: true,
});

/** What somebody may do, as far as sessions care. */
export interface Access {
  readonly role: Role;
  readonly active: boolean;
  /** Empty: all brands. */
  readonly brandIds: readonly string[];
}

/** Does the change take something away that an open session would still use? A role or a brand less, or no access at all. */
export const takesAway = (before: Access, after: Access): boolean => {
  if (!after.active) return before.active;
  if (roles.indexOf(after.role) < roles.indexOf(before.role)) return true;
  if (after.brandIds.length === 0) return false;
  return before.brandIds.length === 0 || before.brandIds.some((id) => !after.brandIds.includes(id));
};

/** Mail addresses of agents are compared in lower case. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();
