// Which tags there are, as far as this desk has seen. Called by the choices of tags and of filters.
import type { DeskState } from "#web/state/apply.ts";

/** The tags on any concern this desk has loaded, in order of the alphabet. */
export const knownTags = (state: Pick<DeskState, "rows">): readonly string[] =>
  [...new Set(Object.values(state.rows).flatMap((row) => row.tags))].toSorted((a, b) => a.localeCompare(b));
