// The views that the demo's people made: shared ones of who supervises, and one of an agent's own. Called by seed.ts.
import type { AgentActor } from "#contract/actor.ts";
import { everything, type ListFilter, type ViewShare } from "#contract/concerns.ts";
import { isRefusal } from "#contract/errors.ts";
import type { TopicId } from "#contract/ids.ts";
import { saveView } from "#modules/concerns/actions-views.ts";
import type { World } from "#platform/world.ts";

/** Makes them. */
export const addDemoViews = async (
  world: World,
  agents: ReadonlyMap<string, AgentActor>,
  topics: ReadonlyMap<string, TopicId>,
): Promise<void> => {
  const keep = async (handle: string, name: string, part: Partial<ListFilter>, share: ViewShare): Promise<void> => {
    const who = agents.get(handle);
    if (!who) throw new Error(`the demo has no agent ${handle}`);
    const filter: ListFilter = { ...everything, statuses: ["new", "open", "waiting"], ...part };
    const kept = await saveView(world, who, { name, filter, share });
    if (isRefusal(kept)) throw new Error(`the demo's view ${name} was refused: ${kept.refused}`);
  };
  await keep("omar", "Brennt", { priorities: ["high", "urgent"], sort: "waiting" }, { with: "everybody" });
  await keep("omar", "Kein Bild", { topicId: topics.get("tv.schwarz") ?? null }, { with: "everybody" });
  await keep("omar", "Bald fällig", { promise: "near", sort: "due" }, { with: "everybody" });
  await keep("omar", "Unzufrieden", { ratings: [1, 2], statuses: [] }, { with: "everybody" });
  await keep("omar", "Aus dem Chat", { channelKind: "webchat" }, { with: "everybody" });
  await keep("lena", "Meine Rechnungen", { assignee: "me", topicId: topics.get("rechnung") ?? null }, { with: "me" });
};
