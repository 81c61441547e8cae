// What follows for flows from what happens in concerns. Run by server/reactions.ts in commit order, at least once; a run is told each message once, and one that is over nothing.
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { beginByTopic, handNear, stopByPeople, tellByMessage } from "#modules/flows/actions-concerns.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { anyTopicEntries, whereFlowsSpeak } from "#modules/flows/reads-running.ts";
import type { Tx } from "#platform/db/db.ts";

/** A reaction before its lock is chosen. */
export interface FlowReaction {
  readonly name: string;
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  readonly sift: (tx: Tx, events: readonly AnyEvent[]) => Promise<readonly AnyEvent[]>;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

const kinds = ["message.added", "concern.changed", "promise.warned"] as const satisfies readonly EventKind[];

/** An agent has taken it, or said that there is nothing left to do in it. */
const takes = (event: AnyEvent): boolean =>
  event.kind === "concern.changed" &&
  event.actor.kind === "agent" &&
  ((event.data.patch.assigneeId ?? null) !== null ||
    (event.data.patch.status !== undefined && event.data.patch.status !== "open"));

const getsTopic = (event: AnyEvent): boolean =>
  event.kind === "concern.changed" && event.actor.kind !== "agent" && (event.data.patch.topicId ?? null) !== null;

const speaks = (event: AnyEvent): boolean =>
  event.kind === "message.added" &&
  ((event.data.message.direction === "in" && event.data.message.automatic === null) ||
    (event.data.message.direction === "out" && event.data.message.author.kind === "agent"));

export const flowReactions = (world: FlowWorld): readonly FlowReaction[] => [
  {
    name: "flows.concerns",
    kinds,
    wants: (event) =>
      event.concernId !== null &&
      (speaks(event) || takes(event) || getsTopic(event) || event.kind === "promise.warned"),
    // One look for all of them: as a rule no flow speaks where something happens.
    sift: async (tx, events) => {
      const speaking = await whereFlowsSpeak(
        tx,
        events.flatMap(({ concernId }) => concernId ?? []),
      );
      const topics = events.some(getsTopic) && (await anyTopicEntries(tx));
      return events.filter(
        (event) => (event.concernId !== null && speaking.has(event.concernId)) || (topics && getsTopic(event)),
      );
    },
    handle: async (tx, event) => {
      const { concernId, actor } = event;
      if (concernId === null) return;
      if (event.kind === "promise.warned")
        return handNear(world, tx, { kind: "system", id: null, name: actor.name }, concernId);
      if (getsTopic(event)) return beginByTopic(world, tx, concernId);
      const who = { kind: "system", id: null, name: actor.name } as const;
      if (takes(event)) return stopByPeople(world, tx, who, concernId);
      if (event.kind !== "message.added") return;
      return event.data.message.direction === "in"
        ? tellByMessage(world, tx, concernId, event.data.message.id)
        : stopByPeople(world, tx, who, concernId);
    },
  },
];
