// The rows the list shows at this moment, in order; written by the list pane, read by the keys that move through it.
import type { ConcernRow } from "#contract/concerns.ts";
import { createStore } from "#web/state/store.ts";

export const paintedList = createStore<readonly ConcernRow[]>([]);
