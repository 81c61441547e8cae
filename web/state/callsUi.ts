// What of calls is open on this screen; never sent anywhere. Written by commands and the bar of calls.
import { createStore } from "#web/state/store.ts";

export interface CallsUi {
  /** The call whose keypad is open. */
  readonly keypad: string | null;
  readonly sheet:
    | { readonly what: "transfer" | "consult"; readonly callId: string }
    | { readonly what: "devices" }
    | null;
}

export const callsUi = createStore<CallsUi>({ keypad: null, sheet: null });

/** Changes parts of what is open. */
export const setCallsUi = (part: Partial<CallsUi>): void => callsUi.set((now) => ({ ...now, ...part }));
