// What who supervises does on the floor.
import type { Command } from "#web/commands/command.ts";
import { allows } from "#contract/permissions.ts";
import { floor } from "#web/state/floor.ts";
import { pauseQueue } from "#web/state/floorActions.ts";
import { floorUi, setFloorUi, type Spot } from "#web/state/floorUi.ts";
import { queueName, routingBook } from "#web/state/routingBook.ts";

const isShown = (): boolean => floorUi.get().shown;

const spotOf = <K extends Spot["kind"]>(kind: K): Extract<Spot, { kind: K }> | null => {
  const { shown, spot } = floorUi.get();
  return shown && spot?.kind === kind ? (spot as Extract<Spot, { kind: K }>) : null;
};

/** To the next row of the floor, or the one before, in the order in which they stand on the screen. */
const step = (by: 1 | -1) => (): void => {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-floor-row]")];
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = rows[at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
};

export const floorCommands: readonly Command[] = [
  {
    id: "goFloor",
    title: "commands.goFloor",
    group: "go",
    keys: ["g l"],
    can: (context) => allows(context.me.agent.role, "team.supervise"),
    run: (context) => context.go("/floor"),
  },
  {
    id: "floorDown",
    title: "commands.floorDown",
    group: "floor",
    keys: ["j", "ArrowDown"],
    can: isShown,
    run: step(1),
  },
  { id: "floorUp", title: "commands.floorUp", group: "floor", keys: ["k", "ArrowUp"], can: isShown, run: step(-1) },
  {
    id: "floorPause",
    title: "commands.floorPause",
    group: "floor",
    keys: ["p"],
    can: () => spotOf("queue") !== null,
    run: () => {
      const id = spotOf("queue")?.id;
      const queue = floor.get().now?.queues.find(({ queueId }) => queueId === id);
      if (queue) void pauseQueue(queue.queueId, queueName(routingBook.get().book, queue.queueId), !queue.paused);
    },
  },
  {
    id: "floorMove",
    title: "commands.floorMove",
    group: "floor",
    keys: ["m"],
    can: () => spotOf("work") !== null,
    run: () => setFloorUi({ moving: spotOf("work")?.work ?? null }),
  },
  {
    id: "floorTell",
    title: "commands.floorTell",
    group: "floor",
    keys: ["t"],
    can: isShown,
    run: () => setFloorUi({ sheet: "tell" }),
  },
  {
    id: "floorTakes",
    title: "commands.floorTakes",
    group: "floor",
    keys: ["x"],
    can: isShown,
    run: () => setFloorUi({ sheet: "takes" }),
  },
  {
    id: "floorBoards",
    title: "commands.floorBoards",
    group: "floor",
    keys: ["b"],
    can: isShown,
    run: () => setFloorUi({ sheet: "boards" }),
  },
];
