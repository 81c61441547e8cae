// What supervisors tell teams. Called by routing/routes-floor.ts.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, TeamId } from "#contract/ids.ts";
import { storable } from "#lib/text.ts";
import { allTeams } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import { forbidsSupervising } from "#modules/routing/policy-floor.ts";
import { deleteWordsBefore, insertWord } from "#modules/routing/store-wallboards.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/** Tells a team, or (null) everybody, something; it stands at their desks today. Refuses with notAllowed, notFound (the team) or invalidInput (no words). */
export const tell = (
  world: Acting,
  who: Who,
  { teamId, text }: { readonly teamId: TeamId | null; readonly text: string },
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const forbidden = forbidsSupervising(who);
    if (forbidden) return forbidden;
    if (teamId !== null && !(await allTeams(tx)).some(({ id }) => id === teamId))
      return refuse("notFound", {}, "teamId");
    const words = storable(text).trim();
    if (words === "") return refuse("invalidInput", { detail: "no words" }, "text");
    const id = world.newId();
    await insertWord(tx, { id, at: world.now().toISOString(), by: who.id as AgentId, teamId, text: words });
    await say(world, tx, who, [{ kind: "team.told", data: { id, teamId, text: words } }]);
    return { done: true };
  });

/** Words are shown on the day they are told; after so long they go. */
const wordDays = 7;

/** Forgets what teams were told more than seven days ago; says how many words it was. */
export const forgetTeamWords = (world: Pick<World, "db" | "now">): Promise<number> =>
  deleteWordsBefore(world.db, new Date(world.now().getTime() - wordDays * 24 * 3_600_000).toISOString());
