// What routing reads of concerns. Called by modules/routing.
export { liveOf, standingsIn, waitingIds, workFacts } from "#modules/concerns/store-work.ts";
export { mayHaveWaited } from "#modules/concerns/store-past.ts";
