// Sends a flow into the open concern, and stops what speaks in it.
import type { Command } from "#web/commands/command.ts";
import { speaking, stopFlow } from "#web/state/concernFlows.ts";
import { setUi } from "#web/state/ui.ts";

export const flowCommands: readonly Command[] = [
  {
    id: "sendFlow",
    title: "commands.sendFlow",
    group: "concern",
    keys: [],
    can: ({ concern }) => concern !== null && concern.status !== "resolved" && concern.status !== "closed",
    run: () => setUi({ sendingFlow: true }),
  },
  {
    id: "stopFlow",
    title: "commands.stopFlow",
    group: "concern",
    keys: [],
    can: ({ concern }) => concern !== null && speaking.get() === concern.id,
    run: ({ concern }) => void (concern && stopFlow(concern.id)),
  },
];
