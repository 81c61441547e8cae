// What the cable operator of the demo promises its customers. Called by seed.ts.
import { system } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { PromiseRuleId, TopicId } from "#contract/ids.ts";
import type { PromiseRule } from "#contract/promises.ts";
import { setRules } from "#modules/promises/actions.ts";
import type { World } from "#platform/world.ts";

/** Chats within five minutes, outages within two hours, a black screen within four, bills within eight, everything else within sixteen hours of service time. */
export const addDemoPromises = async (world: World, topics: ReadonlyMap<string, TopicId>): Promise<void> => {
  const rule = (name: string, part: Partial<PromiseRule>, when: Partial<PromiseRule["when"]>): PromiseRule => ({
    id: world.newId() as PromiseRuleId,
    name,
    when: { topicId: null, priorities: [], brandId: null, channelKind: null, ...when },
    targets: { firstReply: 480, nextReply: 480, resolution: null },
    hours: { kind: "brand" },
    pauses: ["waiting", "snoozed"],
    warn: { by: "share", percent: 75 },
    warns: ["assignee"],
    escalation: null,
    ...part,
  });
  const rules = [
    rule(
      "Chat",
      {
        // What follows often goes by mail: the visitor has left.
        targets: { firstReply: 5, nextReply: 180, resolution: null },
        warn: { by: "minutes", minutes: 1 },
        warns: [],
      },
      { channelKind: "webchat" },
    ),
    rule(
      "Ausfall",
      {
        targets: { firstReply: 120, nextReply: 240, resolution: 960 },
        warns: ["assignee", "team"],
        escalation: { afterMinutes: 60, notify: ["supervisors"], raise: true, teamId: null },
      },
      { topicId: topics.get("internet.ausfall") ?? null },
    ),
    rule(
      "Kein Bild",
      { targets: { firstReply: 240, nextReply: 240, resolution: 1440 } },
      { topicId: topics.get("tv.schwarz") ?? null },
    ),
    rule(
      "Rechnung",
      { targets: { firstReply: 480, nextReply: 480, resolution: 2400 } },
      { topicId: topics.get("rechnung") ?? null },
    ),
    rule("Alles andere", { targets: { firstReply: 960, nextReply: 960, resolution: null } }, {}),
  ];
  const kept = await setRules(world, system, { rules });
  if (isRefusal(kept)) throw new Error(`the demo's promises were refused: ${kept.refused}`);
};
