// HTTP for sign-in, agents and teams. server/app.ts joins them to the other routes.
import { agents } from "#contract/agents.ts";
import { answer, type Call, type Route } from "#contract/endpoint.ts";
import { isRefusal, refuse } from "#contract/errors.ts";
import { asMe, signIn, signOut } from "#modules/agents/actions-sessions.ts";
import { changeAgent, changePassword, changePreferences, createAgent, createTeam } from "#modules/agents/actions.ts";
import { agentById, allAgents, allTeams, asAgent } from "#modules/agents/reads.ts";
import type { AgentActor } from "#contract/actor.ts";
import type { World } from "#platform/world.ts";

const meOf = async (world: World, who: AgentActor, call: Call) => {
  const record = await agentById(world.db, who.id);
  return record && call.sessionToken !== null ? asMe(world, record, call.sessionToken) : refuse("notSignedIn");
};

/** Routes of agents. */
export const agentRoutes: readonly Route<World>[] = [
  answer<World, typeof agents.signIn>(agents.signIn, async (world, _who, { body }, call) => {
    const result = await signIn(world, { ...body, remoteIp: call.remoteIp, token: call.sessionToken });
    if (isRefusal(result)) return result;
    call.setSession(result.token);
    return result.me;
  }),
  answer<World, typeof agents.signOut>(agents.signOut, async (world, _who, _input, call) => {
    if (call.sessionToken !== null) await signOut(world, call.sessionToken);
    call.setSession(null);
    return { done: true };
  }),
  answer<World, typeof agents.me>(agents.me, (world, who, _input, call) => meOf(world, who, call)),
  answer<World, typeof agents.changePreferences>(agents.changePreferences, async (world, who, { body }, call) => {
    await changePreferences(world, who, body);
    return meOf(world, who, call);
  }),
  answer<World, typeof agents.changePassword>(agents.changePassword, (world, who, { body }, call) =>
    call.sessionToken === null
      ? Promise.resolve(refuse("notSignedIn"))
      : changePassword(world, who, { ...body, token: call.sessionToken }),
  ),
  answer<World, typeof agents.list>(agents.list, async (world) => (await allAgents(world.db)).map(asAgent)),
  answer<World, typeof agents.teams>(agents.teams, (world) => allTeams(world.db)),
  answer<World, typeof agents.create>(agents.create, (world, who, { body }) => createAgent(world, who, body)),
  answer<World, typeof agents.change>(agents.change, (world, who, { params, body }) =>
    changeAgent(world, who, params.id, body),
  ),
  answer<World, typeof agents.details>(agents.details, async (world, _who, { params }) => {
    const record = await agentById(world.db, params.id);
    return record
      ? { agent: asAgent(record), email: record.email, brandIds: [...record.brandIds], lastSeenAt: record.lastSeenAt }
      : refuse("notFound");
  }),
  answer<World, typeof agents.createTeam>(agents.createTeam, (world, who, { body }) =>
    createTeam(world, who, body.name),
  ),
];
