// The only writers of agents and teams. Called by agents/routes.ts, settings (first admin) and the demo world.
import type { AgentActor, Who } from "#contract/actor.ts";
import type { Agent, Preferences, Team } from "#contract/agents.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, BrandId, TeamId } from "#contract/ids.ts";
import type { Role } from "#contract/permissions.ts";
import { checkPassword, forgetSessions } from "#modules/agents/actions-sessions.ts";
import { firstPreferences, normalEmail, takesAway } from "#modules/agents/model.ts";
import { deleteSessionsOf } from "#modules/agents/store-sessions.ts";
import {
  agentById,
  asAgent,
  countTeams,
  insertAgent,
  insertTeam,
  lockAdmins,
  setPassword,
  setPreferences,
  setTeams,
  updateAgent,
} from "#modules/agents/store.ts";
import { say } from "#modules/audit/actions.ts";
import { hashPassword, judgePassword } from "#platform/auth/password.ts";
import { sessionHash } from "#platform/auth/session.ts";
import { breaksUnique, type Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake" | "mac">;

/** What an admin says about an agent. Password null: the one there is. */
export interface AgentInput {
  readonly name: string;
  readonly handle: string;
  readonly email: string;
  readonly role: Role;
  readonly active: boolean;
  readonly teamIds: readonly TeamId[];
  /** Empty: all brands. */
  readonly brandIds: readonly BrandId[];
  readonly password: string | null;
}

const judged = (
  input: Pick<AgentInput, "name" | "handle" | "email">,
  password: string,
  field: string,
): Refusal | null => {
  const fault = judgePassword(password, [input.name, input.handle, input.email]);
  return fault === null ? null : refuse("passwordTooWeak", { reason: fault }, field);
};

const uniquely = async <T>(work: () => Promise<T>): Promise<T | Refusal> => {
  try {
    return await work();
  } catch (error) {
    if (breaksUnique(error, "agent_handle_key")) return refuse("nameTaken", {}, "handle");
    if (breaksUnique(error, "agent_email_key")) return refuse("addressTaken", {}, "email");
    if (breaksUnique(error, "team_name_key")) return refuse("nameTaken", {}, "name");
    throw error;
  }
};

/** Adds an agent. Refuses with nameTaken, addressTaken, unknownTeam or passwordTooWeak (also when there is none). */
export const createAgent = async (
  world: Acting,
  who: Who,
  input: AgentInput & { readonly language?: "de" | "en" },
): Promise<Agent | Refusal> => {
  const weak = judged(input, input.password ?? "", "password");
  if (weak) return weak;
  const password = await hashPassword(input.password ?? "");
  return uniquely(() => world.db.transaction((tx) => addAgent(world, tx, who, { ...input, password })));
};

/** Adds an agent inside a transaction at hand; the password is a stored one (platform/auth `hashPassword`). Throws when handle or address are taken. */
export const addAgent = async (
  world: Pick<World, "now" | "newId" | "wake">,
  tx: Tx,
  who: Who,
  input: AgentInput & { readonly password: string; readonly language?: "de" | "en" },
): Promise<Agent | Refusal> => {
  const teamIds = [...new Set(input.teamIds)];
  if ((await countTeams(tx, teamIds)) < teamIds.length) return refuse("unknownTeam", {}, "teamIds");
  const id = world.newId() as AgentId;
  await insertAgent(tx, {
    id,
    name: input.name,
    handle: input.handle,
    email: normalEmail(input.email),
    role: input.role,
    active: input.active,
    brandIds: [...new Set(input.brandIds)],
    preferences: firstPreferences(input.language ?? "de"),
    password: input.password,
    at: world.now().toISOString(),
  });
  await setTeams(tx, id, teamIds);
  return sayChanged(world, tx, who, id);
};

/** Changes an agent. What takes access away, and a new password, ends their sessions at once. The last active admin stays one (notAllowed). */
export const changeAgent = async (
  world: Acting,
  who: Who,
  id: AgentId,
  input: AgentInput,
): Promise<Agent | Refusal> => {
  const weak = input.password === null ? null : judged(input, input.password, "password");
  if (weak) return weak;
  const password = input.password === null ? null : await hashPassword(input.password);
  const changed = await uniquely(() =>
    world.db.transaction(async (tx) => {
      const admins = await lockAdmins(tx);
      const before = await agentById(tx, id);
      if (before === null) return refuse("notFound");
      if ((input.role !== "admin" || !input.active) && admins.length === 1 && admins[0] === id)
        return refuse("notAllowed", {}, "role");
      const teamIds = [...new Set(input.teamIds)];
      if ((await countTeams(tx, teamIds)) < teamIds.length) return refuse("unknownTeam", {}, "teamIds");
      const after = {
        id,
        name: input.name,
        handle: input.handle,
        email: normalEmail(input.email),
        role: input.role,
        active: input.active,
        brandIds: [...new Set(input.brandIds)],
      };
      await updateAgent(tx, after);
      await setTeams(tx, id, teamIds);
      if (password !== null) await setPassword(tx, id, password);
      if (password !== null || takesAway(before, after)) await deleteSessionsOf(tx, id, null);
      return sayChanged(world, tx, who, id);
    }),
  );
  if (!isRefusal(changed)) forgetSessions(world, id);
  return changed;
};

/** Changes the agent's own preferences. Nobody else sees them: not an event. */
export const changePreferences = async (
  world: Pick<World, "db">,
  who: AgentActor,
  preferences: Preferences,
): Promise<void> => setPreferences(world.db, who.id, preferences);

/** Changes the agent's own password and ends their other sessions. Refuses with wrongCredentials, tooManyAttempts or passwordTooWeak. */
export const changePassword = async (
  world: Acting,
  who: AgentActor,
  input: { readonly current: string; readonly next: string; readonly token: string },
): Promise<{ done: true } | Refusal> => {
  const record = await agentById(world.db, who.id);
  if (record === null) return refuse("notSignedIn");
  const wrong = await checkPassword(world, record, input.current);
  if (wrong) return wrong;
  const weak = judged(record, input.next, "next");
  if (weak) return weak;
  const password = await hashPassword(input.next);
  await world.db.transaction(async (tx) => {
    await setPassword(tx, who.id, password);
    await deleteSessionsOf(tx, who.id, sessionHash(input.token));
    // Tells every node to look at this agent's sessions and live links again.
    await sayChanged(world, tx, who, who.id);
  });
  forgetSessions(world, who.id);
  return { done: true };
};

/** Adds a team. Refuses with nameTaken. */
export const createTeam = (world: Acting, who: Who, name: string): Promise<Team | Refusal> =>
  uniquely(() =>
    world.db.transaction(async (tx) => {
      const team = { id: world.newId() as TeamId, name };
      await insertTeam(tx, team);
      await say(world, tx, who, [{ kind: "team.changed", data: { team } }]);
      return team;
    }),
  );

const sayChanged = async (
  world: Pick<World, "now" | "wake">,
  tx: Tx,
  who: Who,
  id: AgentId,
): Promise<Agent | Refusal> => {
  const record = await agentById(tx, id);
  if (record === null) return refuse("notFound");
  const agent = asAgent(record);
  await say(world, tx, who, [{ kind: "agent.changed", data: { agent } }]);
  return agent;
};
