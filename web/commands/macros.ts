// Macros by their keys: Q and a digit. What each does stands in web/state/macros.ts; by their names the palette offers them.
import type { Command } from "#web/commands/command.ts";
import { targets } from "#web/commands/concern.ts";
import type { Context } from "#web/commands/context.ts";
import { macros, runMacroOn } from "#web/state/macros.ts";

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

const byKey = (digit: (typeof digits)[number]) => macros.get().find(({ key }) => key === digit);

/** Can be done with what is selected or open. */
export const canUseMacros = (context: Context): boolean => targets(context).length > 0;

export const macroCommands: readonly Command[] = digits.map((digit) => ({
  id: `macro${digit}`,
  title: `commands.macro${digit}`,
  group: "selection",
  keys: [`q ${digit}`],
  can: (context) => canUseMacros(context) && byKey(digit) !== undefined,
  run: (context) => {
    const macro = byKey(digit);
    if (macro) void runMacroOn(macro, targets(context));
  },
}));
