// Every action of the desk as one object: its words, its keys, when it can be done, and the doing. Buttons, menus, the
// palette and the keyboard all read this list.
import type { Command } from "#web/commands/command.ts";
import { callCommands } from "#web/commands/calls.ts";
import { concernCommands } from "#web/commands/concern.ts";
import { flowCommands } from "#web/commands/flows.ts";
import { macroCommands } from "#web/commands/macros.ts";
import { movingCommands } from "#web/commands/moving.ts";
import { deskCommands } from "#web/commands/desk.ts";
import { floorCommands } from "#web/commands/floor.ts";
import { listCommands } from "#web/commands/list.ts";
import { viewCommands } from "#web/commands/views.ts";
import { workCommands } from "#web/commands/work.ts";

export const commands: readonly Command[] = [
  ...concernCommands,
  ...movingCommands,
  ...flowCommands,
  ...macroCommands,
  ...listCommands,
  ...viewCommands,
  ...workCommands,
  ...callCommands,
  ...deskCommands,
  ...floorCommands,
];

/** The command with this id; a wrong id is a fault of ours and throws. */
export const command = (id: string): Command => {
  const found = commands.find((one) => one.id === id);
  if (!found) throw new Error(`no command "${id}"`);
  return found;
};
