// What calls may read of concerns. Called by modules/calls.
export { callsInMessages } from "#modules/concerns/store-calls.ts";
