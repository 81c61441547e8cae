// Taking messages of the open concern into another one, and which of its lines are shown.
import type { Message } from "#contract/concerns.ts";
import { withConcern, type Command } from "#web/commands/command.ts";
import { deskState } from "#web/state/desk.ts";
import { belongsHere, splitOff } from "#web/state/moving.ts";
import { nextChannel, nextKind } from "#web/state/path.ts";
import { setUi, ui } from "#web/state/ui.ts";

const hasMessages: Command["can"] = (context) =>
  withConcern(context) &&
  context.concern !== null &&
  (deskState.get().opened[context.concern.id]?.messages.some(({ direction }) => direction !== "system") ?? false);

/** The last message that seems to open another concern. */
const proposedIn: (context: Parameters<Command["can"]>[0]) => Message | undefined = ({ concern }) =>
  concern === null
    ? undefined
    : deskState.get().opened[concern.id]?.messages.findLast(({ proposal }) => proposal !== null);

export const movingCommands: readonly Command[] = [
  {
    id: "showKind",
    title: "commands.showKind",
    group: "concern",
    keys: ["Shift+c"],
    can: withConcern,
    run: () => setUi({ shown: { ...ui.get().shown, kind: nextKind(ui.get().shown.kind) } }),
  },
  {
    id: "showChannel",
    title: "commands.showChannel",
    group: "concern",
    keys: ["Shift+p"],
    can: ({ concern }) => (concern?.channels.length ?? 0) > 1,
    run: ({ concern }) =>
      setUi({ shown: { ...ui.get().shown, channel: nextChannel(concern?.channels ?? [], ui.get().shown.channel) } }),
  },
  {
    id: "split",
    title: "commands.split",
    group: "concern",
    keys: ["y"],
    can: hasMessages,
    run: () => setUi({ moving: { what: "from", messageId: null } }),
  },
  {
    id: "splitProposed",
    title: "commands.splitProposed",
    group: "concern",
    keys: ["Shift+y"],
    can: (context) => proposedIn(context) !== undefined,
    run: (context) => {
      const message = proposedIn(context);
      if (message) void splitOff(message.concernId, { from: message.id }, null);
    },
  },
  {
    id: "belongsHere",
    title: "commands.belongsHere",
    group: "concern",
    keys: [],
    can: (context) => proposedIn(context) !== undefined,
    run: (context) => {
      const message = proposedIn(context);
      if (message) void belongsHere(message);
    },
  },
  {
    id: "merge",
    title: "commands.merge",
    group: "concern",
    keys: ["Shift+m"],
    can: hasMessages,
    run: () => setUi({ moving: { what: "all" } }),
  },
];
