// What commands may know and do: filled in by the shell, read by every command.
import type { Me } from "#contract/agents.ts";
import type { ConcernRow, ListFilter, View } from "#contract/concerns.ts";
import type { PublicSettings } from "#contract/settings.ts";

/** The place on the desk the agent is at. */
export interface Place {
  readonly view: string;
  /** Number of the open concern. */
  readonly number: number | null;
  /** The words of the search that led to it. */
  readonly find: string | null;
}

/** One moment of the desk, made anew for each key press and each time a menu opens. */
export interface Context {
  readonly me: Me;
  readonly settings: PublicSettings;
  readonly place: Place;
  /** The concern that is open, else null. */
  readonly concern: ConcernRow | null;
  /** The rows painted in the list, in order. */
  readonly list: readonly ConcernRow[];
  /** Those of them that are selected. */
  readonly selected: readonly ConcernRow[];
  /** The view that is shown, else null. */
  readonly view: View | null;
  /** What it is filtered by right now. */
  readonly filter: ListFilter | null;
  readonly go: (path: string) => void;
}
