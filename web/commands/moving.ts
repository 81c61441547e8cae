// Taking messages of the open concern into another one.
import { withConcern, type Command } from "#web/commands/command.ts";
import { deskState } from "#web/state/desk.ts";
import { setUi } from "#web/state/ui.ts";

const hasMessages: Command["can"] = (context) =>
  withConcern(context) &&
  context.concern !== null &&
  (deskState.get().opened[context.concern.id]?.messages.some(({ direction }) => direction !== "system") ?? false);

export const movingCommands: readonly Command[] = [
  {
    id: "split",
    title: "commands.split",
    group: "concern",
    keys: ["y"],
    can: hasMessages,
    run: () => setUi({ moving: { what: "from", messageId: null } }),
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
