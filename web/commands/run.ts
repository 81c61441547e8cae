// Runs commands for buttons and menus, which need not know where the agent stands: the shell says it.
import { command } from "#web/commands/commands.ts";
import type { Context } from "#web/commands/context.ts";

let current: () => Context | null = () => null;

/** The shell tells how to know where the agent stands. Gives the way to stop. */
export const provideContext = (context: () => Context | null): (() => void) => {
  current = context;
  return () => {
    if (current === context) current = () => null;
  };
};

/** Runs a command if it can be run now; `over` are parts of the moment that the caller knows better. */
export const runCommand = (id: string, over: Partial<Context> = {}): void => {
  const now = current();
  if (now === null) return;
  const context = { ...now, ...over };
  const { can, run } = command(id);
  if (can(context)) run(context);
};

/** Can it be run now? */
export const canRun = (id: string, over: Partial<Context> = {}): boolean => {
  const now = current();
  return now !== null && command(id).can({ ...now, ...over });
};
