// What rules may ask of concerns beside their rows. Called by modules/automation.
export { fieldValuesOf } from "#modules/concerns/store.ts";
export { allSpokenWords, concernsIn, spokenWords } from "#modules/concerns/store-ruled.ts";
