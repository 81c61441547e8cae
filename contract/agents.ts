// Agents, teams and sign-in.
import { z } from "zod";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { agentId, brandId, teamId } from "#contract/ids.ts";
import { roles } from "#contract/permissions.ts";

export const role = z.enum(roles);

export const team = z.strictObject({ id: teamId, name: z.string() });
export type Team = z.infer<typeof team>;

/** A colleague as every other colleague sees them. */
export const agent = z.strictObject({
  id: agentId,
  name: z.string(),
  /** For @mentions; lower case, unique. */
  handle: z.string(),
  role,
  active: z.boolean(),
  teamIds: z.array(teamId),
});
export type Agent = z.infer<typeof agent>;

/** Language, look and mail habits of the signed-in agent. */
export const preferences = z.strictObject({
  language: z.enum(["de", "en"]),
  theme: z.enum(["system", "light", "dark"]),
  /** "system": more contrast when the machine asks for it. */
  contrast: z.enum(["system", "more"]).default("system"),
  density: z.enum(["comfortable", "compact"]),
  /** What the desk shows when a concern is resolved or snoozed and has left the list: the next one, or still this one. */
  afterwards: z.enum(["next", "stay"]).default("next"),
  /** Plain text below the agent's own mails, above the brand's signature. */
  signature: z.string().max(2000),
  /** Tell me by mail about: mentions, and answers in concerns that are mine. */
  notifyByMail: z.boolean(),
  /** And about customers' answers in concerns I follow; at most one mail an hour for each concern. */
  followedByMail: z.boolean(),
});
export type Preferences = z.infer<typeof preferences>;

export const me = z.strictObject({
  agent,
  email: z.string(),
  /** Empty: all brands. */
  brandIds: z.array(brandId),
  preferences,
  /** Sent back in the X-Csrf header with every call that changes something. */
  csrf: z.string(),
});
export type Me = z.infer<typeof me>;

const password = z.string().min(1).max(500);
const agentInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  handle: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,30}$/),
  email: z.email().max(254),
  role,
  active: z.boolean(),
  teamIds: z.array(teamId).max(100),
  brandIds: z.array(brandId).max(100),
  /** Null keeps the one there is. */
  password: password.nullable(),
});

export const agents = {
  signIn: endpoint({
    method: "POST",
    path: "/api/sign-in",
    permission: "public",
    summary: "Begin a session (sets the cookie)",
    body: z.strictObject({ email: z.string().max(254), password }),
    result: me,
  }),
  signOut: endpoint({
    method: "POST",
    path: "/api/sign-out",
    permission: "signedIn",
    summary: "End this session",
    result: done,
  }),
  me: endpoint({ method: "GET", path: "/api/me", permission: "signedIn", summary: "Who am I", result: me }),
  changePreferences: endpoint({
    method: "PUT",
    path: "/api/me/preferences",
    permission: "signedIn",
    summary: "Change my preferences",
    body: preferences,
    result: me,
  }),
  changePassword: endpoint({
    method: "PUT",
    path: "/api/me/password",
    permission: "signedIn",
    summary: "Change my password; ends my other sessions",
    body: z.strictObject({ current: password, next: password }),
    result: done,
  }),
  list: endpoint({
    method: "GET",
    path: "/api/agents",
    permission: "signedIn",
    summary: "All agents",
    result: z.array(agent),
  }),
  teams: endpoint({
    method: "GET",
    path: "/api/teams",
    permission: "signedIn",
    summary: "All teams",
    result: z.array(team),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/agents",
    permission: "agent.manage",
    summary: "Add an agent",
    body: agentInput,
    result: agent,
  }),
  change: endpoint({
    method: "PUT",
    path: "/api/agents/:id",
    permission: "agent.manage",
    summary: "Change an agent; taking a role or access away ends their sessions",
    params: z.strictObject({ id: agentId }),
    body: agentInput,
    result: agent,
  }),
  details: endpoint({
    method: "GET",
    path: "/api/agents/:id",
    permission: "agent.manage",
    summary: "An agent with mail address and brands",
    params: z.strictObject({ id: agentId }),
    result: z.strictObject({ agent, email: z.string(), brandIds: z.array(brandId), lastSeenAt: instant.nullable() }),
  }),
  createTeam: endpoint({
    method: "POST",
    path: "/api/teams",
    permission: "agent.manage",
    summary: "Add a team",
    body: z.strictObject({ name: z.string().trim().min(1).max(100) }),
    result: team,
  }),
};
