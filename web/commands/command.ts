// What a command is. Every file of commands makes some, commands.ts joins them.
import type { Context } from "#web/commands/context.ts";
import { hasHits } from "#web/state/finding.ts";
import type { WordKey } from "#web/state/words.ts";

/** Under which heading help shows it. */
export type CommandGroup = "concern" | "list" | "selection" | "views" | "work" | "go" | "desk" | "floor" | "calls";

/** One action. `title` is a key of words; `keys` are alternatives in the notation of keys.ts. */
export interface Command {
  readonly id: string;
  readonly title: WordKey;
  readonly group: CommandGroup;
  readonly keys: readonly string[];
  /** When its keys mean it, where they mean something else at other times. */
  readonly when?: WordKey;
  readonly can: (context: Context) => boolean;
  /** Why it cannot be done, a sentence; asked when it cannot and its keys were pressed one after the other. */
  readonly why?: (context: Context) => WordKey;
  /** `typed` is the key it was asked for with, in the notation of keys.ts; undefined: otherwise. */
  readonly run: (context: Context, typed?: string) => void;
}

/** Always possible. */
export const always = (): boolean => true;

/** A concern is open. */
export const withConcern = (context: Context): boolean => context.concern !== null;

/** The hits of a search are gone through in the open concern. */
export const withHits = (context: Context): boolean => hasHits(context.concern?.id);
